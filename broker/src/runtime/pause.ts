import type { Timers } from '@millrace/foundation';

/** Waits so long by these timers, or until the signal is aborted. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = timers.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
