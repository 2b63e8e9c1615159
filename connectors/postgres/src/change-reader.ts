import { MillraceError, type SourcePartition, type SourceRecord } from '@millrace/sdk';
import { type IncrementalSnapshot, rowId } from './incremental-snapshot.ts';
import type { Lsn } from './lsn.ts';
import type { LogicalMessage, Relation, RowChange, Tuple } from './pgoutput.ts';
import { type Position, toOffset } from './position.ts';
import type { Change, Operation, Origin, RecordForm, RowEvent, RowRecord } from './record-form.ts';
import type { SnapshotReads } from './snapshot-reads.ts';
import type { SnapshotSignals } from './snapshot-signal.ts';
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
  readonly form: RecordForm;
  /** Operations that no records are made of. */
  readonly skipped: ReadonlySet<Operation>;
  /** Whether updates that change none of a record's columns are passed over, where the row before is known. */
  readonly skipsUnchanged: boolean;
  /** What is read beside the stream. */
  readonly incremental: IncrementalSnapshot;
  /** Null: no table of signals. */
  readonly signals: SnapshotSignals | null;
}

/** So many transactions at the end of the stream are kept in mind: those that may not be visible to others yet. */
const RECENT_MAX = 32;

interface Transaction {
  readonly commitLsn: Lsn;
  readonly origin: Omit<Origin, 'changeLsn'> & { readonly transactionId: number };
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
  #previousCommit: Lsn | null = null;
  #recent: readonly number[] = [];
  readonly #signalRelations = new Set<number>();
  /** The records of the last row change: their offset depends on whether its transaction goes on. They are handed on together. */
  #held: { readonly changes: readonly Change[]; readonly event: number } | null = null;

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
  }

  /** Whether all that was read so far is whole transactions. */
  get isBetween(): boolean {
    return this.#transaction === null;
  }

  /** The newest transactions that were read, by id. */
  get recent(): readonly number[] {
    return this.#recent;
  }

  /**
   * Takes the next message, which lies at `lsn`, and adds the records that it completes. Mostly it is done with it at once; where it must ask
   * the server first, the next message waits for the promise.
   * @throws {MillraceError}
   */
  read(message: LogicalMessage, lsn: Lsn, records: SourceRecord[]): Promise<void> | undefined {
    switch (message.kind) {
      case 'begin':
        this.#begin(message);
        return undefined;
      case 'commit':
        this.#release(records, { lsn: message.endLsn, event: 0 });
        this.#previousCommit = message.commitLsn;
        if (this.#transaction)
          this.#recent = [...this.#recent, this.#transaction.origin.transactionId].slice(-RECENT_MAX);
        this.#transaction = null;
        this.#options.transactionEnded(message.endLsn);
        return undefined;
      case 'relation':
        return this.#relation(message);
      case 'insert':
      case 'update':
      case 'delete':
        return this.#change(message, lsn, records);
      case 'truncate':
        return this.#truncation(message.relations, lsn, records);
      case 'other':
      case 'message':
        return undefined;
    }
  }

  async #relation(message: Relation): Promise<void> {
    if (this.#options.signals?.isOf(message)) this.#signalRelations.add(message.oid);
    else this.#shapes.set(message.oid, await this.#options.shapeOf(message));
  }

  #begin({ commitLsn, commitTimeMicros, transactionId }: Extract<LogicalMessage, { kind: 'begin' }>): void {
    const { from } = this.#options;
    const covered = commitLsn < from.lsn ? Number.POSITIVE_INFINITY : commitLsn === from.lsn ? from.event : 0;
    const timeMicros = commitTimeMicros;
    this.#transaction = {
      commitLsn,
      origin: { lsn: commitLsn, previousCommit: this.#previousCommit, timeMicros, transactionId },
      event: 0,
      covered,
    };
  }

  #change(message: RowChange, lsn: Lsn, records: SourceRecord[]): Promise<void> | undefined {
    const transaction = this.#count();
    if (!transaction) return undefined;
    if (this.#signalRelations.has(message.relation))
      return message.kind === 'insert' ? this.#options.signals?.received(message.row) : undefined;
    const shape = this.#shapes.get(message.relation);
    if (!shape) return undefined;
    this.#supersede(shape, message, transaction.origin.transactionId);
    const made = this.#recordsOf(shape, message, { ...transaction.origin, changeLsn: lsn });
    const hold = (left: readonly RowRecord[]) =>
      this.#hold(
        left.map(({ change }) => change),
        transaction,
        records,
      );
    const { shown } = this.#options;
    if (shown)
      return this.#unshown(shown, { shape, transactionId: transaction.origin.transactionId }, made).then(
        hold,
      );
    hold(made);
    return undefined;
  }

  #truncation(relations: readonly number[], lsn: Lsn, records: SourceRecord[]): Promise<void> | undefined {
    const transaction = this.#count();
    if (!transaction) return undefined;
    const { incremental, shown, skipped, form } = this.#options;
    const { transactionId } = transaction.origin;
    const shapes = relations.flatMap((relation) => this.#shapes.get(relation) ?? []);
    for (const { table } of shapes) incremental.changed(table, null, transactionId);
    if (skipped.has('t')) return undefined;
    const origin = { ...transaction.origin, changeLsn: lsn };
    const hold = (left: readonly TableShape[]) =>
      this.#hold(
        left.map((shape) => form.truncation(shape, origin)),
        transaction,
        records,
      );
    if (shown) return this.#unshownTables(shown, shapes, transactionId).then(hold);
    hold(shapes);
    return undefined;
  }

  /** What the stream tells of a row is newer than what was read of it before. */
  #supersede(shape: TableShape, message: RowChange, transactionId: number): void {
    if (this.#options.incremental.waitsFor === null) return;
    const rows = [
      message.kind === 'delete' ? null : message.row,
      message.kind === 'insert' ? null : (message.old?.row ?? null),
    ];
    for (const row of rows) {
      const id = row && rowId(shape, row);
      if (id !== null) this.#options.incremental.changed(shape.table, id, transactionId);
    }
  }

  /** Counts a row change; null where an earlier run has covered it. */
  #count(): Transaction | null {
    const transaction = this.#transaction;
    if (!transaction) {
      throw new MillraceError('The server sent a row change outside of a transaction.', {
        code: 'POSTGRES_STREAM_INVALID',
        class: 'bug',
      });
    }
    transaction.event++;
    return transaction.event <= transaction.covered ? null : transaction;
  }

  /** Releases what was held before, whose offset is known now. */
  #hold(changes: readonly Change[], transaction: Transaction, records: SourceRecord[]): void {
    if (changes.length === 0) return;
    this.#release(records, { lsn: transaction.commitLsn, event: this.#held?.event ?? 0 });
    this.#held = { changes, event: transaction.event };
  }

  /** All but the last record of a row change point before it: it comes as a whole, or again. */
  #release(records: SourceRecord[], { lsn, event }: Position): void {
    if (!this.#held) return;
    const { partition, emitted, shown } = this.#options;
    const { changes, event: own } = this.#held;
    const commitLsn = this.#transaction?.commitLsn ?? lsn;
    for (const [index, change] of changes.entries()) {
      const place = index === changes.length - 1 ? { lsn, event } : { lsn: commitLsn, event: own - 1 };
      const snapshot = shown?.stateAt(place.lsn);
      const { state } = this.#options.incremental;
      const position = { ...place, ...(snapshot && { snapshot }), ...(state && { incremental: state }) };
      records.push({ ...change, sourcePartition: partition, sourceOffset: toOffset(position) });
      emitted(position);
    }
    this.#held = null;
  }

  async #unshown(
    shown: SnapshotReads,
    { shape, transactionId }: { readonly shape: TableShape; readonly transactionId: number },
    made: readonly RowRecord[],
  ): Promise<readonly RowRecord[]> {
    const left: RowRecord[] = [];
    for (const one of made)
      if (!(await shown.showed(transactionId, shape.table, shape.keyText(one.row)))) left.push(one);
    return left;
  }

  /** What a snapshot has read of a table that was empty by then would be gone with it. */
  async #unshownTables(
    shown: SnapshotReads,
    shapes: readonly TableShape[],
    transactionId: number,
  ): Promise<readonly TableShape[]> {
    const left: TableShape[] = [];
    for (const shape of shapes) if (!(await shown.showed(transactionId, shape.table, null))) left.push(shape);
    return left;
  }

  #recordsOf(shape: TableShape, message: RowChange, origin: Origin): readonly RowRecord[] {
    const { form, skipped, skipsUnchanged } = this.#options;
    const event = eventOf(shape, message);
    if (skipped.has(event.operation)) return [];
    if (skipsUnchanged && event.operation === 'u' && isUnchanged(shape, event)) return [];
    return form.records(shape, event, origin);
  }
}

/** Of an old row that is only a key, what is not in the key counts as unknown. */
function eventOf(shape: TableShape, message: RowChange): RowEvent {
  if (message.kind === 'insert') return { operation: 'c', row: message.row };
  const { old } = message;
  const known = old && {
    whole: old.whole,
    row: old.whole ? old.row : old.row.map((text, index) => (shape.columns[index]?.isKey ? text : undefined)),
  };
  if (message.kind === 'update') return { operation: 'u', row: message.row, old: known };
  return { operation: 'd', old: known ?? message.old };
}

function isUnchanged(shape: TableShape, { row, old }: Extract<RowEvent, { operation: 'u' }>): boolean {
  if (!old?.whole) return false;
  const differs = (text: Tuple[number], index: number) => text !== undefined && text !== old.row[index];
  return !row.some((text, index) => differs(text, index) && !shape.columns[index]?.hidden);
}
