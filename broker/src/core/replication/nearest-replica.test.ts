import { expect, it } from 'vitest';
import { nearestReplica } from './nearest-replica.ts';

const racks: Readonly<Record<number, string | null>> = { 1: 'a', 2: 'b', 3: 'b', 4: null };
const follower = (id: number, endOffset: number, caughtUpMs = 0) => ({ id, endOffset, caughtUpMs });
const nearest = (clientRack: string, ...followers: ReturnType<typeof follower>[]) =>
  nearestReplica({ clientRack, leaderId: 1, followers, rackOf: (id) => racks[id] ?? null });

it.each([
  ['the leader is in the rack', nearest('a', follower(2, 9)), null],
  ['nobody is in the rack', nearest('c', follower(2, 9), follower(4, 9)), null],
  ['the consumer does not say', nearest('', follower(4, 9)), null],
  ['one is', nearest('b', follower(2, 5), follower(4, 9)), 2],
  ['one of two is further', nearest('b', follower(2, 5), follower(3, 6)), 3],
  ['one of two was there later', nearest('b', follower(2, 5, 10), follower(3, 5, 20)), 3],
  ['two are alike', nearest('b', follower(3, 5), follower(2, 5)), 2],
])('where %s', (_what, found, expected) => {
  expect(found).toBe(expected);
});
