import { expect, it } from 'vitest';
import { intervalMs } from './refresh-interval.ts';

it.each([
  [undefined, 1_000],
  ['1s', 1_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  ['-1', null],
  [-1, null],
  ['-1s', null],
  ['whenever', null],
])('an index.refresh_interval of %j is %j ms', (text, ms) => {
  expect(intervalMs(text)).toBe(ms);
});
