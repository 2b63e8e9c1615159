import { systemTimers, ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControlPlaneHarness } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { findCoordinator } from './10-find-coordinator.ts';
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

const config = {
  'share.coordinator.state.topic.num.partitions': '2',
  'group.share.max.share.sessions': '2',
  'group.share.max.size': '2',
};

beforeEach(async () => {
  broker = await ControlPlaneHarness.start(undefined, config);
  topicId = await broker.makeTopic('jobs');
});
afterEach(() => broker.stop());

const topicIdOf = (name: string) => broker.services.metadata.image().topicsByName.get(name)?.id ?? ZERO_UUID;

function produce(count: number): void {
  const partition = broker.services.partitions.get('jobs', 0);
  const values = Array.from({ length: count }, (_, index) => `${index}`);
  partition?.append(sampleBatch({ values }), { acks: -1, origin: 'client', produceVersion: 13 });
}

/** A group with one member, which begins where the config says. */
async function join(reset = 'earliest', topic = 'jobs', partitions = [0]): Promise<void> {
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const config = { name: 'share.auto.offset.reset', configOperation: 0, value: reset };
  const resource = { resourceType: GROUP, resourceName: 'g', configs: [config] };
  await broker.call(incrementalAlterConfigs, { resources: [resource], validateOnly: false });
  await vi.waitFor(async () => {
    const joined = await broker.call(shareGroupHeartbeat, {
      groupId: 'g',
      memberId: 'm',
      memberEpoch: 0,
      subscribedTopicNames: [topic],
    });
    expect(joined).toMatchObject({
      errorCode: 0,
      assignment: { topicPartitions: [{ topicId: topicIdOf(topic), partitions }] },
    });
  });
}

interface Asked {
  readonly memberId?: string;
  readonly maxRecords?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly acknowledge?: readonly [first: number, last: number, type: number];
}

async function fetch(
  epoch: number,
  { memberId = 'm', maxRecords = 100, maxWaitMs = 0, minBytes = 1, maxBytes, acknowledge }: Asked = {},
) {
  const response = await broker.call(shareFetch, {
    groupId: 'g',
    memberId,
    shareSessionEpoch: epoch,
    maxWaitMs,
    minBytes,
    ...(maxBytes !== undefined && { maxBytes }),
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

  it('waits for no more bytes than may be in an answer', async () => {
    produce(3);
    await join();
    const bytes = broker.services.partitions.get('jobs', 0)?.committedBytes ?? 0;
    const asked = { maxWaitMs: 600_000, minBytes: 1_000_000_000, maxBytes: bytes };
    expect((await fetch(0, asked)).acquired).toEqual([[0, 2, 1]]);
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

  it('lets locks stand and gives out nothing more while no share coordinator is there, and goes on then', async () => {
    await broker.stop();
    // A try to reach it takes twelve seconds of short pauses: here they are shorter, and what is long is as it is.
    const after = (ms: number, run: () => void) => systemTimers.after(ms <= 500 ? ms / 50 : ms, run);
    broker = await ControlPlaneHarness.start(undefined, config, { timers: { after } });
    topicId = await broker.makeTopic('jobs');
    produce(2);
    produce(2);
    await join();
    expect((await fetch(0, { maxRecords: 2 })).acquired).toEqual([[0, 1, 1]]);
    const away = vi
      .spyOn(broker.services.shareState, 'write')
      .mockResolvedValue({ error: 'COORDINATOR_NOT_AVAILABLE' });
    const said = await fetch(1, { acknowledge: [0, 0, ACCEPT], maxRecords: 0 });
    expect(said.partition?.acknowledgeErrorCode).toBe(code('COORDINATOR_NOT_AVAILABLE'));
    expect((await fetch(2)).acquired).toEqual([]);
    expect((await fetch(0, { memberId: 'other' })).acquired).toEqual([]);
    const waiting = fetch(3, { maxWaitMs: 30_000 });
    away.mockRestore();
    expect((await waiting).acquired).toEqual([[2, 3, 1]]);
    expect(await lag()).toEqual([1, 3]);
    const late = await fetch(4, { acknowledge: [1, 1, ACCEPT], maxRecords: 0 });
    expect(late.partition?.acknowledgeErrorCode).toBe(code('NONE'));
    expect(await lag()).toEqual([2, 2]);
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

  describe('of several partitions', () => {
    const BATCH_BYTES = 2_000;
    let many: string;

    beforeEach(async () => {
      many = await broker.makeTopic('many', 3);
      for (let index = 0; index < 3; index++)
        broker.services.partitions
          .get('many', index)
          ?.append(sampleBatch({ values: ['x'.repeat(BATCH_BYTES)] }), {
            acks: -1,
            origin: 'client',
            produceVersion: 13,
          });
      await join('earliest', 'many', [0, 1, 2]);
    });

    const read = async (maxBytes: number, epoch = 0, maxWaitMs = 0) => {
      const partitions = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, acknowledgementBatches: [] }));
      const { responses } = await broker.call(shareFetch, {
        groupId: 'g',
        memberId: 'm',
        shareSessionEpoch: epoch,
        maxWaitMs,
        minBytes: 1,
        maxBytes,
        maxRecords: 100,
        batchSize: 100,
        topics: epoch === 0 ? [{ topicId: many, partitions }] : [],
        forgottenTopicsData: [],
      });
      return responses.flatMap((one) => one.partitions).filter((one) => (one.records?.length ?? 0) > 0);
    };
    const use = (partition: number) =>
      broker.services.sharePartitions.get({ group: 'g', topicId: many, partition }, 'many');

    it('keeps to max_bytes over all of them, but for the first batch', async () => {
      await Promise.all([0, 1, 2].map(use));
      expect(await read(1)).toHaveLength(1);
      expect(await read(BATCH_BYTES + 500, 1)).toHaveLength(1);
      expect(await read(BATCH_BYTES + 500, 2)).toHaveLength(1);
      expect(await read(BATCH_BYTES + 500, 3)).toEqual([]);
      expect(await read(2 * BATCH_BYTES + 500)).toHaveLength(2);
      expect(await read(0, 1)).toEqual([]);
    });

    it('answers without one that is still being taken into use', async () => {
      const { sharePartitions } = broker.services;
      const getCurrent = sharePartitions.getCurrent.bind(sharePartitions);
      vi.spyOn(sharePartitions, 'getCurrent').mockImplementation((key, topic) =>
        key.partition === 1 ? new Promise(() => {}) : getCurrent(key, topic),
      );
      await Promise.all([0, 2].map(use));
      const first = await read(1_000_000, 0, 30_000);
      expect(first.map(({ partitionIndex }) => partitionIndex).includes(1)).toBe(false);
      expect(first.length).toBeGreaterThan(0);
      // The rest of the session is asked for in the usual way.
      vi.restoreAllMocks();
      await vi.waitFor(async () => expect(await use(1)).toMatchObject({ hasMore: true }));
    });
  });
});
