/**
 * Changes of one connector are made one after the other, so that each sees what the one before it did. Those of other connectors do not
 * wait for them: a change may ask a plugin or another system, which may take its time.
 */
export class ChangeTurns {
  /** By connector, the last change that was begun; settled ones go. */
  readonly #tails = new Map<string, Promise<unknown>>();
  /** The last change of all connectors. */
  #ofAll: Promise<unknown> = Promise.resolve();

  /** After all changes of that connector that were begun before, and those of all connectors. */
  take<T>(connector: string, job: () => Promise<T>): Promise<T> {
    const turn = (this.#tails.get(connector) ?? this.#ofAll).then(job);
    const tail = turn.catch(() => undefined);
    this.#tails.set(connector, tail);
    void tail.then(() => {
      if (this.#tails.get(connector) === tail) this.#tails.delete(connector);
    });
    return turn;
  }

  /** A change of all connectors: after every change that was begun before, and before every one that comes later. */
  takeAll<T>(job: () => Promise<T>): Promise<T> {
    const turn = Promise.all([this.#ofAll, ...this.#tails.values()]).then(job);
    this.#ofAll = turn.catch(() => undefined);
    this.#tails.clear();
    return turn;
  }
}
