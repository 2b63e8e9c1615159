import { type ClusterConfig, type ConnectorConfig, fingerprintOf } from '../config/cluster-config.ts';
import { planRestart, type RestartPolicy, restartPolicyOf } from '../restart/restart-policy.ts';
import type { ConnectorFailure, HerderEffect } from './herder-events.ts';

/** One computation of a connector's task configs. */
interface Turn {
  readonly number: number;
  phase: 'splitting' | 'storing' | 'waiting';
  /** What it began with is over: begin anew when the answer comes. */
  overtaken: boolean;
  restarts: number;
  retryAtMs: number;
  /** What is being published. */
  wanted: readonly ConnectorConfig[];
}

export interface TurnMoment {
  readonly monoMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * The connectors that this worker owns, on their way to published task configs: ask the plugin, compare, publish, tell.
 * Each connector has a turn of its own, so that a plugin that is slow to answer holds up no other; answers to an
 * earlier turn are passed over.
 */
export class ConnectorTurns {
  readonly #config: ClusterConfig;
  readonly #policy: RestartPolicy;
  readonly #turns = new Map<string, Turn>();
  #last = 0;

  constructor(config: ClusterConfig, policy: RestartPolicy) {
    this.#config = config;
    this.#policy = policy;
  }

  /** When {@link retry} is due; Infinity where nothing waits. */
  get wakeAtMs(): number {
    let atMs = Number.POSITIVE_INFINITY;
    for (const { phase, retryAtMs } of this.#turns.values())
      if (phase === 'waiting') atMs = Math.min(atMs, retryAtMs);
    return atMs;
  }

  /** Whether its task configs are being computed or written now. */
  isRunning(connector: string): boolean {
    const phase = this.#turns.get(connector)?.phase;
    return phase === 'splitting' || phase === 'storing';
  }

  /** Whether its task configs are being written now, so that a change of them is this worker's own. */
  isStoring(connector: string): boolean {
    return this.#turns.get(connector)?.phase === 'storing';
  }

  /** Computes task configs by the newest config; where that is under way, once more when it is done. */
  refresh(connector: string, restarts = 0): readonly HerderEffect[] {
    const running = this.#turns.get(connector);
    if (running && running.phase !== 'waiting') {
      running.overtaken = true;
      return [];
    }
    const config = this.#config.connector(connector);
    if (!config) {
      this.#turns.delete(connector);
      return [];
    }
    const turn: Turn = {
      number: ++this.#last,
      phase: 'splitting',
      overtaken: false,
      restarts,
      retryAtMs: Number.POSITIVE_INFINITY,
      wanted: [],
    };
    this.#turns.set(connector, turn);
    if (this.#config.targetState(connector) === 'STOPPED') return this.split(connector, turn.number, []);
    return [{ kind: 'splitConnector', connector, turn: turn.number, config }];
  }

  /** The plugin has answered. Tasks run with what is published, on every worker: so it is, whenever anything of it has changed. */
  split(connector: string, number: number, configs: readonly ConnectorConfig[]): readonly HerderEffect[] {
    const turn = this.#current(connector, number);
    if (!turn) return [];
    if (turn.overtaken) return this.#again(connector);
    if (this.#isPublished(connector, configs)) return this.#done(connector);
    turn.phase = 'storing';
    turn.wanted = configs;
    return [{ kind: 'storeTaskConfigs', connector, turn: number, configs }];
  }

  stored(connector: string, number: number): readonly HerderEffect[] {
    const turn = this.#current(connector, number);
    if (!turn) return [];
    // Somebody who led before may have written between ours and now.
    const stands = !turn.overtaken && this.#isPublished(connector, turn.wanted);
    return stands ? this.#done(connector) : this.#again(connector);
  }

  failed(
    connector: string,
    number: number,
    failure: ConnectorFailure,
    now: TurnMoment,
  ): readonly HerderEffect[] {
    const turn = this.#current(connector, number);
    if (!turn) return [];
    if (turn.overtaken) return this.#again(connector);
    const history = { restarts: turn.restarts, startedAtMs: now.monoMs };
    const policy = restartPolicyOf(this.#policy, this.#config.connector(connector) ?? {});
    const restart = planRestart(failure.class, history, policy, now);
    if (restart.kind === 'giveUp') {
      this.#turns.delete(connector);
      const retry = { attempts: restart.restarts, afterMs: null, reason: restart.reason };
      return [{ kind: 'tellConnector', connector, state: 'FAILED', failure, retry }];
    }
    turn.phase = 'waiting';
    turn.restarts = restart.restarts;
    turn.retryAtMs = now.monoMs + restart.afterMs;
    const retry = { attempts: restart.restarts, afterMs: restart.afterMs };
    return [{ kind: 'tellConnector', connector, state: 'RESTARTING', failure, retry }];
  }

  /** Tries those again whose wait is over. */
  retry(monoMs: number): readonly HerderEffect[] {
    const due = [...this.#turns].filter(([, turn]) => turn.phase === 'waiting' && turn.retryAtMs <= monoMs);
    return due.flatMap(([connector, turn]) => this.refresh(connector, turn.restarts));
  }

  /** What was begun has no say any more. */
  forget(connector: string): void {
    this.#turns.delete(connector);
  }

  forgetAll(): void {
    this.#turns.clear();
  }

  #current(connector: string, number: number): Turn | null {
    const turn = this.#turns.get(connector);
    return turn?.number === number ? turn : null;
  }

  #again(connector: string): readonly HerderEffect[] {
    this.#turns.delete(connector);
    return this.refresh(connector);
  }

  #done(connector: string): readonly HerderEffect[] {
    this.#turns.delete(connector);
    return [{ kind: 'tellConnector', connector, state: this.#config.targetState(connector) }];
  }

  #isPublished(connector: string, wanted: readonly ConnectorConfig[]): boolean {
    const now = this.#config.connector(connector) ?? {};
    const applied = this.#config.appliedConnector(connector) ?? {};
    const before = this.#config.taskConfigs(connector);
    return (
      before.length === wanted.length &&
      wanted.every((task, index) => fingerprintOf(now, task) === fingerprintOf(applied, before[index] ?? {}))
    );
  }
}
