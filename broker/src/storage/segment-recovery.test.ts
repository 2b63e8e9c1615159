import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemRandom } from '@millrace/foundation';
import { decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quickFolder } from '../testing/quick-folder.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, LogConfig, StorageEngine } from './log.ts';
import { openSegmentEngine } from './segment-engine.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const CONFIG: LogConfig = { ...SAMPLE_LOG_CONFIG, segmentBytes: 250 };
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(quickFolder(), 'millrace-recovery-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function openEngine(folder: string): Promise<StorageEngine> {
  return openSegmentEngine({
    folder,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs: 10_000,
    // What is damaged here is never checkpointed.
    timers: { after: () => ({ cancel: () => undefined }) },
    random: systemRandom,
    logger: silentLogger,
  });
}

async function readAll(log: Log): Promise<string[]> {
  const values: string[] = [];
  for (let next = log.startOffset; next < log.endOffset; ) {
    const buffers = await log.read(next, ALL);
    const batches = buffers.flatMap((buffer) =>
      [...iterateBatches(buffer)].map(({ position }) =>
        decodeBatch(buffer, position, { maxDecompressedBytes: 1_000_000, verifyCrc: false }),
      ),
    );
    if (batches.length === 0) break;
    for (const { records } of batches) values.push(...records.map(({ value }) => String(value)));
    next = (batches.at(-1)?.header.lastOffset ?? next) + 1;
  }
  return values;
}

const BATCHES = 6;
const BATCH_VALUES = Array.from({ length: BATCHES }, (_, batch) => [`${batch}a`, `${batch}b`]);

/** A log of several segments, two leader epochs and an idempotent producer; nothing is closed. */
async function fill(log: Log): Promise<void> {
  for (const [batch, values] of BATCH_VALUES.entries()) {
    const sample = {
      values,
      timestampMs: 1000 + batch * 10,
      producerId: 5,
      producerEpoch: 0,
      baseSequence: batch * 2,
    };
    log.append(sampleBatch(sample), batch < 4 ? 0 : 1);
  }
  await log.flush();
}

/** What a kill leaves: the files as they are, without checkpoint or marker. */
async function crashedFolder(): Promise<string> {
  const folder = join(root, 'crashed');
  mkdirSync(folder);
  const engine = await openEngine(folder);
  const log = await engine.open(ID, CONFIG);
  await fill(log);
  return folder;
}

interface LogFile {
  readonly name: string;
  readonly bytes: Buffer;
}

function segmentFiles(folder: string): LogFile[] {
  const path = join(folder, 'orders-0');
  const names = readdirSync(path).filter((name) => name.endsWith('.log'));
  return names.sort().map((name) => ({ name, bytes: readFileSync(join(path, name)) }));
}

/** Copies of the crashed folder, one damage each; `intact` batches are whole before it. */
async function reopenDamaged(
  crashed: string,
  damage: (
    files: readonly LogFile[],
  ) => readonly (LogFile | { readonly name: string; readonly bytes: null })[],
): Promise<{ engine: StorageEngine; log: Log; values: string[] }> {
  const folder = join(root, 'damaged');
  rmSync(folder, { recursive: true, force: true });
  cpSync(crashed, folder, { recursive: true });
  for (const { name, bytes } of damage(segmentFiles(folder))) {
    const path = join(folder, 'orders-0', name);
    if (bytes === null) rmSync(path);
    else writeFileSync(path, bytes);
  }
  const engine = await openEngine(folder);
  const log = await engine.open(ID, CONFIG);
  return { engine, log, values: await readAll(log) };
}

/** Where each batch ends, counted over all segments. */
function batchEnds(files: readonly LogFile[]): number[] {
  let before = 0;
  return files.flatMap(({ bytes }) => {
    const ends = [...iterateBatches(bytes)].map((header) => before + header.position + header.sizeInBytes);
    before += bytes.length;
    return ends;
  });
}

const intactAt = (ends: readonly number[], position: number) => ends.filter((end) => end <= position).length;

describe('recovery of a log', () => {
  it('keeps every whole batch when the file ends at any byte, and goes on behind it', async () => {
    const crashed = await crashedFolder();
    const files = segmentFiles(crashed);
    expect(files.length).toBeGreaterThan(1);
    const ends = batchEnds(files);
    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (let position = 0; position <= totalBytes; position++) {
      const { log, values } = await reopenDamaged(crashed, (all) => {
        let before = 0;
        return all.map(({ name, bytes }) => {
          const kept = bytes.subarray(0, Math.max(0, position - before));
          const isGone = before > position;
          before += bytes.length;
          return { name, bytes: isGone ? null : kept };
        });
      });
      const intact = intactAt(ends, position);
      expect(values).toEqual(BATCH_VALUES.slice(0, intact).flat());
      expect(log.endOffset).toBe(intact * 2);
      log.append(sampleBatch({ values: ['after'] }), 2);
      await log.flush();
      expect((await readAll(log)).at(-1)).toBe('after');
      await log.close();
    }
  }, 60_000);

  it('gives nothing that was not written when any byte is damaged', async () => {
    const crashed = await crashedFolder();
    const files = segmentFiles(crashed);
    const ends = batchEnds(files);
    const all = BATCH_VALUES.flat();
    let before = 0;
    for (const [index, file] of files.entries()) {
      for (let at = 0; at < file.bytes.length; at++) {
        const damaged = Buffer.from(file.bytes);
        damaged[at] = damaged[at]! ^ (1 << (at % 8));
        const { log, values } = await reopenDamaged(crashed, (now) => [
          { name: now[index]!.name, bytes: damaged },
        ]);
        expect(values).toEqual(all.slice(0, values.length));
        expect(values.length).toBeGreaterThanOrEqual(intactAt(ends, before + at) * 2);
        await log.close();
      }
      before += file.bytes.length;
    }
  }, 60_000);

  it('has producers, leader epochs and timestamps again after a kill', async () => {
    const { log } = await reopenDamaged(await crashedFolder(), () => []);
    const batch = { producerId: 5, producerEpoch: 0 };
    expect(log.producers.check({ ...batch, firstSequence: 12, lastSequence: 13 })).toEqual({ kind: 'next' });
    const repeated = log.producers.check({ ...batch, firstSequence: 10, lastSequence: 11 });
    expect(repeated).toMatchObject({ kind: 'duplicate', of: { firstOffset: 10, lastOffset: 11 } });
    expect(log.leaderEpochs).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 1, startOffset: 8 },
    ]);
    expect(await log.offsetForTimestamp(1031)).toMatchObject({ offset: 7, leaderEpoch: 0 });
    expect(await log.newestTimestamp()).toMatchObject({ offset: 11, timestampMs: 1051 });
  });

  it('reads only what follows the last checkpoint', async () => {
    const crashed = await crashedFolder();
    const engine = await openEngine(crashed);
    await engine.logs.get('orders-0')?.flush();
    await engine.checkpoint();
    // Damage in a synced segment is not looked for; that it stays unseen shows that the segment was not read.
    const { log } = await reopenDamaged(crashed, ([first]) => {
      const bytes = Buffer.from(first!.bytes);
      bytes[bytes.length - 2] = bytes.at(-2)! ^ 1;
      return [{ name: first!.name, bytes }];
    });
    expect(log.endOffset).toBe(BATCHES * 2);
  });

  it('opens a folder that was closed well without looking at its batches', async () => {
    const folder = join(root, 'closed');
    mkdirSync(folder);
    const engine = await openEngine(folder);
    await fill(await engine.open(ID, CONFIG));
    await engine.close();
    const again = await openEngine(folder);
    const log = await again.open(ID, CONFIG);
    expect(await readAll(log)).toEqual(BATCH_VALUES.flat());
    expect(log.flushedOffset).toBe(12);
    const next = { producerId: 5, producerEpoch: 0, firstSequence: 12, lastSequence: 12 };
    expect(log.producers.check(next)).toEqual({ kind: 'next' });
    log.append(sampleBatch({ values: ['x'], ...next, baseSequence: 12, timestampMs: 5000 }), 1);
    await log.flush();
    expect(await log.newestTimestamp()).toMatchObject({ offset: 12 });
    expect((await readAll(log)).at(-1)).toBe('x');
    await again.close();
    expect(await readAll((await openEngine(folder)).logs.get('orders-0')!)).toHaveLength(13);
  });

  it('builds missing indexes anew', async () => {
    const crashed = await crashedFolder();
    const engine = await openEngine(crashed);
    await engine.close();
    const path = join(crashed, 'orders-0');
    for (const name of readdirSync(path)) if (/index$/.test(name)) rmSync(join(path, name));
    const log = (await openEngine(crashed)).logs.get('orders-0')!;
    expect(await readAll(log)).toEqual(BATCH_VALUES.flat());
    expect(await log.offsetForTimestamp(1031)).toMatchObject({ offset: 7 });
  });

  it('recovers many logs at once, each from its own files, and all of them where one cannot be read', async () => {
    const folder = join(root, 'many');
    mkdirSync(folder);
    const engine = await openEngine(folder);
    const partitions = Array.from({ length: 9 }, (_, partition) => partition);
    for (const partition of partitions) {
      const log = await engine.open({ ...ID, partition }, CONFIG);
      for (let batch = 0; batch <= partition; batch++)
        log.append(sampleBatch({ values: [`${partition} ${batch}`] }), 0);
      await log.flush();
    }
    const again = await openEngine(folder);
    for (const partition of partitions) {
      const wanted = partitions.slice(0, partition + 1).map((batch) => `${partition} ${batch}`);
      expect(await readAll(again.logs.get(`orders-${partition}`)!)).toEqual(wanted);
    }
    const broken = join(folder, 'orders-2', '00000000000000000000.log');
    rmSync(broken);
    mkdirSync(broken);
    const closed: Promise<StorageEngine> = openEngine(folder);
    await expect(closed).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
    await expect(closed).rejects.toThrow(folder);
  });

  it('remembers a start that retention moved', async () => {
    const folder = join(root, 'retained');
    mkdirSync(folder);
    const engine = await openEngine(folder);
    const log = await engine.open(ID, CONFIG);
    await fill(log);
    await log.advanceStartOffset(7);
    await engine.checkpoint();
    const again = (await openEngine(folder)).logs.get('orders-0')!;
    expect(again.startOffset).toBe(7);
    expect(again.endOffset).toBe(12);
  });

  it('refuses to open a log for another topic of the same name', async () => {
    const engine = await openEngine(await crashedFolder());
    const other = engine.open({ ...ID, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' }, CONFIG);
    await expect(other).rejects.toMatchObject({ code: 'LOG_ID_MISMATCH' });
  });
});

describe('a log whose disk is full', () => {
  it('is closed for writes and says why, and is still read', async () => {
    const folder = join(root, 'full');
    mkdirSync(join(folder, 'orders-0'), { recursive: true });
    symlinkSync('/dev/full', join(folder, 'orders-0', '00000000000000000000.log'));
    const engine = await openEngine(folder);
    const log = await engine.open(ID, CONFIG);
    const { written } = log.append(sampleBatch({ values: ['a'] }), 0);
    await expect(written).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED', class: 'transient' });
    expect(log.failure?.message).toContain('ENOSPC');
    expect(log.failure?.details.hint).toContain('Free space');
    expect(() => log.append(sampleBatch({ values: ['b'] }), 0)).toThrow(/ENOSPC/);
    expect(log.endOffset).toBe(0);
    expect(await log.read(0, ALL)).toEqual([]);
    await expect(log.flush()).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
  });
});
