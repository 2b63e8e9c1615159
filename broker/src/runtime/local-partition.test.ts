import { systemClock } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { SimulatedLog } from '../testing/simulation/simulated-log.ts';
import { LocalPartition } from './local-partition.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const FOLLOWS = {
  leaderEpoch: 0,
  isLeader: false,
  leader: 2,
  replicas: [1, 2],
  isr: [1, 2],
  partitionEpoch: 0,
  minInSyncReplicas: 1,
};

it.each([
  ['its end, where it is enough to be in sync', { isr: [1], minInSyncReplicas: 1 }, null, 3],
  ['what was noted, where others must be in sync too', { isr: [1], minInSyncReplicas: 2 }, 2, 2],
  ['what was noted, until the others in sync have fetched', { isr: [1, 2], minInSyncReplicas: 1 }, 2, 2],
  ['where it begins, where nothing was noted', { isr: [1, 2], minInSyncReplicas: 1 }, null, 1],
  ['where it begins, where less was noted', { isr: [1, 2], minInSyncReplicas: 1 }, 0, 1],
  ['no more than it holds', { isr: [1, 2], minInSyncReplicas: 1 }, 9, 3],
])('a log that is opened is committed up to %s', async (_what, more, notedHighWatermark, committed) => {
  const log = await createMemoryEngine().open(ID, SAMPLE_LOG_CONFIG);
  for (const value of ['a', 'b', 'c']) await log.append(sampleBatch({ values: [value] }), 0).written;
  await log.advanceStartOffset(1);
  const partition = new LocalPartition(
    log,
    { clock: systemClock, nodeId: 1, notedHighWatermark },
    { ...FOLLOWS, isLeader: true, leader: 1, ...more },
  );
  expect(partition.highWatermark).toBe(committed);
  expect(partition.isCatchingUp).toBe(committed < 3);
});

it('counts what it was writing as a follower when it came to lead', async () => {
  const inner = await createMemoryEngine().open(ID, SAMPLE_LOG_CONFIG);
  const writes: (() => void)[] = [];
  const disk = {
    isFull: false,
    isInstant: false,
    later: (callback: () => void) => void writes.push(callback),
    refused: () => {
      throw new Error('nothing is refused');
    },
  };
  const partition = new LocalPartition(
    new SimulatedLog(inner, disk),
    { clock: systemClock, nodeId: 1 },
    FOLLOWS,
  );
  const written = partition.appendReplicated(sampleBatch({ values: ['a'] }), 0);
  const leads = { isLeader: true, leader: 1, isr: [1], leaderEpoch: 1, partitionEpoch: 1 };
  partition.update({ ...FOLLOWS, ...leads });
  expect(partition.highWatermark).toBe(0);
  for (const write of writes) write();
  await written;
  expect(partition.highWatermark).toBe(1);
});
