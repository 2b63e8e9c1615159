import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers, type Timers } from '@millrace/foundation';
import { buildMarkerBatch, decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { afterAll, describe, expect, it } from 'vitest';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { CompactionRequest, Log, LogConfig, Pace, StorageEngine } from './log.ts';
import { createMemoryEngine } from './memory-engine.ts';
import { openSegmentEngine } from './segment-engine.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function segmentEngine(tailCacheBytes: number, timers = systemTimers): Promise<StorageEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-compaction-'));
  folders.push(folder);
  return openSegmentEngine({
    folder,
    tailCacheBytes,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs: 10_000,
    timers,
    random: systemRandom,
    logger: silentLogger,
  });
}

const ID = { topic: 'table', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };
const NOW = 1_000_000;

/** Every engine compacts alike; segments are small, so that all but the last batches are not active. */
const engines: readonly [string, () => Promise<StorageEngine>, Partial<LogConfig>][] = [
  ['memory', async () => createMemoryEngine(), {}],
  ['segment files, a batch each', () => segmentEngine(1_000_000), { segmentBytes: 1 }],
  ['segment files, some batches each', () => segmentEngine(0), { segmentBytes: 300 }],
];

interface Row {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

async function rowsOf(log: Log): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next = log.startOffset; next < log.endOffset; ) {
    const buffers = await log.read(next, ALL);
    if (buffers.length === 0) break;
    for (const buffer of buffers)
      for (const { position, lastOffset, isControl } of iterateBatches(buffer)) {
        next = lastOffset + 1;
        const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: 1_000_000 });
        for (const { offset, key, value } of records)
          if (isControl) rows.push({ offset, key: 'marker', value: null });
          else rows.push({ offset, key: key && String(key), value: value && String(value) });
      }
  }
  return rows;
}

function request(log: Log, more: Partial<CompactionRequest> = {}): CompactionRequest {
  return {
    firstDirtyOffset: log.cleanedOffset ?? log.startOffset,
    endBefore: log.segments.at(-1)?.baseOffset ?? 0,
    nowMs: NOW,
    mapSlots: 1000,
    mapLoadFactor: 0.9,
    ioBufferBytes: 150,
    pace: { step: () => null },
    signal: new AbortController().signal,
    ...more,
  };
}

describe.each(engines)('compaction in %s', (_name, makeEngine, special) => {
  const config: LogConfig = {
    ...SAMPLE_LOG_CONFIG,
    cleanupPolicy: ['compact'],
    deleteRetentionMs: 1000,
    ...special,
  };
  const openLog = async () => (await makeEngine()).open(ID, config);
  const put = (log: Log, ...rows: readonly (readonly [string, string | null])[]) =>
    log.append(sampleBatch({ keys: rows.map(([key]) => key), values: rows.map(([, value]) => value) }), 0);
  /** Fills a segment, so that what came before is in no active one. */
  const seal = async (log: Log, rounds = 1) => {
    for (let round = 0; round < rounds; round++)
      await put(log, [`filler ${log.endOffset}`, 'x'.repeat(300)]).written;
  };
  const shown = async (log: Log) =>
    (await rowsOf(log))
      .filter(({ key }) => !key?.startsWith('filler'))
      .map(({ offset, key, value }) => `${offset} ${key}=${value}`);

  it('keeps the newest record of each key, where it was', async () => {
    const log = await openLog();
    put(log, ['a', '1'], ['b', '1'], ['a', '2']);
    put(log, ['c', '1']);
    put(log, ['b', '2'], ['b', '3']);
    await seal(log, 2);
    const { cleanedOffset } = await log.compact(request(log));
    expect(await shown(log)).toEqual(['2 a=2', '3 c=1', '5 b=3']);
    expect(log.cleanedOffset).toBe(cleanedOffset);
    expect([log.startOffset, log.endOffset]).toEqual([0, 8]);
  });

  it('never touches the active segment', async () => {
    const log = await openLog();
    put(log, ['a', '1']);
    await seal(log);
    put(log, ['a', '2']);
    await put(log, ['a', '3']).written;
    const active = log.segments.at(-1)!.baseOffset;
    await log.compact(request(log));
    expect((await rowsOf(log)).filter(({ offset }) => offset >= active).map(({ offset }) => offset)).toEqual(
      Array.from({ length: log.endOffset - active }, (_, index) => active + index),
    );
  });

  it('lets older records of the compacted part go by newer ones of the next round', async () => {
    const log = await openLog();
    put(log, ['a', '1'], ['b', '1']);
    await seal(log, 2);
    await log.compact(request(log));
    const dirty = log.cleanedOffset;
    put(log, ['a', '2']);
    await seal(log, 2);
    await log.compact(request(log));
    expect(await shown(log)).toEqual(['1 b=1', '4 a=2']);
    expect(log.cleanedOffset).toBeGreaterThan(dirty!);
  });

  it('shows a deletion for delete.retention.ms from the round that met it first', async () => {
    const log = await openLog();
    put(log, ['a', '1'], ['b', '1']);
    put(log, ['a', null], ['b', '2']);
    await seal(log, 2);
    await log.compact(request(log));
    expect(await shown(log)).toEqual(['2 a=null', '3 b=2']);
    await seal(log, 2);
    await log.compact(request(log, { nowMs: NOW + 999 }));
    expect(await shown(log)).toEqual(['2 a=null', '3 b=2']);
    await seal(log, 2);
    await log.compact(request(log, { nowMs: NOW + 1000 }));
    expect(await shown(log)).toEqual(['3 b=2']);
  });

  it('compacts a shorter stretch where the keys are more than the map holds, and the rest later', async () => {
    const log = await openLog();
    for (let key = 0; key < 12; key++) put(log, [`k${key}`, 'old']);
    for (let key = 0; key < 12; key++) put(log, [`k${key}`, 'new']);
    await seal(log, 2);
    let rounds = 0;
    for (; (log.cleanedOffset ?? 0) < 24 && rounds < 20; rounds++)
      await log.compact(request(log, { mapSlots: 10, mapLoadFactor: 0.5 }));
    expect(rounds).toBeGreaterThan(2);
    expect(await shown(log)).toEqual(Array.from({ length: 12 }, (_, key) => `${12 + key} k${key}=new`));
  });

  it('compacts a batch with more keys than the map holds, in several rounds', async () => {
    const log = await openLog();
    const rows = (value: string) => Array.from({ length: 12 }, (_, key) => [`k${key}`, value] as const);
    put(log, ...rows('old'));
    put(log, ...rows('new'));
    await seal(log, 2);
    let rounds = 0;
    for (; (log.cleanedOffset ?? 0) < 24 && rounds < 20; rounds++)
      await log.compact(request(log, { mapSlots: 10, mapLoadFactor: 0.5 }));
    expect(rounds).toBeGreaterThan(2);
    expect(log.cleanedOffset).toBeGreaterThanOrEqual(24);
    expect(await shown(log)).toEqual(Array.from({ length: 12 }, (_, key) => `${12 + key} k${key}=new`));
  });

  it("keeps the sequence of a producer's last batch, whatever becomes of its records", async () => {
    const log = await openLog();
    const batch = (baseSequence: number, value: string) =>
      sampleBatch({
        keys: ['a', 'b'],
        values: [value, value],
        producerId: 7,
        producerEpoch: 1,
        baseSequence,
      });
    log.append(batch(0, 'first'), 0);
    log.append(batch(2, 'second'), 0);
    await put(log, ['a', 'x'], ['b', 'x']).written;
    await seal(log, 2);
    await log.compact(request(log));
    expect(await shown(log)).toEqual(['4 a=x', '5 b=x']);
    const buffers = await log.read(0, ALL);
    const [first] = buffers.flatMap((buffer) => [...iterateBatches(buffer)]);
    expect(first).toMatchObject({
      baseOffset: 2,
      lastOffset: 3,
      recordCount: 0,
      producerId: 7,
      baseSequence: 2,
    });
  });

  it('drops aborted records, and markers once nothing needs them', async () => {
    const log = await openLog();
    const inTransaction = (producerId: number, sequence: number, value: string) =>
      log.append(
        sampleBatch({
          keys: [value],
          values: [value],
          producerId,
          producerEpoch: 0,
          baseSequence: sequence,
          isTransactional: true,
        }),
        0,
      );
    const end = (producerId: number, type: 'ABORT' | 'COMMIT') =>
      log.append(
        buildMarkerBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestamp: 1000 }),
        0,
      );
    inTransaction(1, 0, 'aborted');
    inTransaction(2, 0, 'committed');
    end(1, 'ABORT');
    end(2, 'COMMIT');
    inTransaction(1, 1, 'later');
    await end(1, 'COMMIT').written;
    await put(log, ['committed', 'again']).written;
    await seal(log, 2);
    await log.compact(request(log));
    expect(await shown(log)).toEqual([
      '2 marker=null',
      '3 marker=null',
      '4 later=later',
      '5 marker=null',
      '6 committed=again',
    ]);
    const aborted = () => log.abortedTransactions(0, log.endOffset);
    expect(await aborted()).toEqual([expect.objectContaining({ producerId: 1, firstOffset: 0 })]);
    // The first marker has nothing left to decide now; it goes when its time has come, and the entry with it.
    for (const nowMs of [NOW + 1, NOW + 1001]) {
      await seal(log, 2);
      await log.compact(request(log, { nowMs }));
    }
    expect(await aborted()).toEqual([]);
    expect(await shown(log)).not.toContain('2 marker=null');
    expect(await shown(log)).toContain('4 later=later');
    expect(await shown(log)).toContain('5 marker=null');
  });

  it('reads and finds by time through gaps', async () => {
    const log = await openLog();
    for (let index = 0; index < 10; index++)
      log.append(sampleBatch({ keys: ['same'], values: [`${index}`], timestampMs: 1000 + index * 100 }), 0);
    await seal(log, 2);
    await log.compact(request(log));
    const [buffer] = await log.read(3, ALL);
    expect([...iterateBatches(buffer!)][0]?.baseOffset).toBe(9);
    expect(await log.offsetForTimestamp(1200)).toMatchObject({ offset: 9, timestampMs: 1900 });
  });

  it('leaves the log as it was when it is ended', async () => {
    const log = await openLog();
    put(log, ['a', '1']);
    put(log, ['a', '2']);
    await seal(log, 2);
    const before = await rowsOf(log);
    const abort = new AbortController();
    let steps = 0;
    const pace = {
      step: () => {
        steps += 1;
        if (steps === 3) abort.abort();
        return null;
      },
    };
    await expect(log.compact(request(log, { pace, signal: abort.signal }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await rowsOf(log)).toEqual(before);
    expect(await log.compact(request(log))).toMatchObject({ cleanedOffset: log.segments.at(-1)!.baseOffset });
  });

  it('gives way to a start that moves up under it', async () => {
    const log = await openLog();
    for (let index = 0; index < 6; index++) put(log, ['a', `${index}`]);
    await seal(log, 2);
    let moved: Promise<void> | null = null;
    const pace = {
      step: () => {
        moved ??= log.advanceStartOffset(4);
        return moved;
      },
    };
    await log.compact(request(log, { pace })).catch((error: Error) => expect(error.name).toBe('AbortError'));
    expect(log.startOffset).toBe(4);
    await log.compact(request(log, { firstDirtyOffset: 4 }));
    expect(await shown(log)).toEqual(['5 a=5']);
  });
});

it('a log that is deleted does not wait for the rest that its compaction takes', async () => {
  const engine = await segmentEngine(0);
  const log = await engine.open(ID, { ...SAMPLE_LOG_CONFIG, cleanupPolicy: ['compact'], segmentBytes: 1 });
  for (const value of ['1', '2', '3'])
    await log.append(sampleBatch({ keys: ['a'], values: [value] }), 0).written;
  const resting = Promise.withResolvers<void>();
  const pace: Pace = {
    step: (_bytes, signal) => {
      resting.resolve();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  const compacted = expect(log.compact(request(log, { pace }))).rejects.toMatchObject({ name: 'AbortError' });
  await resting.promise;
  await engine.delete(ID);
  await compacted;
  await engine.close();
});

it('the files of compacted segments stay for file.delete.delay.ms', async () => {
  const delays: number[] = [];
  const timers: Timers = {
    after(delayMs, callback) {
      delays.push(delayMs);
      return systemTimers.after(delayMs, callback);
    },
  };
  const engine = await segmentEngine(0, timers);
  const delayed: Partial<LogConfig> = {
    cleanupPolicy: ['compact'],
    segmentBytes: 1,
    fileDeleteDelayMs: 3_600_000,
  };
  const log = await engine.open(ID, { ...SAMPLE_LOG_CONFIG, ...delayed });
  for (const value of ['1', '2', '3'])
    await log.append(sampleBatch({ keys: ['a'], values: [value] }), 0).written;
  await log.compact(request(log));
  await expect.poll(() => delays).toContain(3_600_000);
  const files = readdirSync(join(folders.at(-1) ?? '', 'table-0'));
  expect(files.filter((name) => name.endsWith('.log.deleted')).length).toBeGreaterThan(0);
  await engine.close();
});
