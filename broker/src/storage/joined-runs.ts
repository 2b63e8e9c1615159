/** Runs of one piece of work, one after the other: all who ask while one is under way share the next one. */
export class JoinedRuns {
  readonly #work: () => Promise<void>;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves, or fails, with a run that begins after this call; one that fails keeps none from the next. */
  ask(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      const run = this.#work();
      this.#running = run.catch(() => undefined);
      return run;
    });
    return this.#next;
  }

  /** Resolves when all that was asked for so far has ended, well or not. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#running).catch(() => undefined);
  }
}
