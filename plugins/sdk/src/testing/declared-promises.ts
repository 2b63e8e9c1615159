import { requireConfig } from '@millrace/foundation';
import { expect } from 'vitest';
import type { AnyConnector, SinkConnector, SourceConnector } from '../plugin.ts';
import type { SinkPlace, SourceDriver, SourcePlace } from './driver.ts';
import { within } from './eventually.ts';
import { entries, type InPlace } from './promise.ts';
import { SourceHarness } from './source-harness.ts';

const CALL_MS = 30_000;
/** The name that harnesses give their tasks. */
const OF = { connector: 'acceptance' };
const configOf = (connector: AnyConnector, place: { options: Readonly<Record<string, string>> }) =>
  requireConfig(connector.config, place.options);
const signal = () => AbortSignal.timeout(CALL_MS);

/** Promises of what a source need not have: only those that it declares are tested. */
export function declaredSourcePromises(
  test: InPlace<SourcePlace>,
  connector: SourceConnector,
  { abilities = {} }: SourceDriver,
): void {
  const { sample, alterOffsets, describeOffset, exactlyOnce } = connector;
  if (sample) {
    // A preview must not move what the connector would read.
    test('gives a sample of real records, and no task misses them afterwards', async (place, { cleanup }) => {
      const all = entries(20, 3);
      await place.insert(all);
      const config = configOf(connector, place);
      const records = await within('sample', sample(config, { limit: 5, signal: signal() }), CALL_MS);
      expect(records.length).toBeGreaterThan(0);
      expect(records.length).toBeLessThanOrEqual(5);
      for (const record of records) expect(record.topic).toMatch(/^[A-Za-z0-9._-]{1,249}$/);
      const harness = await readAll(connector, place, cleanup, all.length);
      expect(entriesOf(place, harness)).toHaveLength(all.length);
    });
  }
  if (alterOffsets) {
    test('accepts positions that it gave itself, and refuses others as config', async (place, {
      cleanup,
    }) => {
      const all = entries(4, 2);
      await place.insert(all);
      const harness = await readAll(connector, place, cleanup, all.length);
      const config = configOf(connector, place);
      const own = harness.records
        .slice(-1)
        .map(({ sourcePartition: partition, sourceOffset: offset }) => ({ partition, offset }));
      const reset = own.map(({ partition }) => ({ partition, offset: null }));
      for (const offsets of [own, reset])
        expect(typeof (await within('alterOffsets', alterOffsets(config, offsets, OF), CALL_MS))).toBe(
          'boolean',
        );
      const [stranger] = own.map(({ partition }) => ({ partition, offset: { 'not ours': -1 } }));
      if (stranger)
        await expect(alterOffsets(config, [stranger], OF)).rejects.toMatchObject({ class: 'config' });
    });
  }
  if (describeOffset) {
    test('puts positions into words, whatever they are', async (place, { cleanup }) => {
      await place.insert(entries(2, 1));
      const harness = await readAll(connector, place, cleanup, 2);
      for (const { sourcePartition: partition, sourceOffset: offset } of harness.records)
        expect(describeOffset({ partition, offset })).toMatch(/\S/);
      expect(describeOffset({ partition: {}, offset: { strange: true } })).toMatch(/\S/);
    });
  }
  if (exactlyOnce) {
    // The runtime's transactions can only be exact where the source itself is.
    test('claims exactly once only if it resumes without repeats', async (place) => {
      if (exactlyOnce(configOf(connector, place))) expect(abilities.exactResume).toBe(true);
    });
  }
}

/** The same for sinks. */
export function declaredSinkPromises(test: InPlace<SinkPlace>, connector: SinkConnector): void {
  const { plan } = connector;
  if (!plan) return;
  test('plans without changing anything', async (place) => {
    const records = entries(4, 2).map((entry, offset) => place.record(entry, { partition: 0, offset }));
    const before = await place.contents();
    const changes = await within('plan', plan(configOf(connector, place), records, signal()), CALL_MS);
    for (const { what } of changes) expect(what).toMatch(/\S/);
    expect(await place.contents()).toEqual(before);
  });
}

async function readAll(
  connector: SourceConnector,
  place: SourcePlace,
  cleanup: (end: () => Promise<void>) => void,
  count: number,
): Promise<SourceHarness> {
  const [taskConfig] = await connector.taskConfigs(configOf(connector, place), 1);
  const harness = new SourceHarness(connector, place.options, taskConfig ? { taskConfig } : {});
  cleanup(() => harness.stop());
  await harness.start();
  await harness.pollUntil(`${count} entries`, () => entriesOf(place, harness).length >= count);
  return harness;
}

const entriesOf = (place: SourcePlace, { records }: SourceHarness) =>
  records.flatMap((record) => place.entryOf(record) ?? []);
