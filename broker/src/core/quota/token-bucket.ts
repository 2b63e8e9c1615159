/** Kafka's `controller.quota.window.num`, of a second each: so many seconds' worth may be used at once. */
const BURST_SECONDS = 11;

/** What may still be changed (KIP-599): tokens come at the rate of the quota; the last change may use more than there are. */
export class TokenBucket {
  #tokens: number | null = null;
  #atMs = 0;

  /** Ms until there are tokens again; 0 where there are. */
  delayMs(ratePerSecond: number, nowMs: number): number {
    const tokens = this.#refill(ratePerSecond, nowMs);
    return tokens >= 0 ? 0 : Math.round((-tokens / ratePerSecond) * 1000);
  }

  take(count: number, ratePerSecond: number, nowMs: number): void {
    this.#tokens = this.#refill(ratePerSecond, nowMs) - count;
  }

  #refill(ratePerSecond: number, nowMs: number): number {
    const full = BURST_SECONDS * ratePerSecond;
    const come = ((nowMs - this.#atMs) / 1000) * ratePerSecond;
    this.#tokens = this.#tokens === null ? full : Math.min(full, this.#tokens + come);
    this.#atMs = nowMs;
    return this.#tokens;
  }
}
