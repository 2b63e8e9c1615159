/** A lock that some acquired offsets had at a time; what became of them since is not known here. */
interface Lock {
  readonly untilMs: number;
  readonly lastOffset: number;
}

/** When acquired offsets have to be looked at: locks in the order in which they end. */
export class AcquisitionLocks {
  #locks: Lock[] = [];

  /** Notes a lock. Nearly always it ends last: all are equally long, unless the group's config changes. */
  add(untilMs: number, lastOffset: number): void {
    let index = this.#locks.length;
    while (index > 0 && (this.#locks[index - 1]?.untilMs ?? 0) > untilMs) index -= 1;
    this.#locks.splice(index, 0, { untilMs, lastOffset });
  }

  /** When the first one ends that may still hold something, monotonic ms; null where there is none. */
  nextMs(startOffset: number): number | null {
    this.#drop(({ lastOffset }) => lastOffset < startOffset);
    return this.#locks[0]?.untilMs ?? null;
  }

  /** Forgets those that have ended. @returns whether there were any */
  end(nowMs: number): boolean {
    return this.#drop(({ untilMs }) => untilMs <= nowMs) > 0;
  }

  #drop(isDone: (lock: Lock) => boolean): number {
    let count = 0;
    for (const lock of this.#locks) {
      if (!isDone(lock)) break;
      count += 1;
    }
    if (count > 0) this.#locks.splice(0, count);
    return count;
  }
}
