import type { Clock, Timer, Timers } from '@millrace/foundation';

const SLOTS = 512;

interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly slot: Set<Entry>;
}

/**
 * Many timers on one: a wheel of slots, each `tickMs` wide; longer delays go round more than once (Varghese and Lauck).
 * Setting and cancelling cost the same however many there are. A timer fires up to one tick late, never early. It
 * wakes only for slots that hold something.
 */
export class TimerWheel implements Timers {
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: Set<Entry>[] = Array.from({ length: SLOTS }, () => new Set());
  #size = 0;
  #tick = 0;
  #running: Timer | null = null;
  #wakeTick = 0;

  constructor(options: { timers: Timers; clock: Clock; tickMs: number }) {
    this.#timers = options.timers;
    this.#clock = options.clock;
    this.#tickMs = options.tickMs;
  }

  /** Timers that are set. */
  get size(): number {
    return this.#size;
  }

  after(delayMs: number, callback: () => void): Timer {
    const nowMs = this.#clock.now().monoMs;
    if (this.#size === 0) this.#tick = Math.floor(nowMs / this.#tickMs);
    const dueMs = nowMs + Math.max(0, delayMs);
    const tick = Math.max(Math.ceil(dueMs / this.#tickMs), this.#tick + 1);
    const slot = this.#slotAt(tick);
    const entry = { dueMs, callback, slot };
    slot.add(entry);
    this.#size += 1;
    if (this.#running === null || tick < this.#wakeTick) this.#wakeAt(tick, nowMs);
    return { cancel: () => this.#remove(entry) };
  }

  #remove(entry: Entry): boolean {
    if (!entry.slot.delete(entry)) return false;
    this.#size -= 1;
    if (this.#size === 0) {
      this.#running?.cancel();
      this.#running = null;
    }
    return true;
  }

  #wakeAt(tick: number, nowMs: number): void {
    this.#running?.cancel();
    this.#wakeTick = tick;
    this.#running = this.#timers.after(Math.max(0, tick * this.#tickMs - nowMs), () => {
      this.#running = null;
      this.#advance();
    });
  }

  /** The next slot that holds anything; what is in it may still be for a later round. */
  #nextTick(): number {
    let tick = this.#tick + 1;
    while (this.#slotAt(tick).size === 0 && tick < this.#tick + SLOTS) tick++;
    return tick;
  }

  #advance(): void {
    const nowMs = this.#clock.now().monoMs;
    const until = Math.floor(nowMs / this.#tickMs);
    const due: Entry[] = [];
    const last = Math.min(until, this.#tick + SLOTS);
    for (let tick = this.#tick + 1; tick <= last; tick++) {
      for (const entry of this.#slotAt(tick)) if (entry.dueMs <= nowMs) due.push(entry);
    }
    this.#tick = Math.max(until, this.#tick);
    for (const entry of due) if (this.#remove(entry)) entry.callback();
    if (this.#size > 0 && this.#running === null) this.#wakeAt(this.#nextTick(), this.#clock.now().monoMs);
  }

  #slotAt(tick: number): Set<Entry> {
    const slot = this.#slots[tick % SLOTS];
    if (slot === undefined) throw new RangeError(`no slot for tick ${tick}`);
    return slot;
  }
}
