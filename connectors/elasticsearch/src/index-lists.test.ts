import { expect, it } from 'vitest';
import { fitsInPath, indexLists, pathBytes } from './index-lists.ts';

it('puts names of indexes into lists that one line of a request takes', () => {
  const names = Array.from(
    { length: 200 },
    (_, n) => `application-logs-of-東京-${String(n).padStart(40, '0')}`,
  );
  const lists = indexLists(names);
  expect(lists.flat()).toEqual(names);
  for (const list of lists) expect(pathBytes(list)).toBeLessThanOrEqual(3_000);
  expect(lists.length).toBeLessThan(12);
  expect(indexLists([])).toEqual([]);
});

it('leaves a name alone that is as long as names may be', () => {
  expect(indexLists(['a'.repeat(255), 'b'])).toEqual([['a'.repeat(255), 'b']]);
  expect(fitsInPath(['a'.repeat(255)])).toBe(true);
});
