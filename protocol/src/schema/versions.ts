/** Versions from `min` to `max`, both included; `max` is Infinity for "and all later ones". Empty where min > max. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

const NO_VERSIONS: VersionRange = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };

const RANGE = /^(\d+)(?:(\+)|-(\d+))?$/;

/**
 * Reads the notation of schemas: `3`, `3+`, `3-7`, `none`.
 * @throws {TypeError} for anything else
 */
export function parseVersions(text: string): VersionRange {
  if (text === 'none') return NO_VERSIONS;
  const match = RANGE.exec(text);
  if (!match) throw new TypeError(`"${text}" is no version range: write 3, 3+, 3-7 or none`);
  const min = Number(match[1]);
  if (match[2]) return { min, max: Number.POSITIVE_INFINITY };
  return { min, max: match[3] === undefined ? min : Number(match[3]) };
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  const both = { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
  return both.min <= both.max ? both : NO_VERSIONS;
}

/** The smallest range that holds both. */
export function hull(a: VersionRange, b: VersionRange): VersionRange {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

export function isEmpty(range: VersionRange): boolean {
  return range.min > range.max;
}

export function contains(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}

export function covers(outer: VersionRange, inner: VersionRange): boolean {
  return isEmpty(inner) || (outer.min <= inner.min && outer.max >= inner.max);
}
