import type { ClusterConfig, ConnectorConfig } from '../config/cluster-config.ts';
import { planRestart, type RestartPolicy } from '../restart/restart-policy.ts';
import type { TaskId } from '../task-id.ts';
import type { TurnMoment } from './connector-turns.ts';
import type { HerderEffect } from './herder-events.ts';

interface Turn {
  /** Of the set that the fencing was begun for. */
  readonly taskSetOffset: number;
  readonly attempts: number;
  /** Infinity while it is under way. */
  readonly retryAtMs: number;
}

/**
 * The leader's rounds of fencing (KIP-618): before tasks that write exactly once take over from others, those can't write any more.
 * One round at a time for each connector; one that failed is begun again with growing waits.
 */
export class FencingTurns {
  readonly #config: ClusterConfig;
  readonly #isExactlyOnce: (config: ConnectorConfig) => boolean;
  readonly #policy: RestartPolicy;
  readonly #turns = new Map<string, Turn>();

  constructor(options: {
    readonly config: ClusterConfig;
    /** Whether a connector's tasks write in transactions. */
    readonly isExactlyOnce: (config: ConnectorConfig) => boolean;
    readonly policy: RestartPolicy;
  }) {
    this.#config = options.config;
    this.#isExactlyOnce = options.isExactlyOnce;
    this.#policy = options.policy;
  }

  get wakeAtMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#turns.values()].map((turn) => turn.retryAtMs));
  }

  /** Whether a task may not start yet. */
  holds(id: TaskId): boolean {
    return this.#concerns(id.connector) && this.#config.awaitsFencing(id);
  }

  /** Begins what is due; only a leader calls it. */
  begin(connectors: readonly string[], nowMs: number): readonly HerderEffect[] {
    const effects: HerderEffect[] = [];
    for (const connector of connectors) {
      const pending = this.#concerns(connector) ? this.#config.fencing(connector) : null;
      const turn = this.#turns.get(connector);
      if (!pending) this.#turns.delete(connector);
      if (!pending || (turn && nowMs < turn.retryAtMs)) continue;
      const { taskSetOffset } = pending;
      const attempts = turn?.taskSetOffset === taskSetOffset ? turn.attempts : 0;
      this.#turns.set(connector, { taskSetOffset, attempts, retryAtMs: Number.POSITIVE_INFINITY });
      const tasks = this.#config.taskConfigs(connector).length;
      effects.push({ kind: 'fence', connector, fenced: pending.tasks, tasks, taskSetOffset });
    }
    return effects;
  }

  /** A round is over; the config topic says what came of it. */
  ended(connector: string, ok: boolean, now: TurnMoment): void {
    const turn = this.#turns.get(connector);
    if (!turn) return;
    if (ok) {
      this.#turns.delete(connector);
      return;
    }
    const history = { restarts: turn.attempts, startedAtMs: now.monoMs };
    const plan = planRestart('transient', history, this.#policy, now);
    // Without it no task of the connector starts: it is never given up.
    const waitMs = plan.kind === 'restart' ? plan.afterMs : this.#policy.backoffMaxMs;
    this.#turns.set(connector, { ...turn, attempts: turn.attempts + 1, retryAtMs: now.monoMs + waitMs });
  }

  forgetAll(): void {
    this.#turns.clear();
  }

  #concerns(connector: string): boolean {
    const config = this.#config.connector(connector);
    return config !== undefined && this.#isExactlyOnce(config);
  }
}
