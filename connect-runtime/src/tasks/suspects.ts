import { type TaskId, taskKey } from '../core/task-id.ts';

/**
 * Into so many hosts the tasks go that were in one when it died of one of them. Of more than these the culprit is found by deaths of ever
 * smaller hosts (150 tasks: by two more), since a process for each at once would take the processor from the worker itself.
 */
export const PARTS = 8;
/** All divisions together come to so many hosts at most, of some 30 MB each: enough to find two culprits among hundreds. */
const PARTS_MAX = 24;

/** Which tasks may have been the end of their host, and which of these may share the next one. */
export class Suspects {
  readonly #partOf = new Map<string, string>();
  #divisions = 0;

  /** The name of a task's part; undefined where it may share a host with all others. */
  partOf(id: TaskId): string | undefined {
    return this.#partOf.get(taskKey(id));
  }

  /** One of these was the end of the host that they shared: they share it no more, as far as there may be more hosts. */
  divide(tasks: readonly TaskId[]): void {
    const before = tasks.map((id) => this.partOf(id));
    for (const id of tasks) this.clear(id);
    const parts = Math.min(PARTS, tasks.length, PARTS_MAX - new Set(this.#partOf.values()).size);
    const division = ++this.#divisions;
    for (const [index, id] of tasks.entries()) {
      // In one part they would only be together again under another name.
      const part =
        parts >= tasks.length ? taskKey(id) : parts > 1 ? `part-${division}.${index % parts}` : before[index];
      if (part !== undefined) this.#partOf.set(taskKey(id), part);
    }
  }

  /** It stopped as it should, or is not to blame. */
  clear(id: TaskId): void {
    this.#partOf.delete(taskKey(id));
  }
}
