/** One waiter at a time, woken by whatever happens next. What happens while nobody waits is remembered. */
export class WaitSignal {
  #raised = false;
  #wake: (() => void) | null = null;

  raise(): void {
    this.#raised = true;
    this.#wake?.();
  }

  /** Resolves when raised since the last wait, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    if (this.#raised || timeoutMs <= 0) {
      this.#raised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        this.#raised = false;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
    });
  }
}
