import { createProducer, type Producer } from '@millrace/client';
import type { SeededRandom } from '../crash/seeded-random.ts';

export const NUMBERS = 'numbers';
export const NUMBERS_PARTITIONS = 3;

/** Unacknowledged records at most, of one partition. */
const AHEAD_MAX = 200;
const PAUSE_MAX_MS = 4;

/** An acknowledgement that took long to come. */
export interface Gap {
  readonly partition: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Idempotent producers with acks=all, one for each partition: each writes 0, 1, 2, ... and notes what was acknowledged, and when
 * nothing was.
 */
export class NumberedLoad {
  /** By partition: numbers that are acknowledged. */
  readonly acknowledged: readonly Set<number>[] = Array.from({ length: NUMBERS_PARTITIONS }, () => new Set());
  readonly failures: string[] = [];
  readonly #lastMs: number[];
  readonly #gaps: Gap[] = [];
  readonly #producers: readonly Producer[];
  readonly #random: SeededRandom;
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(bootstrapServers: readonly string[], random: SeededRandom) {
    this.#random = random;
    const nowMs = performance.now();
    this.#lastMs = this.acknowledged.map(() => nowMs);
    this.#producers = this.acknowledged.map(() =>
      // Faults of minutes are no failure: what cannot be told for good is.
      createProducer({ bootstrapServers, lingerMs: 1, deliveryTimeoutMs: 600_000 }),
    );
    this.#running = Promise.all(
      this.#producers.map((producer, partition) => this.#write(producer, partition)),
    );
  }

  get count(): number {
    return this.acknowledged.reduce((sum, numbers) => sum + numbers.size, 0);
  }

  /** The longest time in which a partition had no acknowledgement, of those that began in the span, ms. */
  longestGapMs(fromMs: number, untilMs: number): number {
    const open = this.#lastMs.map((lastMs, partition) => ({
      partition,
      fromMs: lastMs,
      untilMs: performance.now(),
    }));
    const met = [...this.#gaps, ...open].filter((gap) => gap.untilMs >= fromMs && gap.fromMs <= untilMs);
    return Math.max(0, ...met.map((gap) => gap.untilMs - Math.max(gap.fromMs, fromMs)));
  }

  /** Whether every partition has had an acknowledgement since. */
  goesOnSince(ms: number): boolean {
    return this.#lastMs.every((lastMs) => lastMs > ms);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    for (const producer of this.#producers) await producer.close(120_000);
  }

  async #write(producer: Producer, partition: number): Promise<void> {
    const acknowledged = this.acknowledged[partition] ?? new Set();
    for (let number = 0; !this.#isOver && this.failures.length === 0; number += 1) {
      const value = Buffer.from(`${partition}:${number}`);
      producer.produce({ topic: NUMBERS, partition, key: null, value }, (error) => {
        if (error !== null) this.failures.push(`${NUMBERS}-${partition}, ${number}: ${error.message}`);
        else {
          acknowledged.add(number);
          this.#heard(partition);
        }
      });
      const pauseMs = this.#random.between(0, PAUSE_MAX_MS);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      while (number - acknowledged.size > AHEAD_MAX && !this.#isOver && this.failures.length === 0)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MAX_MS));
    }
  }

  #heard(partition: number): void {
    const nowMs = performance.now();
    const fromMs = this.#lastMs[partition] ?? nowMs;
    this.#lastMs[partition] = nowMs;
    // Shorter ones are the load's own pauses.
    if (nowMs - fromMs > 100) this.#gaps.push({ partition, fromMs, untilMs: nowMs });
  }
}
