import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import { iterateBatches } from '@millrace/protocol/records';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, LogConfig, StorageEngine } from './log.ts';
import { OffsetIndex } from './offset-index.ts';
import { openSegmentEngine, type SegmentEngineOptions } from './segment-engine.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const SMALL: LogConfig = { ...SAMPLE_LOG_CONFIG, segmentBytes: 250 };
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };
const PRODUCER = { producerId: 5, producerEpoch: 0 };

let root: string;
let folder: string;
const engines: StorageEngine[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  folder = join(root, 'data');
  mkdirSync(folder);
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close().catch(() => undefined);
  rmSync(root, { recursive: true, force: true });
});

async function openEngine(path = folder, more: Partial<SegmentEngineOptions> = {}): Promise<StorageEngine> {
  const engine = await openSegmentEngine({
    folder: path,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs: 10_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
    ...more,
  });
  engines.push(engine);
  return engine;
}

/** The folder as a kill would leave it now, damaged, and opened again. */
async function afterKill(damage: (logFolder: string) => void = () => undefined) {
  const killed = mkdtempSync(join(root, 'killed-'));
  cpSync(folder, killed, { recursive: true });
  const path = join(killed, 'orders-0');
  damage(path);
  const log = (await openEngine(killed)).logs.get('orders-0');
  return { log: log!, path };
}

async function filled(batches: number, more: Partial<SegmentEngineOptions> = {}): Promise<Log> {
  const log = await (await openEngine(folder, more)).open(ID, SMALL);
  for (let sequence = 0; sequence < batches; sequence++) {
    const sample = { values: ['v'], timestampMs: 1000 + sequence, ...PRODUCER, baseSequence: sequence };
    await log.append(sampleBatch(sample), 0).written;
  }
  return log;
}

const fileOf = (baseOffset: number, kind = 'log') => `${String(baseOffset).padStart(20, '0')}.${kind}`;
const filesIn = (path: string, kind: string) => readdirSync(path).filter((name) => name.endsWith(kind));
const inFolder = () => join(folder, 'orders-0');

/** Every offset that a reader is given, read until the end or until nothing comes. */
async function offsetsOf(log: Log): Promise<number[]> {
  const offsets: number[] = [];
  for (let next = log.startOffset; next < log.endOffset; ) {
    const headers = (await log.read(next, ALL)).flatMap((buffer) => [...iterateBatches(buffer)]);
    const last = headers.at(-1);
    if (last === undefined) break;
    offsets.push(...headers.map(({ baseOffset }) => baseOffset));
    next = last.lastOffset + 1;
  }
  return offsets;
}

const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, index) => start + index);

describe('a reader under whom retention deletes', () => {
  it('is told that the offset is gone, and leaves no file behind', async () => {
    const log = await filled(12);
    await log.flush();
    const reads = range(0, 4).map((offset) => log.read(offset, ALL));
    const gone = log.advanceStartOffset(8);
    const outcomes = await Promise.allSettled(reads);
    await gone;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('OFFSET_OUT_OF_RANGE');
      else expect(outcome.value.length).toBeGreaterThan(0);
    }
    const bases = log.segments.map(({ baseOffset }) => fileOf(baseOffset));
    expect(filesIn(inFolder(), '.log')).toEqual(bases);
  });

  it('fails with a sentence where a file is gone that ought to be there', async () => {
    const log = await filled(12, { openFilesMax: 1 });
    await log.flush();
    rmSync(join(inFolder(), fileOf(0)));
    await expect(log.read(0, ALL)).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
    expect(filesIn(inFolder(), '.log')).not.toContain(fileOf(0));
  });
});

describe('recovery', () => {
  it('passes over an empty segment file that is not the last', async () => {
    const log = await filled(12);
    await log.advanceStartOffset(8);
    const base = log.segments[0]!.baseOffset;
    const { log: again, path } = await afterKill((at) => writeFileSync(join(at, fileOf(0)), ''));
    expect(await offsetsOf(again)).toEqual(range(base, 12));
    expect(filesIn(path, '.log')).not.toContain(fileOf(0));
  });

  it('keeps what it cannot put behind a gap under another name', async () => {
    const log = await filled(12);
    const [, second, third] = log.segments;
    const { log: again, path } = await afterKill((at) =>
      truncateSync(join(at, fileOf(second!.baseOffset)), 70),
    );
    expect(again.endOffset).toBeLessThan(third!.baseOffset);
    expect(filesIn(path, '.given-up')).toContain(`${fileOf(third!.baseOffset)}.given-up`);
  });

  it('does not take a rolled batch that was lost for one that it has', async () => {
    const log = await filled(12);
    await log.flush();
    const rolled = log.segments.at(-1)!.baseOffset;
    const { log: again } = await afterKill((at) => {
      truncateSync(join(at, fileOf(rolled)), 0);
      writeFileSync(join(at, '..', 'recovery-point-offset-checkpoint'), `0\n1\norders 0 ${rolled}\n`);
    });
    expect(again.endOffset).toBe(rolled);
    const retried = { ...PRODUCER, firstSequence: rolled, lastSequence: rolled };
    expect(again.producers.check(retried)).toEqual({ kind: 'next' });
  });

  it('does not believe a snapshot that ends where the log was cut', async () => {
    const log = await filled(12);
    const [, second] = log.segments;
    const { path } = await afterKill((at) => {
      for (const name of filesIn(at, '.snapshot')) {
        cpSync(join(at, name), join(at, fileOf(second!.baseOffset + 1, 'snapshot')));
      }
      const oneBatch = second!.sizeBytes / (second!.nextOffset - second!.baseOffset);
      truncateSync(join(at, fileOf(second!.baseOffset)), oneBatch + 5);
    });
    expect(filesIn(path, '.snapshot')).not.toContain(fileOf(second!.baseOffset + 1, 'snapshot'));
  });
});

describe('a damaged segment', () => {
  async function damaged(position: number): Promise<{ log: Log; second: number }> {
    const log = await filled(12);
    await log.flush();
    const file = openSync(join(inFolder(), fileOf(0)), 'r+');
    writeSync(file, Buffer.alloc(40), 0, 40, position);
    closeSync(file);
    return { log, second: log.segments[1]!.baseOffset };
  }

  it('is told to a reader, who may go on behind it', async () => {
    const { log, second } = await damaged(0);
    await expect(log.read(0, ALL)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect((await log.read(second, ALL)).length).toBeGreaterThan(0);
  });

  it('is told to a reader who comes to it in sequence', async () => {
    const { log } = await damaged(75);
    const [first] = (await log.read(0, ALL)).flatMap((buffer) => [...iterateBatches(buffer)]);
    expect(first?.baseOffset).toBe(0);
    await expect(log.read(1, ALL)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
  });
});

describe('a disk that does not keep up', () => {
  it('lets only so much wait, and takes more once that is written', async () => {
    const log = await (await openEngine(folder, { pendingWriteMaxBytes: 500 })).open(ID, SMALL);
    const batch = () => sampleBatch({ values: ['v'] });
    const appended = [log.append(batch(), 0)];
    const fill = () => {
      while (appended.length < 500) appended.push(log.append(batch(), 0));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'LOG_WRITES_PENDING', class: 'transient' }));
    expect(appended.length * batch().length).toBeLessThanOrEqual(500);
    expect(log.endOffset).toBe(appended.length);
    await Promise.all(appended.map(({ written }) => written));
    expect(log.append(batch(), 0).firstOffset).toBe(appended.length);
  });
});

it('finds what is left of a read without its index', async () => {
  const log = await (await openEngine()).open(ID, SAMPLE_LOG_CONFIG);
  for (let index = 0; index < 10; index++) await log.append(sampleBatch({ values: ['v', 'w'] }), 0).written;
  const [all] = await log.read(0, ALL);
  const lookup = vi.spyOn(OffsetIndex.prototype, 'lookup');
  for (const offset of [4, 14, 8, 2]) {
    const [rest] = await log.read(offset, ALL);
    expect(rest?.length).toBe(((all?.length ?? 0) * (20 - offset)) / 20);
  }
  expect(lookup).not.toHaveBeenCalled();
  const [part] = await log.read(5, ALL);
  expect([...iterateBatches(part ?? Buffer.alloc(0))][0]?.baseOffset).toBe(4);
  expect(lookup).toHaveBeenCalledTimes(1);
});

it('does not look into files for a reader who has no room left', async () => {
  const log = await filled(12, { openFilesMax: 1 });
  await log.flush();
  rmSync(join(inFolder(), fileOf(0)));
  expect(await log.read(0, { ...ALL, maxBytes: -5, atLeastOne: false })).toEqual([]);
});
