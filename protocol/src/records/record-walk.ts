import { type BatchHeader, NO_TIMESTAMP } from './batch-header.ts';
import { MalformedRecordError, type RecordCursor } from './record-cursor.ts';

const RECORD_ERRORS_MAX = 100;

export interface RecordRules {
  readonly requireKeys: boolean;
  /** Milliseconds; a record without a timestamp (-1) is not held against them. */
  readonly timestampMin: number;
  readonly timestampMax: number;
}

/** One record that is refused, by its place in the batch. */
export interface RecordError {
  readonly index: number;
  readonly error: 'INVALID_RECORD' | 'INVALID_TIMESTAMP';
  readonly message: string;
}

export interface RecordWalk {
  readonly maxTimestamp: number;
  readonly maxTimestampOffsetDelta: number;
  /** Single records that break a rule, at most 100; bytes that are no records are thrown instead. */
  readonly errors: readonly RecordError[];
}

/**
 * Steps through all records of a batch and makes nothing of them: lengths, varints, offset deltas, headers, keys where
 * they are required, timestamps.
 * @throws {MalformedRecordError} where the bytes are not `header.recordCount` sound records
 */
export function walkRecords(cursor: RecordCursor, header: BatchHeader, rules: RecordRules): RecordWalk {
  const errors: RecordError[] = [];
  let maxTimestamp = NO_TIMESTAMP;
  let maxTimestampOffsetDelta = 0;
  for (let index = 0; index < header.recordCount; index += 1) {
    const end = beginRecord(cursor);
    const timestamp = header.baseTimestamp + cursor.varlong();
    if (cursor.varint() !== index) throw new MalformedRecordError('the offset deltas do not count up from 0');
    const keyLength = skipNullable(cursor);
    skipNullable(cursor);
    const headerCount = cursor.varint();
    if (headerCount !== 0) skipHeaders(cursor, headerCount);
    if (cursor.at !== end) throw new MalformedRecordError('a record and its length do not agree');
    if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
      maxTimestampOffsetDelta = index;
    }
    if ((rules.requireKeys && keyLength < 0) || !timestampFits(timestamp, rules)) {
      if (errors.length < RECORD_ERRORS_MAX) errors.push(describe(index, keyLength, timestamp, rules));
    }
  }
  if (cursor.at !== cursor.end) throw new MalformedRecordError('bytes follow the last record');
  return { maxTimestamp, maxTimestampOffsetDelta, errors };
}

/** Steps over length and attributes; gives where the record must end. */
function beginRecord(cursor: RecordCursor): number {
  const length = cursor.varint();
  if (length < 0) throw new MalformedRecordError('a record has a negative length');
  const end = cursor.at + length;
  if (end > cursor.end) throw new MalformedRecordError('a record is cut short');
  cursor.skip(1);
  return end;
}

function skipNullable(cursor: RecordCursor): number {
  const length = cursor.varint();
  if (length > 0) cursor.skip(length);
  else if (length < -1) throw new MalformedRecordError('a length is below -1');
  return length;
}

function skipHeaders(cursor: RecordCursor, count: number): void {
  // A header takes two bytes at least.
  if (count < 0 || count * 2 > cursor.end - cursor.at) {
    throw new MalformedRecordError('a header count makes no sense');
  }
  for (let i = 0; i < count; i += 1) {
    const keyLength = cursor.varint();
    if (keyLength < 0) throw new MalformedRecordError('a header has no key');
    cursor.skip(keyLength);
    skipNullable(cursor);
  }
}

/** Beyond the safe integers a timestamp cannot be told exactly, and lies millennia from any clock. */
function timestampFits(timestamp: number, rules: RecordRules): boolean {
  if (timestamp === NO_TIMESTAMP) return true;
  return (
    timestamp >= rules.timestampMin && timestamp <= rules.timestampMax && Number.isSafeInteger(timestamp)
  );
}

function describe(index: number, keyLength: number, timestamp: number, rules: RecordRules): RecordError {
  if (rules.requireKeys && keyLength < 0) {
    return {
      index,
      error: 'INVALID_RECORD',
      message: 'a compacted topic takes no record without a key',
    };
  }
  const message = `timestamp ${timestamp} is outside ${rules.timestampMin} to ${rules.timestampMax}`;
  return { index, error: 'INVALID_TIMESTAMP', message };
}
