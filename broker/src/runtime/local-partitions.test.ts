import { MillraceError, silentLogger, systemClock } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { createTopics } from '../apis/19-create-topics.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { ControlPlaneHarness, memoryDisk } from '../testing/control-plane-harness.ts';
import { SAMPLE_LOG_CONFIG } from '../testing/sample-batches.ts';
import { imageWithTopics } from '../testing/sample-topics.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { LocalPartitions } from './local-partitions.ts';

const config = parseBrokerConfig({ 'log.dirs': '/nowhere' });
const NEXT_IMAGE = { ...emptyImage, offset: 1 };

async function strays(setAside: (topic: string) => Promise<string>) {
  const memory = createMemoryEngine();
  for (const topic of ['a', 'b']) {
    await memory.open({ topic, topicId: `AAAAAAAAAAAAAAAAAAAA${topic}Q`, partition: 0 }, SAMPLE_LOG_CONFIG);
  }
  const storage: StorageEngine = { ...memory, setAside: ({ topic }) => setAside(topic) };
  return new LocalPartitions({ storage, config, clock: systemClock, logger: silentLogger });
}

it('sets aside the other logs when one cannot be', async () => {
  const asked: string[] = [];
  const partitions = await strays((topic) => {
    asked.push(topic);
    return topic === 'a'
      ? Promise.reject(new MillraceError('No.', { code: 'LOG_STORAGE_FAILED', class: 'transient' }))
      : Promise.resolve('somewhere');
  });
  await partitions.follow(NEXT_IMAGE, emptyImage);
  expect(asked).toEqual(['a', 'b']);
});

it('says that the first image could not be followed', async () => {
  const partitions = await strays(() => Promise.reject(new TypeError('a defect')));
  await expect(partitions.follow(NEXT_IMAGE, emptyImage)).rejects.toThrow('a defect');
  await expect(partitions.followed()).rejects.toThrow('a defect');
  expect(partitions.problems.join()).toContain('a defect');
});

it('serves no log of a topic that is gone while others are deleted: its name may be that of another one', async () => {
  const memory = createMemoryEngine();
  const deleted = Promise.withResolvers<void>();
  const storage: StorageEngine = {
    ...memory,
    delete: async (id) => {
      if (id.topic === 'first') await deleted.promise;
      await memory.delete(id);
    },
  };
  const partitions = new LocalPartitions({ storage, config, clock: systemClock, logger: silentLogger });
  const before = imageWithTopics({ first: 1, orders: 1 });
  await partitions.follow(before, emptyImage);
  expect(partitions.get('orders', 0)?.topicId).toBe('id-of-orders');
  const after = imageWithTopics({ orders: 1 }, (name) => `new-id-of-${name}`);
  const followed = partitions.follow(after, before);
  await new Promise((resolve) => setImmediate(resolve));
  expect(partitions.get('orders', 0)).toBeUndefined();
  deleted.resolve();
  await followed;
  expect(partitions.get('orders', 0)?.topicId).toBe('new-id-of-orders');
});

it('says which log would not open and why, until it does', async () => {
  const memory = createMemoryEngine();
  let isBlocked = true;
  const open: StorageEngine['open'] = (id, logConfig) =>
    isBlocked
      ? Promise.reject(
          new MillraceError('A file is in the way.', { code: 'LOG_STORAGE_FAILED', class: 'transient' }),
        )
      : memory.open(id, logConfig);
  const storage: StorageEngine = { ...memory, open };
  const broker = await ControlPlaneHarness.start({ ...memoryDisk(), storage: memory });
  const partitions = new LocalPartitions({ storage, config, clock: systemClock, logger: silentLogger });
  const topic = { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await broker.call(createTopics, { topics: [topic], timeoutMs: 1000 });
  const image = broker.services.metadata.image();
  await broker.stop();
  await partitions.follow(image, emptyImage);
  expect([...partitions.unopened]).toEqual([['orders-0', 'A file is in the way.']]);
  isBlocked = false;
  await partitions.reopen();
  expect([...partitions.unopened]).toEqual([]);
});
