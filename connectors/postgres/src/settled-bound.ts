/** What one look at the server saw. */
export interface Look<B> {
  /** Taken before the transactions were: whoever began later can't come below it any more. */
  readonly bound: B;
  /** Transactions that may still bring rows below the bound, prepared ones among them. */
  readonly running: ReadonlySet<string>;
  /** Of these, the prepared ones: PREPARE TRANSACTION gives a transaction another name. */
  readonly prepared: ReadonlySet<string>;
}

/**
 * Decides how far a query may read: up to a bound below which nothing is in flight. Numbers and times are given out when a row is made,
 * and seen when its transaction commits, so a cursor that simply follows the greatest one passes over rows that commit late.
 *
 * A bound is settled once every transaction that ran when it was taken has ended. A transaction may have been prepared meanwhile, under a
 * name that nobody can match with its old one: so all that are prepared when the last of them is gone are waited for as well.
 */
export class SettledBound<B> {
  #waiting: { readonly bound: B; running: ReadonlySet<string>; prepared: ReadonlySet<string> | null } | null =
    null;

  /** The names of those that are waited for. */
  get waitsFor(): ReadonlySet<string> {
    return this.#waiting?.prepared ?? this.#waiting?.running ?? new Set();
  }

  /** The bound that is settled as of this look, or null. The rows must be read after it, under a newer snapshot. */
  observe({ bound, running, prepared }: Look<B>): B | null {
    const first = this.#waiting === null;
    const waiting = this.#waiting ?? { bound, running, prepared: null };
    this.#waiting = waiting;
    if (!first) waiting.running = waiting.running.intersection(running);
    if (waiting.running.size > 0) return null;
    // At the first look nobody was running, so that nobody can have been prepared since.
    waiting.prepared = first ? new Set() : (waiting.prepared ?? prepared).intersection(prepared);
    if (waiting.prepared.size > 0) return null;
    this.#waiting = null;
    return waiting.bound;
  }
}
