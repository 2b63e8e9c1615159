import type { Random } from '@millrace/foundation';
import { canPass, type StepError } from './step-error.ts';

/** With `errors.retry.timeout=0`, how often something is tried in all; then the task starts again, with its longer waits. */
const TRIES = 4;
const FIRST_DELAY_MS = 200;

export interface RetryOptions {
  /** 0: a few tries; -1: without an end. */
  readonly retryTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly random: Random;
  /** Ends the waiting: the task is to stop. */
  readonly signal: AbortSignal;
  /** How to wait between tries; what it throws ends them. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told before each further try. */
  readonly onRetry: (failure: StepError) => void;
}

/** Tries again what failed for now: transient and throttled failures, with doubling waits and jitter (KIP-298). */
export class Retry {
  readonly #options: RetryOptions;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /**
   * Goes on after a first failure until `attempt` succeeds.
   * @throws {StepError} the last failure: one that can't pass, or the time for tries is over, or the task is to stop; what `wait` throws
   */
  async after<T>(
    first: StepError,
    attempt: () => T | Promise<T>,
    toStepError: (thrown: unknown) => StepError,
  ): Promise<T> {
    const { signal, wait, onRetry } = this.#options;
    const startedMs = performance.now();
    let failure = first;
    for (let tries = 1; ; tries++) {
      if (!canPass(failure.error) || !failure.repeatable || signal.aborted) throw failure;
      const delayMs = this.#delayMs(tries, performance.now() - startedMs);
      if (delayMs === null) throw failure;
      await wait(delayMs, signal);
      if (signal.aborted) throw failure;
      onRetry(failure);
      try {
        return await attempt();
      } catch (thrown) {
        failure = toStepError(thrown);
      }
    }
  }

  /** The wait before the next try; null where there is none. */
  #delayMs(tries: number, elapsedMs: number): number | null {
    const { retryTimeoutMs, retryDelayMaxMs, random } = this.#options;
    const doubled = Math.min(FIRST_DELAY_MS * 2 ** Math.min(tries - 1, 30), retryDelayMaxMs);
    const delayMs = doubled * (0.5 + random.float() / 2);
    if (retryTimeoutMs === -1) return delayMs;
    if (retryTimeoutMs === 0) return tries < TRIES ? delayMs : null;
    const leftMs = retryTimeoutMs - elapsedMs;
    return leftMs <= 0 ? null : Math.min(delayMs, leftMs);
  }
}
