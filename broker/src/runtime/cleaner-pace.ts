import type { Clock, Timers } from '@millrace/foundation';
import type { Pace } from '../storage/log.ts';
import { pause } from './pause.ts';

export interface CleanerPaceOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** The longest stretch for which work keeps the event loop, but for one piece of it. */
  readonly sliceMaxMs: number;
  readonly bytesPerSecond: number;
}

const REST_MIN_MS = 1;
/** Waits for the disk's allowance are not worth less than this. */
const THROTTLE_MIN_MS = 10;

/**
 * Slices of work, each followed by a rest as long as itself: whoever asks for something meanwhile waits for one slice,
 * and half of the processor is left to them. Reads and writes together stay below a rate, as in Kafka.
 */
export class CleanerPace implements Pace {
  readonly #options: CleanerPaceOptions;
  #sliceFromMs: number;
  /** When the bytes that were moved have paid off. */
  #allowedFromMs: number;

  constructor(options: CleanerPaceOptions) {
    this.#options = options;
    this.#sliceFromMs = this.#nowMs();
    this.#allowedFromMs = this.#sliceFromMs;
  }

  step(bytes: number, signal: AbortSignal): Promise<void> | null {
    const nowMs = this.#nowMs();
    if (bytes > 0) return this.#moved(bytes, nowMs, signal);
    const workedMs = nowMs - this.#sliceFromMs;
    return workedMs < this.#options.sliceMaxMs ? null : this.#rest(Math.max(workedMs, REST_MIN_MS), signal);
  }

  /** Others had their turn while the disk worked, so a slice begins. */
  #moved(bytes: number, nowMs: number, signal: AbortSignal): Promise<void> | null {
    this.#sliceFromMs = nowMs;
    const tookMs = (bytes / this.#options.bytesPerSecond) * 1000;
    this.#allowedFromMs = Math.max(this.#allowedFromMs, nowMs) + tookMs;
    const waitMs = this.#allowedFromMs - nowMs;
    return waitMs < THROTTLE_MIN_MS ? null : this.#rest(waitMs, signal);
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await pause(this.#options.timers, ms, signal);
    this.#sliceFromMs = this.#nowMs();
  }

  #nowMs(): number {
    return this.#options.clock.now().monoMs;
  }
}
