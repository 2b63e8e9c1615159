import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import { errorCode } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offsetCommit } from '../apis/08-offset-commit.ts';
import { offsetFetch } from '../apis/09-offset-fetch.ts';
import { findCoordinator } from '../apis/10-find-coordinator.ts';
import { joinGroup } from '../apis/11-join-group.ts';
import { heartbeat } from '../apis/12-heartbeat.ts';
import { syncGroup } from '../apis/14-sync-group.ts';
import { describeGroups } from '../apis/15-describe-groups.ts';
import { createTopics } from '../apis/19-create-topics.ts';
import { openSegmentEngine } from '../storage/segment-engine.ts';
import { ControlPlaneHarness, type HarnessDisk, memoryDisk } from '../testing/control-plane-harness.ts';
import { partitionOf } from './coordinator-topic.ts';
import { fileMetadataFolder } from './file-metadata-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-restart-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function segmentDisk(path: string): Promise<HarnessDisk> {
  const storage = await openSegmentEngine({
    folder: path,
    tailCacheBytes: 1_000_000,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 100,
    syncWriteMaxMs: 1_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
  return { storage, folder: fileMetadataFolder(join(path, '__cluster_metadata-0')) };
}

/** A topic with a config, a stable group of one, and an offset that it has committed. */
async function fill(broker: ControlPlaneHarness) {
  const configs = [{ name: 'retention.ms', value: '5' }];
  const topics = [{ name: 'orders', numPartitions: 2, replicationFactor: 1, assignments: [], configs }];
  const created = await broker.call(createTopics, { topics });
  await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from([0]) }],
  };
  const { memberId, generationId } = await broker.call(joinGroup, request, 3);
  const assignments = [{ memberId, assignment: Buffer.from('mine') }];
  await broker.call(syncGroup, { groupId: 'g', generationId, memberId, assignments }, 4);
  const partitions = [{ partitionIndex: 1, committedOffset: 42, committedMetadata: 'm' }];
  const commit = { groupId: 'g', memberId, generationIdOrMemberEpoch: generationId };
  const committed = await broker.call(
    offsetCommit,
    { ...commit, topics: [{ name: 'orders', partitions }] },
    9,
  );
  expect(committed.topics[0]!.partitions[0]!.errorCode).toBe(0);
  return { memberId, generationId, topicId: created.topics[0]!.topicId };
}

async function expectFilled(broker: ControlPlaneHarness, was: Awaited<ReturnType<typeof fill>>) {
  const { memberId, generationId, topicId } = was;
  const image = broker.services.metadata.image();
  expect(image.topicsByName.get('orders')).toMatchObject({
    id: topicId,
    partitions: [{ leader: 1 }, { leader: 1 }],
  });
  expect(broker.services.partitions.get('orders', 0)?.log.config.retentionMs).toBe(5);
  const beat = () => broker.call(heartbeat, { groupId: 'g', generationId, memberId });
  await expect
    .poll(async () => (await broker.call(describeGroups, { groups: ['g'] })).groups[0])
    .toMatchObject({
      groupState: 'Stable',
      members: [{ memberId, memberAssignment: Buffer.from('mine') }],
    });
  expect(await beat()).toMatchObject({ errorCode: 0 });
  const fetched = await broker.call(offsetFetch, { groups: [{ groupId: 'g', topics: null }] }, 9);
  expect(fetched.groups[0]!.topics).toMatchObject([
    { name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 42, metadata: 'm' }] },
  ]);
}

describe('topics, configs, groups and offsets', () => {
  it('come back from segment files after a clean stop', async () => {
    const before = await segmentDisk(folder);
    const first = await ControlPlaneHarness.start(before);
    const was = await fill(first);
    await first.stop();
    await before.storage.close();
    const after = await segmentDisk(folder);
    const second = await ControlPlaneHarness.start(after);
    await expectFilled(second, was);
    await second.stop();
    await after.storage.close();
  });

  it('come back from what a killed broker leaves', async () => {
    const before = await segmentDisk(folder);
    const first = await ControlPlaneHarness.start(before);
    const was = await fill(first);
    const left = await mkdtemp(join(tmpdir(), 'millrace-killed-'));
    await cp(folder, left, { recursive: true });
    const after = await segmentDisk(left);
    const second = await ControlPlaneHarness.start(after);
    await expectFilled(second, was);
    await second.stop();
    await after.storage.close();
    await rm(left, { recursive: true });
    await first.stop();
    await before.storage.close();
  });

  it('come back time and again, each time in a later leader epoch', async () => {
    const disk = memoryDisk();
    const first = await ControlPlaneHarness.start(disk);
    const was = await fill(first);
    await first.stop();
    const epochs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const broker = await ControlPlaneHarness.start(disk);
      await expectFilled(broker, was);
      epochs.push(broker.services.metadata.image().topicsByName.get('orders')!.partitions[0]!.leaderEpoch);
      await broker.stop();
    }
    expect(epochs).toEqual([2, 4, 6]);
  });
});

describe('the group coordinator', () => {
  it('answers parked members when its partition is lost, and loads it again when it is back', async () => {
    const broker = await ControlPlaneHarness.start(memoryDisk(), {
      'group.initial.rebalance.delay.ms': '60000',
    });
    await broker.call(findCoordinator, { coordinatorKeys: ['g'] });
    const join = broker.call(
      joinGroup,
      {
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from([0]) }],
      },
      3,
    );
    const partition = broker.services.partitions.get('__consumer_offsets', partitionOf('g', 5))!;
    broker.groupCoordinator.topic.partitionLost(partition.topic, partition.partition);
    expect((await join).errorCode).toBe(errorCode('NOT_COORDINATOR'));
    broker.groupCoordinator.topic.partitionLed(partition);
    const fetch = () => broker.call(offsetFetch, { groups: [{ groupId: 'g', topics: null }] }, 9);
    expect((await fetch()).groups[0]!.errorCode).toBe(errorCode('COORDINATOR_LOAD_IN_PROGRESS'));
    await expect.poll(async () => (await fetch()).groups[0]!.errorCode).toBe(0);
    await broker.stop();
  });

  // Apache Kafka's Utils.abs(groupId.hashCode()) % 50, by Java.
  it.each([
    ['', 0],
    ['a', 47],
    ['my-group', 12],
    ['connect-cluster', 13],
    ['polygenelubricants', 0],
  ])('keeps group "%s" in partition %i, as Kafka does', (group, partition) => {
    expect(partitionOf(group, 50)).toBe(partition);
  });
});
