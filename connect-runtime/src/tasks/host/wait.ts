import { pause } from '@millrace/foundation';

/** Resolves when `work` has settled or after `ms`; true where it was in time. A failure of `work` is its owner's to handle. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = pause(ms, limit.signal).then(() => false);
  const inTime = await Promise.race([settled, late]);
  limit.abort();
  return inTime;
}
