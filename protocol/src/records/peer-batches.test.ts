import { describe, expect, it } from 'vitest';
import java from './fixtures/kafka-java-batches.json' with { type: 'json' };
import kafkajs from './fixtures/kafkajs-batches.json' with { type: 'json' };
import librdkafka from './fixtures/librdkafka-batches.json' with { type: 'json' };
import platformatic from './fixtures/platformatic-batches.json' with { type: 'json' };
import {
  type BatchRules,
  buildMarkerBatch,
  compressionTypes,
  type DecodedRecord,
  decodeBatch,
  decodeTransactionMarker,
  iterateBatches,
  RecordBatchBuilder,
  type RecordInit,
  validateBatch,
} from './index.ts';

// Batches as other clients write them: kafka-clients 4.3.1, librdkafka (kcat, out of a broker's segment), kafkajs 2.2.4
// and @platformatic/kafka 2.12.1. `small` and `large` are the two sets of records below.
const T = 1_760_000_000_000;
const bytes = (text: string) => Buffer.from(text);
const small: RecordInit[] = [
  { timestamp: T, key: bytes('k1'), value: bytes('v1'), headers: [] },
  { timestamp: T + 5, key: null, value: bytes('no key'), headers: [] },
  {
    timestamp: T - 86_400_000,
    key: bytes('tombstone'),
    value: null,
    headers: [
      { key: 'trace', value: bytes('abc') },
      { key: 'trace', value: null },
      { key: 'größe', value: bytes('') },
    ],
  },
  { timestamp: T + 1e12, key: bytes(''), value: bytes(''), headers: [] },
  { timestamp: T + 3, key: null, value: null, headers: [] },
];
const large: RecordInit[] = Array.from({ length: 300 }, (_, i) => ({
  timestamp: T + i * 7,
  key: bytes(`key-${i}`),
  value: bytes(`row ${i} of the large batch; `.repeat(30)),
  headers: [],
}));
const limits = { maxDecompressedBytes: 1_000_000 };
const rules: BatchRules = {
  produceVersion: 13,
  maxBatchBytes: 1_000_000,
  maxDecompressedBytes: 1_000_000,
  requireKeys: false,
  timestampType: 'CreateTime',
  nowMs: T,
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  timestampAfterMaxMs: Number.POSITIVE_INFINITY,
};

const fromBase64 = (text: string) => Buffer.from(text, 'base64');
const withOffsets = (records: RecordInit[], baseOffset: number) =>
  records.map((record, i) => ({ ...record, offset: baseOffset + i }));
const decodeAll = (buf: Buffer): DecodedRecord[] =>
  [...iterateBatches(buf)].flatMap((header) => decodeBatch(buf, header.position, limits).records);

function build(records: RecordInit[], options: Parameters<RecordBatchBuilder['build']>[0]): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 1_000_000 });
  for (const record of records) builder.tryAppend(record);
  return builder.build(options);
}

describe("batches of Kafka's Java client", () => {
  it.each(compressionTypes)('decode to what went in (%s)', (compression) => {
    const { header, records } = decodeBatch(fromBase64(java[`small-${compression}`]), 0, limits);
    expect(records).toEqual(withOffsets(small, 40));
    expect(header).toMatchObject({
      compression,
      baseOffset: 40,
      lastOffset: 44,
      partitionLeaderEpoch: 9,
      producerId: 4711,
      producerEpoch: 3,
      baseSequence: 12,
      isTransactional: true,
      isControl: false,
      timestampType: 'CreateTime',
      baseTimestamp: T,
      maxTimestamp: T + 1e12,
      recordCount: 5,
    });
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('of many blocks decode too (%s)', (compression) => {
    const batch = fromBase64(java[`large-${compression}`]);
    expect(decodeBatch(batch, 0, limits).records).toEqual(withOffsets(large, 0));
    expect(validateBatch(batch, rules).ok).toMatchObject({
      maxTimestamp: T + 299 * 7,
      maxTimestampOffsetDelta: 299,
    });
  });

  it('are the same to the byte as ours where the codec leaves no choice', () => {
    const facts = { producerId: 4711, producerEpoch: 3, baseSequence: 12, isTransactional: true };
    const placed = { ...facts, partitionLeaderEpoch: 9, baseOffset: 40 };
    expect(build(small, placed).toString('base64')).toBe(java['small-none']);
    expect(build(small, { ...placed, compression: 'snappy' }).toString('base64')).toBe(java['small-snappy']);
    expect(build(large, { compression: 'snappy' }).toString('base64')).toBe(java['large-snappy']);
  });

  it('give every record the time of the append under LogAppendTime', () => {
    const { header, records } = decodeBatch(fromBase64(java['small-log-append-time']), 0, limits);
    expect(header.timestampType).toBe('LogAppendTime');
    expect(new Set(records.map((record) => record.timestamp))).toEqual(new Set([1_770_000_000_000]));
  });

  it.each(['COMMIT', 'ABORT'] as const)('that end a transaction are as ours (%s)', (type) => {
    const commit = type === 'COMMIT';
    const theirs = fromBase64(java[commit ? 'marker-commit' : 'marker-abort']);
    const ours = buildMarkerBatch({
      type,
      coordinatorEpoch: commit ? 21 : 22,
      producerId: 4711,
      producerEpoch: 3,
      timestamp: T,
      partitionLeaderEpoch: 9,
      baseOffset: commit ? 77 : 78,
    });
    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
    const { header, records } = decodeBatch(theirs, 0, limits);
    expect(header).toMatchObject({ isControl: true, isTransactional: true });
    expect(decodeTransactionMarker(records[0]!.key, records[0]!.value)).toEqual({
      type,
      coordinatorEpoch: commit ? 21 : 22,
    });
  });
});

describe('batches of librdkafka', () => {
  it.each(compressionTypes)('decode to what went in (%s)', (compression) => {
    const records = decodeAll(fromBase64(librdkafka[`small-${compression}`]));
    expect(records.map((record) => [String(record.key), String(record.value), record.headers])).toEqual(
      [0, 1, 2].map((i) => [
        `k${i}`,
        `row ${i} of librdkafka; `.repeat(30),
        [{ key: 'trace', value: bytes('abc') }],
      ]),
    );
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'follow one another in a segment (%s)',
    (compression) => {
      const segment = fromBase64(librdkafka[`large-${compression}`]);
      expect(decodeAll(segment).map((record) => String(record.value))).toEqual(
        Array.from({ length: 300 }, (_, i) => `row ${i} of librdkafka; `.repeat(30)),
      );
      const first = [...iterateBatches(segment)][0]!;
      expect(validateBatch(segment.subarray(0, first.sizeInBytes), rules).ok).toBeDefined();
    },
  );
});

describe('batches of the JavaScript clients', () => {
  it.each(['none', 'gzip'] as const)('of kafkajs pass the door and decode (%s)', (compression) => {
    const batch = fromBase64(kafkajs[compression]);
    expect(validateBatch(batch, rules).ok).toBeDefined();
    expect(decodeAll(batch).map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      [null, bytes('v0'), T],
      [bytes('k1'), bytes('v1'), T + 3],
      [null, null, T + 6],
      [bytes('k3'), bytes('v3'), T + 9],
    ]);
    expect(decodeAll(batch)[1]!.headers).toEqual([
      { key: 'h', value: bytes('a') },
      { key: 'h', value: bytes('b') },
      { key: 'e', value: bytes('') },
    ]);
  });

  it.each(compressionTypes)('of @platformatic/kafka pass the door and decode (%s)', (compression) => {
    const batch = fromBase64(platformatic[compression]);
    expect(validateBatch(batch, rules).ok).toBeDefined();
    expect(decodeAll(batch).map((record) => String(record.value))).toEqual(
      [0, 1, 2].map((i) => `row ${i} of platformatic; `),
    );
  });
});
