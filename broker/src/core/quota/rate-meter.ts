/** Kafka's `quota.window.num` and `quota.window.size.seconds`. */
const WINDOW_COUNT = 11;
const WINDOW_MS = 1000;

interface Sample {
  readonly startMs: number;
  amount: number;
}

/**
 * How much was used per second of late, in Kafka's way: over whole windows of a second, as if there had always been ten
 * of them. So a client may use at once what it is allowed in ten seconds. `since-first-use` counts only the time since the first
 * sample that is kept, one second at least: nothing is allowed ahead. Times are monotonic, ms.
 */
export class RateMeter {
  readonly #spans: 'whole-windows' | 'since-first-use';
  #samples: Sample[] = [];

  constructor({ spans = 'whole-windows' }: { readonly spans?: 'whole-windows' | 'since-first-use' } = {}) {
    this.#spans = spans;
  }

  /** Takes note of what was used; a negative amount takes it back. */
  record(amount: number, nowMs: number): void {
    const latest = this.#samples.at(-1);
    if (latest !== undefined && nowMs - latest.startMs < WINDOW_MS) latest.amount += amount;
    else this.#samples.push({ startMs: nowMs, amount });
    this.#forget(nowMs);
  }

  /** Ms until the rate is within the limit if nothing more is used; 0 where it is. */
  delayMs(limitPerSecond: number, nowMs: number): number {
    this.#forget(nowMs);
    const used = this.#samples.reduce((sum, { amount }) => sum + amount, 0);
    const spanMs = this.#spanMs(nowMs);
    const rate = (used * 1000) / spanMs;
    return rate <= limitPerSecond ? 0 : Math.round(((rate - limitPerSecond) / limitPerSecond) * spanMs);
  }

  /** Whether nothing of what was used still counts. */
  isIdle(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#samples.length === 0;
  }

  #spanMs(nowMs: number): number {
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs);
    if (this.#spans === 'since-first-use') return Math.max(elapsedMs, WINDOW_MS);
    const missing = Math.max(0, WINDOW_COUNT - 1 - Math.floor(elapsedMs / WINDOW_MS));
    return elapsedMs + missing * WINDOW_MS;
  }

  #forget(nowMs: number): void {
    const first = this.#samples.findIndex(({ startMs }) => nowMs - startMs < WINDOW_COUNT * WINDOW_MS);
    if (first !== 0) this.#samples = first < 0 ? [] : this.#samples.slice(first);
  }
}

/** What a client may use at once: the most that any window holds within the limit. */
export function burstOf(limitPerSecond: number): number {
  return (limitPerSecond * (WINDOW_COUNT - 1) * WINDOW_MS) / 1000;
}
