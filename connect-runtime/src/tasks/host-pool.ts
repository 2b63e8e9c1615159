import { isMillraceError, type JsonObject, type Logger, MillraceError } from '@millrace/foundation';
import type { KeyedOffset } from '../core/offsets/offset-key.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import { CALL_HUNG, type DeathReason, type HostDeath } from './host-death.ts';
import type { HostCalls, HostLogLevels, HostUse, TaskCounterRow, TaskLogReport } from './host-protocol.ts';
import { Suspects } from './suspects.ts';
import { type TaskEnd, TaskHost } from './task-host.ts';

export interface HostPoolOptions {
  readonly heapMaxBytes: number;
  readonly memoryMaxBytes: number;
  readonly silenceMaxMs: number;
  /** How long hosts go on without a sign of their worker, ms; null: as long as its process is there. */
  readonly workerSilenceMaxMs: number | null;
  readonly idleTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly logger: Logger;
  readonly sourceOffsets: (
    connector: string,
    partitions: readonly JsonObject[],
  ) => Promise<readonly (KeyedOffset | null)[]>;
  /** Stores offsets of sources, where the worker has no topic for them. */
  readonly storeOffsets?: (
    offsets: readonly { readonly key: Buffer; readonly value: Buffer }[],
  ) => Promise<void>;
  /** New counters of tasks came. */
  readonly onCounters?: (rows: readonly TaskCounterRow[]) => void;
  readonly onLogs?: (report: TaskLogReport) => void;
  readonly onTaskState: (id: TaskId, state: 'RUNNING' | 'PAUSED') => void;
  readonly onTaskFailed: (id: TaskId, error: MillraceError, trace: string) => void;
  /** Values that were provided for the task's config are others by now: it is to start again with them. */
  readonly onConfigChanged: (id: TaskId) => void;
}

/** The hosts that there are, and how many came and went. */
export interface HostFigures {
  readonly hosts: readonly { readonly name: string; readonly tasks: number; readonly use: HostUse | null }[];
  readonly starts: number;
  readonly deaths: ReadonlyMap<DeathReason, number>;
}

/**
 * Where plugins are asked about themselves: apart from all tasks, so that a config under test can't harm what runs, and each package in a
 * host of its own, so that one that hangs holds up no question about another.
 */
const CALLS_HOST = 'plugins';

/** A host that is ended from outside a second time within this may owe it to a task: memory that the kernel took back, ms. */
const OUTSIDE_AGAIN_MS = 300_000;

/**
 * Task hosts by plugin package: tasks of one package share one. After a host died of one of its tasks, each comes back alone, or in
 * smaller company where they were many, so that the one which killed it takes no other with it for long. Where it is known that
 * none of them did, they share the next one.
 */
export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #hosts = new Map<string, TaskHost>();
  readonly #suspects = new Suspects();
  readonly #counters = new Map<string, TaskCounterRow>();
  readonly #idleTimers = new Map<string, NodeJS.Timeout>();
  readonly #retired = new Set<TaskHost>();
  readonly #deaths = new Map<DeathReason, number>();
  /** When hosts of that name were ended from outside last, by the monotonic clock. */
  readonly #struckAtMs = new Map<string, number>();
  #logLevels: HostLogLevels | null = null;
  #starts = 0;
  /** Questions that were asked a second time. */
  #again = 0;
  #closed = false;

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /**
   * Asks a plugin, in a host without tasks.
   * @throws {MillraceError} what the plugin threw, TASK_HOST_TIMEOUT, what the host died of, WORKER_STOPPING
   */
  async call<M extends keyof HostCalls & string>(
    method: M,
    body: HostCalls[M]['body'],
  ): Promise<HostCalls[M]['result']> {
    try {
      return await this.#host(callsHostOf(body)).callOrKill(method, body);
    } catch (error) {
      // Another question to the same package was the end of its host: this one did nothing.
      if (!isMillraceError(error) || error.code !== CALL_HUNG) throw error;
      return this.callApart(method, body, `again-${++this.#again}`);
    }
  }

  /** As `call`, in a host that ends with the answer: for plugins that do harm by being loaded. */
  async callApart<M extends keyof HostCalls & string>(
    method: M,
    body: HostCalls[M]['body'],
    apart: string,
    timeoutMs?: number,
  ): Promise<HostCalls[M]['result']> {
    const host = this.#host(`${CALLS_HOST}#${apart}`);
    try {
      return await host.callOrKill(method, body, timeoutMs);
    } finally {
      await host.close();
    }
  }

  /** The host for a task to start in, made where there is none. @throws {MillraceError} WORKER_STOPPING */
  forTask(id: TaskId, module: string): TaskHost {
    const part = this.#suspects.partOf(id);
    return this.#host(part === undefined ? module : `${module}#${part}`);
  }

  /** Gives no more work to the hosts that there are: each ends when it has nothing left to do. For code that was replaced on the disk. */
  retire(): void {
    for (const [name, host] of this.#hosts) {
      this.#remove(name, host);
      this.#retired.add(host);
      void host.ended.then(() => this.#retired.delete(host));
      this.#endWhenIdle(host);
    }
  }

  counters(): readonly TaskCounterRow[] {
    return [...this.#counters.values()];
  }

  figures(): HostFigures {
    const hosts = [...this.#hosts].map(([name, host]) => ({ name, tasks: host.taskCount, use: host.use }));
    return { hosts, starts: this.#starts, deaths: this.#deaths };
  }

  /** Levels of what is logged in hosts, from now on and in those that come. */
  setLogLevels(levels: HostLogLevels): void {
    this.#logLevels = levels;
    for (const host of [...this.#hosts.values(), ...this.#retired]) host.setLogLevels(levels);
  }

  /** Forgets a task that has ended. One that stopped may share a host again; one that had to be killed is apart the next time. */
  forget(id: TaskId, end: TaskEnd): void {
    if (end === 'killed') this.#suspects.divide([id]);
    else this.#suspects.clear(id);
    this.#counters.delete(taskKey(id));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    this.#idleTimers.clear();
    await Promise.all([...this.#hosts.values(), ...this.#retired].map((host) => host.close()));
  }

  #host(name: string): TaskHost {
    if (this.#closed) {
      throw new MillraceError('The worker is stopping.', { code: 'WORKER_STOPPING', class: 'transient' });
    }
    const known = this.#hosts.get(name);
    const host = known?.open ? known : this.#start(name);
    this.#watchIdle(name, host);
    return host;
  }

  #start(name: string): TaskHost {
    const { onTaskFailed, ...options } = this.#options;
    this.#starts++;
    const host = new TaskHost({
      ...options,
      name,
      forQuestions: name.split(/[:#]/, 1)[0] === CALLS_HOST,
      onTaskFailed,
      onLogs: (report) => this.#options.onLogs?.(report),
      onCounters: (rows) => {
        for (const row of rows) this.#counters.set(taskKey(row), row);
        this.#options.onCounters?.(rows);
      },
      onEnd: (death, tasks, trace) => {
        this.#remove(name, host);
        if (!death) return;
        this.#deaths.set(death.reason, (this.#deaths.get(death.reason) ?? 0) + 1);
        if (this.#suspectsTasks(name, death)) this.#suspects.divide(tasks);
        for (const id of tasks) onTaskFailed(id, death.error, trace);
      },
    });
    this.#hosts.set(name, host);
    if (this.#logLevels) host.setLogLevels(this.#logLevels);
    return host;
  }

  /** Whether one of the tasks that are in a host may have been its end. */
  #suspectsTasks(name: string, death: HostDeath): boolean {
    // The one that did not stop is not among them any more.
    if (death.reason === 'stop' || death.reason === 'orphaned') return false;
    if (!death.fromOutside) return true;
    const nowMs = performance.now();
    const beforeMs = this.#struckAtMs.get(name);
    this.#struckAtMs.set(name, nowMs);
    return beforeMs !== undefined && nowMs - beforeMs < OUTSIDE_AGAIN_MS;
  }

  #remove(name: string, host: TaskHost): void {
    if (this.#hosts.get(name) !== host) return;
    this.#hosts.delete(name);
    clearTimeout(this.#idleTimers.get(name));
    this.#idleTimers.delete(name);
  }

  /** Ends a host that has had nothing to do for the idle timeout; each use starts the wait anew. */
  #watchIdle(name: string, host: TaskHost): void {
    clearTimeout(this.#idleTimers.get(name));
    const timer = setTimeout(() => {
      if (!host.idle) {
        this.#watchIdle(name, host);
        return;
      }
      this.#remove(name, host);
      void host.close();
    }, this.#options.idleTimeoutMs);
    timer.unref();
    this.#idleTimers.set(name, timer);
  }

  #endWhenIdle(host: TaskHost): void {
    setTimeout(() => {
      if (!this.#retired.has(host)) return;
      if (host.idle) void host.close();
      else this.#endWhenIdle(host);
    }, this.#options.idleTimeoutMs).unref();
  }
}

function callsHostOf(body: unknown): string {
  const { module } = body as { readonly module?: string };
  return module === undefined ? CALLS_HOST : `${CALLS_HOST}:${module}`;
}
