import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { createTopics } from './19-create-topics.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { shareGroupHeartbeat } from './76-share-group-heartbeat.ts';
import { shareFetch } from './78-share-fetch.ts';
import { shareAcknowledge } from './79-share-acknowledge.ts';
import { describeShareGroupOffsets } from './90-describe-share-group-offsets.ts';

const code = (name: ErrorName) => errorCode(name);
const GROUP = 32;
const ACCEPT = 1;
const RELEASE = 2;

let broker: ControlPlaneHarness;
let topicId: string;

beforeEach(async () => {
  broker = await ControlPlaneHarness.start(undefined, {
    'share.coordinator.state.topic.num.partitions': '2',
    'group.share.max.share.sessions': '2',
  });
  const topic = { name: 'jobs', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await broker.call(createTopics, { topics: [topic], timeoutMs: 1_000 });
  topicId = broker.services.metadata.image().topicsByName.get('jobs')?.id ?? ZERO_UUID;
});
afterEach(() => broker.stop());

function produce(count: number): void {
  const partition = broker.services.partitions.get('jobs', 0);
  const values = Array.from({ length: count }, (_, index) => `${index}`);
  partition?.append(sampleBatch({ values }), { acks: -1, origin: 'client', produceVersion: 13 });
}

/** A group with one member, which begins where the config says. */
async function join(reset = 'earliest'): Promise<void> {
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const config = { name: 'share.auto.offset.reset', configOperation: 0, value: reset };
  const resource = { resourceType: GROUP, resourceName: 'g', configs: [config] };
  await broker.call(incrementalAlterConfigs, { resources: [resource], validateOnly: false });
  await vi.waitFor(async () => {
    const joined = await broker.call(shareGroupHeartbeat, {
      groupId: 'g',
      memberId: 'm',
      memberEpoch: 0,
      subscribedTopicNames: ['jobs'],
    });
    expect(joined).toMatchObject({
      errorCode: 0,
      assignment: { topicPartitions: [{ topicId, partitions: [0] }] },
    });
  });
}

interface Asked {
  readonly memberId?: string;
  readonly maxRecords?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly acknowledge?: readonly [first: number, last: number, type: number];
}

async function fetch(
  epoch: number,
  { memberId = 'm', maxRecords = 100, maxWaitMs = 0, minBytes = 1, acknowledge }: Asked = {},
) {
  const response = await broker.call(shareFetch, {
    groupId: 'g',
    memberId,
    shareSessionEpoch: epoch,
    maxWaitMs,
    minBytes,
    maxRecords,
    batchSize: maxRecords,
    topics:
      epoch === 0 || acknowledge !== undefined
        ? [{ topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches: batches(acknowledge) }] }]
        : [],
    forgottenTopicsData: [],
  });
  const partition = response.responses[0]?.partitions[0];
  const acquired = partition?.acquiredRecords.map(({ firstOffset, lastOffset, deliveryCount }) => [
    firstOffset,
    lastOffset,
    deliveryCount,
  ]);
  return { error: response.errorCode, acquired: acquired ?? [], partition };
}

function batches(acknowledge: Asked['acknowledge']) {
  if (acknowledge === undefined) return [];
  const [firstOffset, lastOffset, type] = acknowledge;
  return [{ firstOffset, lastOffset, acknowledgeTypes: [type] }];
}

async function lag(): Promise<readonly [start: number | undefined, lag: number | undefined]> {
  const { groups } = await broker.call(describeShareGroupOffsets, {
    groups: [{ groupId: 'g', topics: null }],
  });
  const partition = groups[0]?.topics[0]?.partitions[0];
  return [partition?.startOffset, partition?.lag];
}

describe('reading by a share group', () => {
  it('acquires, acknowledges along with the next fetch, and tells the lag', async () => {
    produce(5);
    produce(5);
    await join();
    expect((await fetch(0, { maxRecords: 3 })).acquired).toEqual([[0, 4, 1]]);
    const next = await fetch(1, { acknowledge: [1, 4, ACCEPT] });
    expect(next).toMatchObject({ acquired: [[5, 9, 1]], partition: { acknowledgeErrorCode: 0 } });
    expect(await lag()).toEqual([0, 6]);
    expect((await fetch(2, { acknowledge: [0, 0, RELEASE] })).acquired).toEqual([[0, 0, 2]]);
    const late = await fetch(3, { acknowledge: [1, 1, ACCEPT] });
    expect(late.partition?.acknowledgeErrorCode).toBe(code('INVALID_RECORD_STATE'));
  });

  it('begins at the latest, and misses nothing that comes after that', async () => {
    produce(5);
    await join('latest');
    expect((await fetch(0)).acquired).toEqual([]);
    expect(await lag()).toEqual([5, 0]);
    produce(2);
    await vi.waitFor(async () => expect(await lag()).toEqual([5, 2]));
    expect((await fetch(1)).acquired).toEqual([[5, 6, 1]]);
  });

  it('begins as far back as it is told', async () => {
    produce(5);
    await join('by_duration:PT1H');
    // The records of the sample are of 1970.
    expect((await fetch(0)).acquired).toEqual([]);
    expect(await lag()).toEqual([5, 0]);
  });

  it('waits for records while there are none', async () => {
    await join();
    const waiting = fetch(0, { maxWaitMs: 30_000 });
    await vi.waitFor(() => expect(broker.services.purgatory.size).toBe(1));
    produce(3);
    expect((await waiting).acquired).toEqual([[0, 2, 1]]);
  });

  it('waits for as many bytes as it is asked for, and no longer than it may', async () => {
    produce(3);
    await join();
    const bytes = () => broker.services.partitions.get('jobs', 0)?.committedBytes ?? 0;
    const ofThree = bytes();
    const waiting = fetch(0, { maxWaitMs: 30_000, minBytes: 2 * ofThree + 1 });
    await vi.waitFor(() => expect(broker.services.purgatory.size).toBe(1));
    produce(3);
    produce(3);
    expect((await waiting).acquired).toEqual([[0, 8, 1]]);
    produce(1);
    expect((await fetch(1, { maxWaitMs: 50, minBytes: 100_000 })).acquired).toEqual([[9, 9, 1]]);
    produce(2);
    const forOthers = fetch(2, { maxWaitMs: 30_000, minBytes: 100 * ofThree });
    await vi.waitFor(() => expect(broker.services.purgatory.size).toBe(1));
    broker.services.sharePartitions.partitionMoved('jobs', 0);
    expect((await forOthers).partition?.errorCode).toBe(code('NOT_LEADER_OR_FOLLOWER'));
  });

  it('counts what is given back to the bytes that it waits for', async () => {
    produce(3);
    await join();
    const ofThree = broker.services.partitions.get('jobs', 0)?.committedBytes ?? 0;
    await fetch(0);
    const waiting = fetch(0, { memberId: 'second', maxWaitMs: 30_000, minBytes: ofThree });
    await vi.waitFor(() => expect(broker.services.purgatory.size).toBe(1));
    await fetch(1, { acknowledge: [0, 2, RELEASE], maxRecords: 0 });
    expect((await waiting).acquired).toEqual([[0, 2, 2]]);
  });

  it('gives back what a member holds when its session ends', async () => {
    produce(4);
    await join();
    expect((await fetch(0)).acquired).toEqual([[0, 3, 1]]);
    await broker.call(shareAcknowledge, {
      groupId: 'g',
      memberId: 'm',
      shareSessionEpoch: -1,
      topics: [
        { topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches: batches([0, 1, ACCEPT]) }] },
      ],
    });
    expect(broker.services.shareSessions.size).toBe(0);
    expect((await fetch(0, { memberId: 'other' })).acquired).toEqual([[2, 3, 2]]);
  });

  it('keeps to sessions, of which there are so many', async () => {
    await join();
    expect((await fetch(1)).error).toBe(code('SHARE_SESSION_NOT_FOUND'));
    await fetch(0);
    expect((await fetch(5)).error).toBe(code('INVALID_SHARE_SESSION_EPOCH'));
    expect((await fetch(0, { acknowledge: [0, 0, ACCEPT] })).error).toBe(code('INVALID_REQUEST'));
    await fetch(0, { memberId: 'second' });
    expect((await fetch(0, { memberId: 'third' })).error).toBe(code('SHARE_SESSION_LIMIT_REACHED'));
    broker.allow = (_operation, { type }) => type !== 'GROUP';
    expect((await fetch(1)).error).toBe(code('GROUP_AUTHORIZATION_FAILED'));
  });
});
