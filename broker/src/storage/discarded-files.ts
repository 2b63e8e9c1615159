import { rm } from 'node:fs/promises';
import type { Timer } from '@millrace/foundation';
import type { LogRoom } from './log-room.ts';
import { LONGEST_TIMER_MS } from './longest-timer.ts';

/**
 * Files that are out of their log, under names that say so. They stay for a while, for whoever wants them back (`file.delete.delay.ms`), and
 * go while nobody waits: large ones take their time. What is left when the log is closed goes when it is opened again.
 */
export class DiscardedFiles {
  readonly #folder: string;
  readonly #room: Pick<LogRoom, 'timers' | 'logger'>;
  readonly #waiting = new Set<Timer>();
  #isClosed = false;

  constructor(folder: string, room: Pick<LogRoom, 'timers' | 'logger'>) {
    this.#folder = folder;
    this.#room = room;
  }

  /**
   * @param delayMs how long they stay: 24 days at most, which is as far as timers go
   * @param after what has to last before they go; it is waited for before the delay begins
   */
  add(paths: readonly string[], delayMs: number, after: Promise<void> = Promise.resolve()): void {
    const removing = after.then(() =>
      delayMs <= 0 ? this.#remove(paths) : this.#removeLater(paths, delayMs),
    );
    void removing.catch((error: unknown) => this.#report(error));
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  #removeLater(paths: readonly string[], delayMs: number): void {
    if (this.#isClosed) return;
    const timer = this.#room.timers.after(Math.min(delayMs, LONGEST_TIMER_MS), () => {
      this.#waiting.delete(timer);
      this.#remove(paths).catch((error: unknown) => this.#report(error));
    });
    this.#waiting.add(timer);
  }

  async #remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { force: true });
  }

  #report(error: unknown): void {
    this.#room.logger.warn({ err: error, path: this.#folder }, 'files of old segments cannot be removed');
  }
}
