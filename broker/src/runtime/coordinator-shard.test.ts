import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock, systemRandom, systemTimers } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { GroupShard } from '../core/group/group-shard.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { openSegmentEngine } from '../storage/segment-engine.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { groupCodec } from './coordinator-record-codec.ts';
import { CoordinatorShard } from './coordinator-shard.ts';
import { LocalPartition } from './local-partition.ts';

const ID = { topic: '__consumer_offsets', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const LEADS = {
  leaderEpoch: 3,
  isLeader: true,
  leader: 1,
  replicas: [1, 2],
  isr: [1, 2],
  partitionEpoch: 3,
  minInSyncReplicas: 1,
};

const FOLLOWS = { ...LEADS, isLeader: false, leader: 2, leaderEpoch: 2, partitionEpoch: 2 };

async function loadingShard(storage = createMemoryEngine(), leads = LEADS) {
  const log = await storage.open(ID, SAMPLE_LOG_CONFIG);
  const partition = new LocalPartition(log, { clock: systemClock, nodeId: 1 }, FOLLOWS);
  // Not written yet where the disk takes its time.
  void partition.appendReplicated(sampleBatch({ values: [null], keys: ['of a kind that nobody knows'] }), 2);
  partition.update(leads);
  const state = new GroupShard({} as never);
  state.loaded = () => [];
  const shard = new CoordinatorShard({
    partition,
    state,
    codec: { ...groupCodec, decode: () => null },
    markers: () => Promise.resolve({ left: new Map(), isFenced: false }),
    clock: systemClock,
    timers: systemTimers,
    logger: silentLogger,
  });
  return { shard, partition, loaded: shard.load() };
}

it('a coordinator tells nothing that rests on records which another leader may still cut', async () => {
  const { shard, partition, loaded } = await loadingShard();
  expect(shard.problem).toBe('COORDINATOR_LOAD_IN_PROGRESS');
  partition.followerFetched({ id: 2, brokerEpoch: 1, endOffset: 1 });
  await loaded;
  expect(shard.problem).toBeNull();
});

it('a coordinator that is led elsewhere before they are committed is none', async () => {
  const { shard, partition, loaded } = await loadingShard();
  partition.update({ ...LEADS, isLeader: false, leader: 2, leaderEpoch: 4, partitionEpoch: 4 });
  await loaded;
  expect(shard.problem).toBe('NOT_COORDINATOR');
});

it('a coordinator waits for the end of its log to be written, as where the disk is busy', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-shard-'));
  const storage = await openSegmentEngine({
    folder,
    ...{ tailCacheBytes: 0, pendingWriteMaxBytes: 1_000_000, openFilesMax: 10, syncWriteMaxMs: 0 },
    ...{ timers: systemTimers, random: systemRandom, logger: silentLogger },
  });
  try {
    const { shard, loaded } = await loadingShard(storage, { ...LEADS, replicas: [1], isr: [1] });
    await loaded;
    expect(shard.problem).toBeNull();
  } finally {
    await storage.close();
    await rm(folder, { recursive: true });
  }
});
