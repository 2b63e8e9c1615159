import type { AnyStoredCodec, Codec, StoredCodec } from './codec/codec.ts';
import { malformed } from './codec/protocol-error.ts';
import { Reader } from './codec/reader.ts';
import { Writer } from './codec/writer.ts';
import {
  type CoordinatorKey,
  type CoordinatorValue,
  coordinatorKeys,
  coordinatorValues,
  type MetadataRecord,
  metadataRecords,
} from './generated/internal/index.ts';

/** The one layout there is of what stands before a metadata record. */
const METADATA_FRAME_VERSION = 1;

/**
 * The value of a record in `__cluster_metadata`: frame version, type and version as unsigned varints, then the message.
 * @throws {ProtocolError} FIELD_NOT_IN_VERSION, VALUE_OUT_OF_RANGE
 */
export function encodeMetadataRecord<Value, Init>(
  codec: StoredCodec<Value, Init>,
  version: number,
  value: Init,
): Buffer {
  const writer = new Writer();
  writer.unsignedVarint(METADATA_FRAME_VERSION);
  writer.unsignedVarint(codec.type);
  writer.unsignedVarint(version);
  codec.encode(writer, version, value);
  return writer.finish();
}

/**
 * Reads what {@link encodeMetadataRecord} writes. A type or version that is not known is refused: a metadata log that
 * is only partly understood must not be acted on.
 * @throws {ProtocolError} MALFORMED_MESSAGE, VALUE_OUT_OF_RANGE
 */
export function decodeMetadataRecord(bytes: Buffer): MetadataRecord {
  const reader = new Reader(bytes);
  const frameVersion = reader.unsignedVarint();
  if (frameVersion !== METADATA_FRAME_VERSION)
    throw malformed(`a metadata record of frame version ${frameVersion}`);
  const type = reader.unsignedVarint();
  const version = reader.unsignedVarint();
  const codec = metadataRecords.get(type);
  if (!codec) throw malformed(`a metadata record of type ${type}, which is not known`);
  const record = decodeNamed(codec, version, reader) as MetadataRecord;
  reader.expectEnd();
  return record;
}

/** The key of a record in `__consumer_offsets`: its type as int16, then the message. */
export function encodeCoordinatorKey<Value, Init>(codec: StoredCodec<Value, Init>, value: Init): Buffer {
  const writer = new Writer();
  writer.int16(codec.type);
  codec.encode(writer, codec.maxVersion, value);
  return writer.finish();
}

/** A record of `__consumer_offsets`; a null value is a tombstone. */
export interface CoordinatorRecord {
  readonly key: CoordinatorKey;
  readonly value: CoordinatorValue | null;
}

/**
 * Reads a record of `__consumer_offsets`; null where the key's type is not known, which a coordinator passes over.
 * @throws {ProtocolError} MALFORMED_MESSAGE, VALUE_OUT_OF_RANGE
 */
export function decodeCoordinatorRecord(key: Buffer, value: Buffer | null): CoordinatorRecord | null {
  const reader = new Reader(key);
  const type = reader.int16();
  const keyCodec = coordinatorKeys.get(type);
  const valueCodec = coordinatorValues.get(type);
  if (!keyCodec || !valueCodec) return null;
  const decodedKey = decodeNamed(keyCodec, keyCodec.maxVersion, reader) as CoordinatorKey;
  if (value === null) return { key: decodedKey, value: null };
  const valueReader = new Reader(value);
  const version = valueReader.int16();
  return { key: decodedKey, value: decodeNamed(valueCodec, version, valueReader) as CoordinatorValue };
}

function decodeNamed(codec: AnyStoredCodec, version: number, reader: Reader): unknown {
  return { name: codec.name, version, value: codec.decode(reader, version) };
}

/**
 * A message behind its version as int16: a value in `__consumer_offsets`, or what consumers put into JoinGroup and
 * SyncGroup.
 * @throws {ProtocolError} FIELD_NOT_IN_VERSION, VALUE_OUT_OF_RANGE
 */
export function encodeVersioned<Value, Init>(
  codec: Codec<Value, Init>,
  version: number,
  value: Init,
): Buffer {
  const writer = new Writer();
  writer.int16(version);
  codec.encode(writer, version, value);
  return writer.finish();
}

/**
 * Reads a consumer's subscription or assignment. A version that is newer than known is read as the newest known and
 * what follows is left alone, because versions of this protocol only ever append.
 * @throws {ProtocolError} MALFORMED_MESSAGE, VALUE_OUT_OF_RANGE
 */
export function decodeConsumerProtocol<Value, Init>(codec: Codec<Value, Init>, bytes: Buffer): Value {
  const reader = new Reader(bytes);
  return codec.decode(reader, Math.min(reader.int16(), codec.maxVersion));
}
