/** A transaction that ended in an abort, on one partition: what the aborted-transaction index holds of it. */
export interface AbortedRange {
  readonly producerId: number;
  /** First offset of the transaction; `lastOffset` is that of its marker. */
  readonly firstOffset: number;
  readonly lastOffset: number;
}

interface OpenAbort<Range> {
  readonly range: Range;
  sawData: boolean;
}

/** What a control batch says: `EMPTY` where compaction has taken its record before, `OTHER` where it ends no transaction. */
export type MarkerType = 'ABORT' | 'COMMIT' | 'EMPTY' | 'OTHER';

/**
 * Transactions as a walk through a log in the order of offsets comes by them: which batches belong to an aborted one,
 * and which markers have outlived everything that they were written for. As Kafka's CleanedTransactionMetadata.
 */
export class CleanedTransactions<Range extends AbortedRange = AbortedRange> {
  /** By first offset; those that have begun are behind `#next`. */
  readonly #aborted: readonly Range[];
  #next = 0;
  readonly #openAborts = new Map<number, OpenAbort<Range>>();
  readonly #committing = new Set<number>();
  #stillNeeded: Range[] = [];

  constructor(aborted: readonly Range[]) {
    this.#aborted = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** @returns whether the batch is part of an aborted transaction */
  data(batch: { producerId: number; lastOffset: number; isTransactional: boolean }): boolean {
    this.#beginUpTo(batch.lastOffset);
    if (!batch.isTransactional) return false;
    const abort = this.#openAborts.get(batch.producerId);
    if (abort === undefined) {
      this.#committing.add(batch.producerId);
      return false;
    }
    abort.sawData = true;
    return true;
  }

  /** @returns whether nothing of the marker's transaction is left */
  marker(batch: { producerId: number; lastOffset: number; type: MarkerType }): boolean {
    this.#beginUpTo(batch.lastOffset);
    switch (batch.type) {
      case 'ABORT': {
        const abort = this.#openAborts.get(batch.producerId);
        this.#openAborts.delete(batch.producerId);
        if (abort?.sawData !== true) return true;
        this.#stillNeeded.push(abort.range);
        return false;
      }
      case 'COMMIT':
        return !this.#committing.delete(batch.producerId);
      case 'EMPTY':
        return true;
      case 'OTHER':
        return false;
    }
  }

  /** Of the aborted transactions whose marker came by since the last call, those that readers must go on passing over. */
  takeStillNeeded(): readonly Range[] {
    const needed = this.#stillNeeded;
    this.#stillNeeded = [];
    return needed;
  }

  #beginUpTo(offset: number): void {
    for (;;) {
      const range = this.#aborted[this.#next];
      if (range === undefined || range.firstOffset > offset) return;
      this.#next += 1;
      if (!this.#openAborts.has(range.producerId))
        this.#openAborts.set(range.producerId, { range, sawData: false });
    }
  }
}
