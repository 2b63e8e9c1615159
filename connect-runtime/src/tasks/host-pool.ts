import type { JsonObject, Logger, MillraceError } from '@millrace/foundation';
import { type TaskId, taskKey } from '../core/task-id.ts';
import type { TaskCounterRow } from './host-protocol.ts';
import { TaskHost } from './task-host.ts';

export interface HostPoolOptions {
  readonly heapMaxBytes: number;
  readonly memoryMaxBytes: number;
  readonly idleTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly logger: Logger;
  readonly sourceOffsets: (
    connector: string,
    partitions: readonly JsonObject[],
  ) => Promise<readonly (JsonObject | null)[]>;
  readonly onTaskState: (id: TaskId, state: 'RUNNING' | 'PAUSED') => void;
  readonly onTaskFailed: (id: TaskId, error: MillraceError, trace: string) => void;
}

/**
 * Task hosts by plugin package: tasks of one package share one. After a host died, each of its tasks comes back alone, so that
 * the one which killed it takes no other with it again.
 */
export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #hosts = new Map<string, TaskHost>();
  readonly #alone = new Set<string>();
  readonly #counters = new Map<string, TaskCounterRow>();
  readonly #idleTimers = new Map<string, NodeJS.Timeout>();

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /** The host where calls about a package are made, started where there is none. */
  forPackage(module: string): TaskHost {
    return this.#host(module);
  }

  forTask(id: TaskId, module: string): TaskHost {
    const key = taskKey(id);
    return this.#host(this.#alone.has(key) ? `${module}#${key}` : module);
  }

  counters(): readonly TaskCounterRow[] {
    return [...this.#counters.values()];
  }

  /** Lets a task that ran alone share a host again, as after a change of its config. */
  forgive(id: TaskId): void {
    this.#alone.delete(taskKey(id));
    this.#counters.delete(taskKey(id));
  }

  async close(): Promise<void> {
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
  }

  #host(name: string): TaskHost {
    const known = this.#hosts.get(name);
    if (known) {
      this.#watchIdle(name, known);
      return known;
    }
    const { logger, sourceOffsets, onTaskState, onTaskFailed, heapMaxBytes, memoryMaxBytes, callTimeoutMs } =
      this.#options;
    const host = new TaskHost({
      name,
      heapMaxBytes,
      memoryMaxBytes,
      callTimeoutMs,
      logger,
      sourceOffsets,
      onTaskState,
      onTaskFailed,
      onCounters: (rows) => {
        for (const row of rows) this.#counters.set(taskKey(row), row);
      },
      onEnd: (reason, tasks) => {
        if (this.#hosts.get(name) === host) this.#hosts.delete(name);
        if (!reason) return;
        for (const id of tasks) {
          this.#alone.add(taskKey(id));
          onTaskFailed(id, reason, reason.message);
        }
      },
    });
    this.#hosts.set(name, host);
    this.#watchIdle(name, host);
    return host;
  }

  /** Ends a host that has had nothing to do for the idle timeout; each use starts the wait anew. */
  #watchIdle(name: string, host: TaskHost): void {
    const before = this.#idleTimers.get(name);
    if (before) clearTimeout(before);
    const timer = setTimeout(() => {
      if (this.#hosts.get(name) !== host) return;
      if (!host.idle) {
        this.#watchIdle(name, host);
        return;
      }
      this.#hosts.delete(name);
      this.#idleTimers.delete(name);
      void host.close();
    }, this.#options.idleTimeoutMs);
    timer.unref();
    this.#idleTimers.set(name, timer);
  }
}
