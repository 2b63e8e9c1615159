import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`, or at once when `signal` is aborted. */
export async function waitOrAbort(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Aborted: the wait is over.
  }
}

/** Resolves when `work` has settled or after `ms`; true where it was in time. A failure of `work` is its owner's to handle. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = waitOrAbort(ms, limit.signal).then(() => false);
  const inTime = await Promise.race([settled, late]);
  limit.abort();
  return inTime;
}
