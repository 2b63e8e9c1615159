import { type ErrorName, errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DeleteShareGroupResult, deleteShareGroup } from '../core/share/share-group-offsets.ts';
import { ControlPlaneHarness, type HarnessDisk, memoryDisk } from '../testing/control-plane-harness.ts';
import { sampleBatch } from '../testing/sample-batches.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { findCoordinator } from './10-find-coordinator.ts';
import { deleteGroups } from './42-delete-groups.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { shareGroupHeartbeat } from './76-share-group-heartbeat.ts';
import { shareGroupDescribe } from './77-share-group-describe.ts';
import { shareFetch } from './78-share-fetch.ts';
import { deleteShareGroupState } from './86-delete-share-group-state.ts';
import { alterShareGroupOffsets } from './91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets } from './92-delete-share-group-offsets.ts';

const code = (name: ErrorName) => errorCode(name);
const GROUP = 32;
const ACCEPT = 1;
const config = { 'share.coordinator.state.topic.num.partitions': '2' };

let disk: HarnessDisk;
let broker: ControlPlaneHarness;
let topicId: string;

beforeEach(async () => {
  disk = memoryDisk();
  broker = await ControlPlaneHarness.start(disk, config);
  topicId = await broker.makeTopic('jobs');
  const reset = { name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' };
  const resource = { resourceType: GROUP, resourceName: 'g', configs: [reset] };
  await broker.call(incrementalAlterConfigs, { resources: [resource], validateOnly: false });
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const values = Array.from({ length: 10 }, (_, index) => `${index}`);
  const partition = broker.services.partitions.get('jobs', 0);
  partition?.append(sampleBatch({ values }), { acks: -1, origin: 'client', produceVersion: 13 });
});
afterEach(() => broker.stop());

const beat = (memberId: string, memberEpoch: number) =>
  broker.call(shareGroupHeartbeat, {
    groupId: 'g',
    memberId,
    memberEpoch,
    subscribedTopicNames: memberEpoch === 0 ? ['jobs'] : null,
  });

/** Resolves once the member has the topic's partition. */
async function join(memberId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { assignment, errorCode: error } = await beat(memberId, 0);
      expect(error).toBe(0);
      expect(assignment?.topicPartitions).toEqual([{ topicId, partitions: [0] }]);
    },
    { timeout: 20_000 },
  );
}

const leave = (memberId: string) => beat(memberId, -1);
const remove = async () => (await broker.call(deleteGroups, { groupsNames: ['g'] })).results[0]?.errorCode;

async function fetch(memberId: string, epoch: number, accepts: readonly [number, number] | null = null) {
  const [firstOffset = 0, lastOffset = 0] = accepts ?? [];
  const acknowledgementBatches =
    accepts === null ? [] : [{ firstOffset, lastOffset, acknowledgeTypes: [ACCEPT] }];
  const isSaid = epoch === 0 || accepts !== null;
  const { responses } = await broker.call(shareFetch, {
    groupId: 'g',
    memberId,
    shareSessionEpoch: epoch,
    maxWaitMs: 0,
    minBytes: 1,
    maxRecords: 100,
    batchSize: 100,
    topics: isSaid ? [{ topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches }] }] : [],
    forgottenTopicsData: [],
  });
  const partition = responses[0]?.partitions[0];
  return {
    error: partition?.errorCode ?? 0,
    acknowledged: partition?.acknowledgeErrorCode,
    acquired: (partition?.acquiredRecords ?? []).map(
      ({ firstOffset: from, lastOffset: to, deliveryCount }) => [from, to, deliveryCount],
    ),
  };
}

/** A group with a member that has all records, has accepted the first five, and has gone without its session. */
async function readAndLeave(): Promise<void> {
  await join('old');
  expect((await fetch('old', 0)).acquired).toEqual([[0, 9, 1]]);
  expect((await fetch('old', 1, [0, 4])).acknowledged).toBe(0);
  await leave('old');
}

describe('a share group that ends or begins anew while a session of it is open', () => {
  it('begins at its beginning for whoever joins after it was deleted', async () => {
    await readAndLeave();
    expect(await remove()).toBe(0);
    await join('new');
    expect((await fetch('new', 0)).acquired).toEqual([[0, 9, 1]]);
    expect((await fetch('old', 2, [5, 9])).acknowledged).toBe(code('INVALID_RECORD_STATE'));
    expect((await fetch('new', 1, [0, 9])).acknowledged).toBe(0);
  });

  it('begins where it was reset to', async () => {
    await readAndLeave();
    const partitions = [{ partitionIndex: 0, startOffset: 2 }];
    const altered = await broker.call(alterShareGroupOffsets, {
      groupId: 'g',
      topics: [{ topicName: 'jobs', partitions }],
    });
    expect(altered.responses[0]?.partitions[0]?.errorCode).toBe(0);
    await join('new');
    expect((await fetch('new', 0)).acquired).toEqual([[2, 9, 1]]);
  });

  it('begins where it was reset to for a session that goes on, after a while', async () => {
    await readAndLeave();
    expect((await fetch('old', 2, [5, 9])).acknowledged).toBe(0);
    const partitions = [{ partitionIndex: 0, startOffset: 7 }];
    await broker.call(alterShareGroupOffsets, {
      groupId: 'g',
      topics: [{ topicName: 'jobs', partitions }],
    });
    const live = broker.services.sharePartitions.find({ group: 'g', topicId, partition: 0 })!;
    expect((await fetch('old', 3)).acquired).toEqual([]);
    live.comparedMonoMs = Number.NEGATIVE_INFINITY;
    let epoch = 4;
    const acquired: unknown[] = [];
    while (acquired.length === 0) acquired.push(...(await fetch('old', epoch++)).acquired);
    expect(acquired).toEqual([[7, 9, 1]]);
  });

  it('has nothing stored by a member that goes on with what was deleted', async () => {
    await readAndLeave();
    await broker.call(deleteShareGroupOffsets, { groupId: 'g', topics: [{ topicName: 'jobs' }] });
    const gone = await fetch('old', 2, [5, 9]);
    expect(gone.acknowledged).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'));
    await join('new');
    // The same once more: now there is another state.
    expect((await fetch('new', 0)).acquired).toEqual([[0, 9, 1]]);
    await broker.call(deleteShareGroupState, {
      groupId: 'g',
      topics: [{ topicId, partitions: [{ partition: 0 }] }],
    });
    expect((await fetch('new', 1, [0, 4])).acknowledged).toBe(code('UNKNOWN_TOPIC_OR_PARTITION'));
  });

  it('tells who writes for a state that is another one by now that he is not the leader', async () => {
    await readAndLeave();
    const { stateEpoch } = broker.services.sharePartitions.find({ group: 'g', topicId, partition: 0 })!;
    await broker.services.shareState.initialize({
      key: { group: 'g', topicId, partition: 0 },
      stateEpoch: stateEpoch + 1,
      startOffset: 0,
    });
    expect((await fetch('old', 2, [5, 9])).acknowledged).toBe(code('NOT_LEADER_OR_FOLLOWER'));
  });
});

it('that is none is not described, and it is said why', async () => {
  await broker.call(
    offsetCommit,
    {
      groupId: 'h',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [
        { name: 'jobs', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] },
      ],
    },
    9,
  );
  const { groups } = await broker.call(shareGroupDescribe, {
    groupIds: ['h', 'i'],
    includeAuthorizedOperations: false,
  });
  expect(groups.map(({ errorCode: error, errorMessage }) => [error, errorMessage])).toEqual([
    [code('GROUP_ID_NOT_FOUND'), 'Group h is not a share group.'],
    [code('GROUP_ID_NOT_FOUND'), 'Group i not found.'],
  ]);
});

describe('DeleteGroups of a share group', () => {
  it('that is refused destroys nothing', async () => {
    await readAndLeave();
    await fetch('old', -1);
    // Somebody joins between the look at the group and the decision.
    const [deleted] = await Promise.all([remove(), beat('new', 0)]);
    expect(deleted).toBe(code('NON_EMPTY_GROUP'));
    await join('new');
    expect((await fetch('new', 0)).acquired).toEqual([[5, 9, 2]]);
  });

  it('is gone on with after a crash, by whoever joins', async () => {
    await readAndLeave();
    const decided = await broker.groupCoordinator.submit<DeleteShareGroupResult>(
      'g',
      (error) => ({ error, isGone: false }),
      (shard, reply) => deleteShareGroup(shard, { reply, group: 'g' }),
    );
    expect(decided).toEqual({ error: null, isGone: false });
    await broker.stop();
    broker = await ControlPlaneHarness.start(disk, config);
    await join('new');
    expect((await fetch('new', 0)).acquired).toEqual([[0, 9, 1]]);
  });

  it('is gone on with after a crash, by nobody but time', async () => {
    await readAndLeave();
    await broker.groupCoordinator.submit<DeleteShareGroupResult>(
      'g',
      (error) => ({ error, isGone: false }),
      (shard, reply) => deleteShareGroup(shard, { reply, group: 'g' }),
    );
    await broker.stop();
    broker = await ControlPlaneHarness.start(disk, {
      ...config,
      'offsets.retention.check.interval.ms': '20',
    });
    const key = { group: 'g', topicId, partition: 0 };
    await vi.waitFor(
      async () => {
        expect(await broker.services.shareState.summarize(key)).toMatchObject({ state: { stateEpoch: 0 } });
      },
      { timeout: 20_000 },
    );
  });
});
