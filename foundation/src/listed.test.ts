import { expect, it } from 'vitest';
import { listed } from './listed.ts';

it('names all, or the first and how many more there are', () => {
  expect(listed(['a', 'b'], 2)).toBe('a, b');
  expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
});
