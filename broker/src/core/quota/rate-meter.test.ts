import { describe, expect, it } from 'vitest';
import { burstOf, RateMeter } from './rate-meter.ts';

describe('RateMeter', () => {
  it('allows at once what ten seconds allow, and asks for a wait beyond that', () => {
    const meter = new RateMeter();
    meter.record(burstOf(100), 0);
    expect(meter.delayMs(100, 0)).toBe(0);
    meter.record(500, 0);
    // 1,500 in ten seconds are 150 a second: half as much again as allowed, so half of the ten seconds.
    expect(meter.delayMs(100, 0)).toBe(5000);
  });

  it('is within the limit once the wait is over', () => {
    const meter = new RateMeter();
    meter.record(1500, 0);
    const delayMs = meter.delayMs(100, 0);
    expect(meter.delayMs(100, delayMs - 1000)).toBeGreaterThan(0);
    expect(meter.delayMs(100, delayMs + 10_000)).toBe(0);
  });

  it('forgets what is older than eleven seconds', () => {
    const meter = new RateMeter();
    meter.record(5000, 0);
    meter.record(1, 10_500);
    expect(meter.isIdle(10_999)).toBe(false);
    expect(meter.delayMs(100, 11_000)).toBe(0);
    expect(meter.isIdle(30_000)).toBe(true);
  });

  it('takes back what was not used after all', () => {
    const meter = new RateMeter();
    meter.record(2000, 0);
    meter.record(-2000, 5);
    expect(meter.delayMs(100, 5)).toBe(0);
  });

  it('keeps no more samples than windows', () => {
    const meter = new RateMeter();
    for (let ms = 0; ms < 100_000; ms += 10) meter.record(1, ms);
    expect(meter.delayMs(99, 100_000)).toBeGreaterThan(0);
    expect(meter.delayMs(120, 100_000)).toBe(0);
  });
});
