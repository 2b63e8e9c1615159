/** Runs jobs one after the other: the herder decides and acts in one line, never twice at once. */
export class SerialQueue {
  #tail: Promise<void> = Promise.resolve();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a job; its failure is handed to `onError` and does not stop the jobs behind it. */
  add(job: () => Promise<void>): void {
    this.#tail = this.#tail.then(job).catch(this.#onError);
  }

  /** Resolves when every job added so far is done. */
  idle(): Promise<void> {
    return this.#tail;
  }
}
