/** A transaction on one partition that has its marker. */
export interface CompletedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
  readonly isAborted: boolean;
  /** Once this transaction is complete, as far as anything above it is: what readers of its records go by. */
  readonly lastStableOffset: number;
}

interface Decided {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** The transactions of one log that keep readers of committed records back. */
export class OpenTransactions {
  /** Producer by first offset, oldest first: a transaction begins at the end of the log. */
  #undecided = new Map<number, number>();
  /** Those whose marker is in the log, but may be above the high watermark; in the order of their markers. */
  #decided: Decided[] = [];

  begin(firstOffset: number, producerId: number): void {
    this.#undecided.set(firstOffset, producerId);
  }

  /** Takes in a marker. */
  complete(transaction: Omit<CompletedTransaction, 'lastStableOffset'>): CompletedTransaction {
    const { firstOffset, lastOffset } = transaction;
    this.#undecided.delete(firstOffset);
    this.#decided.push({ firstOffset, lastOffset });
    return { ...transaction, lastStableOffset: this.firstUndecided() ?? lastOffset + 1 };
  }

  /** First offset of the oldest transaction without a marker. */
  firstUndecided(): number | null {
    for (const firstOffset of this.#undecided.keys()) return firstOffset;
    return null;
  }

  /** First offset of the oldest transaction that has no marker below the high watermark, which never goes back. */
  firstUnstable(highWatermark: number): number | null {
    if (this.#decided.length > 0)
      this.#decided = this.#decided.filter(({ lastOffset }) => lastOffset >= highWatermark);
    const undecided = this.firstUndecided();
    return this.#decided.reduce<number | null>(
      (first, { firstOffset }) => (first === null ? firstOffset : Math.min(first, firstOffset)),
      undecided,
    );
  }

  /** Begins anew with what is open. */
  restore(open: readonly (readonly [firstOffset: number, producerId: number])[]): void {
    this.#decided = [];
    this.#undecided = new Map(open.toSorted(([a], [b]) => a - b));
  }
}
