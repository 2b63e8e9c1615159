import { randomFrom } from '@millrace/foundation/testing';

interface Job {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time and chance of one simulated run: everything that happens is a job at a moment, and every choice comes from the seed. */
export class Schedule {
  nowMs = 0;
  readonly #heap: Job[] = [];
  #order = 0;
  /** In [0, 1). */
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed * 2_654_435_761);
  }

  after(delayMs: number, run: () => void): void {
    const job = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, run };
    const heap = this.#heap;
    heap.push(job);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(job, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = job;
  }

  /** Runs what is due up to a moment. */
  runUntil(endMs: number): void {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.atMs > endMs) break;
      this.#pop();
      this.nowMs = first.atMs;
      first.run();
    }
    this.nowMs = endMs;
  }

  chance(part: number): boolean {
    return this.random() < part;
  }

  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]!;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Job, b: Job): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
