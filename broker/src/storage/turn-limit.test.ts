import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import { expect, it, onTestFinished } from 'vitest';
import { SAMPLE_LOG_CONFIG } from '../testing/sample-batches.ts';
import { openSegmentEngine } from './segment-engine.ts';

/** Far more than one turn can make. */
const LOGS = 1000;

it('lets others be served while many logs are made, and while they are deleted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-turns-'));
  const engine = await openSegmentEngine({
    folder,
    ...{ tailCacheBytes: 0, pendingWriteMaxBytes: 1_000_000, openFilesMax: 16, syncWriteMaxMs: 10_000 },
    ...{ timers: systemTimers, random: systemRandom, logger: silentLogger },
    folderDeleteDelayMs: () => 60_000,
  });
  onTestFinished(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ids = Array.from({ length: LOGS }, (_, partition) => ({
    topic: 'wide',
    topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    partition,
  }));
  const turnsOf = async (work: () => Promise<unknown>): Promise<number> => {
    let [turns, isDone] = [0, false];
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await work();
    isDone = true;
    return turns;
  };
  const opened = turnsOf(async () => {
    for (const id of ids) await engine.open(id, SAMPLE_LOG_CONFIG);
  });
  expect(await opened).toBeGreaterThan(5);
  // As those of a topic go: all at once.
  expect(await turnsOf(() => Promise.all(ids.map((id) => engine.delete(id))))).toBeGreaterThan(5);
});
