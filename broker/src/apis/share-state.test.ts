import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ControlPlaneHarness, type HarnessDisk, memoryDisk } from '../testing/control-plane-harness.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { initializeShareGroupState } from './83-initialize-share-group-state.ts';
import { readShareGroupState } from './84-read-share-group-state.ts';
import { writeShareGroupState } from './85-write-share-group-state.ts';
import { deleteShareGroupState } from './86-delete-share-group-state.ts';
import { readShareGroupStateSummary } from './87-read-share-group-state-summary.ts';

const code = (name: ErrorName) => errorCode(name);
const config = { 'share.coordinator.state.topic.num.partitions': '3' };

let disk: HarnessDisk;
let broker: ControlPlaneHarness;
let topicId: string;

beforeEach(async () => {
  disk = memoryDisk();
  broker = await ControlPlaneHarness.start(disk, config);
  topicId = await broker.makeTopic('jobs');
  await broker.call(findCoordinator, { coordinatorKeys: [`g:${topicId}:0`], keyType: 2 });
  await vi.waitFor(async () => expect((await initialize()).errorCode).toBe(0));
});
afterEach(() => broker.stop());

const partitionOf = <P>({ results }: { results: readonly { partitions: readonly P[] }[] }): P =>
  results[0]!.partitions[0]!;
const asked = <P extends object>(more: P) => ({
  groupId: 'g',
  topics: [{ topicId, partitions: [{ partition: 0, ...more }] }],
});
const initialize = async () =>
  partitionOf(await broker.call(initializeShareGroupState, asked({ stateEpoch: 1, startOffset: -1 })));
const write = async (more: object = {}) =>
  partitionOf(
    await broker.call(
      writeShareGroupState,
      asked({
        stateEpoch: 1,
        leaderEpoch: 7,
        startOffset: 3,
        deliveryCompleteCount: 2,
        stateBatches: [{ firstOffset: 5, lastOffset: 6, deliveryState: 2, deliveryCount: 1 }],
        ...more,
      }),
    ),
  );
const read = async (leaderEpoch = 7) =>
  partitionOf(await broker.call(readShareGroupState, asked({ leaderEpoch })));
const summary = async () =>
  partitionOf(await broker.call(readShareGroupStateSummary, asked({ leaderEpoch: -1 })));

it('what is written is read again, after a restart too', async () => {
  expect(await read(0)).toMatchObject({ errorCode: 0, startOffset: -1, stateBatches: [] });
  expect((await write()).errorCode).toBe(0);
  const wanted = {
    errorCode: 0,
    stateEpoch: 1,
    startOffset: 3,
    stateBatches: [{ firstOffset: 5, lastOffset: 6, deliveryState: 2, deliveryCount: 1 }],
  };
  expect(await read()).toEqual({ partition: 0, errorMessage: null, ...wanted });
  expect(await summary()).toMatchObject({ startOffset: 3, deliveryCompleteCount: 2, leaderEpoch: 7 });
  await broker.stop();
  broker = await ControlPlaneHarness.start(disk, config);
  await vi.waitFor(async () => expect(await read()).toMatchObject(wanted));
});

it('older leaders and older states are refused', async () => {
  await write();
  expect((await write({ leaderEpoch: 6 })).errorCode).toBe(code('FENCED_LEADER_EPOCH'));
  expect((await write({ stateEpoch: 0 })).errorCode).toBe(code('FENCED_STATE_EPOCH'));
  await read(8);
  expect((await write()).errorCode).toBe(code('FENCED_LEADER_EPOCH'));
});

it('a leader that comes back to what it has is told nothing where the controller may have fenced the coordinator', async () => {
  expect((await write()).errorCode).toBe(0);
  await broker.stop();
  let lateMs = 0;
  const clock = { now: () => ({ wallMs: Date.now(), monoMs: performance.now() + lateMs }) };
  const seldom = { 'broker.heartbeat.interval.ms': '3600000', 'broker.session.timeout.ms': '7200000' };
  broker = await ControlPlaneHarness.start(disk, { ...config, ...seldom }, { clock });
  await vi.waitFor(async () => expect((await read()).errorCode).toBe(0));
  lateMs = 3_700_000;
  expect((await read()).errorCode).toBe(code('NOT_COORDINATOR'));
  // A new one is noted, which only the coordinator can.
  expect((await read(8)).errorCode).toBe(0);
});

it('what is deleted is not known any more, and neither is what is of a deleted topic', async () => {
  await write();
  expect(partitionOf(await broker.call(deleteShareGroupState, asked({}))).errorCode).toBe(0);
  expect((await read()).errorCode).toBe(code('INVALID_REQUEST'));
  await initialize();
  await broker.call(deleteTopics, { topics: [{ name: 'jobs', topicId: ZERO_UUID }], timeoutMs: 1_000 });
  await vi.waitFor(async () => expect((await read()).errorCode).toBe(code('UNKNOWN_TOPIC_OR_PARTITION')));
});

it('only the brokers of the cluster may ask', async () => {
  broker.allow = (operation) => operation !== 'CLUSTER_ACTION';
  const denied = code('CLUSTER_AUTHORIZATION_FAILED');
  const deleted = partitionOf(await broker.call(deleteShareGroupState, asked({})));
  const all = [await initialize(), await read(), await write(), deleted, await summary()];
  expect(all.map(({ errorCode: error }) => error)).toEqual(all.map(() => denied));
});
