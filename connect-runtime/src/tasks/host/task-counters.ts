import type { TaskId } from '../../core/task-id.ts';
import type { TaskCounterRow } from '../host-protocol.ts';

/** How many topics a task's counters name; a task that writes to more names the first ones. */
const TOPICS_MAX = 100;

/** Counts what passes through one task. */
export class TaskCounters {
  readonly #id: TaskId;
  readonly #topics = new Set<string>();
  #records = 0;
  #bytes = 0;
  #errors = 0;
  #lastRecordAtMs: number | null = null;

  constructor(id: TaskId) {
    this.#id = id;
  }

  passed(topic: string, bytes: number): void {
    this.#records++;
    this.#bytes += bytes;
    this.#lastRecordAtMs = Date.now();
    if (this.#topics.size < TOPICS_MAX) this.#topics.add(topic);
  }

  failed(): void {
    this.#errors++;
  }

  row(): TaskCounterRow {
    return {
      ...this.#id,
      records: this.#records,
      bytes: this.#bytes,
      errors: this.#errors,
      lastRecordAtMs: this.#lastRecordAtMs,
      topics: [...this.#topics],
    };
  }
}
