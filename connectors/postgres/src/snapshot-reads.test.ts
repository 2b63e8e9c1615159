import { describe, expect, it } from 'vitest';
import { sees } from './snapshot-reads.ts';

describe('a snapshot', () => {
  it('sees what had committed before it, and not what was running or came later', () => {
    const verdicts = [99, 100, 101, 102, 103, 104, 105].map((id) => sees('100:104:100,102', id));
    expect(verdicts).toEqual([true, false, true, false, true, false, false]);
  });

  it('sees across the end of the 32-bit ids', () => {
    const snapshot = `${2n ** 32n - 2n}:${2n ** 32n + 5n}:${2n ** 32n + 1n}`;
    expect([2 ** 32 - 3, 2 ** 32 - 1, 3].map((id) => sees(snapshot, id))).toEqual([true, true, true]);
    expect([1, 5, 6].map((id) => sees(snapshot, id))).toEqual([false, false, false]);
  });
});
