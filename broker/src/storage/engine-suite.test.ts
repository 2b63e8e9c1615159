import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import {
  decodeBatch,
  iterateBatches,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from '@millrace/protocol/records';
import { afterAll, describe, expect, it } from 'vitest';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, LogConfig, StorageEngine } from './log.ts';
import { createMemoryEngine } from './memory-engine.ts';
import { openSegmentEngine } from './segment-engine.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function segmentEngine(tailCacheBytes: number, syncWriteMaxMs = 10_000): Promise<StorageEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-engine-'));
  folders.push(folder);
  return openSegmentEngine({
    folder,
    tailCacheBytes,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
}

/** What every storage engine holds to; a new engine is one more row. */
const engines: readonly [string, () => Promise<StorageEngine>, Partial<LogConfig>][] = [
  ['memory', async () => createMemoryEngine(), {}],
  ['segment files, tail in memory', () => segmentEngine(1_000_000), {}],
  ['segment files, no tail', () => segmentEngine(0), {}],
  ['segment files, small segments, no tail', () => segmentEngine(0), { segmentBytes: 300 }],
  ['segment files, a disk that is always too slow', () => segmentEngine(0, 0), {}],
  ['segment files, small segments and a slow disk', () => segmentEngine(1000, 0), { segmentBytes: 300 }],
  ['segment files, few index entries', () => segmentEngine(0), { indexIntervalBytes: 1_000_000 }],
];

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };

function valuesOf(buffers: readonly Buffer[]): string[] {
  return buffers.flatMap((buffer) =>
    [...iterateBatches(buffer)].flatMap(({ position }) =>
      decodeBatch(buffer, position, { maxDecompressedBytes: 1_000_000 }).records.map(({ value }) =>
        String(value),
      ),
    ),
  );
}

/** Everything from `offset` on, read until nothing more comes. */
async function readAll(log: Log, offset: number): Promise<string[]> {
  const values: string[] = [];
  for (let next = offset; next < log.endOffset; ) {
    const buffers = await log.read(next, ALL);
    if (buffers.length === 0) break;
    const found = buffers.flatMap((buffer) => [...iterateBatches(buffer)]);
    values.push(...valuesOf(buffers));
    next = (found.at(-1)?.lastOffset ?? next) + 1;
  }
  return values;
}

async function fill(log: Log, batches: number, perBatch = 2): Promise<string[]> {
  const all: string[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const values = Array.from({ length: perBatch }, (_, index) => `v${batch}.${index}`);
    all.push(...values);
    const { written } = log.append(sampleBatch({ values, timestampMs: 1000 + batch * 100 }), 0);
    if (batch % 3 === 0) await written;
  }
  await log.flush();
  return all;
}

describe.each(engines)('a log in %s', (_name, makeEngine, special) => {
  const config = { ...SAMPLE_LOG_CONFIG, ...special };
  const openLog = async () => {
    const engine = await makeEngine();
    return { engine, log: await engine.open(ID, config) };
  };

  it('gives offsets one after the other and reads back what was appended', async () => {
    const { log } = await openLog();
    const first = log.append(sampleBatch({ values: ['a', 'b', 'c'] }), 0);
    const second = log.append(sampleBatch({ values: ['d'] }), 0);
    expect([first.firstOffset, first.lastOffset]).toEqual([0, 2]);
    expect([second.firstOffset, second.lastOffset]).toEqual([3, 3]);
    expect(log.endOffset).toBe(4);
    await second.written;
    expect(log.writtenOffset).toBe(4);
    expect(await readAll(log, 0)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reads whole batches from the one that holds the offset', async () => {
    const { log } = await openLog();
    const all = await fill(log, 30);
    expect(await readAll(log, 0)).toEqual(all);
    for (const offset of [0, 1, 2, 7, 31, 58, 59]) {
      expect(await readAll(log, offset)).toEqual(all.slice(offset - (offset % 2)));
    }
    expect(await log.read(60, ALL)).toEqual([]);
  });

  it('refuses offsets below its start and above its end', async () => {
    const { log } = await openLog();
    await fill(log, 3);
    await expect(log.read(7, ALL)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    await log.advanceStartOffset(2);
    await expect(log.read(1, ALL)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });

  it('keeps to the byte limit, but for a first batch that is asked for', async () => {
    const { log } = await openLog();
    await fill(log, 4, 1);
    const [one] = await log.read(0, { ...ALL, maxBytes: 1 });
    expect(valuesOf([one!])).toEqual(['v0.0']);
    expect(await log.read(0, { ...ALL, maxBytes: 1, atLeastOne: false })).toEqual([]);
    const two = await log.read(0, { ...ALL, maxBytes: one!.length * 2 + 1 });
    expect(valuesOf(two)).toEqual(['v0.0', 'v1.0']);
  });

  it('gives no batch that reaches past the bound', async () => {
    const { log } = await openLog();
    await fill(log, 4);
    expect(valuesOf(await log.read(0, { ...ALL, endBefore: 5 }))).toEqual(['v0.0', 'v0.1', 'v1.0', 'v1.1']);
    expect(await log.read(4, { ...ALL, endBefore: 4 })).toEqual([]);
  });

  it('finds the first record at or after a timestamp', async () => {
    const { log } = await openLog();
    await fill(log, 10);
    expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 0, timestampMs: 1000 });
    expect(await log.offsetForTimestamp(1001)).toMatchObject({ offset: 1, timestampMs: 1001 });
    expect(await log.offsetForTimestamp(1002)).toMatchObject({ offset: 2, timestampMs: 1100 });
    expect(await log.offsetForTimestamp(1901)).toMatchObject({ offset: 19, timestampMs: 1901 });
    expect(await log.offsetForTimestamp(1902)).toBeNull();
  });

  it('finds no record before its start, which may be inside a batch', async () => {
    const { log } = await openLog();
    await fill(log, 2, 4);
    await log.advanceStartOffset(2);
    expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 2, timestampMs: 1002 });
    expect(await log.offsetForTimestamp(1003)).toMatchObject({ offset: 3 });
    await log.advanceStartOffset(4);
    expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 4, timestampMs: 1100 });
  });

  it('finds the newest timestamp wherever it is', async () => {
    const { log } = await openLog();
    expect(await log.newestTimestamp()).toBeNull();
    await fill(log, 5);
    log.append(sampleBatch({ values: ['newest'], timestampMs: 9000 }), 0);
    log.append(sampleBatch({ values: ['late', 'later'], timestampMs: 500 }), 0);
    await log.flush();
    expect(await log.newestTimestamp()).toEqual({ offset: 10, timestampMs: 9000, leaderEpoch: 0 });
  });

  it('remembers where each leader epoch began', async () => {
    const { log } = await openLog();
    log.append(sampleBatch({ values: ['a', 'b'] }), 1);
    log.append(sampleBatch({ values: ['c'] }), 1);
    log.append(sampleBatch({ values: ['d'] }), 4);
    await log.flush();
    expect(log.leaderEpochs).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 4, startOffset: 3 },
    ]);
    await log.truncateTo(3);
    expect(log.leaderEpochs).toEqual([{ epoch: 1, startOffset: 0 }]);
  });

  it('drops what is cut off and goes on from there', async () => {
    const { log } = await openLog();
    const all = await fill(log, 20);
    await log.truncateTo(22);
    expect(log.endOffset).toBe(22);
    expect(await readAll(log, 0)).toEqual(all.slice(0, 22));
    log.append(sampleBatch({ values: ['new'] }), 1);
    await log.flush();
    expect(await readAll(log, 0)).toEqual([...all.slice(0, 22), 'new']);
    expect(await log.offsetForTimestamp(2150)).toBeNull();
  });

  it('takes what a leader has stamped as it is: offsets, epochs and producers', async () => {
    const leader = await openLog();
    const follower = await openLog();
    const all = await fill(leader.log, 5);
    const batch = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
    leader.log.append(sampleBatch({ values: ['x'], ...batch }), 3);
    await leader.log.flush();
    while (follower.log.endOffset < leader.log.endOffset) {
      for (const buffer of await leader.log.read(follower.log.endOffset, ALL))
        follower.log.appendReplicated(buffer);
    }
    await follower.log.flush();
    expect(await readAll(follower.log, 0)).toEqual([...all, 'x']);
    expect(follower.log.leaderEpochs).toEqual(leader.log.leaderEpochs);
    const next = { producerId: 7, producerEpoch: 0, firstSequence: 1, lastSequence: 1 };
    expect(follower.log.producers.check(next)).toEqual({ kind: 'next' });
  });

  it('begins anew at an offset, with nothing of what it knew', async () => {
    const { log } = await openLog();
    await fill(log, 5);
    await log.resetTo(100);
    expect([log.startOffset, log.endOffset, log.leaderEpochs]).toEqual([100, 100, []]);
    log.append(sampleBatch({ values: ['new'] }), 1);
    await log.flush();
    expect(await readAll(log, 100)).toEqual(['new']);
    await expect(log.read(4, ALL)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });

  it('takes gaps of a compacted leader once they are allowed', async () => {
    const { log } = await openLog();
    const batch = sampleBatch({ values: ['far'] });
    setBaseOffset(batch, 0, 7);
    setPartitionLeaderEpoch(batch, 0, 2);
    await log.allowGaps();
    log.appendReplicated(batch);
    await log.flush();
    expect([log.startOffset, log.endOffset]).toEqual([0, 8]);
    expect(await readAll(log, 0)).toEqual(['far']);
  });

  it('knows its producers, also after a cut', async () => {
    const { log } = await openLog();
    const batch = (sequence: number, values: string[]) =>
      sampleBatch({ values, producerId: 7, producerEpoch: 0, baseSequence: sequence });
    log.append(batch(0, ['a', 'b']), 0);
    log.append(batch(2, ['c']), 0);
    await log.flush();
    const next = { producerId: 7, producerEpoch: 0, firstSequence: 3, lastSequence: 3 };
    expect(log.producers.check(next)).toEqual({ kind: 'next' });
    await log.truncateTo(2);
    expect(log.producers.check(next)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
    expect(log.producers.check({ ...next, firstSequence: 2, lastSequence: 2 })).toEqual({ kind: 'next' });
  });

  it('moves its start up', async () => {
    const { log } = await openLog();
    const all = await fill(log, 20);
    const sizeBytes = log.sizeBytes;
    await log.advanceStartOffset(20);
    expect(log.startOffset).toBe(20);
    expect(await readAll(log, 20)).toEqual(all.slice(20));
    expect(await log.offsetForTimestamp(0)).toMatchObject({ offset: 20 });
    expect(log.sizeBytes).toBeLessThanOrEqual(sizeBytes);
  });

  it('flushes what was appended before', async () => {
    const { log } = await openLog();
    log.append(sampleBatch({ values: ['a'] }), 0);
    await Promise.all([log.flush(), log.flush()]);
    expect(log.flushedOffset).toBe(1);
  });

  it('settles appends that are on their way when it is deleted', async () => {
    const { engine, log } = await openLog();
    const first = log.append(sampleBatch({ values: ['a'] }), 0);
    await first.written;
    const second = log.append(sampleBatch({ values: ['b'] }), 0);
    const outcome = second.written.then(
      () => 'written',
      () => 'failed',
    );
    await engine.delete(ID);
    expect(['written', 'failed']).toContain(await outcome);
    expect(engine.logs.size).toBe(0);
  });

  it('is known up to where it was committed, until it is deleted', async () => {
    const { engine } = await openLog();
    expect(engine.notedHighWatermark(ID)).toBeNull();
    await engine.noteHighWatermarks(new Map([['orders-0', 2]]));
    expect(engine.notedHighWatermark(ID)).toBe(2);
    await engine.delete(ID);
    expect(engine.notedHighWatermark(ID)).toBeNull();
  });

  it('begins anew when it is deleted', async () => {
    const { engine, log } = await openLog();
    await fill(log, 3);
    await engine.delete(ID);
    expect(engine.logs.size).toBe(0);
    const again = await engine.open({ ...ID, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' }, config);
    expect(again.endOffset).toBe(0);
  });
});
