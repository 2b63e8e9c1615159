import type { Client } from '@elastic/elasticsearch';
import { indexLists } from './index-lists.ts';

const SETTING = 'index.refresh_interval';
/** What an index without the setting has, ms. */
const DEFAULT_MS = 1_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  ...{ nanos: 1e-6, micros: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};

/**
 * How often the servers refresh each of these indexes by themselves, ms; null: never.
 * @throws what the client throws
 */
export async function refreshIntervals(
  client: Client,
  names: Iterable<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number | null>> {
  const found = new Map<string, number | null>();
  for (const index of indexLists(names)) {
    const answer = (await client.indices.getSettings(
      { index: [...index], name: SETTING, flat_settings: true, ignore_unavailable: true },
      { signal },
    )) as Readonly<Record<string, { readonly settings?: Readonly<Record<string, unknown>> }>>;
    for (const name of index) found.set(name, DEFAULT_MS);
    for (const [name, { settings }] of Object.entries(answer))
      found.set(name, intervalMs(settings?.[SETTING]));
  }
  return found;
}

/** Elasticsearch's text of a time, such as `30s`; what is below 0 is never. */
export function intervalMs(text: unknown): number | null {
  if (text === undefined || text === null) return DEFAULT_MS;
  const [, sign, number = '', unit = 'ms'] = /^(-?)(\d+(?:\.\d+)?)([a-z]+)?$/.exec(String(text).trim()) ?? [];
  const factor = UNITS_MS[unit];
  return sign === '-' || number === '' || factor === undefined ? null : Number(number) * factor;
}
