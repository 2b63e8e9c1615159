import { ZERO_UUID } from '@millrace/foundation';
import { Reader, Writer } from '@millrace/protocol';
import {
  type GroupMetadataKey,
  type GroupMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  type OffsetCommitKey,
  type OffsetCommitValue,
  offsetCommitKey,
  offsetCommitValue,
} from '@millrace/protocol/internal';
import type { ClassicGroupRecord, GroupRecord, OffsetRecord } from '../core/group/records.ts';
import type { CoordinatorCodec, EncodedRecord } from './coordinator-shard.ts';

const KEY_VERSION = 0;
/** What Apache Kafka 4.3 writes by default. */
const GROUP_VALUE_VERSION = 3;
const OFFSET_VALUE_VERSION = 3;
/** The only version that says when the offset expires. */
const OFFSET_VALUE_WITH_EXPIRY_VERSION = 1;
const OFFSET_VALUE_WITH_TOPIC_ID_VERSION = 4;

/** How records of one kind stand in `__consumer_offsets`: an int16 type before the key, an int16 version before the value. */
interface StoredKind<Rec> {
  /** Of the key. */
  readonly type: number;
  encode(record: Rec): EncodedRecord;
  /**
   * @param key behind its type
   * @throws {ProtocolError} MALFORMED_MESSAGE
   */
  decode(key: Reader, value: Buffer | null): Rec;
}

/** What two messages of Kafka, a key's and a value's, are as a record of ours. */
interface KindDefinition<Rec extends { readonly value: Value | null }, Key, Value> {
  readonly key: StoredCodec<Key> & { readonly type: number };
  readonly value: StoredCodec<Value>;
  /** What Apache Kafka 4.3 writes. */
  readonly versionOf: (value: Value) => number;
  readonly keyOf: (record: Rec) => Key;
  readonly recordOf: (key: Key, value: Value | null) => Rec;
}

interface StoredCodec<Message> {
  encode(writer: Writer, version: number, value: Message): void;
  decode(reader: Reader, version: number): Message;
}

/** A kind of record from its messages. */
function storedKind<Rec extends { readonly value: Value | null }, Key, Value>(
  definition: KindDefinition<Rec, Key, Value>,
): StoredKind<Rec> {
  const { type } = definition.key;
  return {
    type,
    encode: (record) => {
      const { value } = record;
      const version = value === null ? 0 : definition.versionOf(value);
      return {
        key: prefixed(definition.key, type, KEY_VERSION, definition.keyOf(record)),
        value: value === null ? null : prefixed(definition.value, version, version, value),
      };
    },
    decode: (key, value) =>
      definition.recordOf(
        definition.key.decode(key, KEY_VERSION),
        value && decodeValue(definition.value, value),
      ),
  };
}

/** Each kind of record; a kind of group adds those that are its own. */
const storedKinds: { readonly [Kind in GroupRecord['kind']]: StoredKind<GroupRecord & { kind: Kind }> } = {
  offset: storedKind<OffsetRecord, OffsetCommitKey, OffsetCommitValue>({
    key: offsetCommitKey,
    value: offsetCommitValue,
    versionOf: offsetValueVersion,
    keyOf: ({ group, topic, partition }) => ({ group, topic, partition }),
    recordOf: (key, value) => ({ kind: 'offset', ...key, value }),
  }),
  group: storedKind<ClassicGroupRecord, GroupMetadataKey, GroupMetadataValue>({
    key: groupMetadataKey,
    value: groupMetadataValue,
    versionOf: () => GROUP_VALUE_VERSION,
    keyOf: ({ group }) => ({ group }),
    recordOf: ({ group }, value) => ({ kind: 'group', group, value }),
  }),
};

const kindsByType: ReadonlyMap<number, StoredKind<GroupRecord>> = new Map([
  ...Object.values(storedKinds).map((kind) => [kind.type, kind as StoredKind<GroupRecord>] as const),
  [legacyOffsetCommitKey.type, storedKinds.offset as StoredKind<GroupRecord>],
]);

/** Records of `__consumer_offsets`. Kinds that this broker does not keep (those of Streams groups) are passed over. */
export const groupCodec: CoordinatorCodec<GroupRecord> = {
  encode: (record) => (storedKinds[record.kind] as StoredKind<GroupRecord>).encode(record),
  decode: (key, value) => {
    const reader = new Reader(key);
    return kindsByType.get(reader.int16())?.decode(reader, value) ?? null;
  },
};

function offsetValueVersion({ expireTimestamp, topicId }: OffsetCommitValue): number {
  if (expireTimestamp !== -1) return OFFSET_VALUE_WITH_EXPIRY_VERSION;
  return topicId === ZERO_UUID ? OFFSET_VALUE_VERSION : OFFSET_VALUE_WITH_TOPIC_ID_VERSION;
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
