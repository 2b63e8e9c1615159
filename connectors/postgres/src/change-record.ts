import type { Header, Schema, SourcePartition, SourceRecord } from '@millrace/sdk';
import { formatLsn, type Lsn } from './lsn.ts';
import { type Position, toOffset } from './position.ts';
import type { Described } from './table-shape.ts';

/** Debezium's letters: create, update, delete, read by a snapshot. */
export type Operation = 'c' | 'u' | 'd' | 'r';

/** A record before its offset is known. */
export type Change = Omit<SourceRecord, 'sourcePartition' | 'sourceOffset'>;

/** Where in the database a change comes from. */
export interface Origin {
  /** Of the transaction's commit record; of a row in a snapshot, where its slot begins. */
  readonly lsn: Lsn;
  readonly timeMs: number;
  /** Left out for rows of a snapshot. */
  readonly transactionId?: number;
}

const text: Schema = { type: 'string' };
const long: Schema = { type: 'int64' };

/** A row change in flat form: the key's struct, the row's struct (null: deleted), the rest in headers. */
export function changeOf(
  operation: Operation,
  topic: string,
  key: Described | null,
  value: Described | null,
  origin: Origin,
): Change {
  const headers: Header[] = [
    { key: '__op', value: operation, schema: text },
    { key: '__lsn', value: formatLsn(origin.lsn), schema: text },
    { key: '__ts_ms', value: origin.timeMs, schema: long },
  ];
  if (origin.transactionId !== undefined)
    headers.push({ key: '__txId', value: origin.transactionId, schema: long });
  return {
    topic,
    partition: null,
    key: key ? key.value : null,
    value: value ? value.value : null,
    ...(key && { keySchema: key.schema }),
    ...(value && { valueSchema: value.schema }),
    headers,
    timestamp: origin.timeMs,
  };
}

export function recordAt(change: Change, partition: SourcePartition, position: Position): SourceRecord {
  return { ...change, sourcePartition: partition, sourceOffset: toOffset(position) };
}
