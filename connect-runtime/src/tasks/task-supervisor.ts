import {
  type Clock,
  type Logger,
  type MillraceError,
  type Random,
  toMillraceError,
} from '@millrace/foundation';
import type { RunningTask, TaskAction } from '../core/herder/reconcile.ts';
import { planRestart, type RestartPolicy } from '../core/restart/restart-policy.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { PluginCatalog } from '../plugins/plugin-catalog.ts';
import type { HostPool } from './host-pool.ts';
import type { TaskWorkerSettings } from './host-protocol.ts';
import type { TaskHost } from './task-host.ts';

export interface TaskReport {
  readonly state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'UNASSIGNED';
  readonly error?: MillraceError;
  readonly trace?: string;
}

export interface TaskSupervisorOptions {
  readonly hosts: Pick<HostPool, 'forget'> & { forTask(id: TaskId, module: string): SupervisedHost };
  readonly catalog: Pick<PluginCatalog, 'find'>;
  readonly settings: () => Promise<TaskWorkerSettings>;
  readonly stopTimeoutMs: number;
  readonly restartPolicy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly report: (id: TaskId, report: TaskReport) => void;
}

/** What is asked of the host of a task. */
export type SupervisedHost = Pick<TaskHost, 'startTask' | 'stopTask' | 'call'>;

type StartAction = Extract<TaskAction, { kind: 'start' }>;

interface Supervised extends RunningTask {
  readonly start: StartAction;
  /** Where it was started last. */
  host: SupervisedHost | null;
  paused: boolean;
  restarts: number;
  startedAtMs: number;
  timer: NodeJS.Timeout | null;
}

interface Stopping {
  readonly id: TaskId;
  readonly done: Promise<void>;
}

/** Starts and stops the tasks of this worker, and brings back those that failed for a passing reason. */
export class TaskSupervisor {
  readonly #options: TaskSupervisorOptions;
  readonly #tasks = new Map<string, Supervised>();
  readonly #stopping = new Map<string, Stopping>();

  constructor(options: TaskSupervisorOptions) {
    this.#options = options;
  }

  /** Tasks that are to run here: also those that failed, or wait to be started again. */
  running(): ReadonlyMap<string, RunningTask> {
    return this.#tasks;
  }

  /** Tasks that nobody else may start yet: the running ones, and those that are still stopping. */
  held(): readonly TaskId[] {
    return [...new Map<string, { readonly id: TaskId }>([...this.#tasks, ...this.#stopping]).values()].map(
      ({ id }) => id,
    );
  }

  /** Does what was planned: stops side by side, then starts side by side. */
  async apply(actions: readonly TaskAction[]): Promise<void> {
    await Promise.all(actions.map((action) => (action.kind === 'stop' ? this.stop(action.id) : undefined)));
    await Promise.all(
      actions.map((action) => {
        if (action.kind === 'start') return this.#begin(action);
        if (action.kind === 'pause' || action.kind === 'resume') {
          return this.#setPaused(action.id, action.kind === 'pause');
        }
        return undefined;
      }),
    );
  }

  /** Resolves when the task runs no more, and what it had done is committed. */
  async stop(id: TaskId): Promise<void> {
    if (await this.#end(id)) this.#options.report(id, { state: 'UNASSIGNED' });
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.held().map((id) => this.stop(id)));
  }

  /** Stops and starts a task anew, as a person asked: with a clean record. False where it is not here. */
  async restart(id: TaskId): Promise<boolean> {
    const task = this.#tasks.get(taskKey(id));
    if (!task) return false;
    this.#options.report(id, { state: 'RESTARTING' });
    await this.#end(id);
    await this.#begin({ ...task.start, paused: task.paused });
    return true;
  }

  stateChanged(id: TaskId, state: 'RUNNING' | 'PAUSED'): void {
    const task = this.#tasks.get(taskKey(id));
    if (!task) return;
    this.#options.report(id, { state });
  }

  failed(id: TaskId, error: MillraceError, trace: string): void {
    const task = this.#tasks.get(taskKey(id));
    if (!task || task.timer) return;
    const { restartPolicy, clock, random, logger } = this.#options;
    const now = { monoMs: clock.now().monoMs, random: random.float() };
    const restart = planRestart(error.class, task, restartPolicy, now);
    logger.warn(
      { ...id, code: error.code, class: error.class, err: error, restartAfterMs: restart?.afterMs ?? null },
      'task failed',
    );
    this.#options.report(id, { state: restart ? 'RESTARTING' : 'FAILED', error, trace });
    if (!restart) return;
    task.restarts = restart.restarts;
    task.timer = setTimeout(() => {
      task.timer = null;
      void this.#launch(task);
    }, restart.afterMs);
  }

  /** Whether there was something to stop. */
  async #end(id: TaskId): Promise<boolean> {
    const key = taskKey(id);
    const task = this.#tasks.get(key);
    if (!task) {
      await this.#stopping.get(key)?.done;
      return false;
    }
    this.#tasks.delete(key);
    if (task.timer) clearTimeout(task.timer);
    const { hosts, stopTimeoutMs } = this.#options;
    const done = (task.host?.stopTask(id, stopTimeoutMs) ?? Promise.resolve()).finally(() => {
      this.#stopping.delete(key);
      hosts.forget(id);
    });
    this.#stopping.set(key, { id, done });
    await done;
    return true;
  }

  async #begin(action: StartAction): Promise<void> {
    const key = taskKey(action.id);
    await this.#stopping.get(key)?.done;
    const task: Supervised = {
      id: action.id,
      fingerprint: action.fingerprint,
      paused: action.paused,
      start: action,
      host: null,
      restarts: 0,
      startedAtMs: this.#options.clock.now().monoMs,
      timer: null,
    };
    this.#tasks.set(key, task);
    await this.#launch(task);
  }

  async #launch(task: Supervised): Promise<void> {
    const { id, start } = task;
    try {
      const plugin = await this.#options.catalog.find(start.connectorConfig['connector.class'] ?? '');
      const worker = await this.#options.settings();
      // Whoever stopped the task meanwhile must not see it come back.
      if (this.#tasks.get(taskKey(id)) !== task) return;
      task.startedAtMs = this.#options.clock.now().monoMs;
      task.host = this.#options.hosts.forTask(id, plugin.module);
      await task.host.startTask({
        id,
        module: plugin.module,
        connectorConfig: { ...start.connectorConfig, 'connector.class': plugin.class },
        taskConfig: start.taskConfig,
        paused: task.paused,
        worker,
      });
    } catch (error) {
      if (this.#tasks.get(taskKey(id)) !== task) return;
      const known = toMillraceError(error, { code: 'TASK_NOT_STARTED', class: 'bug', stage: 'start' });
      this.failed(id, known, known.stack ?? known.message);
    }
  }

  async #setPaused(id: TaskId, paused: boolean): Promise<void> {
    const task = this.#tasks.get(taskKey(id));
    if (!task) return;
    task.paused = paused;
    // A task that waits for its restart takes the new state along when it starts.
    if (task.timer) return;
    try {
      await task.host?.call('setPaused', { id, paused });
    } catch (error) {
      this.#options.logger.warn({ ...id, paused, err: error }, 'pausing or resuming a task failed');
    }
  }
}
