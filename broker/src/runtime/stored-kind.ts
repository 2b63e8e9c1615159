import { Reader, Writer } from '@millrace/protocol';
import type { EncodedRecord } from './coordinator-batches.ts';

const KEY_VERSION = 0;

/** How records of one kind stand in `__consumer_offsets`: an int16 type before the key, an int16 version before the value. */
export interface StoredKind<Rec> {
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
export function storedKind<Rec extends { readonly value: Value | null }, Key, Value>(
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
