import { MillraceError, silentLogger, systemClock } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { emptyImage } from '../core/metadata/replay.ts';
import type { StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { SAMPLE_LOG_CONFIG } from '../testing/sample-batches.ts';
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
});
