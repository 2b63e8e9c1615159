import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../crc32c.ts';
import {
  type BatchRules,
  buildMarkerBatch,
  compressionTypes,
  decodeBatch,
  RecordBatchBuilder,
  type RecordInit,
  setMaxTimestampAndType,
  validateBatch,
} from './index.ts';

const NOW = 1_760_000_000_000;
const rules: BatchRules = {
  produceVersion: 13,
  maxBatchBytes: 100_000,
  maxDecompressedBytes: 1_000_000,
  requireKeys: false,
  timestampType: 'CreateTime',
  nowMs: NOW,
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  timestampAfterMaxMs: 3_600_000,
};
const records: RecordInit[] = Array.from({ length: 5 }, (_, i) => ({
  key: Buffer.from(`k${i}`),
  value: Buffer.from(`v${i}`),
  headers: [{ key: 'h', value: null }],
  timestamp: NOW + (i === 3 ? 100 : i),
}));

function build(
  init: readonly RecordInit[] = records,
  options: Parameters<RecordBatchBuilder['build']>[0] = {},
): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 10_000_000 });
  for (const one of init) builder.tryAppend(one);
  return builder.build(options);
}

/** Changes a batch and sums it up again, so that only the change itself can be at fault. */
function changed(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17);
  return copy;
}

/** The usual batch of five, which says that it has `count`. */
function counting(count: number): Buffer {
  return changed(build(), (batch) => {
    batch.writeInt32BE(count - 1, 23);
    batch.writeInt32BE(count, 57);
  });
}

/** A batch whose record section is `section`. */
function batchOf(section: number[], count = 1): Buffer {
  const head = build([{ key: null, value: null, timestamp: NOW }]).subarray(0, 61);
  const batch = Buffer.concat([head, Buffer.from(section)]);
  return changed(batch, (copy) => {
    copy.writeInt32BE(copy.length - 12, 8);
    copy.writeInt32BE(count - 1, 23);
    copy.writeInt32BE(count, 57);
  });
}

const verdict = (batch: Buffer, more: Partial<BatchRules> = {}) =>
  validateBatch(batch, { ...rules, ...more });

describe('a sound batch', () => {
  it.each(compressionTypes)('is taken, with what the log needs to know (%s)', (compression) => {
    const batch = build(records, { compression, producerId: 9, producerEpoch: 0, baseSequence: 4 });
    const { ok } = verdict(batch);
    expect(ok).toMatchObject({ maxTimestamp: NOW + 100, maxTimestampOffsetDelta: 3 });
    expect(ok?.header).toMatchObject({ producerId: 9, baseSequence: 4, recordCount: 5, compression });
    expect(ok?.uncompressedBytes).toBe(build().length - 61);
  });

  it('may lack timestamps', () => {
    const batch = build([{ key: null, value: null, timestamp: -1 }]);
    expect(verdict(batch, { timestampBeforeMaxMs: 1 }).ok).toMatchObject({ maxTimestamp: -1 });
  });

  it('has its largest timestamp told from the records, whatever the header says', () => {
    const batch = changed(build(), (copy) => copy.writeBigInt64BE(5n, 35));
    expect(verdict(batch).ok).toMatchObject({ maxTimestamp: NOW + 100 });
  });
});

describe('a batch is refused', () => {
  const lastByte = (batch: Buffer) => batch.length - 1;
  const zstd = build(records, { compression: 'zstd' });
  const cases: [string, string, Buffer, Partial<BatchRules>?][] = [
    ['that is not there', 'INVALID_RECORD', Buffer.alloc(0)],
    ['that is cut short', 'INVALID_RECORD', build().subarray(0, -1)],
    ['that another follows', 'INVALID_RECORD', Buffer.concat([build(), build()])],
    ['that stray bytes follow', 'INVALID_RECORD', Buffer.concat([build(), Buffer.alloc(3)])],
    ['of magic 0', 'INVALID_RECORD', changed(build(), (b) => b.writeInt8(0, 16))],
    ['of magic 1', 'INVALID_RECORD', changed(build(), (b) => b.writeInt8(1, 16))],
    ['of magic 3', 'CORRUPT_MESSAGE', changed(build(), (b) => b.writeInt8(3, 16))],
    ['shorter than a header', 'CORRUPT_MESSAGE', changed(build(), (b) => b.writeInt32BE(20, 8))],
    ['of negative length', 'CORRUPT_MESSAGE', changed(build(), (b) => b.writeInt32BE(-1, 8))],
    ['with a wrong checksum', 'CORRUPT_MESSAGE', Buffer.from(build()).fill(0, 17, 18)],
    ['above max.message.bytes', 'MESSAGE_TOO_LARGE', build(), { maxBatchBytes: build().length - 1 }],
    [
      'with a codec that does not exist',
      'UNSUPPORTED_COMPRESSION_TYPE',
      changed(build(), (b) => b.writeInt8(5, 22)),
    ],
    ['with zstd from Produce 6', 'UNSUPPORTED_COMPRESSION_TYPE', zstd, { produceVersion: 6 }],
    ['with a base offset', 'INVALID_RECORD', build(records, { baseOffset: 1 })],
    ['with no records', 'INVALID_RECORD', changed(build(), (b) => b.writeInt32BE(0, 57))],
    ['that counts too few', 'INVALID_RECORD', counting(4)],
    ['that counts too many', 'INVALID_RECORD', counting(6)],
    ['that counts beyond its size', 'INVALID_RECORD', counting(2e9 + 1)],
    ['whose last delta is off', 'INVALID_RECORD', changed(build(), (b) => b.writeInt32BE(7, 23))],
    ['without a sequence', 'INVALID_RECORD', build(records, { producerId: 9, producerEpoch: 0 })],
    ['of a producer below -1', 'INVALID_RECORD', changed(build(), (b) => b.writeBigInt64BE(-2n, 43))],
    [
      'with a base timestamp beyond reason',
      'INVALID_TIMESTAMP',
      changed(build(), (b) => b.writeBigInt64BE(2n ** 62n, 27)),
    ],
    ['that does not unpack', 'INVALID_RECORD', changed(zstd, (b) => b.fill(0, 61, 70))],
    ['that unpacks to too much', 'MESSAGE_TOO_LARGE', zstd, { maxDecompressedBytes: 50 }],
    ['whose last length is off', 'INVALID_RECORD', changed(build(), (b) => b.writeInt8(9, lastByte(b)))],
  ];

  it.each(cases)('%s: %s', (_, error, batch, more = {}) => {
    expect(verdict(batch, more)).toMatchObject({ error, message: expect.stringMatching(/.+/) });
  });

  it('that holds control records', () => {
    const marker = buildMarkerBatch({
      type: 'COMMIT',
      coordinatorEpoch: 1,
      producerId: 9,
      producerEpoch: 0,
      timestamp: NOW,
    });
    expect(verdict(marker)).toMatchObject({
      error: 'INVALID_RECORD',
      message: expect.stringContaining('control'),
    });
  });

  it('that claims the time of the append', () => {
    const batch = build();
    setMaxTimestampAndType(batch, 0, 'LogAppendTime', NOW);
    expect(verdict(batch)).toMatchObject({ error: 'INVALID_TIMESTAMP' });
  });

  // length, attributes, timestamp delta, offset delta, key, value, headers
  it.each<[string, number[], number?]>([
    ['a record longer than the batch', [14, 0, 0, 0, 1, 1, 0]],
    ['a record shorter than its fields', [10, 0, 0, 0, 1, 1, 0]],
    ['a negative record length', [1, 0, 0, 0, 1, 1, 0]],
    ['a first offset delta of 1', [12, 0, 0, 2, 1, 1, 0]],
    ['the same offset delta twice', [12, 0, 0, 0, 1, 1, 0, 12, 0, 0, 0, 1, 1, 0], 2],
    ['a key length of -2', [12, 0, 0, 0, 3, 1, 0]],
    ['a key longer than its record', [12, 0, 0, 0, 20, 1, 0]],
    ['a negative header count', [12, 0, 0, 0, 1, 1, 1]],
    ['more headers than bytes', [12, 0, 0, 0, 1, 1, 126]],
    ['a header without a key', [16, 0, 0, 0, 1, 1, 2, 1, 1]],
    ['a varint of 6 bytes', [20, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0]],
    ['a varlong of 11 bytes', [32, 0, ...Array<number>(10).fill(0x80), 0, 0, 1, 1, 0]],
    ['a varint that never ends', [12, 0, 0, 0, 1, 1, 0x80]],
    ['bytes after its last record', [12, 0, 0, 0, 1, 1, 0, 0]],
  ])('for %s', (_, section, count) => {
    expect(verdict(batchOf(section, count))).toMatchObject({ error: 'INVALID_RECORD' });
  });

  it('with the reason in the message', () => {
    const reason = (section: number[]) => verdict(batchOf(section));
    expect(reason([16, 0, 0, 0, 1, 1, 2, 1, 1])).toMatchObject({ message: 'a header has no key' });
    expect(reason([12, 0, 0, 0, 20, 1, 0])).toMatchObject({ message: 'a length reaches beyond its record' });
    expect(reason([20, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0])).toMatchObject({
      message: 'a varint is longer than 5 bytes',
    });
  });

  it('never for the same section when it is sound', () => {
    expect(verdict(batchOf([12, 0, 0, 0, 1, 1, 0])).ok).toBeDefined();
    expect(verdict(batchOf([16, 0, 0, 0, 1, 1, 2, 0, 1])).ok).toBeDefined();
  });
});

describe('single records', () => {
  const at = (timestamp: number, key: Buffer | null = Buffer.from('k')): RecordInit => ({
    key,
    value: null,
    timestamp,
  });

  it('without a key are named on a compacted topic', () => {
    const batch = build([at(NOW), at(NOW, null), at(NOW), at(NOW, null)]);
    expect(verdict(batch).ok).toBeDefined();
    expect(verdict(batch, { requireKeys: true })).toMatchObject({
      error: 'INVALID_RECORD',
      recordErrors: [{ index: 1 }, { index: 3 }],
    });
  });

  it('outside the time that the topic accepts are named', () => {
    const limits = { timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 500 };
    const edges = build([at(NOW - 1000), at(NOW + 500)]);
    expect(verdict(edges, limits).ok).toBeDefined();
    const beyond = build([at(NOW - 1001), at(NOW), at(NOW + 501)]);
    expect(verdict(beyond, limits)).toMatchObject({
      error: 'INVALID_TIMESTAMP',
      recordErrors: [{ index: 0 }, { index: 2 }],
    });
    expect(verdict(beyond, { ...limits, timestampType: 'LogAppendTime' }).ok).toBeDefined();
  });

  it('are named up to a bound', () => {
    const batch = build(Array.from({ length: 500 }, () => at(NOW, null)));
    expect(verdict(batch, { requireKeys: true })).toHaveProperty('recordErrors.length', 100);
  });
});

it('every batch with a byte altered is refused, but for the leader epoch, and whatever passes decodes', () => {
  const seeds = compressionTypes.map((compression) => build(records, { compression }));
  for (const batch of seeds) {
    for (let at = 0; at < batch.length; at += 1) {
      const altered = Buffer.from(batch);
      altered[at] = (altered[at] ?? 0) ^ 0x41;
      expect(verdict(altered).ok !== undefined, `byte ${at}`).toBe(at >= 12 && at < 16);
    }
  }
  const edits = fc.array(fc.tuple(fc.integer({ min: 21, max: 100_000 }), fc.nat(255)), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.nat(seeds.length - 1), edits, (which, changes) => {
      const altered = changed(seeds[which]!, (copy) => {
        for (const [at, byte] of changes) copy[21 + (at % (copy.length - 21))] = byte;
      });
      if (verdict(altered).ok === undefined) return;
      expect(decodeBatch(altered, 0, rules).records.length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});
