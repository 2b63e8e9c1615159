import type { Mode } from './scenario.ts';
import type { Exchange } from './side.ts';

/** One place where two answers to the same request are not the same. */
export interface Difference {
  readonly mode: Mode;
  readonly scenario: string;
  readonly request: string;
  /** `status`, `location`, or a JSON pointer into the body. */
  readonly at: string;
  readonly kafka: unknown;
  readonly ours: unknown;
  readonly statuses: readonly [kafka: number, ours: number];
}

/** Lists of which the order means nothing. */
const SETS = /^\/?$|\/(?:topics|offsets|groups)$/;

/** Everything that differs, request by request. */
export function differencesOf(
  { mode, scenario }: Pick<Difference, 'mode' | 'scenario'>,
  kafka: readonly Exchange[],
  ours: readonly Exchange[],
): Difference[] {
  return kafka.flatMap((exchange, index) => {
    const other = ours[index];
    if (other?.request !== exchange.request)
      throw new Error(`${scenario}: ${exchange.request} was asked once`);
    const statuses = [exchange.status, other.status] as const;
    const found: [string, unknown, unknown][] = [];
    if (exchange.status !== other.status) found.push(['status', exchange.status, other.status]);
    if (exchange.location !== other.location) found.push(['location', exchange.location, other.location]);
    compare('', exchange.body, other.body, found);
    return found.map(([at, a, b]) => ({
      mode,
      scenario,
      request: exchange.request,
      at,
      kafka: a,
      ours: b,
      statuses,
    }));
  });
}

function compare(at: string, kafka: unknown, ours: unknown, found: [string, unknown, unknown][]): void {
  if (isObject(kafka) && isObject(ours)) {
    for (const key of new Set([...Object.keys(kafka), ...Object.keys(ours)]))
      compare(`${at}/${key}`, kafka[key], ours[key], found);
  } else if (Array.isArray(kafka) && Array.isArray(ours) && kafka.length === ours.length) {
    const [a, b] = SETS.test(at) ? [sorted(kafka), sorted(ours)] : [kafka, ours];
    for (const [index, value] of a.entries()) compare(`${at}/${index}`, value, b[index], found);
  } else if (JSON.stringify(kafka) !== JSON.stringify(ours)) found.push([at, kafka, ours]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(list: readonly unknown[]): unknown[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
