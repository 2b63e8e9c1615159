import { describe, expect, it } from 'vitest';
import { FigureWindow } from './figure-window.ts';

describe('FigureWindow', () => {
  it('knows no rate from one point', () => {
    const window = new FigureWindow();
    window.add(0, { records: 5 });
    expect(window.perSecond('records')).toBeNull();
    expect(window.ratio('ms', 'records')).toBeNull();
  });

  it('looks back some thirty seconds, however often it is asked', () => {
    const window = new FigureWindow();
    // 10 a second for a minute, then 100 a second.
    for (let second = 0; second <= 60; second++) window.add(second * 1000, { records: second * 10 });
    expect(window.perSecond('records')).toBeCloseTo(10);
    for (let second = 61; second <= 100; second++)
      window.add(second * 1000, { records: 600 + (second - 60) * 100 });
    expect(window.perSecond('records')).toBeCloseTo(100);
  });

  it('gives averages of what fell into the window', () => {
    const window = new FigureWindow();
    window.add(0, { ms: 1000, batches: 1 });
    window.add(10_000, { ms: 1300, batches: 4 });
    expect(window.ratio('ms', 'batches')).toBe(100);
  });

  it('begins anew when the sums do', () => {
    const window = new FigureWindow();
    window.add(0, { records: 1000 });
    window.add(10_000, { records: 0 });
    expect(window.perSecond('records')).toBeNull();
    window.add(20_000, { records: 50 });
    expect(window.perSecond('records')).toBe(5);
  });
});
