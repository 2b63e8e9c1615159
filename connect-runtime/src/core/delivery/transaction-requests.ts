/** What ends behind a stretch of a batch: the transaction with it, by commit or by abort, or nothing yet. */
export interface BatchStretch<R> {
  readonly records: readonly R[];
  readonly end: 'commit' | 'abort' | null;
}

/**
 * Where a source task wants its transactions to end (KIP-618, `transaction.boundary=connector`): behind a whole batch or behind
 * single records of it. Requests made before a batch is polled, or by the poll that gives it, hold for that batch and are used up by it.
 */
export class TransactionRequests<R> {
  #batchEnd: 'commit' | 'abort' | null = null;
  readonly #recordEnds = new Map<R, 'commit' | 'abort'>();
  #contradiction = false;

  commit(record?: R): void {
    this.#request('commit', record);
  }

  abort(record?: R): void {
    this.#request('abort', record);
  }

  /**
   * Cuts a batch where its transactions end, and forgets the requests. Null: the task asked for commit and abort at the same place,
   * which means nothing.
   */
  cut(batch: readonly R[]): readonly BatchStretch<R>[] | null {
    const contradiction = this.#contradiction;
    const stretches = contradiction ? null : this.#stretches(batch);
    this.#batchEnd = null;
    this.#recordEnds.clear();
    this.#contradiction = false;
    return stretches;
  }

  #request(end: 'commit' | 'abort', record: R | undefined): void {
    const before = record === undefined ? this.#batchEnd : this.#recordEnds.get(record);
    if (before && before !== end) this.#contradiction = true;
    else if (record === undefined) this.#batchEnd = end;
    else this.#recordEnds.set(record, end);
  }

  #stretches(batch: readonly R[]): readonly BatchStretch<R>[] {
    const stretches: BatchStretch<R>[] = [];
    let from = 0;
    if (this.#recordEnds.size > 0) {
      for (const [index, record] of batch.entries()) {
        const end = this.#recordEnds.get(record);
        if (!end) continue;
        stretches.push({ records: batch.slice(from, index + 1), end });
        from = index + 1;
      }
    }
    if (from < batch.length || this.#batchEnd)
      stretches.push({ records: batch.slice(from), end: this.#batchEnd });
    return stretches;
  }
}
