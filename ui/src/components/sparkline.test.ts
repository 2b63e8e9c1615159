import { expect, test } from 'vitest';
import { segments } from './sparkline.tsx';

test('a line breaks where nothing was measured', () => {
  expect(segments([1, 2, null, 0, 5, null, 7])).toEqual([
    { start: 0, values: [1, 2] },
    { start: 3, values: [0, 5] },
  ]);
  expect(segments([null, null])).toEqual([]);
});
