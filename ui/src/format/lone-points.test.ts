import { expect, test } from 'vitest';
import { lonePoints } from './lone-points.ts';

test('a value between gaps, or at the end behind one, is drawn by itself', () => {
  expect(lonePoints([null, 3, null, 4, 5, null, 0])).toEqual([1, 6]);
  expect(lonePoints([null, null])).toEqual([]);
});
