import { expect, test } from 'vitest';
import { LoopPace } from './loop-pace.ts';

const bounds = { targetMs: 1_000, max: 500 };

test('begins with few, and takes twice as many with each fetch while they are worked off at once', () => {
  const pace = new LoopPace();
  const asked: number[] = [];
  for (let fetch = 0; fetch < 8; fetch++) {
    const records = pace.next(bounds);
    asked.push(records);
    for (let i = 0; i < records; i++) pace.worked(0.01);
  }
  expect(asked).toEqual([10, 20, 40, 80, 160, 320, 500, 500]);
});

test('asks for what is worked off in the time, and for one at least', () => {
  const pace = new LoopPace();
  pace.worked(250);
  pace.worked(150);
  expect(pace.next(bounds)).toBe(5);
  pace.worked(60_000);
  expect(pace.next(bounds)).toBe(1);
  expect(pace.next(bounds)).toBe(1);
  pace.worked(1);
  expect(pace.next(bounds)).toBe(2);
});

test('asks for no more than may be had', () => {
  expect(new LoopPace().next({ targetMs: 1_000, max: 3 })).toBe(3);
});
