import { rm } from 'node:fs/promises';
import type { Logger, Timer, Timers } from '@millrace/foundation';
import { LONGEST_TIMER_MS } from './longest-timer.ts';
import { storageFailed } from './storage-errors.ts';

/**
 * Removes folders that nobody uses any more, one after the other, while nobody waits: a log may have thousands of files. What is left of
 * them when it is closed, or still has its time to stay, the next start finds by their names.
 */
export class FolderRemoval {
  readonly #logger: Logger;
  readonly #timers: Timers;
  readonly #staying = new Set<Timer>();
  readonly #doomed: string[] = [];
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor({ logger, timers }: { readonly logger: Logger; readonly timers: Timers }) {
    this.#logger = logger;
    this.#timers = timers;
  }

  /** @param delayMs how long it stays: 24 days at most, which is as far as timers go */
  add(path: string, delayMs = 0): void {
    if (delayMs <= 0) {
      this.#remove(path);
      return;
    }
    const timer = this.#timers.after(Math.min(delayMs, LONGEST_TIMER_MS), () => {
      this.#staying.delete(timer);
      this.#remove(path);
    });
    this.#staying.add(timer);
  }

  /** Resolves when nothing in the data folder is being removed any more; the rest stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#staying) timer.cancel();
    await this.#running;
  }

  #remove(path: string): void {
    this.#doomed.push(path);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    for (let path = this.#doomed.pop(); path !== undefined && !this.#isClosed; path = this.#doomed.pop()) {
      try {
        await rm(path, { recursive: true, force: true });
      } catch (error) {
        const facts = storageFailed('Removing', path, error).report();
        this.#logger.error(facts, 'a deleted log is left over; the next start tries again');
      }
    }
  }
}
