/** What this worker's group did: Kafka Connect's connect-worker-rebalance-metrics. Times are monotonic, ms. */
export class Rebalances {
  epoch = -1;
  leaderUrl = '';
  completed = 0;
  #totalMs = 0;
  maxMs = 0;
  #beganAtMs: number | null = null;
  #endedAtMs: number | null = null;

  get rebalancing(): boolean {
    return this.#beganAtMs !== null;
  }

  get averageMs(): number | null {
    return this.completed === 0 ? null : this.#totalMs / this.completed;
  }

  /** Since the last one ended; null before the first. */
  sinceLastMs(nowMs: number): number | null {
    return this.#endedAtMs === null ? null : nowMs - this.#endedAtMs;
  }

  /** This worker asks to join, first or again. */
  began(nowMs: number): void {
    this.#beganAtMs ??= nowMs;
  }

  ended(nowMs: number, group: { readonly epoch: number; readonly leaderUrl: string }): void {
    const tookMs = nowMs - (this.#beganAtMs ?? nowMs);
    this.#beganAtMs = null;
    this.#endedAtMs = nowMs;
    this.completed++;
    this.#totalMs += tookMs;
    this.maxMs = Math.max(this.maxMs, tookMs);
    this.epoch = group.epoch;
    this.leaderUrl = group.leaderUrl;
  }
}
