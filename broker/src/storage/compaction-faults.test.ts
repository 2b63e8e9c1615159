import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import {
  buildMarkerBatch,
  decodeBatch,
  decodeTransactionMarker,
  iterateBatches,
} from '@millrace/protocol/records';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quickFolder } from '../testing/quick-folder.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { Log, LogConfig, StorageEngine } from './log.ts';
import { openSegmentEngine } from './segment-engine.ts';

/** Called before each file is renamed: the moments between which a kill can come in a swap. */
const hooks = vi.hoisted(() => ({ beforeRename: (_path: string): void => undefined }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const renameSync: typeof fs.renameSync = (from, to) => {
    hooks.beforeRename(String(from));
    fs.renameSync(from, to);
  };
  return { ...fs, renameSync, default: { ...fs, renameSync } };
});

const SEEDS = Number(process.env.COMPACTION_SEEDS ?? 8);
const FIRST_SEED = Number(process.env.COMPACTION_SEED ?? 1);
/** Kills that are tried in one round of compaction. */
const COPIES_MAX = 4;
const ID = { topic: 'table', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };
const DELETE_RETENTION_MS = 50;
const CONFIG: LogConfig = {
  ...SAMPLE_LOG_CONFIG,
  cleanupPolicy: ['compact'],
  segmentBytes: 600,
  deleteRetentionMs: DELETE_RETENTION_MS,
};
const COMPRESSIONS = ['none', 'gzip', 'lz4', 'zstd', 'snappy'] as const;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(quickFolder(), 'millrace-faults-'));
});
afterEach(() => {
  hooks.beforeRename = () => undefined;
  rmSync(root, { recursive: true, force: true });
});

function openEngine(folder: string): Promise<StorageEngine> {
  return openSegmentEngine({
    folder,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 64,
    syncWriteMaxMs: 10_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
}

function chance(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** As `cpSync`, where files may go meanwhile. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFolder(source, target);
    else if (existsSync(source)) {
      try {
        copyFileSync(source, target);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  }
}

interface Row {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

/** What was ever appended, and what a reader of committed records must find of it. */
class Model {
  readonly appended = new Map<number, Row>();
  readonly aborted = new Set<number>();
  readonly lastSequence = new Map<number, number>();

  /** Newest committed value of each key below `end`. */
  newest(): Map<string, Row> {
    const newest = new Map<string, Row>();
    for (const row of this.appended.values()) if (!this.aborted.has(row.offset)) newest.set(row.key, row);
    return newest;
  }
}

/** Appends random batches, alone and in transactions that end at once or later. */
class Writer {
  readonly model = new Model();
  readonly #log: Log;
  readonly #chance: (below: number) => number;
  readonly #open = new Map<number, number[]>();
  readonly #sequences = new Map<number, number>();
  #clock = 1000;

  constructor(log: Log, random: (below: number) => number) {
    this.#log = log;
    this.#chance = random;
  }

  async write(batches: number): Promise<void> {
    for (let batch = 0; batch < batches; batch++) {
      const producerId = this.#chance(4);
      if (producerId > 0 && this.#open.has(producerId) && this.#chance(3) === 0) this.end(producerId);
      else this.#append(producerId);
    }
    await this.#log.flush();
  }

  endAll(): void {
    for (const producerId of [...this.#open.keys()]) this.end(producerId);
  }

  end(producerId: number): void {
    const type = this.#chance(2) === 0 ? 'ABORT' : 'COMMIT';
    if (type === 'ABORT')
      for (const offset of this.#open.get(producerId) ?? []) this.model.aborted.add(offset);
    this.#open.delete(producerId);
    const timestamp = this.#clock++;
    this.#log.append(
      buildMarkerBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestamp }),
      0,
    );
  }

  get firstUnstable(): number {
    return Math.min(this.#log.endOffset, ...[...this.#open.values()].flat());
  }

  #append(producerId: number): void {
    const count = 1 + this.#chance(4);
    const keys = Array.from({ length: count }, () => `k${this.#chance(12)}`);
    const values = keys.map(() => (this.#chance(5) === 0 ? null : `v${this.#clock++}`));
    const sequence = this.#sequences.get(producerId) ?? 0;
    const producer =
      producerId === 0 ? {} : { producerId, producerEpoch: 0, baseSequence: sequence, isTransactional: true };
    const compression = COMPRESSIONS[this.#chance(COMPRESSIONS.length)]!;
    const batch = sampleBatch({ keys, values, compression, timestampMs: this.#clock, ...producer });
    const { firstOffset } = this.#log.append(batch, 0);
    const offsets = keys.map((_, index) => firstOffset + index);
    for (const [index, key] of keys.entries())
      this.model.appended.set(firstOffset + index, {
        offset: firstOffset + index,
        key,
        value: values[index] ?? null,
      });
    if (producerId === 0) return;
    this.#sequences.set(producerId, sequence + count);
    this.model.lastSequence.set(producerId, sequence + count - 1);
    this.#open.set(producerId, [...(this.#open.get(producerId) ?? []), ...offsets]);
  }
}

/** All records that are there, and those of them that a reader of committed ones gets. */
async function readAll(log: Log): Promise<{ all: Row[]; committed: Row[] }> {
  const all: Row[] = [];
  const committed: Row[] = [];
  const aborted = [...(await log.abortedTransactions(log.startOffset, log.endOffset))].sort(
    (a, b) => a.firstOffset - b.firstOffset,
  );
  const skipping = new Set<number>();
  for (let next = log.startOffset; next < log.endOffset; ) {
    const before = next;
    for (const buffer of await log.read(next, ALL)) {
      for (const { position, lastOffset, isControl, isTransactional, producerId } of iterateBatches(buffer)) {
        expect(lastOffset).toBeGreaterThanOrEqual(next);
        next = lastOffset + 1;
        while (aborted[0] !== undefined && aborted[0].firstOffset <= lastOffset)
          skipping.add(aborted.shift()!.producerId);
        const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: 1_000_000 });
        for (const { offset, key, value } of records) {
          if (isControl) {
            if (decodeTransactionMarker(key, value)?.type === 'ABORT') skipping.delete(producerId);
            continue;
          }
          const row = { offset, key: String(key), value: value && String(value) };
          all.push(row);
          if (!(isTransactional && skipping.has(producerId))) committed.push(row);
        }
      }
    }
    if (next === before) throw new Error(`nothing can be read at ${next}`);
  }
  return { all, committed };
}

/** What holds whatever was compacted, cut off or killed: nothing is made up, nothing newest is lost, nothing aborted seen. */
async function check(log: Log, model: Model, firstUnstable: number): Promise<void> {
  const { all, committed } = await readAll(log);
  for (const row of all) expect(row).toEqual(model.appended.get(row.offset));
  for (const { offset } of committed) expect(model.aborted.has(offset)).toBe(false);
  const found = new Map(committed.map((row) => [row.key, row]));
  for (const [key, newest] of model.newest()) {
    if (newest.offset >= firstUnstable) continue;
    if (found.get(key)?.offset === newest.offset) continue;
    // A deletion may have gone itself, but then with all that it deleted.
    expect([key, newest.value, found.get(key)]).toEqual([key, null, undefined]);
  }
  for (const [producerId, sequence] of model.lastSequence)
    expect(log.producers.get(producerId)?.batches.at(-1)?.lastSequence).toBe(sequence);
}

/** Of what a whole round went through: each key once, and nothing aborted. */
async function checkCompacted(log: Log, model: Model): Promise<void> {
  const { all } = await readAll(log);
  const keys = all.filter(({ offset }) => offset < (log.cleanedOffset ?? 0)).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { offset } of all)
    expect(offset < (log.cleanedOffset ?? 0) && model.aborted.has(offset)).toBe(false);
}

/** Opens a copy of a folder as a kill left it, and looks that all is there; it can be compacted on. */
async function checkCrash(folder: string, model: Model, firstUnstable: number, nowMs: number): Promise<void> {
  const engine = await openEngine(folder);
  const log = await engine.open(ID, CONFIG);
  await check(log, model, firstUnstable);
  await compact(log, firstUnstable, nowMs, 1000);
  await check(log, model, firstUnstable);
  await engine.close();
}

async function compact(
  log: Log,
  firstUnstable: number,
  nowMs: number,
  mapSlots: number,
  step: () => void = () => undefined,
): Promise<void> {
  const whole = log.segments.slice(0, -1).filter((segment) => segment.nextOffset <= firstUnstable);
  const endBefore = whole.at(-1)?.nextOffset ?? 0;
  const firstDirtyOffset = Math.max(log.cleanedOffset ?? 0, log.startOffset);
  if (endBefore <= firstDirtyOffset) return;
  const pace = {
    step: () => {
      step();
      return null;
    },
  };
  const signal = new AbortController().signal;
  await log.compact({
    firstDirtyOffset,
    endBefore,
    nowMs,
    mapSlots,
    mapLoadFactor: 0.8,
    ioBufferBytes: 200,
    pace,
    signal,
  });
}

describe('compaction of random logs', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index))(
    'loses, makes up and resurrects nothing, wherever it is killed (COMPACTION_SEED=%i)',
    async (seed) => {
      const random = chance(seed);
      const folder = join(root, 'log');
      mkdirSync(folder);
      const engine = await openEngine(folder);
      const log = await engine.open(ID, CONFIG);
      const writer = new Writer(log, random);
      let nowMs = 1_000_000;
      for (let round = 0; round < 5; round++) {
        await writer.write(8 + random(12));
        if (random(2) === 0) writer.endAll();
        await log.flush();
        nowMs += random(2) * DELETE_RETENTION_MS;
        const copies: string[] = [];
        const copy = (): void => {
          if (random(3) > 0 || copies.length === COPIES_MAX) return;
          const copied = join(root, `crash-${round}-${copies.length}`);
          copyFolder(folder, copied);
          copies.push(copied);
        };
        hooks.beforeRename = (path) => {
          if (path.startsWith(join(folder, 'table-0'))) copy();
        };
        const { firstUnstable } = writer;
        await compact(log, firstUnstable, nowMs, random(3) === 0 ? 8 : 1000, () => {
          if (random(8) === 0) copy();
        });
        hooks.beforeRename = () => undefined;
        await check(log, writer.model, firstUnstable);
        await checkCompacted(log, writer.model);
        for (const copied of copies) {
          await checkCrash(copied, writer.model, firstUnstable, nowMs);
          rmSync(copied, { recursive: true });
        }
      }
      await engine.close();
      const again = await openEngine(folder);
      await check(await again.open(ID, CONFIG), writer.model, writer.firstUnstable);
      await again.close();
      expect(existsSync(join(folder, 'cleaner-offset-checkpoint'))).toBe(true);
      expect(readFileSync(join(folder, 'cleaner-offset-checkpoint'), 'utf8')).toMatch(
        /^0\n1\ntable 0 \d+\n$/,
      );
    },
    60_000,
  );
});
