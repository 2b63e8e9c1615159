import type { Clock, Random } from '@millrace/foundation';
import { planRestart, type RestartPolicy } from '../core/restart/restart-policy.ts';

export interface ConnectorRetriesOptions {
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
}

interface Retry {
  readonly restarts: number;
  readonly timer: NodeJS.Timeout;
}

/** Connectors whose work could not be split for a passing reason: each is tried again, with the waits that tasks have. */
export class ConnectorRetries {
  readonly #options: ConnectorRetriesOptions;
  readonly #retry: (connector: string) => void;
  readonly #waiting = new Map<string, Retry>();

  constructor(options: ConnectorRetriesOptions, retry: (connector: string) => void) {
    this.#options = options;
    this.#retry = retry;
  }

  /** Plans the next try; answers the wait before it, ms, or null where trying again mends nothing. */
  plan(connector: string, errorClass: string): number | null {
    const before = this.#waiting.get(connector);
    clearTimeout(before?.timer);
    this.#waiting.delete(connector);
    const { restartPolicy, clock, random } = this.#options;
    const { monoMs } = clock.now();
    const history = { restarts: before?.restarts ?? 0, startedAtMs: monoMs };
    const restart = planRestart(errorClass, history, restartPolicy, { monoMs, random: random.float() });
    if (!restart) return null;
    const timer = setTimeout(() => this.#retry(connector), restart.afterMs);
    timer.unref();
    this.#waiting.set(connector, { restarts: restart.restarts, timer });
    return restart.afterMs;
  }

  /** It worked, or it is gone: the next failure begins with the shortest wait. */
  forget(connector: string): void {
    clearTimeout(this.#waiting.get(connector)?.timer);
    this.#waiting.delete(connector);
  }

  close(): void {
    for (const connector of [...this.#waiting.keys()]) this.forget(connector);
  }
}
