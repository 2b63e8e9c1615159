import type { ShareRecord } from '../types.ts';
import type { Acknowledgements } from './acknowledgements.ts';

/** What keeps locks from ending needs to know. */
export interface LockKeeperHost {
  readonly acknowledgements: Acknowledgements;
  /** How long locks hold, ms; null before the first fetch. */
  lockTimeoutMs(): number | null;
  /** What was acquired and waits to be handed out. */
  waiting(): readonly ShareRecord[];
  renew(records: readonly ShareRecord[]): void;
}

/** Locks are looked at so many times in the time that one holds. */
const LOOKS_PER_LOCK = 4;
/** Of the time that a lock holds, what is left of it when it is renewed. */
const RENEWED_BELOW = 0.5;

/**
 * Renews the locks of records that wait here, and of those that a loop works on (KIP-1222), for as long as somebody is there who
 * works: `maxPollIntervalMs` after a record was handed out, or the last one was asked for, locks are left to end, so that what
 * hangs does not keep its jobs from others for ever.
 */
export class LockKeeper {
  readonly #host: LockKeeperHost;
  readonly #maxPollIntervalMs: number;
  /** Handed out by a loop, and when, monotonic ms. */
  readonly #atWork = new Map<ShareRecord, number>();
  #askedAtMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(host: LockKeeperHost, maxPollIntervalMs: number) {
    this.#host = host;
    this.#maxPollIntervalMs = maxPollIntervalMs;
  }

  /** Records are asked for. */
  asked(): void {
    this.#askedAtMs = performance.now();
  }

  /** Records have come, to wait or to be worked on. */
  watch(): void {
    const lockMs = this.#host.lockTimeoutMs();
    if (this.#isStopped || this.#timer !== null || lockMs === null || lockMs <= 0) return;
    this.#timer = setTimeout(() => this.#look(lockMs), Math.max(1, lockMs / LOOKS_PER_LOCK));
    this.#timer.unref();
  }

  begun(record: ShareRecord): void {
    this.#atWork.set(record, performance.now());
    this.watch();
  }

  ended(record: ShareRecord): void {
    this.#atWork.delete(record);
  }

  /** Forgets what was handed out and has its last word by now. Call it where many may have. */
  forgetDone(): void {
    for (const record of this.#atWork.keys())
      if (!this.#host.acknowledgements.isOpen(record)) this.#atWork.delete(record);
  }

  get recordsAtWork(): number {
    return this.#atWork.size;
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #look(lockMs: number): void {
    this.#timer = null;
    this.forgetDone();
    const nowMs = performance.now();
    for (const [record, sinceMs] of this.#atWork)
      if (nowMs - sinceMs > this.#maxPollIntervalMs) this.#atWork.delete(record);
    const isAwaited = nowMs - this.#askedAtMs <= this.#maxPollIntervalMs;
    const kept = [...this.#atWork.keys(), ...(isAwaited ? this.#host.waiting() : [])];
    const due = kept.filter((record) => {
      const held = this.#host.acknowledgements.lockOf(record);
      if (held === null || !held.session.canRenew || held.lock.hasEnded(nowMs)) return false;
      return held.lock.endsAtMs - nowMs < lockMs * RENEWED_BELOW;
    });
    if (due.length > 0) this.#host.renew(due);
    if (kept.length > 0) this.watch();
  }
}
