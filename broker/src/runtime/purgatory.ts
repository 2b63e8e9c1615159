import type { Timers } from '@millrace/foundation';

export interface DelayedOperation<T> {
  readonly timeoutMs: number;
  /** Ends the wait without an answer: nobody is there to take it. */
  readonly signal: AbortSignal;
  /**
   * Begins to listen for whatever completes the operation, which may be there at once.
   * @returns how to stop listening
   */
  readonly begin: (complete: (value: T) => void) => () => void;
  /** The answer when time is up. */
  readonly expired: () => T;
}

/** Answers that have to wait: a fetch for bytes, a produce for replicas. They are called when it is time; nothing polls. */
export class Purgatory {
  readonly #timers: Timers;
  #size = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Operations that wait. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the operation completes, expires, or is aborted (then as if expired). */
  park<T>(operation: DelayedOperation<T>): Promise<T> {
    return new Promise<T>((resolve) => {
      let isDone = false;
      let stop: (() => void) | undefined;
      const finish = (value: T): void => {
        if (isDone) return;
        isDone = true;
        this.#size -= 1;
        timer.cancel();
        operation.signal.removeEventListener('abort', expire);
        stop?.();
        resolve(value);
      };
      const expire = (): void => finish(operation.expired());
      this.#size += 1;
      const timer = this.#timers.after(operation.timeoutMs, expire);
      if (operation.signal.aborted) return expire();
      operation.signal.addEventListener('abort', expire);
      stop = operation.begin(finish);
      if (isDone) stop();
    });
  }
}
