import { assert } from '@millrace/foundation/assert';
import { type CompressionType, compress } from '../compression/index.ts';
import {
  BATCH_HEADER_BYTES,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  writeBatchHeader,
} from './batch-header.ts';
import type { RecordHeader, RecordInit } from './record.ts';
import { varintSize } from './varint-size.ts';

const INITIAL_BYTES = 4 * 1024;
/** Lengths are shifted left by one in their varints and must stay 32-bit. */
const BATCH_MAX_BYTES = 2 ** 30 - 1;
/** Below this a loop copies faster than a call into the runtime. */
const COPY_LOOP_MAX_BYTES = 24;
/** A delta whose double is beyond 32 bits takes the slower varlong. */
const SMALL_DELTA_MAX = 2 ** 30;
const ATTRIBUTES_BYTES = 1;
const NO_HEADERS: readonly RecordHeader[] = [];

export interface RecordBatchBuilderOptions {
  /**
   * Uncompressed size, header included, above which `tryAppend` refuses. The first record is taken whatever its size,
   * as Kafka's producer does with `batch.size`; who has a limit for records asks `recordSizeInBytes` before.
   */
  readonly maxBytes: number;
  /** What the buffer starts with; it doubles as needed. */
  readonly initialBytes?: number;
  /** Instead: memory to begin in, the caller's again when nobody reads the batch any more. */
  readonly memory?: Buffer | undefined;
}

export interface BuildOptions {
  readonly compression?: CompressionType;
  /** -1 (the default) without idempotence; then epoch and sequence are -1 too. */
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly partitionLeaderEpoch?: number;
  readonly baseOffset?: number;
}

/**
 * Collects the records of one batch, each encoded at once into one growing buffer behind the room for the header, so
 * that `build` without compression copies nothing. For one batch: it is spent after `build`.
 */
export class RecordBatchBuilder {
  readonly #maxBytes: number;
  #buf: Buffer;
  #at = BATCH_HEADER_BYTES;
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;
  #spent = false;

  constructor(options: RecordBatchBuilderOptions) {
    assert(options.maxBytes > 0 && options.maxBytes <= BATCH_MAX_BYTES, 'a batch is below 1 GiB');
    this.#maxBytes = options.maxBytes;
    // Not from the shared pool: a batch lives as long as its request and would hold 64 KiB of it.
    const initialBytes = Math.max(options.initialBytes ?? INITIAL_BYTES, BATCH_HEADER_BYTES);
    const { memory } = options;
    const fits = memory !== undefined && memory.length >= BATCH_HEADER_BYTES;
    this.#buf = fits ? memory : Buffer.allocUnsafeSlow(initialBytes);
  }

  get recordCount(): number {
    return this.#count;
  }

  /** So far, uncompressed, with the header. */
  get sizeInBytes(): number {
    return this.#at;
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** Appends the record, or answers false and changes nothing when it would make the batch larger than `maxBytes`. */
  tryAppend(record: RecordInit): boolean {
    assert(!this.#spent, 'a builder that has built takes no more records');
    const { key, value, timestamp } = record;
    const headers = record.headers ?? NO_HEADERS;
    const first = this.#count === 0;
    const delta = first ? 0 : timestamp - this.#baseTimestamp;
    const body =
      ATTRIBUTES_BYTES + varintSize(delta) + varintSize(this.#count) + payloadSize(key, value, headers);
    const needed = this.#at + varintSize(body) + body;
    if (needed > this.#maxBytes && !first) return false;
    if (!Number.isSafeInteger(timestamp)) throw new RangeError(`${timestamp} is no timestamp`);
    if (needed > this.#buf.length) this.#grow(needed);
    if (first) {
      this.#baseTimestamp = timestamp;
      this.#maxTimestamp = timestamp;
    } else if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp;
    }
    const buf = this.#buf;
    let at = writeVarint(buf, this.#at, body);
    buf[at] = 0;
    at = writeVarlong(buf, at + ATTRIBUTES_BYTES, delta);
    at = writeVarint(buf, at, this.#count);
    at = writeNullable(buf, at, key);
    at = writeNullable(buf, at, value);
    at = writeVarint(buf, at, headers.length);
    for (const header of headers) at = writeHeader(buf, at, header);
    this.#at = at;
    this.#count += 1;
    return true;
  }

  /** The finished batch. At least one record must have been appended. */
  build(options: BuildOptions = {}): Buffer {
    assert(!this.#spent, 'a builder builds once');
    assert(this.#count > 0, 'a batch has at least one record');
    this.#spent = true;
    const compression = options.compression ?? 'none';
    const plain = this.#buf.subarray(0, this.#at);
    const batch = compression === 'none' ? plain : compressed(plain, compression);
    writeBatchHeader(batch, {
      baseOffset: options.baseOffset ?? 0,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? NO_PARTITION_LEADER_EPOCH,
      compression,
      timestampType: 'CreateTime',
      isTransactional: options.isTransactional ?? false,
      isControl: options.isControl ?? false,
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId: options.producerId ?? NO_PRODUCER_ID,
      producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: options.baseSequence ?? NO_SEQUENCE,
      recordCount: this.#count,
    });
    return batch;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#buf.length * 2, this.#maxBytes)));
    this.#buf.copy(larger, 0, 0, this.#at);
    this.#buf = larger;
  }
}

/**
 * The most that the record can add to a batch, uncompressed: what a limit such as `max.request.size` is held against.
 */
export function recordSizeInBytes(record: Omit<RecordInit, 'timestamp'>): number {
  // Length, timestamp delta and offset delta at their largest.
  return 5 + ATTRIBUTES_BYTES + 10 + 5 + payloadSize(record.key, record.value, record.headers ?? NO_HEADERS);
}

function compressed(plain: Buffer, compression: CompressionType): Buffer {
  const records = compress(compression, plain.subarray(BATCH_HEADER_BYTES));
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + records.length);
  records.copy(batch, BATCH_HEADER_BYTES);
  return batch;
}

function payloadSize(key: Buffer | null, value: Buffer | null, headers: readonly RecordHeader[]): number {
  let size = nullableSize(key) + nullableSize(value) + varintSize(headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    size += varintSize(keyBytes) + keyBytes + nullableSize(header.value);
  }
  return size;
}

function nullableSize(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

/** `value` from 0 to 2^30. Gives where the next byte goes. */
export function writeVarint(buf: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value << 1;
  while (rest > 0x7f) {
    buf[at] = (rest & 0x7f) | 0x80;
    at += 1;
    rest >>>= 7;
  }
  buf[at] = rest;
  return at + 1;
}

/** Any safe integer. Gives where the next byte goes. */
export function writeVarlong(buf: Buffer, start: number, value: number): number {
  if (value >= 0 && value < SMALL_DELTA_MAX) return writeVarint(buf, start, value);
  let at = start;
  let rest = BigInt(value);
  rest = rest >= 0n ? rest << 1n : (-rest << 1n) - 1n;
  while (rest > 0x7fn) {
    buf[at] = Number(rest & 0x7fn) | 0x80;
    at += 1;
    rest >>= 7n;
  }
  buf[at] = Number(rest);
  return at + 1;
}

function writeNullable(buf: Buffer, start: number, bytes: Buffer | null): number {
  if (bytes === null) {
    buf[start] = 1;
    return start + 1;
  }
  const length = bytes.length;
  const at = writeVarint(buf, start, length);
  if (length <= COPY_LOOP_MAX_BYTES) {
    for (let i = 0; i < length; i += 1) buf[at + i] = bytes[i] ?? 0;
  } else {
    buf.set(bytes, at);
  }
  return at + length;
}

function writeHeader(buf: Buffer, start: number, header: RecordHeader): number {
  const keyBytes = Buffer.byteLength(header.key);
  const at = writeVarint(buf, start, keyBytes);
  buf.write(header.key, at, keyBytes, 'utf8');
  return writeNullable(buf, at + keyBytes, header.value);
}
