import { expect, test } from 'vitest';
import { tablesThatShareATopic, topicName } from './topic-name.ts';

test.each([
  ['public.orders', 'shop.public.orders'],
  ['public.Order items', 'shop.public.Order_items'],
  ['größe.größe', 'shop.gr__e.gr__e'],
  ['public.a😀b', 'shop.public.a_b'],
])('the topic of %s is %s', (table, topic) => {
  expect(topicName('shop', table)).toBe(topic);
});

test('names tables that would meet in one topic', () => {
  expect(tablesThatShareATopic(['public.a b', 'public.c', 'public.a_b'])).toEqual([
    'public.a b',
    'public.a_b',
  ]);
  expect(tablesThatShareATopic(['public.a', 'public.b'])).toEqual([]);
});
