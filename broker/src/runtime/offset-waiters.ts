/** Who waits until a log has come past an offset. */
export class OffsetWaiters {
  #waiting: { readonly offset: number; readonly resolve: () => void }[] = [];

  past(offset: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ offset, resolve }));
  }

  /** Everything below `end` is there. */
  reached(end: number): void {
    const done = this.#waiting.filter(({ offset }) => offset < end);
    this.#waiting = this.#waiting.filter(({ offset }) => offset >= end);
    for (const { resolve } of done) resolve();
  }

  /** Nobody waits any more: their promises stay as they are. */
  forget(): void {
    this.#waiting = [];
  }
}
