import { requireConfig } from '@millrace/foundation';
import { expect } from 'vitest';
import type { SourceConnector } from '../plugin.ts';
import type { SourceRecord } from '../record.ts';
import { configPromises } from './config-promises.ts';
import { declaredSourcePromises } from './declared-promises.ts';
import type { AcceptanceDriver, Entry, SourceDriver, SourcePlace } from './driver.ts';
import { eventually, within } from './eventually.ts';
import { byKey, connectorOf, entries, type InPlace, inPlace, ODD_VALUES, type Suite } from './promise.ts';
import { SourceHarness, type SourceHarnessOptions } from './source-harness.ts';
import { startFailurePromise } from './start-failure-promise.ts';

const KEYS = 3;
/** How long a system may take to give what is in it. */
const SYSTEM_MS = 30_000;
/** How soon a task that waits for data must hear that it is to stop. */
const ABORT_MS = 2_000;

/** What one test works with: a place, and tasks that end with the test. */
interface Bench {
  readonly place: SourcePlace;
  /** How long the system may take. */
  readonly patienceMs: number;
  start(options?: SourceHarnessOptions): Promise<SourceHarness>;
  /** The entries among the records, in order. */
  read(records: readonly SourceRecord[]): readonly Entry[];
}

type Test = (name: string, body: (bench: Bench) => Promise<void>, skip?: string) => void;

/** The promises that every source keeps. */
export function sourcePromises(suite: Suite, driver: AcceptanceDriver, source: SourceDriver): void {
  const connector = connectorOf(driver, 'source', source.class);
  const inItsPlace = inPlace(suite, driver, () => source.open());
  const test: Test = (name, body, skip) =>
    withBench(inItsPlace, connector, source.patienceMs ?? SYSTEM_MS, name, body, skip);
  suite.group(`source ${source.class}`, () => {
    configPromises(inItsPlace, connector, source.refusals ?? []);
    readingPromises(test, source);
    resumePromises(test, source);
    stoppingPromises(test, inItsPlace, connector);
    declaredSourcePromises(inItsPlace, connector, source);
  });
}

function withBench(
  inItsPlace: InPlace<SourcePlace>,
  connector: SourceConnector,
  patienceMs: number,
  name: string,
  body: (bench: Bench) => Promise<void>,
  skip?: string,
): void {
  inItsPlace(
    name,
    async (place, { cleanup }) => {
      const [taskConfig] = await connector.taskConfigs(configOf(connector, place), 1);
      await body({
        place,
        patienceMs,
        read: (records) => records.map((record) => place.entryOf(record)).filter((entry) => entry !== null),
        start: async (options = {}) => {
          const harness = new SourceHarness(connector, place.options, {
            ...options,
            ...(taskConfig ? { taskConfig } : {}),
          });
          cleanup(() => harness.stop());
          await harness.start();
          return harness;
        },
      });
    },
    skip,
  );
}

const configOf = (connector: SourceConnector, place: SourcePlace) =>
  requireConfig(connector.config, place.options);

function readingPromises(test: Test, { oddValues = [], abilities = {} }: SourceDriver): void {
  test('reads what was there before it started and what came after, in order per key', async (bench) => {
    const all = entries(60, KEYS);
    await bench.place.insert(all.slice(0, 30));
    const task = await bench.start();
    await readAll(bench, task, 30);
    await bench.place.insert(all.slice(30));
    await readAll(bench, task, 60);
    expect(byKey(bench.read(task.records))).toEqual(byKey(all));
  });

  // The offset topic keeps partition and offset as JSON: what JSON changes would be lost with the worker.
  test('gives records with a topic, and positions that survive as JSON', async (bench) => {
    await bench.place.insert(entries(5, KEYS));
    const task = await bench.start();
    await readAll(bench, task, 5);
    for (const record of task.records) {
      expect(record.topic).not.toBe('');
      const { sourcePartition, sourceOffset } = record;
      expect(JSON.parse(JSON.stringify({ sourcePartition, sourceOffset }))).toEqual({
        sourcePartition,
        sourceOffset,
      });
      expect(record.timestamp === null || Number.isSafeInteger(record.timestamp)).toBe(true);
    }
  });

  test('keeps empty texts, quotes and every script as they are', async (bench) => {
    const odd = [...ODD_VALUES, ...oddValues].map((value, index) => ({ key: `k${index}`, value }));
    await bench.place.insert(odd);
    const task = await bench.start();
    await readAll(bench, task, odd.length);
    expect(byKey(bench.read(task.records))).toEqual(byKey(odd));
  });

  test(
    'gives a deletion as a tombstone, after what it deletes',
    async (bench) => {
      const all = [
        { key: 'k0', value: 'a' },
        { key: 'k0', value: null },
      ];
      const task = await bench.start();
      await bench.place.insert(all);
      await readAll(bench, task, 2);
      expect(bench.read(task.records)).toEqual(all);
    },
    abilities.deletes ? undefined : 'the system has no deletions',
  );
}

async function readAll(bench: Bench, task: SourceHarness, count: number): Promise<void> {
  await task.pollUntil(
    `${count} entries`,
    (records) => bench.read(records).length >= count,
    bench.patienceMs,
  );
}

/**
 * At least once: a task that dies is followed by one that begins at the last durable offset. Nothing after that is
 * missed, and per key nothing comes in another order.
 */
function resumePromises(test: Test, { abilities = {}, outage }: SourceDriver): void {
  const cuts: readonly (readonly [string, number])[] = [
    ['before any offset was durable', 0],
    ['after the first record was durable', 1],
    ['in the middle', 17],
    ['after everything was durable', 40],
  ];
  for (const [where, durable] of cuts) {
    test(`misses nothing when it is killed ${where}`, async (bench) => {
      const all = entries(60, KEYS);
      await bench.place.insert(all.slice(0, 40));
      const first = await bench.start();
      await readAll(bench, first, 40);
      const kept = upToEntry(bench, first.records, durable);
      await first.commit(kept);
      first.abandon();
      await bench.place.sever?.();
      await bench.place.insert(all.slice(40));
      await expectTheRest(bench, first, all, durable, abilities.exactResume === true);
    });
  }

  test('is not disturbed by offsets that become durable while it waits', async (bench) => {
    await bench.place.insert(entries(10, KEYS));
    const task = await bench.start();
    await readAll(bench, task, 10);
    const waiting = task.poll(ABORT_MS);
    await task.commit();
    await task.commit();
    await bench.place.insert(entries(5, KEYS, 10));
    await waiting;
    await readAll(bench, task, 15);
    expect(byKey(bench.read(task.records))).toEqual(byKey(entries(15, KEYS)));
  });

  test(
    'fails as transient when the system goes away, and misses nothing once it is back',
    async (bench) => {
      const all = entries(20, KEYS);
      await bench.place.insert(all.slice(0, 10));
      const first = await bench.start();
      await readAll(bench, first, 10);
      await first.commit();
      await outage?.begin();
      const fails = eventually('a transient error', () => failureOf(first));
      const error = await fails.finally(() => outage?.end());
      expect(error).toMatchObject({ details: { class: 'transient' } });
      first.abandon();
      await bench.place.insert(all.slice(10));
      await expectTheRest(bench, first, all, 10, false);
    },
    outage ? undefined : 'the driver has no outage',
  );
}

async function failureOf(task: SourceHarness): Promise<unknown> {
  try {
    await task.poll(100);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The records up to the one that carries the last of `count` entries. */
function upToEntry(bench: Bench, records: readonly SourceRecord[], count: number): readonly SourceRecord[] {
  let seen = 0;
  const end = records.findIndex((record) => bench.place.entryOf(record) !== null && ++seen >= count);
  return count === 0 ? [] : records.slice(0, end + 1);
}

async function expectTheRest(
  bench: Bench,
  first: SourceHarness,
  all: readonly Entry[],
  durable: number,
  exact: boolean,
): Promise<void> {
  const second = await bench.start({ offsets: first.offsets });
  const last = all.at(-1)?.value;
  await second.pollUntil(
    'the last entry after a resume',
    (records) =>
      bench.read(records).some(({ value }) => value === last) && holds(bench, records, all, durable),
    bench.patienceMs,
  );
  const read = byKey(bench.read(second.records));
  for (const [key, values] of Object.entries(byKey(all))) {
    const got = read[key] ?? [];
    const missing = byKey(all.slice(durable))[key] ?? [];
    const tail = values.slice(values.length - got.length);
    expect(got, `the entries of ${key} after the resume, in order`).toEqual(tail);
    expect(got.length, `the entries of ${key} that were not durable`).toBeGreaterThanOrEqual(missing.length);
    if (exact) expect(got, `no repeats of ${key}`).toEqual(missing);
  }
}

function holds(
  bench: Bench,
  records: readonly SourceRecord[],
  all: readonly Entry[],
  durable: number,
): boolean {
  const values = new Set(bench.read(records).map(({ value }) => value));
  return all.slice(durable).every(({ value }) => values.has(value));
}

/** A worker stops tasks all the time (pause, rebalance, new config): quickly, from any state, more than once. */
function stoppingPromises(test: Test, inItsPlace: InPlace<SourcePlace>, connector: SourceConnector): void {
  test('ends an idle poll soon after it is told to stop', async (bench) => {
    const task = await bench.start();
    await task.poll(200);
    const waiting = task.poll();
    await within('end of the poll', task.abort(), ABORT_MS);
    await waiting;
    await task.stop();
  });

  test('stops in the middle of its data, and goes on from there', async (bench) => {
    const all = entries(500, KEYS);
    await bench.place.insert(all);
    const first = await bench.start();
    await first.pollUntil('the first records', (records) => bench.read(records).length > 0);
    const durable = bench.read(first.records).length;
    await first.commit();
    await first.stop();
    const last = { key: 'k0', value: 'last' };
    await bench.place.insert([last]);
    await expectTheRest(bench, first, [...all, last], durable, false);
  });

  test('may be stopped twice', async (bench) => {
    const task = await bench.start();
    await task.stop();
    await task.stop();
  });

  startFailurePromise(inItsPlace, (options) => new SourceHarness(connector, options));
}
