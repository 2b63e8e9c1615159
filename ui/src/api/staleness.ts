import { useEffect, useSyncExternalStore } from 'react';

/** Something that a page shows and that could not be read again: as of when it is, and why. */
export interface Stale {
  /** Local time of the last success, ms since the epoch. */
  readonly asOfMs: number;
  readonly message: string;
}

/** All that the page shows that is not of now, each by whoever shows it. */
const all = new Map<object, Stale>();
const readers = new Set<() => void>();
let oldest: Stale | null = null;

function mark(of: object, stale: Stale | null): void {
  if (stale === null) all.delete(of);
  else all.set(of, stale);
  oldest = oldestOf(all.values());
  for (const reader of readers) reader();
}

/** What was read longest ago; null where there is none. */
export function oldestOf(stale: Iterable<Stale>): Stale | null {
  return [...stale].reduce<Stale | null>(
    (found, one) => (found === null || one.asOfMs < found.asOfMs ? one : found),
    null,
  );
}

/** Has the frame say, while this is shown, that it is of an earlier time; null takes that back. */
export function useMarkedStale(stale: Stale | null): void {
  const asOfMs = stale?.asOfMs ?? null;
  const message = stale?.message ?? '';
  useEffect(() => {
    if (asOfMs === null) return;
    const of = {};
    mark(of, { asOfMs, message });
    return () => mark(of, null);
  }, [asOfMs, message]);
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** The oldest of what the page shows, where any of it could not be read again. */
export function useStaleness(): Stale | null {
  return useSyncExternalStore(subscribe, () => oldest);
}
