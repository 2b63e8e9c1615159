import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKafkaError } from '../errors.ts';
import {
  compressionTypes,
  decodeBatch,
  hasValidCrc,
  iterateBatches,
  RecordBatchBuilder,
  type RecordInit,
  readBatchHeader,
  recordSizeInBytes,
  setBaseOffset,
  setMaxTimestampAndType,
  setPartitionLeaderEpoch,
} from './index.ts';
import { addToSequence } from './sequence.ts';

const limits = { maxDecompressedBytes: 10_000_000 };
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const record: fc.Arbitrary<RecordInit> = fc.record({
  key: fc.option(bytes(200)),
  value: fc.option(fc.oneof(bytes(70), bytes(3000))),
  headers: fc.array(
    fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: fc.option(bytes(40)) }),
    {
      maxLength: 4,
    },
  ),
  timestamp: fc.oneof(
    fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    fc.integer({ min: -1, max: 2 ** 52 }),
  ),
});

function build(
  records: readonly RecordInit[],
  options: Parameters<RecordBatchBuilder['build']>[0] = {},
): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 100_000_000 });
  for (const one of records) expect(builder.tryAppend(one)).toBe(true);
  return builder.build(options);
}

const plain: RecordInit[] = Array.from({ length: 20 }, (_, i) => ({
  key: Buffer.from(`key ${i}`),
  value: Buffer.from(`value ${i}`),
  timestamp: 1_760_000_000_000 + i,
}));

describe('a record batch', () => {
  it.each(compressionTypes)('comes back as it went in (%s)', (compression) => {
    const baseOffset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 100 });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), baseOffset, (records, base) => {
        const batch = build(records, {
          compression,
          producerId: 2 ** 40,
          producerEpoch: 1,
          baseSequence: 2,
          baseOffset: base,
        });
        const { header, records: decoded } = decodeBatch(batch, 0, limits);
        expect(decoded).toEqual(records.map((one, i) => ({ ...one, offset: base + i })));
        expect(header).toMatchObject({
          compression,
          producerId: 2 ** 40,
          baseSequence: 2,
          recordCount: records.length,
          lastOffset: base + records.length - 1,
          maxTimestamp: Math.max(...records.map((one) => one.timestamp)),
          sizeInBytes: batch.length,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with any one bit turned that the checksum or the framing covers', () => {
    const batch = build(plain);
    for (let at = 0; at < batch.length; at += 1) {
      if (at < 8 || (at >= 12 && at < 16)) continue;
      for (const mask of [0x01, 0x10, 0x80]) {
        const altered = Buffer.from(batch);
        altered[at] = (altered[at] ?? 0) ^ mask;
        expect(() => decodeBatch(altered, 0, limits), `byte ${at}`).toThrow();
      }
    }
  });

  it('with bytes altered never makes the reader fail but with a protocol error', () => {
    const seeds = compressionTypes.map((compression) => build(plain, { compression }));
    const change = fc.tuple(
      fc.nat(4),
      fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(change, ([which, changes]) => {
        const altered = Buffer.from(seeds[which]!);
        for (const [at, byte] of changes) altered[at % altered.length] = byte;
        try {
          decodeBatch(altered, 0, { ...limits, verifyCrc: false });
        } catch (error) {
          if (!isKafkaError(error)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('of an older format is told apart', () => {
    const batch = build(plain);
    batch[16] = 1;
    expect(() => readBatchHeader(batch)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FOR_MESSAGE_FORMAT' }),
    );
  });

  it('is refused when it unpacks to more than allowed', () => {
    const batch = build([{ key: null, value: Buffer.alloc(100_000), timestamp: 0 }], { compression: 'zstd' });
    expect(() => decodeBatch(batch, 0, { maxDecompressedBytes: 50_000 })).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }),
    );
  });
});

describe('the builder', () => {
  const one: RecordInit = { key: null, value: Buffer.alloc(100), timestamp: 5 };

  it('fills a batch up to its limit and no further', () => {
    const builder = new RecordBatchBuilder({ maxBytes: 1000 });
    while (builder.tryAppend(one));
    const { recordCount, sizeInBytes } = builder;
    const batch = builder.build();
    expect(batch.length).toBe(sizeInBytes);
    expect(batch.length).toBeLessThanOrEqual(1000);
    expect(batch.length + 108).toBeGreaterThan(1000);
    expect(decodeBatch(batch, 0, limits).records).toHaveLength(recordCount);
  });

  it('takes a first record of any size, and nothing after it', () => {
    const builder = new RecordBatchBuilder({ maxBytes: 100 });
    expect(builder.tryAppend({ key: null, value: Buffer.alloc(50_000, 7), timestamp: 5 })).toBe(true);
    expect(builder.tryAppend(one)).toBe(false);
    expect(decodeBatch(builder.build(), 0, limits).records[0]?.value?.equals(Buffer.alloc(50_000, 7))).toBe(
      true,
    );
  });

  it('is left as it was by a timestamp that is none', () => {
    const builder = new RecordBatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(one);
    const size = builder.sizeInBytes;
    expect(() => builder.tryAppend({ ...one, timestamp: Number.NaN })).toThrow(RangeError);
    expect(() => builder.tryAppend({ ...one, timestamp: 2 ** 60 })).toThrow(RangeError);
    expect([builder.sizeInBytes, builder.recordCount]).toEqual([size, 1]);
  });

  it('is spent after one batch', () => {
    const builder = new RecordBatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(one);
    builder.build();
    expect(() => builder.tryAppend(one)).toThrow('must hold');
    expect(() => builder.build()).toThrow('must hold');
  });

  it('never uses more for a record than is told beforehand', () => {
    fc.assert(
      fc.property(record, (any) => {
        const builder = new RecordBatchBuilder({ maxBytes: 100_000 });
        builder.tryAppend(one);
        const before = builder.sizeInBytes;
        builder.tryAppend(any);
        expect(builder.sizeInBytes - before).toBeLessThanOrEqual(recordSizeInBytes(any));
      }),
    );
  });
});

describe('a header in place', () => {
  it('takes base offset and leader epoch without a new checksum', () => {
    const batch = Buffer.concat([Buffer.alloc(5), build(plain)]);
    const { crc } = readBatchHeader(batch, 5);
    setBaseOffset(batch, 5, 2 ** 45 + 3);
    setPartitionLeaderEpoch(batch, 5, 17);
    expect(readBatchHeader(batch, 5)).toMatchObject({
      baseOffset: 2 ** 45 + 3,
      partitionLeaderEpoch: 17,
      crc,
    });
    expect(decodeBatch(batch, 5, limits).records[1]!.offset).toBe(2 ** 45 + 4);
  });

  it('takes the time of the append, with a new checksum', () => {
    const batch = build(plain);
    setMaxTimestampAndType(batch, 0, 'LogAppendTime', 1_800_000_000_000);
    expect(hasValidCrc(batch)).toBe(true);
    expect(new Set(decodeBatch(batch, 0, limits).records.map((any) => any.timestamp))).toEqual(
      new Set([1_800_000_000_000]),
    );
    setMaxTimestampAndType(batch, 0, 'CreateTime', 1_760_000_000_019);
    expect(batch.equals(build(plain))).toBe(true);
    setMaxTimestampAndType(batch, 0, 'LogAppendTime', 1_760_000_000_019);
    expect(readBatchHeader(batch).timestampType).toBe('LogAppendTime');
    expect(hasValidCrc(batch)).toBe(true);
  });
});

describe('a records field', () => {
  const three = Buffer.concat([
    build(plain, { baseOffset: 1 }),
    build(plain),
    build(plain, { baseOffset: 9 }),
  ]);

  it('is walked batch by batch, up to one that is cut short', () => {
    const whole = [...iterateBatches(three)];
    expect(whole.map((header) => [header.position, header.baseOffset])).toEqual([
      [0, 1],
      [three.length / 3, 0],
      [(three.length / 3) * 2, 9],
    ]);
    for (let length = 0; length <= three.length; length += 1) {
      expect([...iterateBatches(three.subarray(0, length))]).toHaveLength(
        Math.floor(length / (three.length / 3)),
      );
    }
  });

  it.each([0, -12, -2_147_483_648])('with a batch length of %i is corrupt, not endless', (length) => {
    const field = Buffer.from(three);
    field.writeInt32BE(length, 8);
    expect(() => [...iterateBatches(field)]).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
  });
});

it('a sequence number goes on at 0 after the largest', () => {
  expect(addToSequence(2_147_483_646, 1)).toBe(2_147_483_647);
  expect(addToSequence(2_147_483_647, 1)).toBe(0);
  expect(addToSequence(2_147_483_640, 10)).toBe(2);
});
