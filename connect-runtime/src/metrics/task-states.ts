import { type TaskId, taskKey } from '../core/task-id.ts';
import type { TaskReport } from '../tasks/task-supervisor.ts';

interface TaskRecord {
  readonly id: TaskId;
  state: TaskReport['state'];
  sinceMs: number;
  /** Time in a state that has ended, ms. */
  runningMs: number;
  pausedMs: number;
  /** Whether it has come up since its last start. */
  up: boolean;
  afterFailure: boolean;
  restarts: number;
}

/** Starts tried, by how they went. */
export class StartCount {
  succeeded = 0;
  failed = 0;

  get attempts(): number {
    return this.succeeded + this.failed;
  }
}

/** What the tasks of this worker said of themselves: their states, for how long, and how their starts went. */
export class TaskStates {
  readonly starts = new StartCount();
  readonly #tasks = new Map<string, TaskRecord>();

  /** `nowMs` is monotonic. */
  reported(id: TaskId, report: TaskReport, nowMs: number): void {
    const key = taskKey(id);
    if (report.state === 'UNASSIGNED') {
      this.#tasks.delete(key);
      return;
    }
    const task = this.#tasks.get(key) ?? firstSeen(id, report.state, nowMs);
    this.#tasks.set(key, task);
    pass(task, nowMs);
    task.state = report.state;
    if (report.state === 'RUNNING' || report.state === 'PAUSED') this.#cameUp(task);
    else {
      if (report.error && !task.up) this.starts.failed++;
      task.up = false;
      task.afterFailure = report.error !== undefined;
    }
  }

  #cameUp(task: TaskRecord): void {
    if (task.up) return;
    task.up = true;
    this.starts.succeeded++;
    if (task.afterFailure) task.restarts++;
  }

  /** Each task with its sums up to `nowMs`. */
  all(nowMs: number): readonly Readonly<TaskRecord>[] {
    for (const task of this.#tasks.values()) pass(task, nowMs);
    return [...this.#tasks.values()];
  }
}

function firstSeen(id: TaskId, state: TaskReport['state'], sinceMs: number): TaskRecord {
  return { id, state, sinceMs, runningMs: 0, pausedMs: 0, up: false, afterFailure: false, restarts: 0 };
}

function pass(task: TaskRecord, nowMs: number): void {
  if (task.state === 'RUNNING') task.runningMs += nowMs - task.sinceMs;
  if (task.state === 'PAUSED') task.pausedMs += nowMs - task.sinceMs;
  task.sinceMs = nowMs;
}
