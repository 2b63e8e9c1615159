import { type TaskId, taskKey } from '../core/task-id.ts';

/**
 * Into so many hosts the tasks go that were in one when it died of one of them. Of more than these the culprit is found by deaths of ever
 * smaller hosts (150 tasks: by two more), since a process for each at once would take the processor from the worker itself, and 30 MB each for good.
 */
const PARTS = 8;

/** Which tasks may have been the end of their host, and which of these may share the next one. */
export class Suspects {
  readonly #partOf = new Map<string, string>();
  #divisions = 0;

  /** The name of a task's part; undefined where it may share a host with all others. */
  partOf(id: TaskId): string | undefined {
    return this.#partOf.get(taskKey(id));
  }

  /** One of these was the end of the host that they shared. */
  divide(tasks: readonly TaskId[]): void {
    if (tasks.length <= PARTS) {
      for (const id of tasks) this.isolate(id);
      return;
    }
    const division = ++this.#divisions;
    for (const [index, id] of tasks.entries())
      this.#partOf.set(taskKey(id), `part-${division}.${index % PARTS}`);
  }

  isolate(id: TaskId): void {
    this.#partOf.set(taskKey(id), taskKey(id));
  }

  /** It stopped as it should. */
  clear(id: TaskId): void {
    this.#partOf.delete(taskKey(id));
  }
}
