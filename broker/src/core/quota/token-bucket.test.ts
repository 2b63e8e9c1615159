import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('gives eleven seconds’ worth at once, and the last taker more', () => {
    const bucket = new TokenBucket();
    bucket.take(22, 2, 0);
    expect(bucket.delayMs(2, 0)).toBe(0);
    bucket.take(6, 2, 0);
    expect(bucket.delayMs(2, 0)).toBe(3000);
  });

  it('fills at the rate of the quota, up to the brim', () => {
    const bucket = new TokenBucket();
    bucket.take(32, 2, 0);
    expect(bucket.delayMs(2, 4000)).toBe(1000);
    expect(bucket.delayMs(2, 5000)).toBe(0);
    bucket.take(23, 2, 60_000);
    expect(bucket.delayMs(2, 60_000)).toBe(500);
  });
});
