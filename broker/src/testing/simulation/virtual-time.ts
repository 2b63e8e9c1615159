import type { Clock, Random, Timers, Uuid } from '@millrace/foundation';
import { randomFrom } from '@millrace/foundation/testing';

interface Event {
  readonly atMs: number;
  readonly order: number;
  /** Whose it is: it waits while that one is paused, and is dropped once that one is dead. */
  readonly owner: Life | null;
  readonly run: () => void;
  isCancelled: boolean;
}

/** One run of a process, as far as time goes. */
export interface Life {
  isAlive: boolean;
  /** Frozen until then. */
  pausedUntilMs: number;
}

const WALL_START_MS = Date.UTC(2026, 0, 1);
/** More at one moment are somebody who wakes himself again and again. */
const EVENTS_AT_ONCE_MAX = 100_000;

/** Time that only moves when the next thing is due: one event after the other, each with everything that follows at once. */
export class VirtualTime {
  #nowMs = 1;
  #order = 0;
  #eventsAtOnce = 0;
  readonly #queue: Event[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  clock(skew: { wallMs: number } = { wallMs: 0 }): Clock {
    return {
      now: () => ({ wallMs: Math.floor(WALL_START_MS + this.#nowMs + skew.wallMs), monoMs: this.#nowMs }),
    };
  }

  timersOf(owner: Life | null): Timers {
    return {
      after: (delayMs, callback) => {
        const event = this.at(this.#nowMs + Math.max(0, delayMs), owner, callback);
        return {
          cancel: () => {
            event.isCancelled = true;
          },
        };
      },
    };
  }

  at(atMs: number, owner: Life | null, run: () => void): Event {
    const event = { atMs, order: this.#order++, owner, run, isCancelled: false };
    let index = this.#queue.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, this.#queue[parent] as Event)) break;
      this.#queue[index] = this.#queue[parent] as Event;
      index = parent;
    }
    this.#queue[index] = event;
    return event;
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#nowMs + delayMs, null, resolve));
  }

  /**
   * Takes the next event, and waits for all that follows from it.
   * @returns false where nothing is left
   * @throws {Error} where time stands still
   */
  async step(): Promise<boolean> {
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      if (event.isCancelled || event.owner?.isAlive === false) continue;
      if (event.owner !== null && event.owner.pausedUntilMs > event.atMs) {
        this.at(event.owner.pausedUntilMs, event.owner, () => {
          if (!event.isCancelled) event.run();
        });
        continue;
      }
      this.#eventsAtOnce = event.atMs > this.#nowMs ? 0 : this.#eventsAtOnce + 1;
      if (this.#eventsAtOnce > EVENTS_AT_ONCE_MAX) throw new Error(`time stands still at ${this.#nowMs} ms`);
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.run();
      await settled();
      return true;
    }
    return false;
  }

  #pop(): Event | undefined {
    const first = this.#queue[0];
    const last = this.#queue.pop();
    if (first === undefined || last === undefined || this.#queue.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = this.#queue[child + 1];
      if (right !== undefined && isBefore(right, this.#queue[child] as Event)) child += 1;
      const smaller = this.#queue[child];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      this.#queue[index] = smaller;
      index = child;
    }
    this.#queue[index] = last;
    return first;
  }
}

/** Everything that waits for promises only is done after this. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Chance from a seed. */
export class SeededRandom implements Random {
  readonly float: () => number;

  constructor(seed: number) {
    this.float = randomFrom(seed);
  }

  /** A whole number from `low` up to, not with, `high`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low));
  }

  uuid(): Uuid {
    return Buffer.from(Array.from({ length: 16 }, () => this.between(0, 256))).toString('base64url');
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
