import { describe, expect, it } from 'vitest';
import { OwnRefreshes } from './own-refreshes.ts';
import type { ShardState } from './shards.ts';

const shard = (checkpoint: number, copies: Record<string, number>, uuid = 'u'): ShardState => ({
  ...{ index: 'i', uuid, shard: 0, checkpoint },
  copies: new Map(Object.entries(copies)),
});

describe('refreshes that the servers do by themselves', () => {
  it('settle what was known before all copies were refreshed', () => {
    const refreshes = new OwnRefreshes(60_000);
    const looks: (readonly [ShardState, number | null])[] = [
      [shard(5, { a: 3, b: 7 }), null],
      // Within one answer the count may be older than the checkpoint.
      [shard(8, { a: 4, b: 8 }), null],
      [shard(9, { a: 4, b: 8 }), null],
      [shard(9, { a: 5, b: 8 }), null],
      [shard(9, { a: 6, b: 9 }), 8],
      [shard(9, { a: 6, b: 9 }), null],
      [shard(9, { a: 7, b: 10 }), 9],
    ];
    for (const [at, [state, settled]] of looks.entries())
      expect(refreshes.settled(state, 1_000, at), String(at)).toBe(settled);
  });

  it('keep up with writes that do not end', () => {
    const refreshes = new OwnRefreshes(60_000);
    const settled = Array.from({ length: 5 }, (_, at) =>
      refreshes.settled(shard(at * 10, { a: at }), 1_000, at),
    );
    expect(settled).toEqual([null, null, 0, 10, 20]);
  });

  it('take a copy for refreshed that was started again, or is new', () => {
    const refreshes = new OwnRefreshes(60_000);
    refreshes.settled(shard(5, { a: 3 }), 1_000, 0);
    refreshes.settled(shard(5, { a: 3 }), 1_000, 1);
    expect(refreshes.settled(shard(5, { a: 1, b: 1 }), 1_000, 2)).toBe(5);
  });

  it('have nothing to show where none comes for longer than they leave a change alone', () => {
    const refreshes = new OwnRefreshes(2_000);
    expect(refreshes.settled(shard(5, { a: 3 }), 1_000, 0)).toBeNull();
    expect(refreshes.settled(shard(6, { a: 3 }), 1_000, 1_999)).toBeNull();
    expect(refreshes.settled(shard(7, { a: 3 }), 1_000, 2_000)).toBe(5);
    expect(refreshes.settled(shard(8, { a: 3 }), 1_000, 3_999)).toBeNull();
    expect(refreshes.settled(shard(8, { a: 3 }), 1_000, 4_000)).toBe(7);
  });

  it.each([null, 5_000])('are waited for where they come every %j ms only, however long', (intervalMs) => {
    const refreshes = new OwnRefreshes(2_000);
    expect(refreshes.settled(shard(5, { a: 3 }), 1_000, 0)).toBeNull();
    expect(refreshes.settled(shard(5, { a: 3 }), intervalMs, 1_999)).toBeNull();
    expect(refreshes.settled(shard(5, { a: 3 }), 1_000, 3_000)).toBeNull();
    expect(refreshes.settled(shard(5, { a: 3 }), intervalMs, 90_000)).toBeNull();
    expect(refreshes.settled(shard(5, { a: 4 }), intervalMs, 90_001)).toBe(5);
  });

  it('begin anew with an index that was made anew', () => {
    const refreshes = new OwnRefreshes(2_000);
    expect(refreshes.settled(shard(5, { a: 3 }), 1_000, 0)).toBeNull();
    expect(refreshes.settled(shard(1, { a: 1 }, 'v'), 1_000, 9_000)).toBeNull();
    expect(refreshes.settled(shard(1, { a: 2 }, 'v'), 1_000, 9_001)).toBeNull();
    expect(refreshes.settled(shard(1, { a: 3 }, 'v'), 1_000, 9_002)).toBe(1);
  });
});
