import { expect, test } from 'vitest';
import { EndOffsets } from './end-offsets.ts';

const NOW = 10_000_000;

test('a position is as old as the time at which the end was there', () => {
  const ends = new EndOffsets();
  ends.note('t-0', NOW - 60_000, 100);
  ends.note('t-0', NOW - 30_000, 200);
  ends.note('t-0', NOW, 400);
  expect(ends.ageOf('t-0', 400, NOW)).toBe(0);
  expect(ends.ageOf('t-0', 300, NOW)).toBe(15_000);
  expect(ends.ageOf('t-0', 200, NOW)).toBe(30_000);
  expect(ends.ageOf('t-0', 100, NOW)).toBe(60_000);
  expect(ends.ageOf('t-0', 99, NOW)).toBeNull();
  expect(ends.ageOf('u-0', 99, NOW)).toBeNull();
});

test('while nothing comes, a position before the end grows old', () => {
  const ends = new EndOffsets();
  ends.note('t-0', 0, 100);
  ends.note('t-0', 30_000, 200);
  for (let atMs = 60_000; atMs <= NOW; atMs += 30_000) ends.note('t-0', atMs, 200);
  expect(ends.ageOf('t-0', 150, NOW)).toBe(NOW - 15_000);
  expect(ends.ageOf('t-0', 200, NOW)).toBe(0);
});

test('a day of records costs little, and stays close for the newest', () => {
  const ends = new EndOffsets();
  const day = 24 * 3_600_000;
  for (let atMs = 0; atMs <= day; atMs += 30_000) ends.note('t-0', atMs, atMs / 1_000);
  expect(ends.ageOf('t-0', (day - 100_000) / 1_000, day)).toBe(100_000);
  expect(ends.ageOf('t-0', (day - 12 * 3_600_000) / 1_000, day)).toBeCloseTo(12 * 3_600_000, -5);
});

test('a topic that was made anew begins anew', () => {
  const ends = new EndOffsets();
  ends.note('t-0', NOW - 60_000, 1_000);
  ends.note('t-0', NOW - 30_000, 5);
  ends.note('t-0', NOW, 10);
  expect(ends.ageOf('t-0', 7, NOW)).toBe(18_000);
  ends.keepOnly(new Set());
  expect(ends.ageOf('t-0', 7, NOW)).toBeNull();
});
