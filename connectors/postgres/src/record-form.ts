import type { SourceRecord } from '@millrace/sdk';
import type { Lsn } from './lsn.ts';
import type { Tuple } from './pgoutput.ts';
import type { TableShape } from './table-shape.ts';

/** Debezium's letters: create, update, delete, read by a snapshot, truncate. */
export type Operation = 'c' | 'u' | 'd' | 'r' | 't';

/** A record before its offset is known. */
export type Change = Omit<SourceRecord, 'sourcePartition' | 'sourceOffset'>;

/** Where a row lies within a snapshot, in Debezium's words. */
export type SnapshotMark =
  | 'true'
  | 'first'
  | 'first_in_data_collection'
  | 'last_in_data_collection'
  | 'last'
  | 'incremental';

/** Where in the database a change comes from. */
export interface Origin {
  /** Of the transaction's commit record; of a row in a snapshot, where its slot begins. */
  readonly lsn: Lsn;
  /** Of the change itself. */
  readonly changeLsn: Lsn;
  /** Of the commit before it, as far as this run has seen one. */
  readonly previousCommit: Lsn | null;
  /** Since the Unix epoch. */
  readonly timeMicros: number;
  /** Left out for rows of a snapshot. */
  readonly transactionId?: number;
  readonly snapshot?: SnapshotMark;
}

/** What happened to a row. */
export type RowEvent =
  | { readonly operation: 'c' | 'r'; readonly row: Tuple }
  | { readonly operation: 'u'; readonly row: Tuple; readonly old: OldRow | null }
  | { readonly operation: 'd'; readonly old: OldRow };

export interface OldRow {
  /** All of it, as with REPLICA IDENTITY FULL; else the key's columns. */
  readonly whole: boolean;
  readonly row: Tuple;
}

/** A record with the row whose key it has. */
export interface RowRecord {
  readonly row: Tuple;
  readonly change: Change;
}

/** The shape of records: Debezium's envelope, or the row itself. */
export interface RecordForm {
  /** The records that tell of it, in their order; none where it can't be told. */
  records(shape: TableShape, event: RowEvent, origin: Origin): readonly RowRecord[];
  /** A table that was emptied. */
  truncation(shape: TableShape, origin: Origin): Change;
}

/** Fills in TOASTed values that were not sent, as far as the row before has them. */
export function completed(shape: TableShape, row: Tuple, old: OldRow | null): Tuple {
  if (!old?.row || !row.includes(undefined)) return row;
  return row.map((value, index) => {
    if (value !== undefined) return value;
    return old.whole || shape.columns[index]?.isKey ? old.row[index] : undefined;
  });
}
