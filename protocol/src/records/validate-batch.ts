import { isMillraceError } from '@millrace/foundation';
import type { CompressionType } from '../compression/index.ts';
import { compressionOfId, decompressBriefly } from '../compression/index.ts';
import { type ErrorName, errorByName } from '../errors.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  hasValidCrc,
  MAGIC_V2,
  NO_PRODUCER_ID,
  peekBatchSize,
  peekCompressionId,
  peekMagic,
  readBatchHeader,
  type TimestampType,
} from './batch-header.ts';
import { MalformedRecordError, RECORD_MIN_BYTES } from './record-cursor.ts';
import { openRecords } from './record-reader.ts';
import { type RecordError, type RecordRules, walkRecords } from './record-walk.ts';

/** The first version of Produce whose records may be compressed with zstd (KIP-110). */
const ZSTD_SINCE_PRODUCE_VERSION = 7;

/** What the topic and the broker ask of a batch. */
export interface BatchRules {
  /** The version of the Produce request that brought it. */
  readonly produceVersion: number;
  /** The topic's `max.message.bytes`: the batch as it came, header included. */
  readonly maxBatchBytes: number;
  /** What a compressed batch may unpack to. */
  readonly maxDecompressedBytes: number;
  /** A compacted topic takes no record without a key. */
  readonly requireKeys: boolean;
  /** The topic's `message.timestamp.type`; under LogAppendTime the records' own timestamps do not matter. */
  readonly timestampType: TimestampType;
  /** The broker's wall clock. */
  readonly nowMs: number;
  /** `message.timestamp.before.max.ms`: how far a record may lie back. Infinity for no limit. */
  readonly timestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms`: how far a record may lie ahead. Infinity for no limit. */
  readonly timestampAfterMaxMs: number;
}

/** What is known of a batch that may be appended. */
export interface BatchFacts {
  readonly header: BatchHeader;
  /**
   * The largest timestamp of the records, -1 where none has one. A header that says otherwise is wrong: the log puts
   * this (or, under LogAppendTime, its own time) there by `setMaxTimestampAndType`.
   */
  readonly maxTimestamp: number;
  /** Where the first record with that timestamp is, counted from the first record of the batch. */
  readonly maxTimestampOffsetDelta: number;
  /** The records unpacked, without the header. */
  readonly uncompressedBytes: number;
}

export interface BatchRefusal {
  readonly error: ErrorName;
  readonly message: string;
  /** The records at fault, where it is single ones (KIP-467): at most 100. */
  readonly recordErrors?: readonly RecordError[];
}

export type BatchVerdict =
  | { readonly ok: BatchFacts; readonly error?: never }
  | ({ readonly ok?: never } & BatchRefusal);

/**
 * The check at the door of a partition: whether `records` (one partition's field of a Produce request) is one sound
 * batch that the topic takes. Nothing is decoded; keys and values are only stepped over. Never throws for bad input.
 *
 * The error names are those that Apache Kafka answers with. It is stricter where Kafka would repair the batch or store
 * it as it is: offset deltas must count up from 0, lengths must add up, bytes after the batch and LogAppendTime from a
 * client are refused.
 */
export function validateBatch(records: Buffer, rules: BatchRules): BatchVerdict {
  const refusal = checkFraming(records, rules);
  if (refusal !== undefined) return refusal;
  const header = readBatchHeader(records, 0);
  return checkHeader(header) ?? checkRecords(records, header, rules);
}

function checkFraming(records: Buffer, rules: BatchRules): BatchRefusal | undefined {
  const size = peekBatchSize(records, 0);
  const magic = peekMagic(records, 0);
  if (size === undefined || magic === undefined) {
    return refuse('INVALID_RECORD', 'a partition of a produce request must have one record batch');
  }
  if (magic !== MAGIC_V2) {
    return magic === 0 || magic === 1
      ? refuse(
          'INVALID_RECORD',
          `records of magic ${magic} are not accepted: the record format must be version 2`,
        )
      : refuse('CORRUPT_MESSAGE', `no record format has magic ${magic}`);
  }
  if (size < BATCH_HEADER_BYTES)
    return refuse('CORRUPT_MESSAGE', `a record batch cannot be ${size} bytes long`);
  if (size > records.length) {
    return refuse('INVALID_RECORD', `the record batch is cut short: ${records.length} of ${size} bytes`);
  }
  const compression = compressionOfId(peekCompressionId(records, 0));
  if (compression === undefined) return refuse('UNSUPPORTED_COMPRESSION_TYPE', 'no compression has this id');
  if (!servesCompression(rules.produceVersion, compression)) {
    return refuse('UNSUPPORTED_COMPRESSION_TYPE', 'zstd needs a produce request of version 7 or later');
  }
  if (size < records.length) {
    return refuse('INVALID_RECORD', 'a partition of a produce request must have exactly one record batch');
  }
  if (size > rules.maxBatchBytes) {
    return refuse(
      'MESSAGE_TOO_LARGE',
      `the batch of ${size} bytes is above the limit of ${rules.maxBatchBytes}`,
    );
  }
  if (!hasValidCrc(records, 0)) return refuse('CORRUPT_MESSAGE', "the batch's checksum does not hold");
  return undefined;
}

function servesCompression(produceVersion: number, compression: CompressionType): boolean {
  return compression !== 'zstd' || produceVersion >= ZSTD_SINCE_PRODUCE_VERSION;
}

function checkHeader(header: BatchHeader): BatchRefusal | undefined {
  if (header.baseOffset !== 0) {
    return refuse('INVALID_RECORD', `the base offset must be 0, but is ${header.baseOffset}`);
  }
  if (header.recordCount <= 0 || header.lastOffsetDelta !== header.recordCount - 1) {
    const { recordCount, lastOffsetDelta } = header;
    return refuse('INVALID_RECORD', `${recordCount} records do not end at offset delta ${lastOffsetDelta}`);
  }
  if (header.isControl) return refuse('INVALID_RECORD', 'clients may not write control records');
  if (header.producerId < NO_PRODUCER_ID || !Number.isSafeInteger(header.producerId)) {
    return refuse('INVALID_RECORD', `there is no producer ${header.producerId}`);
  }
  if (header.producerId !== NO_PRODUCER_ID && header.baseSequence < 0) {
    return refuse('INVALID_RECORD', `producer ${header.producerId} gave the sequence ${header.baseSequence}`);
  }
  if (header.timestampType === 'LogAppendTime') {
    return refuse('INVALID_TIMESTAMP', 'only the broker may set the timestamp type to LogAppendTime');
  }
  if (!Number.isSafeInteger(header.baseTimestamp)) {
    return refuse('INVALID_TIMESTAMP', `the base timestamp ${header.baseTimestamp} is out of range`);
  }
  return undefined;
}

function checkRecords(records: Buffer, header: BatchHeader, rules: BatchRules): BatchVerdict {
  try {
    const cursor = openRecords(records, header, rules.maxDecompressedBytes, decompressBriefly);
    const uncompressedBytes = cursor.end - cursor.at;
    if (header.recordCount * RECORD_MIN_BYTES > uncompressedBytes) {
      return refuse(
        'INVALID_RECORD',
        `${header.recordCount} records cannot be in ${uncompressedBytes} bytes`,
      );
    }
    const walk = walkRecords(cursor, header, recordRules(rules));
    const { maxTimestamp, maxTimestampOffsetDelta, errors } = walk;
    if (errors.length === 0) {
      return { ok: { header, maxTimestamp, maxTimestampOffsetDelta, uncompressedBytes } };
    }
    const error = errors.some((one) => one.error === 'INVALID_TIMESTAMP')
      ? 'INVALID_TIMESTAMP'
      : 'INVALID_RECORD';
    return { ...refuse(error, errors[0]?.message ?? errorByName(error).message), recordErrors: errors };
  } catch (error) {
    if (error instanceof MalformedRecordError) return refuse('INVALID_RECORD', error.message);
    if (!isMillraceError(error)) throw error;
    // The checksum holds, so the producer wrote what does not unpack: sending it again, as CORRUPT_MESSAGE invites to,
    // cannot help.
    return refuse(error.code === 'MESSAGE_TOO_LARGE' ? 'MESSAGE_TOO_LARGE' : 'INVALID_RECORD', error.message);
  }
}

function recordRules(rules: BatchRules): RecordRules {
  const checkTimes = rules.timestampType === 'CreateTime';
  return {
    requireKeys: rules.requireKeys,
    timestampMin: checkTimes ? rules.nowMs - rules.timestampBeforeMaxMs : Number.NEGATIVE_INFINITY,
    timestampMax: checkTimes ? rules.nowMs + rules.timestampAfterMaxMs : Number.POSITIVE_INFINITY,
  };
}

function refuse(error: ErrorName, message: string): BatchRefusal {
  return { error, message };
}
