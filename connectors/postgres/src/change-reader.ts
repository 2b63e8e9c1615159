import { MillraceError, type SourcePartition, type SourceRecord } from '@millrace/sdk';
import { type Change, changeOf, type Operation, type Origin, recordAt } from './change-record.ts';
import type { Lsn } from './lsn.ts';
import type { LogicalMessage, Relation, RowChange, Tuple } from './pgoutput.ts';
import type { Position } from './position.ts';
import type { SnapshotReads } from './snapshot-reads.ts';
import type { TableShape } from './table-shape.ts';

export interface ChangeReaderOptions {
  readonly partition: SourcePartition;
  /** Where reading goes on: what lies before is passed over. */
  readonly from: Position;
  /** What a snapshot has shown of the stream; null: nothing. */
  readonly shown: SnapshotReads | null;
  /** The shape of a table as it is from here on; null where the table is not captured. */
  readonly shapeOf: (relation: Relation) => Promise<TableShape | null>;
  /** A record with this position was completed. */
  readonly emitted: (position: Position) => void;
  /** A transaction is over, and the log before `lsn` with it; comes after the records of that transaction. */
  readonly transactionEnded: (lsn: Lsn) => void;
  /** A deletion in a table without key, which a record without envelope can't tell. */
  readonly deletionLost: (table: string) => void;
}

interface Transaction {
  readonly commitLsn: Lsn;
  readonly origin: Origin & { readonly transactionId: number };
  /** Row changes of the transaction so far, also of tables that are not captured. */
  event: number;
  /** Row changes that an earlier run has covered. */
  readonly covered: number;
}

/**
 * Turns the messages of a slot into records. Transactions arrive whole and in the order of their commits; a record's
 * offset says how much of its transaction is covered, and the last one of a transaction points behind it.
 */
export class ChangeReader {
  readonly #options: ChangeReaderOptions;
  readonly #shapes = new Map<number, TableShape | null>();
  #transaction: Transaction | null = null;
  /** The last change: its offset depends on whether its transaction goes on. */
  #held: { readonly change: Change; readonly event: number } | null = null;

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
  }

  /** Takes the next message and adds the records that it completes. @throws {MillraceError} */
  async read(message: LogicalMessage, records: SourceRecord[]): Promise<void> {
    switch (message.kind) {
      case 'begin':
        this.#begin(message.commitLsn, message.commitTimeMs, message.transactionId);
        return;
      case 'commit':
        this.#release(records, { lsn: message.endLsn, event: 0 });
        this.#transaction = null;
        this.#options.transactionEnded(message.endLsn);
        return;
      case 'relation':
        this.#shapes.set(message.oid, await this.#options.shapeOf(message));
        return;
      case 'insert':
      case 'update':
      case 'delete':
        await this.#change(message, records);
        return;
      case 'truncate':
        if (this.#transaction) this.#transaction.event++;
        return;
      case 'other':
        return;
    }
  }

  #begin(commitLsn: Lsn, timeMs: number, transactionId: number): void {
    const { from } = this.#options;
    const covered = commitLsn < from.lsn ? Number.POSITIVE_INFINITY : commitLsn === from.lsn ? from.event : 0;
    this.#transaction = {
      commitLsn,
      origin: { lsn: commitLsn, timeMs, transactionId },
      event: 0,
      covered,
    };
  }

  async #change(message: RowChange, records: SourceRecord[]): Promise<void> {
    const transaction = this.#transaction;
    if (!transaction) {
      throw new MillraceError('The server sent a row change outside of a transaction.', {
        code: 'POSTGRES_STREAM_INVALID',
        class: 'bug',
      });
    }
    transaction.event++;
    if (transaction.event <= transaction.covered) return;
    const shape = this.#shapes.get(message.relation);
    if (!shape) return;
    const { commitLsn, event } = transaction;
    let changes = this.#changesOf(shape, message, transaction.origin);
    if (this.#options.shown?.stateAt(commitLsn)) changes = await this.#unshown(shape, changes);
    for (const [index, { change }] of changes.entries()) {
      // The first half of a change of key does not cover the row change.
      this.#release(records, { lsn: commitLsn, event: this.#held?.event ?? 0 });
      this.#held = { change, event: index === changes.length - 1 ? event : event - 1 };
    }
  }

  #release(records: SourceRecord[], { lsn, event }: Position): void {
    if (!this.#held) return;
    const snapshot = this.#options.shown?.stateAt(lsn);
    const position = { lsn, event, ...(snapshot && { snapshot }) };
    records.push(recordAt(this.#held.change, this.#options.partition, position));
    this.#options.emitted(position);
    this.#held = null;
  }

  async #unshown(shape: TableShape, changes: readonly RowRecord[]): Promise<readonly RowRecord[]> {
    const left: RowRecord[] = [];
    for (const one of changes) {
      const shown = await this.#options.shown?.showed(one.transactionId, shape.table, shape.keyText(one.row));
      if (!shown) left.push(one);
    }
    return left;
  }

  #changesOf(
    shape: TableShape,
    message: RowChange,
    origin: Origin & { readonly transactionId: number },
  ): readonly RowRecord[] {
    const { transactionId } = origin;
    const deletion = (row: Tuple): readonly RowRecord[] => {
      if (shape.hasKey)
        return [{ transactionId, row, change: changeOf('d', shape.topic, shape.key(row), null, origin) }];
      this.#options.deletionLost(shape.table);
      return [];
    };
    if (message.kind === 'delete') return deletion(message.old.row);
    const { row, old } = complete(shape, message);
    const upsert = (operation: Operation): RowRecord => ({
      transactionId,
      row,
      change: changeOf(operation, shape.topic, shape.key(row), shape.value(row), origin),
    });
    if (message.kind === 'insert') return [upsert('c')];
    const moved = old !== null && shape.columns.some((column, i) => column.isKey && old[i] !== row[i]);
    return moved ? [...deletion(old), upsert('c')] : [upsert('u')];
  }
}

/** A record with the row whose key it has. */
interface RowRecord {
  readonly transactionId: number;
  readonly row: Tuple;
  readonly change: Change;
}

/** Fills in TOASTed values that were not sent, as far as the row before has them. */
function complete(
  shape: TableShape,
  message: Exclude<RowChange, { kind: 'delete' }>,
): { readonly row: Tuple; readonly old: Tuple | null } {
  if (message.kind === 'insert' || !message.old) return { row: message.row, old: null };
  const { whole, row: old } = message.old;
  const row = message.row.map((value, index) => {
    if (value !== undefined) return value;
    return whole || shape.columns[index]?.isKey ? old[index] : undefined;
  });
  return { row, old };
}
