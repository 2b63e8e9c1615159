import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/**
 * Knows the timers that were set within a function and what it called, and are still to fire. Counting all timers of
 * the process would not do: the test runner has its own, which come and go.
 */
export class TimerWatch {
  readonly #mine = new AsyncLocalStorage<boolean>();
  readonly #timers = new Map<number, { hasRef?(): boolean }>();
  readonly #hook = createHook({
    init: (id, type, _trigger, resource) => {
      if (type === 'Timeout' && this.#mine.getStore()) this.#timers.set(id, resource);
    },
    destroy: (id) => {
      this.#timers.delete(id);
    },
  });

  /** Runs `body` under watch; the watch goes on until `stop`. */
  run<T>(body: () => Promise<T>): Promise<T> {
    this.#hook.enable();
    return this.#mine.run(true, body);
  }

  /** Timers that keep the process alive. */
  get pending(): number {
    return [...this.#timers.values()].filter((timer) => timer.hasRef?.() !== false).length;
  }

  stop(): void {
    this.#hook.disable();
  }
}
