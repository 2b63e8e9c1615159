/** The bytes that a producer may hold, and who waits for room. */
export class BufferBudget {
  readonly #limitBytes: number;
  #usedBytes = 0;
  #waiters: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get hasRoom(): boolean {
    return this.#usedBytes < this.#limitBytes;
  }

  /** Whether `bytes` more would go past what a caller that heeds `hasRoom` can reach. */
  isExhausted(slackBytes: number): boolean {
    return this.#usedBytes >= this.#limitBytes + slackBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    if (this.hasRoom && this.#waiters.length > 0) this.wakeAll();
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  wakeAll(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
