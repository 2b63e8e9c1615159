import { describe, expect, test } from 'vitest';
import { ACKNOWLEDGE_TYPES } from './acknowledged-batches.ts';
import { type FetchedBatch, SharePartition } from './share-partition.ts';
import type { StateBatch } from './state-batches.ts';

const rules = { maxDeliveryCount: 3, maxInFlight: 100, lockMs: 1000 };
const { gap, accept, release, reject, renew } = ACKNOWLEDGE_TYPES;
const at = (monoMs: number) => ({ wallMs: 0, monoMs });
const batch = (firstOffset: number, lastOffset: number, isDelivered = true): FetchedBatch => ({
  firstOffset,
  lastOffset,
  isDelivered,
});
const said = (firstOffset: number, lastOffset: number, ...types: number[]) => [
  { firstOffset, lastOffset, types },
];

function newPartition(startOffset = 0, batches: readonly StateBatch[] = []): SharePartition {
  return new SharePartition(rules, { startOffset, batches });
}

function acquire(
  partition: SharePartition,
  memberId: string,
  batches: FetchedBatch[],
  maxRecords = 500,
  ms = 0,
) {
  const readFrom = partition.fetchOffset ?? -1;
  return partition.acquire({ memberId, readFrom, batches, maxRecords, isExact: false }, at(ms)).ranges;
}

function exactly(partition: SharePartition, memberId: string, batches: FetchedBatch[], maxRecords: number) {
  const readFrom = partition.fetchOffset ?? -1;
  return partition.acquire({ memberId, readFrom, batches, maxRecords, isExact: true }, at(0)).ranges;
}

const range = (firstOffset: number, lastOffset: number, deliveryCount = 1) => ({
  firstOffset,
  lastOffset,
  deliveryCount,
});
const stored = (firstOffset: number, lastOffset: number, deliveryState: 0 | 2 | 4, deliveryCount = 1) => ({
  firstOffset,
  lastOffset,
  deliveryState,
  deliveryCount,
});

test('what members hold is told, with how often it was delivered', () => {
  const partition = newPartition();
  expect(partition.held(at(0))).toMatchObject({ acquired: 0, oldestLockMs: null, deliveries: [] });
  acquire(partition, 'a', [batch(0, 4)]);
  acquire(partition, 'b', [batch(5, 9)], 500, 300.5);
  partition.acknowledge('a', said(0, 1, accept), at(400));
  partition.acknowledge('a', said(2, 2, release), at(400));
  expect(partition.held(at(700.25))).toEqual({
    ...{ acquired: 7, maxAcquired: 100, lockMs: 1000, oldestLockMs: 700 },
    deliveries: [{ count: 1, records: 8 }],
  });
  acquire(partition, 'b', [batch(0, 4)], 500, 800);
  expect(partition.held(at(900))).toMatchObject({
    acquired: 8,
    deliveries: [
      { count: 1, records: 7 },
      { count: 2, records: 1 },
    ],
  });
});

describe('acquiring', () => {
  test('whole batches, the last of them over the limit', () => {
    const partition = newPartition();
    expect(acquire(partition, 'a', [batch(0, 9), batch(10, 19), batch(20, 29)], 15)).toEqual([range(0, 19)]);
    expect(partition.fetchOffset).toBe(20);
  });

  test('not one record more where that is asked for', () => {
    const partition = newPartition();
    expect(exactly(partition, 'a', [batch(0, 9)], 4)).toEqual([range(0, 3)]);
    expect(partition.fetchOffset).toBe(4);
    expect(exactly(partition, 'b', [batch(0, 9)], 4)).toEqual([range(4, 7)]);
    partition.acknowledge('a', said(0, 3, release), at(0));
    expect(exactly(partition, 'b', [batch(0, 9), batch(10, 19)], 5)).toEqual([range(0, 3, 2), range(8, 8)]);
  });

  test('what has failed often in ever smaller parts, with nothing else, and alone the last time', () => {
    const partition = new SharePartition({ ...rules, maxDeliveryCount: 5 }, { startOffset: 0, batches: [] });
    const log = [batch(0, 15), batch(16, 19)];
    const failed = () => {
      const ranges = acquire(partition, 'a', log);
      for (const { firstOffset, lastOffset } of ranges)
        partition.acknowledge('a', said(firstOffset, lastOffset, release), at(0));
      return ranges;
    };
    expect(acquire(partition, 'a', [batch(0, 15)])).toEqual([range(0, 15)]);
    partition.acknowledge('a', said(0, 15, release), at(0));
    expect(failed()).toEqual([range(0, 15, 2), range(16, 19)]);
    expect(failed()).toEqual([range(0, 15, 3), range(16, 19, 2)]);
    // Half as often as may be: apart from others, and half of them.
    expect(acquire(partition, 'a', log)).toEqual([range(0, 7, 4)]);
    expect(acquire(partition, 'b', log)).toEqual([range(8, 11, 4)]);
    partition.acknowledge('b', said(8, 11, accept), at(0));
    partition.acknowledge('a', said(0, 7, release), at(0));
    for (const offset of [0, 1]) expect(acquire(partition, 'a', log)).toEqual([range(offset, offset, 5)]);
  });

  test('nothing twice', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 9)]);
    const late = partition.acquire(
      { memberId: 'b', readFrom: 0, batches: [batch(0, 9)], maxRecords: 5, isExact: false },
      at(0),
    );
    expect(late.ranges).toEqual([]);
  });

  test('no more than may be in flight', () => {
    const partition = newPartition();
    expect(acquire(partition, 'a', [batch(0, 89), batch(90, 119), batch(120, 129)])).toEqual([range(0, 119)]);
    expect(partition.fetchOffset).toBeNull();
    partition.acknowledge('a', said(50, 119, accept), at(0));
    expect(partition.fetchOffset).toBeNull();
    partition.acknowledge('a', said(0, 49, accept), at(0));
    expect(partition.fetchOffset).toBe(120);
  });

  test('not what no consumer may see, nor offsets without a record; both are done with', () => {
    const partition = newPartition();
    const { ranges, change } = partition.acquire(
      {
        memberId: 'a',
        readFrom: 0,
        batches: [batch(2, 3), batch(4, 4, false), batch(8, 9)],
        maxRecords: 100,
        isExact: false,
      },
      at(0),
    );
    expect(ranges).toEqual([range(2, 3), range(8, 9)]);
    expect(change).toEqual({
      startOffset: 2,
      deliveryCompleteCount: 4,
      batches: [stored(4, 4, 4, 0), stored(5, 7, 4, 0)],
    });
    expect(partition.acknowledge('a', [...said(2, 3, accept), ...said(8, 9, accept)], at(0))).toEqual({
      error: null,
      change: { startOffset: 10, deliveryCompleteCount: 0, batches: [] },
    });
  });

  test('what was read before something lower came back leaves that alone', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 9)]);
    partition.release('a');
    const later = partition.acquire(
      { memberId: 'b', readFrom: 10, batches: [batch(10, 19)], maxRecords: 100, isExact: false },
      at(0),
    );
    expect(later).toEqual({ ranges: [range(10, 19)], change: null });
    expect(partition.fetchOffset).toBe(0);
  });
});

describe('acknowledging', () => {
  test('moves the start past what is done with, and not past what is held', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 9)]);
    expect(partition.acknowledge('a', said(4, 9, accept), at(0))).toEqual({
      error: null,
      change: { startOffset: 0, deliveryCompleteCount: 6, batches: [stored(4, 9, 2)] },
    });
    expect(partition.acknowledge('a', said(0, 3, accept), at(0))).toEqual({
      error: null,
      change: { startOffset: 10, deliveryCompleteCount: 0, batches: [] },
    });
  });

  test('one type for each offset', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 5)]);
    const types = [accept, accept, release, reject, gap, accept];
    expect(partition.acknowledge('a', said(0, 5, ...types), at(0))).toEqual({
      error: null,
      change: {
        startOffset: 2,
        deliveryCompleteCount: 3,
        batches: [stored(2, 2, 0), stored(3, 3, 4), stored(4, 4, 4), stored(5, 5, 2)],
      },
    });
    expect(acquire(partition, 'b', [batch(0, 5)])).toEqual([range(2, 2, 2)]);
  });

  test('is refused as a whole where one record is not held by the member', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 4)]);
    acquire(partition, 'b', [batch(5, 9)]);
    for (const batches of [
      said(0, 5, accept),
      said(10, 10, accept),
      [...said(0, 0, accept), ...said(7, 7, accept)],
    ])
      expect(partition.acknowledge('a', batches, at(0))).toEqual({ error: 'INVALID_RECORD_STATE' });
    expect(partition.acknowledge('a', said(0, 4, accept), at(0))).toMatchObject({ error: null });
    expect(partition.acknowledge('a', said(0, 4, accept), at(0))).toEqual({ error: 'INVALID_RECORD_STATE' });
  });

  test('of what retention took is nothing wrong', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 9)]);
    expect(partition.logStartMoved(6)).toEqual({ startOffset: 6, deliveryCompleteCount: 0, batches: [] });
    expect(partition.acknowledge('a', said(0, 9, accept), at(0))).toEqual({
      error: null,
      change: { startOffset: 10, deliveryCompleteCount: 0, batches: [] },
    });
  });
});

describe('locks', () => {
  test('end, and what was held goes to others until it was delivered too often', () => {
    const partition = newPartition();
    let nowMs = 0;
    for (const deliveryCount of [1, 2, 3]) {
      expect(acquire(partition, 'a', [batch(0, 0)], 500, nowMs)).toEqual([range(0, 0, deliveryCount)]);
      expect(partition.nextExpiryMs).toBe(nowMs + 1000);
      expect(partition.expireLocks(at(nowMs + 999))).toBeNull();
      nowMs += 1000;
      expect(partition.expireLocks(at(nowMs))).toEqual(
        deliveryCount < 3
          ? { startOffset: 0, deliveryCompleteCount: 0, batches: [stored(0, 0, 0, deliveryCount)] }
          : { startOffset: 1, deliveryCompleteCount: 0, batches: [] },
      );
      expect(partition.acknowledge('a', said(0, 0, accept), at(nowMs))).toEqual({
        error: 'INVALID_RECORD_STATE',
      });
    }
    expect(partition.fetchOffset).toBe(1);
  });

  test('are prolonged for renewed records alone', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 9)]);
    expect(partition.acknowledge('a', said(3, 4, renew), at(600))).toEqual({ error: null, change: null });
    expect(partition.expireLocks(at(1000))?.batches).toEqual([stored(0, 2, 0), stored(5, 9, 0)]);
    expect(partition.nextExpiryMs).toBe(1600);
    expect(partition.expireLocks(at(1600))?.batches).toEqual([stored(3, 4, 0)]);
    expect(partition.nextExpiryMs).toBeNull();
  });

  test('of a member whose session is over are taken back', () => {
    const partition = newPartition();
    acquire(partition, 'a', [batch(0, 4)]);
    acquire(partition, 'b', [batch(5, 9)]);
    expect(partition.release('a')).toEqual({
      startOffset: 0,
      deliveryCompleteCount: 0,
      batches: [stored(0, 4, 0)],
    });
    expect(partition.release('a')).toBeNull();
    expect(acquire(partition, 'b', [batch(0, 4)])).toEqual([range(0, 4, 2)]);
  });
});

describe('taken up again', () => {
  test('delivers what was on its way, with its count where one is stored, and nothing that was done with', () => {
    const partition = newPartition(10, [stored(12, 13, 2), stored(15, 15, 0, 2), stored(16, 19, 4)]);
    expect(partition.startOffset).toBe(10);
    expect(partition.endOffset).toBe(20);
    expect(acquire(partition, 'a', [batch(5, 14), batch(15, 24)])).toEqual([range(10, 11), range(14, 14)]);
    // The last time it is alone.
    expect(acquire(partition, 'a', [batch(15, 24)])).toEqual([range(15, 15, 3)]);
    expect(acquire(partition, 'a', [batch(20, 24)])).toEqual([range(20, 24)]);
  });

  test('begins behind what was done with at its start', () => {
    expect(newPartition(0, [stored(0, 9, 2), stored(10, 10, 4)]).startOffset).toBe(11);
  });
});
