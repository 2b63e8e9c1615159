import { expect, it } from 'vitest';
import { beganAnew } from './table-generation.ts';

it.each([
  ['its rows and its sequence were begun anew', '10/21/31', true],
  ['nothing happened to it', '10/20/30', false],
  ['its rows were written anew', '10/21/30', false],
  ['its sequence was changed', '10/20/31', false],
  ['another table has its name', '11/21/31', false],
])('knows of a table that %s', (_what, now, expected) => {
  expect(beganAnew('10/20/30', now)).toBe(expected);
});
