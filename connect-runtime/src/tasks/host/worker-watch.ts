const CHECKS_PER_SILENCE = 8;
const CHECK_INTERVAL_MAX_MS = 1_000;

/**
 * Watches the worker from inside its host. A worker that is frozen, not dead, leaves its channel open, and after a session of silence
 * its group has given its tasks to others: the host must not go on beside them. Nothing is watched before the worker's first
 * sign of life, which says how long it may be silent.
 */
export class WorkerWatch {
  readonly #onSilent: () => void;
  #timer: NodeJS.Timeout | null = null;
  #heardAtMs = 0;
  #checkedAtMs = 0;

  constructor(onSilent: () => void) {
    this.#onSilent = onSilent;
  }

  /** The worker lives; it may say nothing for so long, ms. */
  heard(silenceMaxMs: number): void {
    this.#heardAtMs = performance.now();
    if (this.#timer) return;
    const intervalMs = Math.min(silenceMaxMs / CHECKS_PER_SILENCE, CHECK_INTERVAL_MAX_MS);
    this.#checkedAtMs = this.#heardAtMs;
    this.#timer = setInterval(() => this.#check(silenceMaxMs, intervalMs), intervalMs).unref();
  }

  #check(silenceMaxMs: number, intervalMs: number): void {
    const nowMs = performance.now();
    // Who was held up itself has not read what the worker said meanwhile: it is given half of the time to be heard again.
    const late = nowMs - this.#checkedAtMs > intervalMs * 4;
    this.#checkedAtMs = nowMs;
    if (late) this.#heardAtMs = Math.max(this.#heardAtMs, nowMs - silenceMaxMs / 2);
    if (nowMs - this.#heardAtMs <= silenceMaxMs) return;
    if (this.#timer) clearInterval(this.#timer);
    this.#onSilent();
  }
}
