import { decodeBatch, readBatchHeader } from '@millrace/protocol/records';
import { describe, expect, it } from 'vitest';
import { coordinatorBatches, type EncodedRecord } from './coordinator-batches.ts';

const record = (key: string, bytes = 100): EncodedRecord => ({
  key: Buffer.from(key),
  value: Buffer.alloc(bytes),
});
const OPTIONS = { isOne: true, producer: null, timestampMs: 1, maxBytes: 500 };

function keysOf(bytes: Buffer): string[] {
  return decodeBatch(bytes, 0, { maxDecompressedBytes: 1_000_000 }).records.map(({ key }) => String(key));
}

describe('the batches of a coordinator', () => {
  it('are one where the records fit, and name who writes them', () => {
    const producer = { producerId: 7, producerEpoch: 3 };
    const batches = coordinatorBatches([record('a'), record('b')], { ...OPTIONS, producer });
    expect(batches?.map(({ bytes, ...places }) => ({ ...places, keys: keysOf(bytes) }))).toEqual([
      { first: 0, count: 2, keys: ['a', 'b'] },
    ]);
    const header = readBatchHeader(batches?.[0]?.bytes ?? Buffer.alloc(0));
    expect(header).toMatchObject({ ...producer, isTransactional: true });
  });

  it('are none where records that belong together are too much for one', () => {
    expect(
      coordinatorBatches(
        ['a', 'b', 'c', 'd', 'e'].map((key) => record(key)),
        OPTIONS,
      ),
    ).toBeNull();
    expect(coordinatorBatches([record('a', 500)], OPTIONS)).toBeNull();
  });

  it('are as many as it takes where each record stands for itself', () => {
    const records = ['a', 'b', 'c', 'd', 'e'].map((key) => record(key, 150));
    const batches = coordinatorBatches(records, { ...OPTIONS, isOne: false });
    expect(batches?.map(({ first, count }) => [first, count])).toEqual([
      [0, 2],
      [2, 2],
      [4, 1],
    ]);
    expect(batches?.flatMap(({ bytes }) => keysOf(bytes))).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const { bytes } of batches ?? []) expect(bytes.length).toBeLessThanOrEqual(OPTIONS.maxBytes);
  });

  it('are none where one of them is too large by itself', () => {
    const records = [record('a'), record('b', 500), record('c')];
    expect(coordinatorBatches(records, { ...OPTIONS, isOne: false })).toBeNull();
  });
});
