import { expect, test } from 'vitest';
import { matches, pageOf } from './paging.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const page = (limit: number, after?: string) => pageOf(names, (name) => name, { limit, after });

test('pages follow each other to the end', () => {
  expect(page(2)).toEqual({ items: ['a', 'b'], total: 5, next: 'b' });
  expect(page(2, 'b')).toEqual({ items: ['c', 'd'], total: 5, next: 'd' });
  expect(page(2, 'd')).toEqual({ items: ['e'], total: 5, next: null });
  expect(page(5)).toEqual({ items: names, total: 5, next: null });
});

test('a page goes on behind an item that is gone', () => {
  expect(page(1, 'bb').items).toEqual(['c']);
  expect(page(1, 'z')).toEqual({ items: [], total: 5, next: null });
});

test('a search is for any part of a name, whatever its case', () => {
  expect(['Orders', 'order-items', 'users'].filter((name) => matches(name, 'ORDER'))).toEqual([
    'Orders',
    'order-items',
  ]);
  expect(matches('x', undefined)).toBe(true);
});
