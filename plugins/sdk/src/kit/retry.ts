import { isMillraceError, pause, systemRandom } from '@millrace/foundation';

export interface RetryOptions {
  /** Tries in all, the first included. */
  readonly tries: number;
  /** Wait before the second try, ms; it doubles from try to try, with up to a quarter of jitter taken off. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Ends the waiting: the last error is thrown at once. */
  readonly signal: AbortSignal;
  /** Whether a further try can help. Left out: errors of class transient and throttled. */
  readonly retryable?: (error: unknown) => boolean;
}

/**
 * Tries again what failed for now. For the small trouble of one call: a task that throws a transient error is restarted by the runtime
 * with longer waits, so three or four tries in place are plenty.
 * @throws the last error
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { tries, backoffMs, backoffMaxMs, signal, retryable = passes } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= tries || signal.aborted || !retryable(error)) throw error;
      const waitMs = Math.min(backoffMaxMs, backoffMs * 2 ** (attempt - 1));
      await pause(waitMs * (1 - systemRandom.float() / 4), signal);
      if (signal.aborted) throw error;
    }
  }
}

function passes(error: unknown): boolean {
  return isMillraceError(error) && (error.class === 'transient' || error.class === 'throttled');
}
