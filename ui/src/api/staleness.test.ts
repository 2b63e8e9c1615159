import { expect, test } from 'vitest';
import { oldestOf } from './staleness.ts';

test('of several things that are not of now the oldest counts', () => {
  const [older, newer] = [
    { asOfMs: 1, message: 'a' },
    { asOfMs: 2, message: 'b' },
  ];
  expect(oldestOf([newer, older])).toBe(older);
  expect(oldestOf([])).toBeNull();
});
