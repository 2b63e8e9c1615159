interface Task {
  readonly run: () => Promise<void>;
  readonly done: () => void;
}

/**
 * Work that the group's background hands to the caller's next `poll`: rebalance listeners run there and nowhere else, so
 * that they never run beside the caller's own handling of records.
 */
export class PollTasks {
  readonly #tasks: Task[] = [];
  readonly #onAdded: () => void;
  #closed = false;

  constructor(onAdded: () => void) {
    this.#onAdded = onAdded;
  }

  /** Resolves when a poll has run the task, or when polls have ended. */
  add(run: () => Promise<void>): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((done) => {
      this.#tasks.push({ run, done });
      this.#onAdded();
    });
  }

  /** Runs what waits. A task that throws is done all the same; its error is the caller's. */
  async runAll(): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      try {
        await task.run();
      } finally {
        task.done();
      }
    }
  }

  /** No poll will come: whoever waits goes on. */
  close(): void {
    this.#closed = true;
    for (const { done } of this.#tasks.splice(0)) done();
  }
}
