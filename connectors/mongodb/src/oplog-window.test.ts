import { Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { secondsToLoss } from './oplog-window.ts';

const oplog = { firstSeconds: 1_000, lastSeconds: 2_000 };
const at = (t: number) => new Timestamp({ t, i: 1 });

test.each([
  [2_000, null],
  [1_250, null],
  [1_249, 249],
  [1_000, 0],
  [900, 0],
])('a position at %i s in an oplog of 1,000 to 2,000 s is in danger: %s', (seconds, left) => {
  expect(secondsToLoss(oplog, at(seconds))).toBe(left);
});

test('an oplog that has just begun warns nobody', () => {
  expect(secondsToLoss({ firstSeconds: 5, lastSeconds: 5 }, at(5))).toBeNull();
});
