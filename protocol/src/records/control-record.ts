import { kafkaError } from '../errors.ts';
import { RecordBatchBuilder } from './batch-builder.ts';

/** What a control record says, by the type number in its key. */
export const controlRecordTypes = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;

export type ControlRecordType = keyof typeof controlRecordTypes;

const KEY_VERSION = 0;
const KEY_BYTES = 4;
const MARKER_VERSION = 0;
const MARKER_BYTES = 6;
const CONTROL_BATCH_MAX_BYTES = 1024 * 1024;

const typesById = new Map<number, ControlRecordType>(
  (Object.keys(controlRecordTypes) as ControlRecordType[]).map((type) => [controlRecordTypes[type], type]),
);

/** The key of a control record: int16 version, int16 type. */
export function encodeControlKey(type: ControlRecordType): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key.writeInt16BE(KEY_VERSION, 0);
  key.writeInt16BE(controlRecordTypes[type], 2);
  return key;
}

/**
 * The type of a control record; undefined for one that is newer than this code, which a reader passes over. Later
 * versions of the key may be longer.
 * @throws {MillraceError} CORRUPT_MESSAGE when the key is too short or its version is negative
 */
export function decodeControlKey(key: Buffer | null): ControlRecordType | undefined {
  if (key === null || key.length < KEY_BYTES)
    throw kafkaError('CORRUPT_MESSAGE', 'a control record has no type');
  if (key.readInt16BE(0) < 0) throw kafkaError('CORRUPT_MESSAGE', 'a control record has a negative version');
  return typesById.get(key.readInt16BE(2));
}

/** The end of a transaction on one partition. */
export interface TransactionMarker {
  readonly type: 'ABORT' | 'COMMIT';
  /** Of the transaction coordinator that wrote it; an older one's markers are refused. */
  readonly coordinatorEpoch: number;
}

/** The value of an ABORT or COMMIT record (EndTxnMarker): int16 version, int32 coordinator epoch. */
function encodeMarkerValue(coordinatorEpoch: number): Buffer {
  const value = Buffer.allocUnsafe(MARKER_BYTES);
  value.writeInt16BE(MARKER_VERSION, 0);
  value.writeInt32BE(coordinatorEpoch, 2);
  return value;
}

/**
 * The marker in a control record; undefined where it is another kind.
 * @throws {MillraceError} CORRUPT_MESSAGE when key or value are too short
 */
export function decodeTransactionMarker(
  key: Buffer | null,
  value: Buffer | null,
): TransactionMarker | undefined {
  const type = decodeControlKey(key);
  if (type !== 'ABORT' && type !== 'COMMIT') return undefined;
  if (value === null || value.length < MARKER_BYTES || value.readInt16BE(0) < 0) {
    throw kafkaError('CORRUPT_MESSAGE', 'a transaction marker is cut short');
  }
  return { type, coordinatorEpoch: value.readInt32BE(2) };
}

export interface ControlBatchInit {
  readonly type: ControlRecordType;
  /** The message of this type, with its int16 version first. */
  readonly value: Buffer;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly partitionLeaderEpoch?: number;
  readonly baseOffset?: number;
}

/** A batch of one control record that belongs to no transaction, e.g. LEADER_CHANGE in the metadata log. */
export function buildControlBatch(init: ControlBatchInit): Buffer {
  const { type, value, timestamp, ...options } = init;
  const builder = new RecordBatchBuilder({ maxBytes: CONTROL_BATCH_MAX_BYTES });
  builder.tryAppend({ key: encodeControlKey(type), value, timestamp });
  return builder.build({ ...options, isControl: true });
}

export interface MarkerBatchInit extends TransactionMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly timestamp: number;
  readonly partitionLeaderEpoch?: number;
  readonly baseOffset?: number;
}

/** The batch that ends a producer's transaction on a partition. It has no sequence number. */
export function buildMarkerBatch(init: MarkerBatchInit): Buffer {
  const { type, coordinatorEpoch, timestamp, ...options } = init;
  const builder = new RecordBatchBuilder({ maxBytes: CONTROL_BATCH_MAX_BYTES });
  builder.tryAppend({ key: encodeControlKey(type), value: encodeMarkerValue(coordinatorEpoch), timestamp });
  return builder.build({ ...options, isControl: true, isTransactional: true });
}
