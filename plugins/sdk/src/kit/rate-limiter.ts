import { pause } from '@millrace/foundation';

export interface RateLimiterOptions {
  readonly perSecond: number;
  /** How much may go at once after a rest. Left out: what one second allows. */
  readonly burst?: number;
}

/**
 * Lets so much through in a second: requests, records or bytes. What is asked for first goes first.
 *
 *     const limit = new RateLimiter({ perSecond: 10 });
 *     await limit.take(1, signal);
 */
export class RateLimiter {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #atMs = performance.now();
  #turn: Promise<void> = Promise.resolve();

  constructor({ perSecond, burst = perSecond }: RateLimiterOptions) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Resolves when `count` may go; at once when the signal is aborted. More than the burst waits until it is earned. */
  take(count: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#take(count, signal));
    this.#turn = turn;
    return turn;
  }

  async #take(count: number, signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    this.#left = Math.min(this.#burst, this.#left + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    this.#left -= count;
    // What is owed is waited for now; the next one begins with nothing in hand.
    if (this.#left < 0) await pause(-this.#left / this.#perMs, signal);
  }
}
