import { expect, test } from 'vitest';
import { nextStep, restartWords } from './failures.ts';

const NOW_MS = 1_700_000_000_000;

test.each([
  [12_400, 'next try in 13 s, the 3rd'],
  [1_000, 'next try in 1 s, the 3rd'],
  [120_000, 'next try in 2 min, the 3rd'],
  [400, 'the 3rd try is under way'],
  [-5_000, 'the 3rd try is under way'],
])('a restart that comes in %d ms reads %s', (leftMs, words) => {
  expect(restartWords({ attempts: 3, next_at_ms: NOW_MS + leftMs }, NOW_MS)).toBe(words);
});

test('where no restart comes by itself, none is told of', () => {
  expect(restartWords(null, NOW_MS)).toBeNull();
  expect(restartWords({ attempts: 5, next_at_ms: null, reason: 'Gave up.' }, NOW_MS)).toBeNull();
});

test('what is not tried any more is not said to be', () => {
  const restart = { attempts: 5, next_at_ms: null, reason: 'Gave up after 5 restarts in a row.' };
  expect(nextStep({ class: 'transient' }, restart)).toBe(
    'Gave up after 5 restarts in a row. It stands until somebody restarts it.',
  );
  const never = { attempts: 0, next_at_ms: null, reason: 'A failure of class transient is not tried again.' };
  expect(nextStep({ class: 'transient' }, never)).toBe('It stands until somebody restarts it.');
  expect(nextStep({ class: 'transient' }, { attempts: 1, next_at_ms: 5 })).toMatch(/tried again by itself/);
  expect(nextStep({ class: 'poison' }, never)).toMatch(/This record will never work/);
});
