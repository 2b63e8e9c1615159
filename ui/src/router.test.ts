import { expect, test } from 'vitest';
import { pageOf, pathOf } from './router.tsx';

test.each([
  { name: 'pipelines' },
  { name: 'topics' },
  { name: 'topic', topic: 'shop.public.orders' },
  { name: 'topic', topic: 'a/b c%' },
  { name: 'connector', connector: 'örders/1' },
] as const)('the path of %j leads back to it', (page) => {
  expect(pageOf(pathOf(page))).toEqual(page);
});

test.each(['/ui/nothing', '/ui/topics/a/b', '/ui/connectors', '/ui/topics/%zz'])('%s is no page', (path) => {
  expect(pageOf(path)).toEqual({ name: 'unknown' });
});

test('the root with and without its slash is the home', () => {
  expect([pageOf('/ui'), pageOf('/ui/')]).toEqual([{ name: 'pipelines' }, { name: 'pipelines' }]);
});
