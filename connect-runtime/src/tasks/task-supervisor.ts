import {
  type Clock,
  type Logger,
  type MillraceError,
  type Random,
  toMillraceError,
} from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { TaskStart } from '../core/herder/reconcile.ts';
import { planRestart, type RestartPolicy, restartPolicyOf } from '../core/restart/restart-policy.ts';
import type { RestartState } from '../core/restart/restart-state.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import { UNRESPONSIVE } from './host-death.ts';
import type { HostPool } from './host-pool.ts';
import type { ConfigSources, TaskWorkerSettings } from './host-protocol.ts';
import type { TaskEnd, TaskHost } from './task-host.ts';

export interface TaskReport {
  readonly state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'UNASSIGNED';
  readonly error?: MillraceError;
  readonly trace?: string;
  readonly restart?: RestartState;
}

export interface TaskSupervisorOptions {
  readonly hosts: Pick<HostPool, 'forget'> & { forTask(id: TaskId, module: string): SupervisedHost };
  readonly catalog: Pick<PluginCatalog, 'connector'>;
  readonly settings: () => Promise<TaskWorkerSettings>;
  /** What the placeholders of a config are resolved with, in the host. */
  readonly sources: (config: ConnectorConfig) => Promise<ConfigSources>;
  readonly stopTimeoutMs: number;
  /** Of `task.host.silence.max.ms`. */
  readonly silenceMaxMs: number;
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly report: (id: TaskId, report: TaskReport) => void;
}

/** What is asked of the host of a task. */
export type SupervisedHost = Pick<TaskHost, 'startTask' | 'stopTask' | 'call'>;

/** How much longer than the longest silence a task must run after it was killed for one, ms: the watchdog looks in intervals. */
const PROOF_MARGIN_MS = 5_000;

interface Supervised {
  readonly id: TaskId;
  readonly start: TaskStart;
  /** Where it was started last. */
  host: SupervisedHost | null;
  paused: boolean;
  restarts: number;
  startedAtMs: number;
  timer: NodeJS.Timeout | null;
  /** Of the failure that was told last. */
  failedWith: string | null;
  /** Until a task that was silent has shown that it is not any more. */
  proof: NodeJS.Timeout | null;
}

/**
 * Starts and stops the tasks of this worker, as the herder says, and brings back those that failed, as their policy says.
 */
export class TaskSupervisor {
  readonly #options: TaskSupervisorOptions;
  readonly #tasks = new Map<string, Supervised>();
  readonly #stopping = new Map<string, Promise<void>>();
  /** Those between their stop and their start. */
  readonly #restarting = new Map<string, Supervised>();

  constructor(options: TaskSupervisorOptions) {
    this.#options = options;
  }

  /** Tasks that are to run here: also those that failed, or wait to be started again. */
  running(): ReadonlyMap<string, { readonly id: TaskId; readonly paused: boolean }> {
    return this.#tasks;
  }

  /** Starts a task that was not started, or has stopped; tells how it goes by `report`. */
  start(action: TaskStart): Promise<void> {
    return this.#begin(action);
  }

  /** Resolves when the task runs no more, and what it had done is committed. */
  async stop(id: TaskId): Promise<void> {
    const restarting = this.#restarting.delete(taskKey(id));
    if ((await this.#end(id)) || restarting) this.#options.report(id, { state: 'UNASSIGNED' });
  }

  /** Stops and starts a task anew, as a person asked: with a clean record. False where it is not here. */
  async restart(id: TaskId): Promise<boolean> {
    const key = taskKey(id);
    const task = this.#tasks.get(key);
    if (!task) return this.#restarting.has(key);
    this.#options.report(id, { state: 'RESTARTING' });
    this.#restarting.set(key, task);
    await this.#end(id);
    // Who stopped the task meanwhile must not see it come back.
    if (this.#restarting.get(key) !== task) return false;
    this.#restarting.delete(key);
    await this.#begin({ ...task.start, paused: task.paused });
    return true;
  }

  stateChanged(id: TaskId, state: 'RUNNING' | 'PAUSED'): void {
    const task = this.#tasks.get(taskKey(id));
    if (!task) return;
    this.#endProof(task);
    const tell = () => {
      task.failedWith = null;
      this.#options.report(id, { state });
    };
    // One that never yields says that it runs before each of its ends: what stands in its status must not come and go with that.
    const isProven = task.failedWith !== UNRESPONSIVE || state === 'PAUSED';
    if (isProven) tell();
    else task.proof = setTimeout(tell, this.#options.silenceMaxMs + PROOF_MARGIN_MS);
  }

  #endProof(task: Supervised): void {
    if (task.proof) clearTimeout(task.proof);
    task.proof = null;
  }

  failed(id: TaskId, error: MillraceError, trace: string): void {
    const task = this.#tasks.get(taskKey(id));
    if (!task || task.timer) return;
    this.#endProof(task);
    task.failedWith = error.code;
    const { restartPolicy, clock, random, logger } = this.#options;
    const { monoMs, wallMs } = clock.now();
    const policy = restartPolicyOf(restartPolicy, task.start.connectorConfig);
    const plan = planRestart(error.class, task, policy, { monoMs, random: random.float() });
    const restartAfterMs = plan.kind === 'restart' ? plan.afterMs : null;
    logger.warn({ ...id, code: error.code, class: error.class, err: error, restartAfterMs }, 'task failed');
    task.restarts = plan.restarts;
    if (plan.kind === 'giveUp') {
      const restart = { attempts: plan.restarts, next_at_ms: null, reason: plan.reason };
      this.#options.report(id, { state: 'FAILED', error, trace, restart });
      return;
    }
    const restart = { attempts: plan.restarts, next_at_ms: wallMs + plan.afterMs };
    this.#options.report(id, { state: 'RESTARTING', error, trace, restart });
    task.timer = setTimeout(() => {
      task.timer = null;
      void this.#launch(task);
    }, plan.afterMs);
  }

  /** Whether there was something to stop. */
  async #end(id: TaskId): Promise<boolean> {
    const key = taskKey(id);
    const task = this.#tasks.get(key);
    if (!task) {
      await this.#stopping.get(key);
      return false;
    }
    this.#tasks.delete(key);
    this.#endProof(task);
    if (task.timer) clearTimeout(task.timer);
    const { stopTimeoutMs } = this.#options;
    const done = this.#stopIn(task.host, id, stopTimeoutMs).finally(() => this.#stopping.delete(key));
    this.#stopping.set(key, done);
    await done;
    return true;
  }

  async #stopIn(host: SupervisedHost | null, id: TaskId, timeoutMs: number): Promise<void> {
    let end: TaskEnd = 'killed';
    try {
      end = host ? await host.stopTask(id, timeoutMs) : 'stopped';
    } finally {
      this.#options.hosts.forget(id, end);
    }
  }

  async #begin(action: TaskStart): Promise<void> {
    const task: Supervised = {
      id: action.id,
      paused: action.paused,
      start: action,
      host: null,
      restarts: 0,
      startedAtMs: this.#options.clock.now().monoMs,
      timer: null,
      failedWith: null,
      proof: null,
    };
    this.#tasks.set(taskKey(action.id), task);
    await this.#launch(task);
  }

  async #launch(task: Supervised): Promise<void> {
    const { id, start } = task;
    try {
      const plugin = await this.#options.catalog.connector(start.connectorConfig);
      const worker = await this.#options.settings();
      const sources = await this.#options.sources({ ...start.connectorConfig, name: id.connector });
      // Whoever stopped the task meanwhile must not see it come back.
      if (this.#tasks.get(taskKey(id)) !== task) return;
      task.startedAtMs = this.#options.clock.now().monoMs;
      task.host = this.#options.hosts.forTask(id, plugin.module);
      await task.host.startTask({
        id,
        module: plugin.module,
        class: plugin.class,
        connectorConfig: start.connectorConfig,
        taskConfig: start.taskConfig,
        paused: task.paused,
        sources,
        worker,
      });
    } catch (error) {
      if (this.#tasks.get(taskKey(id)) !== task) return;
      const known = toMillraceError(error, { code: 'TASK_NOT_STARTED', class: 'bug', stage: 'start' });
      this.failed(id, known, known.stack ?? known.message);
    }
  }

  async setPaused(id: TaskId, paused: boolean): Promise<void> {
    const task = this.#tasks.get(taskKey(id)) ?? this.#restarting.get(taskKey(id));
    if (!task) return;
    task.paused = paused;
    // A task that waits for its restart takes the new state along when it starts.
    if (task.timer || !this.#tasks.has(taskKey(id))) return;
    try {
      await task.host?.call('setPaused', { id, paused });
    } catch (error) {
      this.#options.logger.warn({ ...id, paused, err: error }, 'pausing or resuming a task failed');
    }
  }
}
