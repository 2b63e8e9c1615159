import { isMillraceError, type MillraceError, pause } from '@millrace/foundation';
import { retryPauseMs } from './backoff.ts';
import type { ClientConfig } from './client-config.ts';

/** Whether the same request may succeed later: by Kafka's table for protocol errors, by kind for network errors. */
export function isRetriable(error: unknown): boolean {
  return isMillraceError(error) && error.details.facts?.retriable === true;
}

export interface RetryOptions {
  /** Of the monotonic clock. After it the last error is thrown. */
  readonly deadlineMs: number;
  /** Ends the tries and the waits between them. */
  readonly signal: AbortSignal;
  /** Where an error is known to pass sooner or later than the backoff says, ms; null: the backoff. */
  readonly pauseMs?: (error: MillraceError) => number | null;
}

/** Tries until it works, fails for good, or the deadline has passed; then throws the last error. */
export async function retrying<T>(
  config: ClientConfig,
  options: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs =
        (isMillraceError(error) ? options.pauseMs?.(error) : null) ?? retryPauseMs(config, tries);
      if (options.signal.aborted || !isRetriable(error)) throw error;
      if (performance.now() + pauseMs >= options.deadlineMs) throw error;
      await pause(pauseMs, options.signal);
    }
  }
}
