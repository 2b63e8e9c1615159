import type { JsonObject } from '@millrace/foundation/types';
import type { Schema } from './schema.ts';

/** A header: its value is plain, like a record's; converters make bytes of it. */
export interface Header {
  readonly key: string;
  readonly value: unknown;
  readonly schema?: Schema | undefined;
}

/**
 * What moves through a pipeline: plain JavaScript values with an optional schema beside them.
 *
 * How a schema's types are held: int8 to int32 and floats as `number`; int64 as `number` where it is a safe integer, else
 * `bigint`; boolean, string; bytes as `Buffer`; array as array; map as object (string keys) or `Map`; struct as object.
 * Logical types: `org.apache.kafka.connect.data.Timestamp`, `Date`, `Time` as JavaScript `Date` (UTC);
 * `org.apache.kafka.connect.data.Decimal` as an exact decimal string. Null stands for an absent value everywhere.
 */
export interface ConnectRecord {
  readonly topic: string;
  /** Null: the producer's partitioner chooses by key. */
  readonly partition: number | null;
  readonly key: unknown;
  /** Null is a tombstone: the key is gone. */
  readonly value: unknown;
  readonly keySchema?: Schema | undefined;
  readonly valueSchema?: Schema | undefined;
  readonly headers: readonly Header[];
  /** Milliseconds since the Unix epoch; null: the time of producing. */
  readonly timestamp: number | null;
}

/** Names one independent stream of a source: a file, a table, a slot. Keys and values as stored in the offset topic. */
export type SourcePartition = JsonObject;

/** How far that stream has been read. */
export type SourceOffset = JsonObject;

export interface SourceRecord extends ConnectRecord {
  readonly sourcePartition: SourcePartition;
  /** Reading again from here yields everything after this record, and nothing before it is missed. */
  readonly sourceOffset: SourceOffset;
}

export interface SinkRecord extends ConnectRecord {
  readonly partition: number;
  readonly offset: number;
  /**
   * Where the record was read, if that is elsewhere than it says itself: a transform gave it another topic, or it is a dead letter that
   * was sent again. What keeps offsets asks `readAt` (KIP-793).
   */
  readonly origin?: RecordPlace;
}

/** A place in a topic. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Where a record was read, whatever became of it on the way: partitions that a task is given are these. */
export const readAt = (record: SinkRecord): RecordPlace => record.origin ?? record;
