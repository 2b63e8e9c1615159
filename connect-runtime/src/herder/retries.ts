import type { Clock, Random } from '@millrace/foundation';
import { planRestart, type RestartPolicy } from '../core/restart/restart-policy.ts';

export interface RetriesOptions {
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
}

interface Retry {
  readonly restarts: number;
  readonly timer: NodeJS.Timeout;
}

/** Pieces of work by name that failed for a passing reason: each is tried again, with the waits that tasks have. */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #retry: (name: string) => void;
  readonly #waiting = new Map<string, Retry>();

  constructor(options: RetriesOptions, retry: (name: string) => void) {
    this.#options = options;
    this.#retry = retry;
  }

  /** Plans the next try; answers the wait before it, ms, or null where trying again mends nothing. */
  plan(name: string, errorClass: string): number | null {
    const before = this.#waiting.get(name);
    clearTimeout(before?.timer);
    this.#waiting.delete(name);
    const { restartPolicy, clock, random } = this.#options;
    const { monoMs } = clock.now();
    const history = { restarts: before?.restarts ?? 0, startedAtMs: monoMs };
    const restart = planRestart(errorClass, history, restartPolicy, { monoMs, random: random.float() });
    if (!restart) return null;
    const timer = setTimeout(() => this.#retry(name), restart.afterMs);
    timer.unref();
    this.#waiting.set(name, { restarts: restart.restarts, timer });
    return restart.afterMs;
  }

  /** It worked, or it is gone: the next failure begins with the shortest wait. */
  forget(name: string): void {
    clearTimeout(this.#waiting.get(name)?.timer);
    this.#waiting.delete(name);
  }

  close(): void {
    for (const name of [...this.#waiting.keys()]) this.forget(name);
  }
}
