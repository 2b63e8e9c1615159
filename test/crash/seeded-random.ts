import { randomFrom } from '@millrace/foundation/testing';

/** Choices that are the same for the same seed on every machine. */
export class SeededRandom {
  /** From 0 up to, and without, 1. */
  readonly fraction: () => number;

  constructor(seed: number) {
    this.fraction = randomFrom(seed);
  }

  /** A whole number, both ends included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** Letters and digits that do not compress to nothing. */
  text(length: number): string {
    let text = '';
    while (text.length < length) text += Math.floor(this.fraction() * 36 ** 8).toString(36);
    return text.slice(0, length);
  }
}
