import { buildMarkerBatch, RecordBatchBuilder } from '@millrace/protocol/records';
import { describe, expect, it } from 'vitest';
import type { ConsumerRecord } from '../types.ts';
import { FetchedRecords, offsetBehind } from './fetched-records.ts';

function batch(baseOffset: number, count: number, producerId = -1): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 10_000 });
  for (let i = 0; i < count; i++) builder.tryAppend({ key: null, value: Buffer.from([i]), timestamp: 1 });
  const transactional =
    producerId < 0 ? {} : { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true };
  return builder.build({ baseOffset, partitionLeaderEpoch: 3, ...transactional });
}

function marker(baseOffset: number, producerId: number, type: 'ABORT' | 'COMMIT'): Buffer {
  return buildMarkerBatch({
    type,
    producerId,
    producerEpoch: 0,
    coordinatorEpoch: 0,
    timestamp: 1,
    baseOffset,
  });
}

function offsets(fetched: FetchedRecords): number[] {
  const records: ConsumerRecord[] = [];
  while (fetched.take(2, records));
  return records.map(({ offset }) => offset);
}

function fetched(
  records: Buffer[],
  fetchOffset = 0,
  aborted: { producerId: number; firstOffset: number }[] | null = null,
) {
  return new FetchedRecords({
    topic: 't',
    partition: 0,
    records: Buffer.concat(records),
    fetchOffset,
    aborted,
  });
}

describe('FetchedRecords', () => {
  it('passes over records before the fetch offset and a batch that is cut', () => {
    const cut = batch(8, 3).subarray(0, 70);
    const one = fetched([batch(0, 5), batch(5, 3), cut], 3);
    expect(offsets(one)).toEqual([3, 4, 5, 6, 7]);
    expect(one.position).toBe(8);
    expect(one.leaderEpoch).toBe(3);
    expect(offsetBehind(Buffer.concat([batch(0, 5), batch(5, 3), cut]), 3)).toBe(8);
  });

  it('hides aborted transactions up to their markers, and no others', () => {
    const records = [
      batch(0, 2, 7),
      batch(2, 1, 8),
      batch(3, 1),
      marker(4, 7, 'ABORT'),
      batch(5, 1, 7),
      marker(6, 8, 'COMMIT'),
      marker(7, 7, 'COMMIT'),
    ];
    const one = fetched(records, 0, [{ producerId: 7, firstOffset: 0 }]);
    expect(offsets(one)).toEqual([2, 3, 5]);
    expect(one.position).toBe(8);
  });

  it('shows aborted records under read_uncommitted, never markers', () => {
    expect(offsets(fetched([batch(0, 2, 7), marker(2, 7, 'ABORT')]))).toEqual([0, 1]);
  });

  it('names a corrupt batch and stays before it', () => {
    const bad = batch(2, 2);
    bad.writeUInt8(bad.readUInt8(bad.length - 1) ^ 1, bad.length - 1);
    const one = fetched([batch(0, 2), bad]);
    const records: ConsumerRecord[] = [];
    expect(one.take(2, records)).toBe(true);
    expect(() => one.take(2, records)).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
    expect(one.position).toBe(2);
    expect(records).toHaveLength(2);
  });
});
