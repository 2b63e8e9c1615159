import { type Logger, silentLogger, systemTimers } from '@millrace/foundation';
import { iterateBatches } from '@millrace/protocol/records';
import { describe, expect, it } from 'vitest';
import { OFFSET_MAP_SLOT_BYTES } from '../core/log/offset-map.ts';
import type { CompactionRequest, Log, LogConfig, StorageEngine } from '../storage/log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { SAMPLE_LOG_CONFIG, sampleBatch } from '../testing/sample-batches.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { CleanerPace } from './cleaner-pace.ts';
import { LogCleaner } from './log-cleaner.ts';

const COMPACTED: LogConfig = {
  ...SAMPLE_LOG_CONFIG,
  cleanupPolicy: ['compact'],
  minCleanableDirtyRatio: 0.5,
};
const ALL = { maxBytes: 1_000_000, atLeastOne: true, endBefore: Number.POSITIVE_INFINITY };

/** Time that only tests move; timers fire when it comes to them. */
class ManualTime {
  nowMs = 1_000_000;
  readonly #due: { atMs: number; callback: () => void }[] = [];
  readonly clock = { now: () => ({ wallMs: this.nowMs, monoMs: this.nowMs }) };
  readonly timers = {
    after: (delayMs: number, callback: () => void) => {
      const timer = { atMs: this.nowMs + delayMs, callback };
      this.#due.push(timer);
      return { cancel: () => void this.#due.splice(this.#due.indexOf(timer) >>> 0, 1) };
    },
  };

  get waiting(): number {
    return this.#due.length;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#due.filter(({ atMs }) => atMs <= this.nowMs)) {
      this.#due.splice(this.#due.indexOf(timer), 1);
      timer.callback();
    }
  }
}

async function openLog(engine: StorageEngine, topic: string, config = COMPACTED): Promise<Log> {
  return engine.open({ topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 }, config);
}

async function write(log: Log, ...values: readonly string[]): Promise<void> {
  for (const value of values) await log.append(sampleBatch({ keys: ['key'], values: [value] }), 0).written;
}

function cleanerOf(
  logs: readonly Log[],
  more: { time?: ManualTime; logger?: Logger; raw?: object } = {},
): LogCleaner {
  const partitions = logs.map((log) => ({
    topic: log.id.topic,
    partition: 0,
    log,
    get lastStableOffset() {
      return log.endOffset;
    },
  }));
  const time = more.time ?? new ManualTime();
  return new LogCleaner({
    partitions: { all: () => partitions },
    config: parseBrokerConfig({ 'log.dirs': '/data', ...more.raw }),
    clock: time.clock,
    timers: time.timers,
    logger: more.logger ?? silentLogger,
  });
}

async function offsetsOf(log: Log): Promise<number[]> {
  return (await log.read(log.startOffset, ALL)).flatMap((buffer) =>
    [...iterateBatches(buffer)].map(({ baseOffset }) => baseOffset),
  );
}

describe('the cleaner', () => {
  it('compacts every log that is due, and no other', async () => {
    const engine = createMemoryEngine();
    const due = await openLog(engine, 'due');
    const kept = await openLog(engine, 'kept', { ...COMPACTED, cleanupPolicy: ['delete'] });
    const young = await openLog(engine, 'young', { ...COMPACTED, minCompactionLagMs: 999_500 });
    for (const log of [due, kept, young]) await write(log, 'a', 'b', 'c', 'd');
    await cleanerOf([due, kept, young]).clean();
    expect(await offsetsOf(due)).toEqual([2, 3]);
    expect(await offsetsOf(kept)).toEqual([0, 1, 2, 3]);
    expect(await offsetsOf(young)).toEqual([0, 1, 2, 3]);
  });

  it('takes a log that says otherwise from the next look on', async () => {
    const log = await openLog(createMemoryEngine(), 'changed', { ...COMPACTED, cleanupPolicy: ['delete'] });
    await write(log, 'a', 'b', 'c');
    const cleaner = cleanerOf([log]);
    await cleaner.clean();
    expect(await offsetsOf(log)).toEqual([0, 1, 2]);
    log.configure(COMPACTED);
    await cleaner.clean();
    expect(await offsetsOf(log)).toEqual([1, 2]);
  });

  it('looks again after the backoff, until it is closed', async () => {
    const log = await openLog(createMemoryEngine(), 'later');
    const time = new ManualTime();
    const cleaner = cleanerOf([log], { time, raw: { 'log.cleaner.backoff.ms': 500 } });
    cleaner.start();
    await write(log, 'a', 'b', 'c');
    time.advance(499);
    expect(await offsetsOf(log)).toEqual([0, 1, 2]);
    time.advance(1);
    await expect.poll(() => offsetsOf(log)).toEqual([1, 2]);
    await expect.poll(() => time.waiting).toBe(1);
    await cleaner.close();
    expect(time.waiting).toBe(0);
  });

  it('does nothing where it is switched off', async () => {
    const time = new ManualTime();
    cleanerOf([], { time, raw: { 'log.cleaner.enable': 'false' } }).start();
    expect(time.waiting).toBe(0);
  });

  it('leaves a damaged log alone, says so once, and goes on with the others', async () => {
    const engine = createMemoryEngine();
    const [bad, good] = [await openLog(engine, 'bad'), await openLog(engine, 'good')];
    for (const log of [bad, good]) await write(log, 'a', 'b', 'c');
    const damaged: Log = Object.create(bad, {
      compact: { value: () => Promise.reject(new Error('unreadable')) },
      ...getters(bad),
    });
    const errors: object[] = [];
    const logger = { ...silentLogger, error: (facts: object) => void errors.push(facts) } as Logger;
    const cleaner = cleanerOf([damaged, good], { logger });
    await cleaner.clean();
    await cleaner.clean();
    expect(await offsetsOf(good)).toEqual([1, 2]);
    expect(errors).toEqual([expect.objectContaining({ topic: 'bad' })]);
    const { segments } = bad;
    const waiting = segments.slice(0, -1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(waiting).toBeGreaterThan(0);
    expect(cleaner.figures).toMatchObject({ uncleanablePartitionsCount: 1, uncleanableBytes: waiting });
    expect([...cleaner.uncleanable]).toEqual([['bad-0', 'unreadable']]);
  });

  it('says how it is doing', async () => {
    const time = new ManualTime();
    const config = { ...COMPACTED, maxCompactionLagMs: 20_000 };
    const log = await openLog(createMemoryEngine(), 'told', config);
    await write(log, 'a', 'b', 'c', 'd', 'e');
    const slow: Log = Object.create(log, {
      ...getters(log),
      compact: {
        value: async (request: CompactionRequest) => {
          const outcome = await log.compact(request);
          time.advance(3_500);
          return outcome;
        },
      },
    });
    const raw = { 'log.cleaner.dedupe.buffer.size': `${OFFSET_MAP_SLOT_BYTES * 100_000}` };
    const cleaner = cleanerOf([slow], { time, raw });
    expect(cleaner.figures.timeSinceLastRunMs).toBeNull();
    await cleaner.clean();
    time.advance(10);
    // One record of four stays, and one key was held.
    expect(cleaner.figures).toMatchObject({
      maxCleanTimeSecs: 3,
      cleanerRecopyPercent: 25,
      maxBufferUtilizationPercent: 0,
      timeSinceLastRunMs: 10,
    });
  });
});

const LOG_FACTS = [
  'segments',
  'startOffset',
  'endOffset',
  'cleanedOffset',
  'config',
  'failure',
  'id',
] as const;

/** For a log that stands in for another one, whose own fields it cannot reach. */
function getters(log: Log): PropertyDescriptorMap {
  return Object.fromEntries(LOG_FACTS.map((name) => [name, { get: () => log[name] }]));
}

describe('the pace of the cleaner', () => {
  const NEVER = new AbortController().signal;

  it('rests as long as it has worked', async () => {
    const time = new ManualTime();
    const pace = new CleanerPace({ ...time, sliceMaxMs: 2, bytesPerSecond: Number.MAX_VALUE });
    expect(pace.step(0, NEVER)).toBeNull();
    time.nowMs += 3;
    const rest = pace.step(0, NEVER);
    expect(rest).not.toBeNull();
    time.advance(2);
    expect(time.waiting).toBe(1);
    time.advance(1);
    await rest;
    expect(pace.step(0, NEVER)).toBeNull();
  });

  it('keeps what is read and written below a rate', async () => {
    const time = new ManualTime();
    const pace = new CleanerPace({ ...time, sliceMaxMs: 2, bytesPerSecond: 1_000_000 });
    const startedMs = time.nowMs;
    for (let moved = 0; moved < 3_000_000; moved += 500_000) {
      const rest = pace.step(500_000, NEVER);
      while (time.waiting > 0) time.advance(10);
      await rest;
    }
    expect(time.nowMs - startedMs).toBeGreaterThanOrEqual(3000);
    expect(time.nowMs - startedMs).toBeLessThan(3200);
  });

  it('is no reason to wait for who ends the work', async () => {
    const time = new ManualTime();
    const pace = new CleanerPace({ ...time, sliceMaxMs: 2, bytesPerSecond: 1 });
    const abort = new AbortController();
    const rest = pace.step(500_000, abort.signal);
    expect([rest === null, time.waiting]).toEqual([false, 1]);
    abort.abort();
    await rest;
    expect(time.waiting).toBe(0);
  });

  it('keeps the event loop for no longer than a slice and a batch', async () => {
    const engine = createMemoryEngine();
    const log = await openLog(engine, 'long');
    for (let batch = 0; batch < 3000; batch++)
      log.append(
        sampleBatch({
          keys: Array.from({ length: 20 }, (_, key) => `${batch % 7} ${key}`),
          values: Array(20).fill('x'),
        }),
        0,
      );
    await log.flush();
    const clock = { now: () => ({ wallMs: Date.now(), monoMs: performance.now() }) };
    const pace = new CleanerPace({
      clock,
      timers: systemTimers,
      sliceMaxMs: 1,
      bytesPerSecond: Number.MAX_VALUE,
    });
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    turn();
    const endBefore = log.segments.at(-1)?.baseOffset ?? 0;
    const { signal } = new AbortController();
    await log.compact({
      firstDirtyOffset: 0,
      endBefore,
      nowMs: 0,
      mapSlots: 1000,
      mapLoadFactor: 0.9,
      ioBufferBytes: 4096,
      pace,
      signal,
    });
    isDone = true;
    expect(turns).toBeGreaterThan(10);
    expect(await offsetsOf(log)).toHaveLength(8);
  });
});
