import { describe, expect, it } from 'vitest';
import { RecordBatchBuilder } from './batch-builder.ts';
import { hasValidCrc, readBatchHeader, setMaxTimestampAndType } from './batch-header.ts';
import {
  type BatchFilter,
  emptiedBatch,
  filterBatch,
  forEachStoredRecord,
  recompressedBatch,
} from './filter-batch.ts';
import type { CompressionType } from './index.ts';
import { decodeBatch } from './record-reader.ts';

const MAX = 1_000_000;

function batchOf(keys: readonly string[], compression: CompressionType = 'none'): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: MAX });
  for (const [index, key] of keys.entries()) {
    builder.tryAppend({
      key: key === '' ? null : Buffer.from(key),
      value: key.startsWith('x') ? null : Buffer.from(`value of ${key}`),
      headers: [{ key: 'h', value: Buffer.from(String(index)) }],
      timestamp: 1_000_000 + index * 1000,
    });
  }
  return builder.build({
    compression,
    baseOffset: 500,
    partitionLeaderEpoch: 3,
    producerId: 9,
    producerEpoch: 2,
    baseSequence: 40,
  });
}

function filtered(batch: Buffer, filter: Partial<BatchFilter>): Buffer | null {
  return filterBatch(batch, readBatchHeader(batch), {
    maxDecompressedBytes: MAX,
    keep: () => true,
    deleteHorizonMs: () => null,
    ...filter,
  });
}

const recordsOf = (batch: Buffer) => decodeBatch(batch, 0, { maxDecompressedBytes: MAX }).records;

describe.each(['none', 'gzip', 'lz4', 'zstd', 'snappy'] as const)('a batch (%s) of a log', (compression) => {
  const batch = batchOf(['a', 'b', 'x', 'd'], compression);

  it('is itself where every record stays', () => {
    expect(filtered(batch, {})?.equals(batch)).toBe(true);
  });

  it('keeps offsets, times, headers and sequences of the records that stay', () => {
    const left = filtered(batch, { keep: ({ offset }) => offset === 501 || offset === 502 });
    expect(recordsOf(left!)).toEqual(recordsOf(batch).slice(1, 3));
    expect(hasValidCrc(left!)).toBe(true);
    expect(readBatchHeader(left!)).toMatchObject({
      baseOffset: 500,
      lastOffset: 503,
      recordCount: 2,
      maxTimestamp: 1_002_000,
      compression,
      partitionLeaderEpoch: 3,
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 40,
      hasDeleteHorizon: false,
    });
  });

  it('gets a delete horizon without changing a time', () => {
    const left = filtered(batch, {
      keep: ({ offset }) => offset !== 500,
      deleteHorizonMs: ({ anyTombstone }) => (anyTombstone ? 9_000_000 : null),
    });
    expect(recordsOf(left!)).toEqual(recordsOf(batch).slice(1));
    expect(readBatchHeader(left!)).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: 9_000_000 });
    const again = filtered(left!, { keep: ({ offset }) => offset > 501 });
    expect(recordsOf(again!)).toEqual(recordsOf(batch).slice(2));
    expect(readBatchHeader(again!)).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: 9_000_000 });
  });

  it('is nothing where no record stays', () => {
    expect(filtered(batch, { keep: () => false })).toBeNull();
  });
});

describe('a batch under another compression', () => {
  it.each(['none', 'gzip', 'lz4', 'zstd', 'snappy'] as const)('has the same records (%s)', (compression) => {
    const batch = batchOf(['a', 'b', 'x'.repeat(500)], 'lz4');
    const other = recompressedBatch(batch, readBatchHeader(batch), { compression }, MAX);
    expect(recordsOf(other)).toEqual(recordsOf(batch));
    const { batchLength: _length, sizeInBytes: _size, crc: _crc, ...header } = readBatchHeader(batch);
    expect(readBatchHeader(other)).toEqual({
      ...readBatchHeader(other),
      ...header,
      compression,
    });
    expect(hasValidCrc(other)).toBe(true);
  });

  it.each(['gzip', 'zstd'] as const)('is smaller at a higher level of %s', (compression) => {
    const words = Array.from({ length: 300 }, (_, index) => `word${(index * 7_919) % 1_009}`);
    const text = Array.from({ length: 20_000 }, (_, index) => words[(index * index + 3 * index) % 293]).join(
      ' ',
    );
    const batch = batchOf([text]);
    const size = (level: number) =>
      recompressedBatch(batch, readBatchHeader(batch), { compression, level }, MAX).length;
    expect(size(9)).toBeLessThan(size(1));
  });
});

describe('a batch that is emptied', () => {
  it('keeps its place and its producer', () => {
    const empty = emptiedBatch(readBatchHeader(batchOf(['a', 'b'], 'gzip')));
    expect(recordsOf(empty)).toEqual([]);
    expect(readBatchHeader(empty)).toMatchObject({
      baseOffset: 500,
      lastOffset: 501,
      recordCount: 0,
      maxTimestamp: 1_001_000,
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 40,
      compression: 'none',
    });
  });
});

describe('the records of a batch', () => {
  it('are shown with key, tombstone and time', () => {
    const batch = batchOf(['key', '', 'x']);
    setMaxTimestampAndType(batch, 0, 'LogAppendTime', 77);
    const seen: unknown[] = [];
    forEachStoredRecord(batch, readBatchHeader(batch), MAX, ({ bytes, keyStart, keyEnd, ...record }) => {
      const key = keyStart < 0 ? null : bytes.toString('utf8', keyStart, keyEnd);
      seen.push([key, record.offset, record.timestamp, record.hasValue]);
      return true;
    });
    expect(seen).toEqual([
      ['key', 500, 77, true],
      [null, 501, 77, true],
      ['x', 502, 77, false],
    ]);
  });

  it('that are damaged are told by their batch', () => {
    const batch = batchOf(['a']);
    batch[61] = 0x7e;
    expect(() => forEachStoredRecord(batch, readBatchHeader(batch), MAX, () => true)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_MESSAGE' }),
    );
  });
});
