import { silentLogger, systemClock, systemTimers } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { GroupShard } from '../core/group/group-shard.ts';
import type { Log, StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { ControlPlaneHarness, memoryDisk } from '../testing/control-plane-harness.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { groupCodec } from './coordinator-record-codec.ts';
import { CoordinatorShard } from './coordinator-shard.ts';
import { LocalPartition } from './local-partition.ts';

const READS_MAX = 100;

/** The log, which gives nothing of what it says it has; a reader that goes on asking fails the test. */
function unreadable(log: Log): Log {
  let reads = 0;
  return new Proxy(log, {
    get(target, key) {
      if (key === 'read') {
        return () => {
          reads += 1;
          if (reads > READS_MAX) throw new TypeError('read for ever');
          return Promise.resolve([]);
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

it('a coordinator whose partition gives nothing says so and is none', async () => {
  const storage = createMemoryEngine();
  const id = { topic: '__consumer_offsets', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
  const log = await storage.open(id, SAMPLE_LOG_CONFIG);
  log.append(sampleBatch({ values: ['v'] }), 0);
  const only = { leader: 1, replicas: [1], isr: [1], partitionEpoch: 0 };
  const leadership = { leaderEpoch: 0, isLeader: true, minInSyncReplicas: 1, ...only };
  const partition = new LocalPartition(unreadable(log), { clock: systemClock, nodeId: 1 }, leadership);
  const errors: { err?: { code?: string } }[] = [];
  const logger = Object.assign(Object.create(silentLogger), { error: (facts: object) => errors.push(facts) });
  const ports = { clock: systemClock, timers: systemTimers, logger };
  const shard = new CoordinatorShard({
    partition,
    state: new GroupShard({} as never),
    codec: groupCodec,
    markers: () => Promise.resolve({ left: new Map(), isFenced: false }),
    ...ports,
  });
  await shard.load();
  expect(shard.problem).toBe('NOT_COORDINATOR');
  expect(errors).toMatchObject([{ err: { code: 'LOG_NOT_READABLE' } }]);
});

it('a metadata log that gives nothing ends the start', async () => {
  const disk = memoryDisk();
  const first = await ControlPlaneHarness.start(disk);
  await first.stop();
  const storage: StorageEngine = {
    ...disk.storage,
    open: async (id, config) => unreadable(await disk.storage.open(id, config)),
  };
  await expect(ControlPlaneHarness.start({ ...disk, storage })).rejects.toMatchObject({
    code: 'LOG_NOT_READABLE',
  });
});
