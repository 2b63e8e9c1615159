/** Where a task waits while it is paused. */
export class Gate {
  #closed: boolean;
  #waiting: (() => void)[] = [];

  constructor(closed: boolean) {
    this.#closed = closed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  setClosed(closed: boolean): void {
    this.#closed = closed;
    if (!closed) for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Resolves when the gate is open, or the signal aborted. */
  passed(signal: AbortSignal): Promise<void> {
    if (!this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const pass = () => {
        signal.removeEventListener('abort', pass);
        resolve();
      };
      this.#waiting.push(pass);
      signal.addEventListener('abort', pass, { once: true });
    });
  }
}
