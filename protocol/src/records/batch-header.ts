import { type CompressionType, compressionId, compressionOfId } from '../compression/index.ts';
import { crc32c } from '../crc32c.ts';
import { kafkaError } from '../errors.ts';

/** CreateTime: the producer's clock, per record. LogAppendTime: the broker's, one for the whole batch. */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** Bytes of a batch before its first record. */
export const BATCH_HEADER_BYTES = 61;
/** Bytes before those that `batchLength` counts: base offset and the length itself. */
export const LENGTH_PREFIX_BYTES = 12;
export const MAGIC_V2 = 2;
export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_PARTITION_LEADER_EPOCH = -1;

const AT_BATCH_LENGTH = 8;
const AT_LEADER_EPOCH = 12;
const AT_MAGIC = 16;
const AT_CRC = 17;
/** The checksum covers everything from here to the end of the batch, so what stands before may be patched freely. */
const AT_ATTRIBUTES = 21;
const AT_LAST_OFFSET_DELTA = 23;
const AT_BASE_TIMESTAMP = 27;
const AT_MAX_TIMESTAMP = 35;
const AT_PRODUCER_ID = 43;
const AT_PRODUCER_EPOCH = 51;
const AT_BASE_SEQUENCE = 53;
const AT_RECORD_COUNT = 57;

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const DELETE_HORIZON_BIT = 0x40;

const TWO_32 = 4294967296;

/**
 * The header of a record batch of magic 2. All int64 are numbers: exact between the safe integers, which holds for
 * every offset, producer id and timestamp in use; a value beyond them comes out rounded (the checksum is unharmed, and
 * the produce path refuses such batches).
 */
export interface BatchHeader {
  /** Where the batch starts in the buffer it was read from. */
  readonly position: number;
  readonly baseOffset: number;
  /** As on the wire: the bytes after this field. */
  readonly batchLength: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  /** CRC-32C, unsigned. */
  readonly crc: number;
  readonly compression: CompressionType;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  /** Set by compaction: the base timestamp is then the time from which tombstones may go (KIP-534). */
  readonly hasDeleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  /** Milliseconds; the record timestamps are deltas to it. -1 where there is none. */
  readonly baseTimestamp: number;
  /** Milliseconds; under LogAppendTime the timestamp of every record. */
  readonly maxTimestamp: number;
  /** -1 without idempotence. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
  /** The whole batch with its header. */
  readonly sizeInBytes: number;
  readonly lastOffset: number;
}

/**
 * The size of the batch at `at`, from its first 12 bytes: what a log or a Fetch response is walked by.
 * Undefined where fewer bytes than those remain.
 */
export function peekBatchSize(buf: Buffer, at: number): number | undefined {
  if (buf.length - at < LENGTH_PREFIX_BYTES) return undefined;
  return buf.readInt32BE(at + AT_BATCH_LENGTH) + LENGTH_PREFIX_BYTES;
}

/** The magic byte, which stands at the same place in all three formats. Undefined where it is not there. */
export function peekMagic(buf: Buffer, at: number): number | undefined {
  return at + AT_MAGIC < buf.length ? buf.readInt8(at + AT_MAGIC) : undefined;
}

/** The codec id in the attributes, known or not. The header must be there. */
export function peekCompressionId(buf: Buffer, at: number): number {
  return buf.readInt16BE(at + AT_ATTRIBUTES) & COMPRESSION_MASK;
}

/** Whether the batch at `at` says that it is part of a transaction; false where there is no header of magic 2. */
export function peekIsTransactional(buf: Buffer, at: number): boolean {
  if (buf.length - at < BATCH_HEADER_BYTES || buf.readInt8(at + AT_MAGIC) !== MAGIC_V2) return false;
  return (buf.readInt16BE(at + AT_ATTRIBUTES) & TRANSACTIONAL_BIT) !== 0;
}

/**
 * Reads the header at `at`. The records need not be there; the checksum is not looked at (`hasValidCrc` does).
 * @throws {MillraceError} CORRUPT_MESSAGE when bytes are missing or the length makes no sense;
 *   UNSUPPORTED_FOR_MESSAGE_FORMAT for magic 0 and 1; UNSUPPORTED_COMPRESSION_TYPE for codec ids Kafka does not know
 */
export function readBatchHeader(buf: Buffer, at = 0): BatchHeader {
  const magic = peekMagic(buf, at);
  if (magic === 0 || magic === 1) {
    throw kafkaError('UNSUPPORTED_FOR_MESSAGE_FORMAT', `records of magic ${magic} are not supported`);
  }
  if (magic !== undefined && magic !== MAGIC_V2)
    throw kafkaError('CORRUPT_MESSAGE', `no format has magic ${magic}`);
  if (at < 0 || buf.length - at < BATCH_HEADER_BYTES) {
    throw kafkaError('CORRUPT_MESSAGE', 'the header of a record batch is cut short');
  }
  const batchLength = buf.readInt32BE(at + AT_BATCH_LENGTH);
  if (batchLength < BATCH_HEADER_BYTES - LENGTH_PREFIX_BYTES) {
    throw kafkaError('CORRUPT_MESSAGE', `a record batch cannot be ${batchLength} bytes long`);
  }
  const attributes = buf.readInt16BE(at + AT_ATTRIBUTES);
  const compression = compressionOfId(attributes & COMPRESSION_MASK);
  if (compression === undefined) {
    throw kafkaError(
      'UNSUPPORTED_COMPRESSION_TYPE',
      `no compression has id ${attributes & COMPRESSION_MASK}`,
    );
  }
  const baseOffset = readInt64(buf, at);
  const lastOffsetDelta = buf.readInt32BE(at + AT_LAST_OFFSET_DELTA);
  return {
    position: at,
    baseOffset,
    batchLength,
    partitionLeaderEpoch: buf.readInt32BE(at + AT_LEADER_EPOCH),
    magic: MAGIC_V2,
    crc: buf.readUInt32BE(at + AT_CRC),
    compression,
    timestampType: (attributes & LOG_APPEND_TIME_BIT) === 0 ? 'CreateTime' : 'LogAppendTime',
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_BIT) !== 0,
    lastOffsetDelta,
    baseTimestamp: readInt64(buf, at + AT_BASE_TIMESTAMP),
    maxTimestamp: readInt64(buf, at + AT_MAX_TIMESTAMP),
    producerId: readInt64(buf, at + AT_PRODUCER_ID),
    producerEpoch: buf.readInt16BE(at + AT_PRODUCER_EPOCH),
    baseSequence: buf.readInt32BE(at + AT_BASE_SEQUENCE),
    recordCount: buf.readInt32BE(at + AT_RECORD_COUNT),
    sizeInBytes: batchLength + LENGTH_PREFIX_BYTES,
    lastOffset: baseOffset + lastOffsetDelta,
  };
}

/** What a new batch says of itself; lengths and checksum are worked out. */
export interface BatchHeaderInit {
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly compression: CompressionType;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
  /** As in `BatchHeader`; false where it is left out. */
  readonly hasDeleteHorizon?: boolean;
}

/** Writes the header at the start of `batch`, whose records are in place behind it, and sums it up. */
export function writeBatchHeader(batch: Buffer, header: BatchHeaderInit): void {
  writeInt64(batch, 0, header.baseOffset);
  batch.writeInt32BE(batch.length - LENGTH_PREFIX_BYTES, AT_BATCH_LENGTH);
  batch.writeInt32BE(header.partitionLeaderEpoch, AT_LEADER_EPOCH);
  batch.writeInt8(MAGIC_V2, AT_MAGIC);
  const attributes =
    compressionId(header.compression) |
    (header.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_BIT : 0) |
    (header.isTransactional ? TRANSACTIONAL_BIT : 0) |
    (header.isControl ? CONTROL_BIT : 0) |
    (header.hasDeleteHorizon === true ? DELETE_HORIZON_BIT : 0);
  batch.writeInt16BE(attributes, AT_ATTRIBUTES);
  batch.writeInt32BE(header.lastOffsetDelta, AT_LAST_OFFSET_DELTA);
  writeInt64(batch, AT_BASE_TIMESTAMP, header.baseTimestamp);
  writeInt64(batch, AT_MAX_TIMESTAMP, header.maxTimestamp);
  writeInt64(batch, AT_PRODUCER_ID, header.producerId);
  batch.writeInt16BE(header.producerEpoch, AT_PRODUCER_EPOCH);
  batch.writeInt32BE(header.baseSequence, AT_BASE_SEQUENCE);
  batch.writeInt32BE(header.recordCount, AT_RECORD_COUNT);
  batch.writeUInt32BE(crc32c(batch.subarray(AT_ATTRIBUTES)), AT_CRC);
}

/** Whether the checksum holds. False too where the batch is not wholly there or its length makes no sense. */
export function hasValidCrc(buf: Buffer, at = 0): boolean {
  const size = peekBatchSize(buf, at);
  if (size === undefined || size < BATCH_HEADER_BYTES || size > buf.length - at) return false;
  return crc32c(buf.subarray(at + AT_ATTRIBUTES, at + size)) === buf.readUInt32BE(at + AT_CRC);
}

/** Assigns the offset that the first record gets. In place; outside the checksum. */
export function setBaseOffset(buf: Buffer, at: number, baseOffset: number): void {
  writeInt64(buf, at, baseOffset);
}

/** Stamps the epoch of the leader that appends the batch. In place; outside the checksum. */
export function setPartitionLeaderEpoch(buf: Buffer, at: number, leaderEpoch: number): void {
  buf.writeInt32BE(leaderEpoch, at + AT_LEADER_EPOCH);
}

/**
 * Sets timestamp type and max timestamp (ms) in place, and sums the batch up again; does nothing where both are so
 * already. The whole batch must be there.
 */
export function setMaxTimestampAndType(
  buf: Buffer,
  at: number,
  type: TimestampType,
  maxTimestamp: number,
): void {
  const attributes = buf.readInt16BE(at + AT_ATTRIBUTES);
  const patched =
    type === 'LogAppendTime' ? attributes | LOG_APPEND_TIME_BIT : attributes & ~LOG_APPEND_TIME_BIT;
  if (patched === attributes && readInt64(buf, at + AT_MAX_TIMESTAMP) === maxTimestamp) return;
  const size = buf.readInt32BE(at + AT_BATCH_LENGTH) + LENGTH_PREFIX_BYTES;
  if (size > buf.length - at) throw kafkaError('CORRUPT_MESSAGE', 'the record batch is cut short');
  buf.writeInt16BE(patched, at + AT_ATTRIBUTES);
  writeInt64(buf, at + AT_MAX_TIMESTAMP, maxTimestamp);
  buf.writeUInt32BE(crc32c(buf.subarray(at + AT_ATTRIBUTES, at + size)), at + AT_CRC);
}

/** Who wrote a batch, and where it stands among those that they wrote to the partition (KIP-98). */
export interface ProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** Gives a batch that was built already another producer state, in place, and sums it up again. */
export function setProducerState(buf: Buffer, at: number, state: ProducerState): void {
  const size = buf.readInt32BE(at + AT_BATCH_LENGTH) + LENGTH_PREFIX_BYTES;
  if (size > buf.length - at) throw kafkaError('CORRUPT_MESSAGE', 'the record batch is cut short');
  writeInt64(buf, at + AT_PRODUCER_ID, state.producerId);
  buf.writeInt16BE(state.producerEpoch, at + AT_PRODUCER_EPOCH);
  buf.writeInt32BE(state.baseSequence, at + AT_BASE_SEQUENCE);
  buf.writeUInt32BE(crc32c(buf.subarray(at + AT_ATTRIBUTES, at + size)), at + AT_CRC);
}

function readInt64(buf: Buffer, at: number): number {
  return buf.readInt32BE(at) * TWO_32 + buf.readUInt32BE(at + 4);
}

function writeInt64(buf: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`);
  buf.writeInt32BE(Math.floor(value / TWO_32), at);
  buf.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, at + 4);
}
