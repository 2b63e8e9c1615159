import { type CompressionType, compress, decompressBriefly } from '../compression/index.ts';
import { kafkaError } from '../errors.ts';
import { writeVarint, writeVarlong } from './batch-builder.ts';
import { BATCH_HEADER_BYTES, type BatchHeader, NO_TIMESTAMP, writeBatchHeader } from './batch-header.ts';
import { MalformedRecordError, type RecordCursor } from './record-cursor.ts';
import { openRecords } from './record-reader.ts';
import { varintSize } from './varint-size.ts';

const ATTRIBUTES_BYTES = 1;

/** A record where it lies. The walk that shows it uses the same object for the next one, and the memory for the next batch. */
export interface StoredRecord {
  readonly offset: number;
  /** Milliseconds; under LogAppendTime the broker's. */
  readonly timestamp: number;
  /** The memory that the key is in: the batch, or what it was unpacked to. */
  readonly bytes: Buffer;
  /** The key is `bytes` from `keyStart` up to `keyEnd`; both -1 for a record without one. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** False for a tombstone. */
  readonly hasValue: boolean;
}

interface RecordPlace extends StoredRecord {
  offset: number;
  timestamp: number;
  keyStart: number;
  keyEnd: number;
  hasValue: boolean;
  /** With its length in front. */
  start: number;
  end: number;
  /** Behind the timestamp delta: from here on nothing depends on the header but the offset. */
  afterTimestamp: number;
}

/** What `filterBatch` asks. */
export interface BatchFilter {
  readonly maxDecompressedBytes: number;
  readonly keep: (record: StoredRecord) => boolean;
  /**
   * Asked once where records stay: the delete horizon (ms) that the batch gets in place of its base timestamp, or null
   * where its header stays as it is (KIP-534).
   */
  readonly deleteHorizonMs: (stays: { readonly anyTombstone: boolean }) => number | null;
}

/**
 * Shows the records of a batch in a log, which was checked when it came in: no checksum, no headers of records.
 * `visit` may end the walk by answering false.
 * @throws {MillraceError} CORRUPT_MESSAGE where the bytes are no records, MESSAGE_TOO_LARGE above `maxDecompressedBytes`
 */
export function forEachStoredRecord(
  batch: Buffer,
  header: BatchHeader,
  maxDecompressedBytes: number,
  visit: (record: StoredRecord) => boolean,
): void {
  walk(openRecords(batch, header, maxDecompressedBytes, decompressBriefly), header, visit);
}

/**
 * What is left of a batch when some of its records go, as compaction does: offsets, sequences, epochs and compression
 * stay, and so does the last offset, whoever goes.
 * @returns the batch itself (a view) where all of it stays as it is; null where no record stays
 * @throws {MillraceError} as `forEachStoredRecord`
 */
export function filterBatch(batch: Buffer, header: BatchHeader, filter: BatchFilter): Buffer | null {
  const kept: KeptRecord[] = [];
  const cursor = openRecords(batch, header, filter.maxDecompressedBytes, decompressBriefly);
  let anyTombstone = false;
  let maxTimestamp = NO_TIMESTAMP;
  walk(cursor, header, (record) => {
    if (!filter.keep(record)) return true;
    const { start, end, afterTimestamp, timestamp } = record;
    kept.push({ start, end, afterTimestamp, timestamp });
    anyTombstone ||= !record.hasValue;
    maxTimestamp = Math.max(maxTimestamp, timestamp);
    return true;
  });
  if (kept.length === 0) return null;
  const horizonMs = filter.deleteHorizonMs({ anyTombstone });
  if (kept.length === header.recordCount && horizonMs === null) {
    return batch.subarray(header.position, header.position + header.sizeInBytes);
  }
  const records = horizonMs === null ? copied(cursor.buf, kept) : rebased(cursor.buf, kept, horizonMs);
  return assembled(compress(header.compression, records), {
    ...header,
    maxTimestamp,
    recordCount: kept.length,
    ...(horizonMs !== null && { hasDeleteHorizon: true, baseTimestamp: horizonMs }),
  });
}

/** A batch without records, which keeps the place, the producer and its sequence of the one that it is made of. */
export function emptiedBatch(header: BatchHeader): Buffer {
  return assembled(Buffer.alloc(0), {
    ...header,
    compression: 'none',
    baseTimestamp: NO_TIMESTAMP,
    hasDeleteHorizon: false,
    recordCount: 0,
  });
}

/**
 * The same records under another compression: what a broker stores where its topic says so.
 * @param level of gzip and zstd
 * @throws {MillraceError} as `forEachStoredRecord`
 */
export function recompressedBatch(
  batch: Buffer,
  header: BatchHeader,
  target: { readonly compression: CompressionType; readonly level?: number | undefined },
  maxDecompressedBytes: number,
): Buffer {
  const { compression, level } = target;
  const { buf, at, end } = openRecords(batch, header, maxDecompressedBytes, decompressBriefly);
  return assembled(compress(compression, buf.subarray(at, end), level), { ...header, compression });
}

interface KeptRecord {
  readonly start: number;
  readonly end: number;
  readonly afterTimestamp: number;
  readonly timestamp: number;
}

function walk(cursor: RecordCursor, header: BatchHeader, visit: (record: RecordPlace) => boolean): void {
  const place: RecordPlace = {
    bytes: cursor.buf,
    offset: 0,
    timestamp: 0,
    keyStart: -1,
    keyEnd: -1,
    hasValue: true,
    start: 0,
    end: 0,
    afterTimestamp: 0,
  };
  try {
    for (let index = 0; index < header.recordCount; index += 1) {
      locate(cursor, header, place);
      if (!visit(place)) return;
      cursor.at = place.end;
    }
  } catch (error) {
    if (!(error instanceof MalformedRecordError)) throw error;
    throw kafkaError(
      'CORRUPT_MESSAGE',
      `the record batch at offset ${header.baseOffset} is corrupt: ${error.message}`,
    );
  }
}

function locate(cursor: RecordCursor, header: BatchHeader, place: RecordPlace): void {
  place.start = cursor.at;
  const length = cursor.varint();
  if (length < 0) throw new MalformedRecordError('a record has a negative length');
  place.end = cursor.skip(length) + length;
  cursor.at = place.end - length + ATTRIBUTES_BYTES;
  const delta = cursor.varlong();
  place.timestamp =
    header.timestampType === 'LogAppendTime' ? header.maxTimestamp : header.baseTimestamp + delta;
  place.afterTimestamp = cursor.at;
  place.offset = header.baseOffset + cursor.varint();
  const keyLength = cursor.varint();
  place.keyStart = keyLength < 0 ? -1 : cursor.skip(keyLength);
  place.keyEnd = keyLength < 0 ? -1 : cursor.at;
  place.hasValue = cursor.varint() >= 0;
}

/** The records as they are: neighbours in one piece. */
function copied(bytes: Buffer, kept: readonly KeptRecord[]): Buffer {
  const pieces: Buffer[] = [];
  let from = kept[0]?.start ?? 0;
  let to = from;
  for (const { start, end } of kept) {
    if (start !== to) {
      pieces.push(bytes.subarray(from, to));
      from = start;
    }
    to = end;
  }
  pieces.push(bytes.subarray(from, to));
  return pieces.length === 1 ? (pieces[0] ?? bytes) : Buffer.concat(pieces);
}

/** The records with their timestamps counted from another base. */
function rebased(bytes: Buffer, kept: readonly KeptRecord[], baseTimestamp: number): Buffer {
  const sizes = kept.map(
    ({ end, afterTimestamp, timestamp }) =>
      ATTRIBUTES_BYTES + varintSize(timestamp - baseTimestamp) + end - afterTimestamp,
  );
  const total = sizes.reduce((sum, size) => sum + varintSize(size) + size, 0);
  const records = Buffer.allocUnsafeSlow(total);
  let at = 0;
  for (const [index, { end, afterTimestamp, timestamp }] of kept.entries()) {
    at = writeVarint(records, at, sizes[index] ?? 0);
    records[at] = 0;
    at = writeVarlong(records, at + ATTRIBUTES_BYTES, timestamp - baseTimestamp);
    at += bytes.copy(records, at, afterTimestamp, end);
  }
  return records;
}

function assembled(records: Buffer, header: BatchHeader): Buffer {
  const batch = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + records.length);
  records.copy(batch, BATCH_HEADER_BYTES);
  writeBatchHeader(batch, header);
  return batch;
}
