import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemRandom, systemTimers } from '@millrace/foundation';
import { buildMarkerBatch } from '@millrace/protocol/records';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quickFolder } from '../testing/quick-folder.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import type { AbortedTransaction, Log, LogConfig, StorageEngine } from './log.ts';
import { createMemoryEngine } from './memory-engine.ts';
import { openSegmentEngine } from './segment-engine.ts';

const ID = { topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const CONFIG: LogConfig = { ...SAMPLE_LOG_CONFIG, segmentBytes: 600 };
const STEPS = 120;
const PRODUCERS = 4;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(quickFolder(), 'millrace-transactions-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function segmentEngine(folder: string): Promise<StorageEngine> {
  mkdirSync(folder, { recursive: true });
  return openSegmentEngine({
    folder,
    tailCacheBytes: 0,
    pendingWriteMaxBytes: 1_000_000_000,
    openFilesMax: 16,
    syncWriteMaxMs: 10_000,
    timers: systemTimers,
    random: systemRandom,
    logger: silentLogger,
  });
}

interface Ended {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isAbort: boolean;
}

/** What the log should know, worked out beside it. */
class Model {
  readonly ended: Ended[] = [];
  readonly open = new Map<number, number>();
  endOffset = 0;
  readonly #random: () => number;
  readonly #sequences = new Map<number, number>();

  constructor(seed: number) {
    let state = seed;
    this.#random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x80000000;
    };
  }

  /** A batch of some transaction, or the end of one. */
  next(): Buffer {
    const producerId = Math.floor(this.#random() * PRODUCERS);
    const firstOffset = this.open.get(producerId);
    if (firstOffset !== undefined && this.#random() < 0.4) return this.#end(producerId, firstOffset);
    const values = ['some text', 'and more'].slice(0, 1 + Math.floor(this.#random() * 2));
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + values.length);
    if (firstOffset === undefined) this.open.set(producerId, this.endOffset);
    this.endOffset += values.length;
    return sampleBatch({ values, producerId, producerEpoch: 0, baseSequence, isTransactional: true });
  }

  aborted(from: number, to: number): string[] {
    const found = this.ended.filter((one) => one.isAbort && one.lastOffset >= from && one.firstOffset < to);
    return told(found);
  }

  /** As far as the log goes up to an offset. */
  unstable(highWatermark: number): number | null {
    const undecided = this.ended.filter(({ lastOffset }) => lastOffset >= highWatermark);
    const first = Math.min(...this.open.values(), ...undecided.map(({ firstOffset }) => firstOffset));
    return Number.isFinite(first) ? first : null;
  }

  #end(producerId: number, firstOffset: number): Buffer {
    const isAbort = this.#random() < 0.5;
    this.open.delete(producerId);
    this.ended.push({ producerId, firstOffset, lastOffset: this.endOffset, isAbort });
    this.endOffset += 1;
    const type = isAbort ? 'ABORT' : 'COMMIT';
    return buildMarkerBatch({ type, producerId, producerEpoch: 0, coordinatorEpoch: 3, timestamp: 5 });
  }
}

function told(aborted: readonly AbortedTransaction[]): string[] {
  return aborted.map(({ producerId, firstOffset }) => `${producerId}@${firstOffset}`).sort();
}

async function expectAgreement(log: Log, model: Model): Promise<void> {
  expect(log.endOffset).toBe(model.endOffset);
  expect(log.producers.firstUnstable(model.endOffset)).toBe(model.unstable(model.endOffset));
  for (let from = 0; from < model.endOffset; from += 7) {
    for (const to of [from + 1, from + 20, model.endOffset]) {
      const found = told(await log.abortedTransactions(from, to));
      // What ends later may be in it too: a reader passes over what it does not meet.
      expect(found).toEqual(model.aborted(from, to));
    }
  }
  for (const [producerId, firstOffset] of model.open)
    expect(log.producers.get(producerId)?.transactionFirstOffset).toBe(firstOffset);
}

async function played(engine: StorageEngine, seed: number) {
  const log = await engine.open(ID, CONFIG);
  const model = new Model(seed);
  for (let step = 0; step < STEPS; step++) {
    const { written } = log.append(model.next(), 0);
    if (step % 5 === 0) await written;
  }
  await log.append(model.next(), 0).written;
  return { log, model };
}

describe.each([1, 2, 3, 4, 5])('transactions in a log, played from seed %i', (seed) => {
  it('are known to the memory engine', async () => {
    const { log, model } = await played(createMemoryEngine(), seed);
    await expectAgreement(log, model);
  });

  it('are known to segment files, across segments', async () => {
    const { log, model } = await played(await segmentEngine(join(root, 'live')), seed);
    expect(log.segments.length).toBeGreaterThan(5);
    await expectAgreement(log, model);
  });

  it('are known again after a kill', async () => {
    const engine = await segmentEngine(join(root, 'live'));
    const { model } = await played(engine, seed);
    cpSync(join(root, 'live'), join(root, 'crashed'), { recursive: true });
    const after = await segmentEngine(join(root, 'crashed'));
    await expectAgreement(await after.open(ID, CONFIG), model);
  });

  it('are known again after a clean stop, and go on', async () => {
    const engine = await segmentEngine(join(root, 'live'));
    const { model } = await played(engine, seed);
    await engine.close();
    const after = await segmentEngine(join(root, 'live'));
    const log = await after.open(ID, CONFIG);
    await expectAgreement(log, model);
    for (let step = 0; step < 20; step++) await log.append(model.next(), 0).written;
    await expectAgreement(log, model);
    expect(readdirSync(join(root, 'live', 'orders-0')).some((name) => name.endsWith('.txnindex'))).toBe(true);
  });
});

it('a marker that is not below the high watermark leaves its transaction unstable', async () => {
  const log = await createMemoryEngine().open(ID, CONFIG);
  const producer = { producerId: 1, producerEpoch: 0 };
  log.append(sampleBatch({ values: ['a'], ...producer, baseSequence: 0, isTransactional: true }), 0);
  log.append(buildMarkerBatch({ type: 'COMMIT', ...producer, coordinatorEpoch: 0, timestamp: 1 }), 0);
  expect(log.producers.firstUnstable(1)).toBe(0);
  expect(log.producers.firstUnstable(2)).toBeNull();
});

it('each of the last five batches of a producer is known after a clean stop', async () => {
  const engine = await segmentEngine(join(root, 'live'));
  const log = await engine.open(ID, SAMPLE_LOG_CONFIG);
  for (let sequence = 0; sequence < 14; sequence += 2)
    log.append(
      sampleBatch({ values: ['a', 'b'], producerId: 9, producerEpoch: 2, baseSequence: sequence }),
      0,
    );
  await log.flush();
  await engine.close();
  const after = await (await segmentEngine(join(root, 'live'))).open(ID, SAMPLE_LOG_CONFIG);
  const verdict = (firstSequence: number) =>
    after.producers.check({
      producerId: 9,
      producerEpoch: 2,
      firstSequence,
      lastSequence: firstSequence + 1,
    });
  for (const repeated of [4, 6, 8, 10, 12])
    expect(verdict(repeated)).toMatchObject({ kind: 'duplicate', of: { firstOffset: repeated } });
  expect(verdict(2)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
  expect(verdict(14)).toEqual({ kind: 'next' });
});
