import { expect, test } from 'vitest';
import { pathOf, placeOf } from './router.tsx';

test.each([
  { page: 'home' },
  { page: 'connectors' },
  { page: 'topics' },
  { page: 'topic', name: 'shop.public.orders' },
  { page: 'topic', name: 'a/b c%', tab: 'partitions' },
  { page: 'connector', name: 'örders/1' },
  { page: 'share-group', name: 'jobs' },
  { page: 'cluster', tab: 'workers' },
] as const)('the path of %j leads back to it', (place) => {
  expect(placeOf(pathOf(place))).toEqual(place);
  expect(placeOf(pathOf(place, {}, '/tools/ui/'), '/tools/ui/')).toEqual(place);
});

test.each(['/ui/nothing', '/ui/topics/a/b/c', '/ui/plugins/a/b', '/ui/topics/%zz'])(
  '%s is no page',
  (path) => {
    expect(placeOf(path)).toBeNull();
  },
);

test('the query holds what is given and leaves out the rest', () => {
  expect(pathOf({ page: 'topics' }, { filter: 'a b', sort: null, internal: undefined, empty: '' })).toBe(
    '/ui/topics?filter=a+b',
  );
});

test('the root with and without its slash is the home', () => {
  expect([placeOf('/ui'), placeOf('/ui/')]).toEqual([{ page: 'home' }, { page: 'home' }]);
});
