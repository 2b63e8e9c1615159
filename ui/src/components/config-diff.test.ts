import { expect, test } from 'vitest';
import { changedElsewhere, changesBetween } from './config-diff.tsx';

test('what was changed elsewhere, and would be changed back, is told and can be kept', () => {
  const beginning = { name: 'a', rows: '1', file: 'f', old: 'x' };
  const stored = { name: 'a', rows: '2', file: 'g', added: 'y' };
  const config = { name: 'a', rows: '1', file: 'g', old: 'x', mine: 'z' };
  const { keys, taken } = changedElsewhere(beginning, config, changesBetween(stored, config));
  expect(keys).toEqual(['added', 'old', 'rows']);
  expect(taken).toEqual({ name: 'a', rows: '2', file: 'g', added: 'y', mine: 'z' });
  expect(changedElsewhere(stored, config, changesBetween(stored, config)).keys).toEqual([]);
});
