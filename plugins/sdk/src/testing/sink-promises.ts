import { isMillraceError } from '@millrace/foundation';
import { expect } from 'vitest';
import type { SinkConnector } from '../plugin.ts';
import type { SinkRecord } from '../record.ts';
import { configPromises } from './config-promises.ts';
import { declaredSinkPromises } from './declared-promises.ts';
import type { AcceptanceDriver, Entry, SinkDriver, SinkPlace } from './driver.ts';
import { eventually } from './eventually.ts';
import { exactSinkPromises } from './exact-sink-promises.ts';
import { byKey, connectorOf, entries, type InPlace, inPlace, ODD_VALUES, type Suite } from './promise.ts';
import { SinkHarness } from './sink-harness.ts';
import { startFailurePromise } from './start-failure-promise.ts';

const KEYS = 3;
const LARGE_BATCH = 2_000;

interface Bench {
  readonly place: SinkPlace;
  start(): Promise<SinkHarness>;
  /** The entries as records of partition 0, from this offset on. */
  batch(all: readonly Entry[], offset?: number): readonly SinkRecord[];
}

type Test = (name: string, body: (bench: Bench) => Promise<void>, skip?: string) => void;

/** The promises that every sink keeps. */
export function sinkPromises(suite: Suite, driver: AcceptanceDriver, sink: SinkDriver): void {
  const connector = connectorOf(driver, 'sink', sink.class);
  const inItsPlace = inPlace(suite, driver, () => sink.open());
  const test: Test = (name, body, skip) => withBench(inItsPlace, connector, name, body, skip);
  suite.group(`sink ${sink.class}`, () => {
    configPromises(inItsPlace, connector, sink.refusals ?? []);
    writingPromises(test, sink);
    nullPromises(test, sink);
    failurePromises(test, inItsPlace, connector, sink);
    declaredSinkPromises(inItsPlace, connector);
    exactSinkPromises(inItsPlace, connector, sink);
  });
}

function withBench(
  inItsPlace: InPlace<SinkPlace>,
  connector: SinkConnector,
  name: string,
  body: (bench: Bench) => Promise<void>,
  skip?: string,
): void {
  inItsPlace(
    name,
    async (place, { cleanup }) => {
      await body({
        place,
        batch: (all, offset = 0) =>
          all.map((entry, index) => place.record(entry, { partition: 0, offset: offset + index })),
        start: async () => {
          const harness = new SinkHarness(connector, place.options);
          cleanup(() => harness.stop());
          await harness.start();
          return harness;
        },
      });
    },
    skip,
  );
}

/** What stands in a system after these entries were written once. */
function standing(sink: SinkDriver, all: readonly Entry[]): readonly Entry[] {
  if (sink.abilities.keeps === 'all') return all;
  return [...new Map(all.map((entry) => [entry.key, entry])).values()].filter(({ value }) => value !== null);
}

async function expectContents(bench: Bench, sink: SinkDriver, all: readonly Entry[]): Promise<void> {
  expect(byKey(await bench.place.contents())).toEqual(byKey(standing(sink, all)));
}

function writingPromises(test: Test, sink: SinkDriver): void {
  test('has written a batch, in order per key, when write resolves', async (bench) => {
    const task = await bench.start();
    await task.write(bench.batch(entries(20, KEYS)));
    await expectContents(bench, sink, entries(20, KEYS));
    await task.write(bench.batch(entries(20, KEYS, 20), 20));
    await expectContents(bench, sink, entries(40, KEYS));
  });

  // The runtime commits offsets on the word of write alone: nothing may wait for stop.
  test('keeps what write resolved for when the task is killed', async (bench) => {
    const first = await bench.start();
    await first.write(bench.batch(entries(20, KEYS)));
    const second = await bench.start();
    await second.write(bench.batch(entries(10, KEYS, 20), 20));
    await expectContents(bench, sink, entries(30, KEYS));
  });

  test(
    'may be given the same batch twice without any change',
    async (bench) => {
      const batch = bench.batch(entries(20, KEYS));
      const task = await bench.start();
      await task.write(batch);
      await task.write(batch);
      await expectContents(bench, sink, entries(20, KEYS));
    },
    sink.abilities.idempotent ? undefined : 'the system keeps every record',
  );

  test('loses nothing and keeps the order per key when a batch is written again', async (bench) => {
    const all = entries(20, KEYS);
    const first = await bench.start();
    await first.write(bench.batch(all.slice(0, 10)));
    await first.stop();
    const second = await bench.start();
    await second.write(bench.batch(all));
    const read = byKey(await bench.place.contents());
    for (const [key, values] of Object.entries(byKey(standing(sink, all)))) {
      expect(read[key]?.slice(-values.length)).toEqual(values);
    }
  });

  test('keeps empty texts, quotes and every script as they are', async (bench) => {
    const odd = [...ODD_VALUES, ...(sink.oddValues ?? [])].map((value, index) => ({
      key: `k${index}`,
      value,
    }));
    const task = await bench.start();
    await task.write(bench.batch(odd));
    await expectContents(bench, sink, odd);
  });

  test(`writes ${LARGE_BATCH} records at once`, async (bench) => {
    const all = entries(LARGE_BATCH, LARGE_BATCH / 2);
    const task = await bench.start();
    await task.write(bench.batch(all));
    await expectContents(bench, sink, all);
  });
}

/** A null value is a tombstone: the key is gone. What becomes of it depends on the system, and is said by it. */
function nullPromises(test: Test, sink: SinkDriver): void {
  const { tombstones } = sink.abilities;
  const before = [
    { key: 'k0', value: 'a' },
    { key: 'k1', value: 'b' },
  ];
  const gone = { key: 'k0', value: null };
  const not = (what: typeof tombstones) => (tombstones === what ? undefined : `tombstones: ${tombstones}`);

  const after = async (bench: Bench) => {
    const task = await bench.start();
    await task.write(bench.batch([...before, gone]));
    return bench.place.contents();
  };
  test(
    'deletes on a tombstone, in the batch that wrote the key too',
    async (bench) => {
      expect(await after(bench)).toEqual([before[1]]);
      const task = await bench.start();
      await task.write(bench.batch([gone, { key: 'k1', value: null }, { key: 'k1', value: 'again' }], 3));
      expect(await bench.place.contents()).toEqual([{ key: 'k1', value: 'again' }]);
    },
    not('delete'),
  );
  test(
    'keeps a tombstone as a null',
    async (bench) => {
      expect(await after(bench)).toEqual([...before, gone]);
    },
    not('keep'),
  );
  test(
    'passes over tombstones',
    async (bench) => {
      expect(await after(bench)).toEqual(before);
    },
    not('skip'),
  );
  test(
    'refuses tombstones as poison',
    async (bench) => {
      const task = await bench.start();
      await expectPoison(task.write(bench.batch([gone])));
    },
    not('refuse'),
  );
}

async function expectPoison(written: Promise<void>): Promise<void> {
  const error = await written.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isMillraceError(error)) throw new Error('write did not fail with a MillraceError', { cause: error });
  expect(error.class, error.message).toBe('poison');
}

function failurePromises(
  test: Test,
  inItsPlace: InPlace<SinkPlace>,
  connector: SinkConnector,
  sink: SinkDriver,
): void {
  // The runtime writes a batch that failed on poison again in halves until the record at fault stands alone.
  inItsPlace(
    'refuses a poison record as such, and takes the others of its batch',
    async (place, { cleanup, skip }) => {
      if (!place.poison) return skip('the system takes everything');
      const task = new SinkHarness(connector, place.options);
      cleanup(() => task.stop());
      await task.start();
      const good = { key: 'k0', value: 'good' };
      const poison = place.poison({ partition: 0, offset: 1 });
      await expectPoison(task.write([place.record(good, { partition: 0, offset: 0 }), poison]));
      await expectPoison(task.write([poison]));
      await task.write([place.record(good, { partition: 0, offset: 0 })]);
      expect((await place.contents()).at(-1)).toEqual(good);
    },
  );

  outagePromises(test, sink);

  test('may be stopped twice, and without a write', async (bench) => {
    const task = await bench.start();
    await task.stop();
    await task.stop();
  });

  startFailurePromise(inItsPlace, (options) => new SinkHarness(connector, options));
}

/** How long a task may take to find its system again, on a busy machine too. */
const RECOVERY_MS = 60_000;

function outagePromises(test: Test, sink: SinkDriver): void {
  test(
    'fails as transient when the system goes away, and writes the batch once it is back',
    async (bench) => {
      const all = entries(20, KEYS);
      const first = await bench.start();
      await first.write(bench.batch(all.slice(0, 10)));
      await sink.outage?.begin();
      const failure = eventually('a transient error', () =>
        first.write(bench.batch(all.slice(10), 10)).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      expect(await failure.finally(() => sink.outage?.end())).toMatchObject({
        details: { class: 'transient' },
      });
      await first.stop();
      const second = await bench.start();
      await second.write(bench.batch(all.slice(10), 10));
      await expectContents(bench, sink, all);
    },
    sink.outage ? undefined : 'the driver has no outage',
  );

  // Where errors are retried in place (`errors.retry.timeout`), it is the same task that is given the batch again.
  test(
    'goes on by itself once the system is back',
    async (bench) => {
      const all = entries(20, KEYS);
      const task = await bench.start();
      await task.write(bench.batch(all.slice(0, 10)));
      await sink.outage?.begin();
      const failing = eventually('a failure', () =>
        task.write(bench.batch(all.slice(10), 10)).then(
          () => false,
          () => true,
        ),
      );
      await failing.finally(() => sink.outage?.end());
      const isWritten = async () => {
        await task.write(bench.batch(all.slice(10), 10));
        return true;
      };
      await eventually('the batch to be written', isWritten, RECOVERY_MS);
      await expectContents(bench, sink, all);
    },
    sink.outage ? undefined : 'the driver has no outage',
  );
}
