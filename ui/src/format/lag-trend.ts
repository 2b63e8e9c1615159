import { compact } from './numbers.ts';
import { span } from './times.ts';

/** Over less than this nothing can be said, ms. */
const SEEN_MIN_MS = 20_000;
/** Less than this share of the lag gained or lost over the time that was seen is no trend. */
const STEADY = 0.02;

/** Where a lag is going, in words; null where there is none, or too little was seen of it. `points` are records behind, the oldest first. */
export function lagTrend(points: readonly (number | null)[], stepMs: number): string | null {
  const first = points.findIndex((point) => point !== null);
  const last = points.findLastIndex((point) => point !== null);
  const [before, now] = [points[first] ?? null, points[last] ?? null];
  const seenMs = (last - first) * stepMs;
  if (before === null || now === null || now === 0 || seenMs < SEEN_MIN_MS) return null;
  const gained = now - before;
  if (Math.abs(gained) <= now * STEADY) return 'neither grows nor falls';
  const perSecond = (gained / seenMs) * 1_000;
  if (gained > 0) return `grows by ${compact(perSecond)} records/s`;
  return `gone in about ${span(Math.max(1_000, (now / -perSecond) * 1_000))} at this rate`;
}
