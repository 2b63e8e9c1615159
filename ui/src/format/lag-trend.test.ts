import { expect, test } from 'vitest';
import { lagTrend } from './lag-trend.ts';

const STEP_MS = 10_000;

test.each([
  [[9_000, 7_000, 5_000, 3_000], 'gone in about 15 s at this rate'],
  [[null, 130_000, 129_000, null, 127_000, null], 'gone in about 21 min 10 s at this rate'],
  [[1_000, 1_500, 2_200], 'grows by 60 records/s'],
  [[1_000, 995, 1_002], 'neither grows nor falls'],
] as const)('a lag of %j records', (points, words) => {
  expect(lagTrend(points, STEP_MS)).toBe(words);
});

test.each([[[]], [[null, null]], [[500]], [[500, 400]], [[500, 300, 0]]] as const)(
  'of %j nothing is said: there is no lag, or too little was seen',
  (points) => {
    expect(lagTrend(points, STEP_MS)).toBeNull();
  },
);
