import { ZERO_UUID } from '@millrace/foundation';
import { Reader, Writer } from '@millrace/protocol';
import {
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  offsetCommitKey,
  offsetCommitValue,
} from '@millrace/protocol/internal';
import type { GroupRecord } from '../core/group/records.ts';
import type { CoordinatorCodec, EncodedRecord } from './coordinator-shard.ts';

const KEY_VERSION = 0;
/** What Apache Kafka 4.3 writes by default. */
const GROUP_VALUE_VERSION = 3;
const OFFSET_VALUE_VERSION = 3;
/** The only version that says when the offset expires. */
const OFFSET_VALUE_WITH_EXPIRY_VERSION = 1;
const OFFSET_VALUE_WITH_TOPIC_ID_VERSION = 4;

/** Records of `__consumer_offsets`. Kinds of newer group protocols are not kept. */
export const groupCodec: CoordinatorCodec<GroupRecord> = {
  encode: encodeGroupRecord,
  decode: decodeGroupRecord,
};

/** As Kafka writes records of `__consumer_offsets`: an int16 type before the key, an int16 version before the value. */
function encodeGroupRecord(record: GroupRecord): EncodedRecord {
  if (record.kind === 'group') {
    const key = prefixed(groupMetadataKey, groupMetadataKey.type, KEY_VERSION, { group: record.group });
    const { value } = record;
    return {
      key,
      value: value && prefixed(groupMetadataValue, GROUP_VALUE_VERSION, GROUP_VALUE_VERSION, value),
    };
  }
  const { group, topic, partition, value } = record;
  const key = prefixed(offsetCommitKey, offsetCommitKey.type, KEY_VERSION, { group, topic, partition });
  if (!value) return { key, value: null };
  const version =
    value.expireTimestamp !== -1
      ? OFFSET_VALUE_WITH_EXPIRY_VERSION
      : value.topicId === ZERO_UUID
        ? OFFSET_VALUE_VERSION
        : OFFSET_VALUE_WITH_TOPIC_ID_VERSION;
  return { key, value: prefixed(offsetCommitValue, version, version, value) };
}

/**
 * @returns null for a kind of record that this broker does not keep: those of newer group protocols
 * @throws {ProtocolError} MALFORMED_MESSAGE
 */
function decodeGroupRecord(key: Buffer, value: Buffer | null): GroupRecord | null {
  const reader = new Reader(key);
  switch (reader.int16()) {
    case legacyOffsetCommitKey.type:
    case offsetCommitKey.type: {
      const decoded = offsetCommitKey.decode(reader, KEY_VERSION);
      return { kind: 'offset', ...decoded, value: value && decodeValue(offsetCommitValue, value) };
    }
    case groupMetadataKey.type: {
      const { group } = groupMetadataKey.decode(reader, KEY_VERSION);
      return { kind: 'group', group, value: value && decodeValue(groupMetadataValue, value) };
    }
    default:
      return null;
  }
}

/** A message behind its type, or its version, as int16. */
export function prefixed<Value>(
  codec: { encode(writer: Writer, version: number, value: Value): void },
  prefix: number,
  version: number,
  value: Value,
): Buffer {
  const writer = new Writer(128);
  writer.int16(prefix);
  codec.encode(writer, version, value);
  return writer.finish();
}

/** A message behind its version. */
export function decodeValue<Value>(
  codec: { decode(reader: Reader, version: number): Value },
  bytes: Buffer,
): Value {
  const reader = new Reader(bytes);
  return codec.decode(reader, reader.int16());
}
