import { randomFrom } from '@millrace/foundation/testing';

/** Whole numbers from 0 up to, and without, a bound, which are the same for the same seed on every machine. */
export function randomBelow(seed: number): (below: number) => number {
  const random = randomFrom(seed);
  return (below) => Math.floor(random() * below);
}
