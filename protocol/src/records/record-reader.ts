import type { MillraceError } from '@millrace/foundation';
import { decompress } from '../compression/index.ts';
import { kafkaError } from '../errors.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  hasValidCrc,
  LENGTH_PREFIX_BYTES,
  peekBatchSize,
  readBatchHeader,
} from './batch-header.ts';
import type { DecodedRecord, RecordHeader } from './record.ts';
import { MalformedRecordError, RECORD_MIN_BYTES, RecordCursor } from './record-cursor.ts';

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

export interface DecodeOptions {
  /** The most that a compressed batch may unpack to. */
  readonly maxDecompressedBytes: number;
  /** Consumers check what came over the wire; a log that has checked on append need not. Default true. */
  readonly verifyCrc?: boolean;
}

export interface DecodedBatch {
  readonly header: BatchHeader;
  readonly records: readonly DecodedRecord[];
}

/**
 * Decodes the batch at `at`, control batches too. Keys and values are views of `buf`, or of the decompressed bytes:
 * they keep that memory alive, and change with it.
 * @throws {MillraceError} CORRUPT_MESSAGE for bad bytes, MESSAGE_TOO_LARGE above `maxDecompressedBytes`,
 *   UNSUPPORTED_FOR_MESSAGE_FORMAT for magic 0 and 1, UNSUPPORTED_COMPRESSION_TYPE
 */
export function decodeBatch(buf: Buffer, at: number, options: DecodeOptions): DecodedBatch {
  const records: DecodedRecord[] = [];
  const header = forEachRecord(buf, at, options, (record) => {
    records.push(record);
  });
  return { header, records };
}

/** As `decodeBatch`, record by record; returns the header. */
export function forEachRecord(
  buf: Buffer,
  at: number,
  options: DecodeOptions,
  visit: (record: DecodedRecord) => void,
): BatchHeader {
  const header = readBatchHeader(buf, at);
  if (header.sizeInBytes > buf.length - at) throw corrupt(header, 'it is cut short');
  if (options.verifyCrc !== false && !hasValidCrc(buf, at))
    throw corrupt(header, 'its checksum does not hold');
  const cursor = openRecords(buf, header, options.maxDecompressedBytes);
  if (header.recordCount < 0 || header.recordCount * RECORD_MIN_BYTES > cursor.end - cursor.at) {
    throw corrupt(header, `${header.recordCount} records cannot be in it`);
  }
  try {
    for (let i = 0; i < header.recordCount; i += 1) visit(readRecord(cursor, header));
    if (cursor.at !== cursor.end) throw new MalformedRecordError('bytes follow the last record');
  } catch (error) {
    if (error instanceof MalformedRecordError) throw corrupt(header, error.message);
    throw error;
  }
  return header;
}

/**
 * The records of a batch, decompressed where they must be.
 * @param unpack `decompressBriefly` where nothing of them is kept
 */
export function openRecords(
  buf: Buffer,
  header: BatchHeader,
  maxDecompressedBytes: number,
  unpack = decompress,
): RecordCursor {
  const start = header.position + BATCH_HEADER_BYTES;
  const end = header.position + header.sizeInBytes;
  if (header.compression === 'none') return new RecordCursor(buf, start, end);
  const plain = unpack(header.compression, buf.subarray(start, end), maxDecompressedBytes);
  return new RecordCursor(plain, 0, plain.length);
}

function readRecord(cursor: RecordCursor, header: BatchHeader): DecodedRecord {
  const length = cursor.varint();
  if (length < 0) throw new MalformedRecordError('a record has a negative length');
  const end = cursor.skip(length) + length;
  cursor.at = end - length;
  cursor.skip(1);
  const timestampDelta = cursor.varlong();
  const offsetDelta = cursor.varint();
  const key = readNullable(cursor);
  const value = readNullable(cursor);
  const headers = readHeaders(cursor);
  if (cursor.at !== end) throw new MalformedRecordError('a record and its length do not agree');
  return {
    offset: header.baseOffset + offsetDelta,
    timestamp:
      header.timestampType === 'LogAppendTime' ? header.maxTimestamp : header.baseTimestamp + timestampDelta,
    key,
    value,
    headers,
  };
}

function readNullable(cursor: RecordCursor): Buffer | null {
  const length = cursor.varint();
  if (length < 0) return null;
  const from = cursor.skip(length);
  return cursor.buf.subarray(from, from + length);
}

function readHeaders(cursor: RecordCursor): readonly RecordHeader[] {
  const count = cursor.varint();
  if (count === 0) return NO_HEADERS;
  // A header takes two bytes at least.
  if (count < 0 || count * 2 > cursor.end - cursor.at)
    throw new MalformedRecordError('a header count makes no sense');
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i += 1) {
    const length = cursor.varint();
    if (length < 0) throw new MalformedRecordError('a header has no key');
    const from = cursor.skip(length);
    headers.push({ key: cursor.buf.toString('utf8', from, from + length), value: readNullable(cursor) });
  }
  return headers;
}

/**
 * The headers of the batches in a records field, one after the other. Ends quietly before a batch that is cut short:
 * a Fetch response may end within one.
 * @throws {MillraceError} as `readBatchHeader`, when the walk comes to it
 */
export function* iterateBatches(buf: Buffer, start = 0): Generator<BatchHeader, void, void> {
  let at = start;
  for (;;) {
    const size = peekBatchSize(buf, at);
    if (size === undefined) return;
    if (size <= LENGTH_PREFIX_BYTES)
      throw kafkaError('CORRUPT_MESSAGE', `a batch cannot be ${size} bytes long`);
    if (size > buf.length - at) return;
    yield readBatchHeader(buf, at);
    at += size;
  }
}

function corrupt(header: BatchHeader, why: string): MillraceError {
  return kafkaError('CORRUPT_MESSAGE', `the record batch at offset ${header.baseOffset} is corrupt: ${why}`);
}
