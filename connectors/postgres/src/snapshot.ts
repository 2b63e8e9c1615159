import type { SourcePartition, SourceRecord } from '@millrace/sdk';
import { type CatalogColumn, type CatalogTable, compareNames, listColumns, quoteTable } from './catalog.ts';
import { type Change, changeOf, recordAt } from './change-record.ts';
import { quoteIdent, quoteLiteral, type Session } from './connection.ts';
import { toPostgresError } from './errors.ts';
import type { Lsn } from './lsn.ts';
import type { SnapshotProgress } from './position.ts';
import type { PublishedTable } from './publication.ts';
import { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

export interface SnapshotOptions {
  /** One that does not reconnect: the transaction is bound to its connection. */
  readonly session: Session;
  readonly types: TypeCatalog;
  readonly partition: SourcePartition;
  readonly topicOf: (table: string) => string;
  /** In the order of their names, with what the publication sends of each. */
  readonly tables: readonly (CatalogTable & { readonly published: PublishedTable | undefined })[];
  /** Where the slot begins. */
  readonly lsn: Lsn;
  /** Snapshot exported by the slot; null: one of its own. */
  readonly exported: string | null;
  /** How far an earlier attempt came; null: it starts from the beginning. */
  readonly progress: SnapshotProgress | null;
  readonly fetchRowsMax: number;
}

/** Bytes of text that one fetch aims at; the row count is adapted to it, from `FIRST_FETCH_ROWS` on. */
const FETCH_BYTES = 8 * 1024 * 1024;
const FIRST_FETCH_ROWS = 200;

interface OpenTable {
  readonly shape: TableShape;
  readonly columns: readonly CatalogColumn[];
  /** Indexes into `columns` in the order of the key's index. */
  readonly keyIndexes: readonly number[];
}

/**
 * Reads the tables one after the other, each in the order of its key, in one read-only transaction.
 *
 * Why a snapshot may be resumed by another one. The first attempt reads under the snapshot that the slot exported, so
 * rows and stream meet at one point. An attempt that was cut off goes on under a newer snapshot, from the key after the
 * last durable row, and the stream still begins where the slot began. Then (1) a row behind that key has its first
 * reading, and all that happened to it since comes through the stream; (2) a row after it is read in a newer state, and
 * the stream repeats its changes from before; (3) a row that was deleted meanwhile is not read, or has its deletion in
 * the stream. In each case the key's last record is its last change in commit order, so the last state is right; what a
 * resumed snapshot may show is an older state of a row once more before that.
 */
export class Snapshot {
  readonly #options: SnapshotOptions;
  #waiting: SnapshotOptions['tables'];
  #resumeKey: readonly string[] | null;
  #open: OpenTable | null = null;
  #fetchRows = FIRST_FETCH_ROWS;
  /** The last record read: its offset depends on whether another one follows. */
  #held: { readonly change: Change; readonly progress: SnapshotProgress } | null = null;
  #timeMs = 0;
  #over = false;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    const { progress, tables } = options;
    this.#waiting = tables.filter((table) => {
      const order = progress ? compareNames(table.table, progress.table) : 1;
      return order > 0 || (order === 0 && !progress?.done);
    });
    this.#resumeKey = progress?.key ?? null;
  }

  /** Opens the transaction. @throws {MillraceError} */
  async begin(): Promise<void> {
    const { session, exported } = this.#options;
    const doing = 'Opening the snapshot';
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', [], doing);
    if (exported !== null)
      await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(exported)}`, [], doing);
    const [row] = await session.query(
      'SELECT floor(extract(epoch FROM now()) * 1000)::bigint AS ms',
      [],
      doing,
    );
    this.#timeMs = Number(row?.ms);
  }

  /** The next rows, or null when all are read and the transaction is over. @throws {MillraceError} */
  async next(): Promise<readonly SourceRecord[] | null> {
    const records: SourceRecord[] = [];
    while (records.length === 0) {
      const open = this.#open ?? (await this.#openNext());
      if (!open) return await this.#finish();
      const rows = await this.#fetch();
      for (const row of rows) this.#add(open, row, records);
      if (rows.length < this.#fetchRows) await this.#closeTable(open);
      else this.#adapt(rows);
    }
    return records;
  }

  #add(open: OpenTable, row: readonly (string | null)[], records: SourceRecord[]): void {
    this.#release(records);
    const { shape, keyIndexes } = open;
    const key = keyIndexes.map((index) => row[index] ?? '');
    this.#held = {
      change: changeOf('r', shape.topic, shape.key(row), shape.value(row), {
        lsn: this.#options.lsn,
        timeMs: this.#timeMs,
      }),
      progress: { table: shape.table, ...(key.length > 0 && { key }) },
    };
  }

  #release(records: SourceRecord[]): void {
    if (!this.#held) return;
    const { change, progress } = this.#held;
    const position = { lsn: this.#options.lsn, event: 0, snapshot: progress };
    records.push(recordAt(change, this.#options.partition, position));
    this.#held = null;
  }

  /** The very last record says that the snapshot is over: its offset has no `snapshot` any more. */
  async #finish(): Promise<readonly SourceRecord[] | null> {
    const { session, lsn, partition } = this.#options;
    if (this.#over) return null;
    this.#over = true;
    await session.query('COMMIT', [], 'Closing the snapshot');
    return this.#held && [recordAt(this.#held.change, partition, { lsn, event: 0 })];
  }

  async #openNext(): Promise<OpenTable | null> {
    const [table, ...rest] = this.#waiting;
    if (!table) return null;
    this.#waiting = rest;
    const { session, types, topicOf, progress } = this.#options;
    const sent = table.published?.columns;
    const columns = (await listColumns(session, table.oid)).filter(
      (column) => !sent || sent.includes(column.name),
    );
    const columnTypes = await types.columnTypes(columns);
    const shape = new TableShape(
      table.table,
      topicOf(table.table),
      columns.flatMap((column, index) => {
        const type = columnTypes[index];
        return type
          ? [{ name: column.name, type, optional: !column.notNull, isKey: column.keyOrder > 0 }]
          : [];
      }),
    );
    const keyIndexes = columns
      .map((column, index) => ({ order: column.keyOrder, index }))
      .filter(({ order }) => order > 0)
      .sort((a, b) => a.order - b.order)
      .map(({ index }) => index);
    const from = progress?.table === table.table ? this.#resumeKey : null;
    this.#open = { shape, columns, keyIndexes };
    this.#fetchRows = Math.min(FIRST_FETCH_ROWS, this.#options.fetchRowsMax);
    await session.query(
      `DECLARE millrace_rows NO SCROLL CURSOR FOR ${selectRows(table, columns, keyIndexes, from)}`,
      [],
      `Reading table ${table.table}`,
    );
    return this.#open;
  }

  async #fetch(): Promise<readonly (readonly (string | null)[])[]> {
    const { session } = this.#options;
    const client = await session.client();
    try {
      const text = `FETCH FORWARD ${this.#fetchRows} FROM millrace_rows`;
      return (await client.query<(string | null)[]>({ text, rowMode: 'array' })).rows;
    } catch (error) {
      throw toPostgresError(error, `Reading table ${this.#open?.shape.table ?? ''}`, session.settings.keys);
    }
  }

  /** So many rows that the next fetch comes to about `FETCH_BYTES`. */
  #adapt(rows: readonly (readonly (string | null)[])[]): void {
    let bytes = 0;
    for (const row of rows) for (const value of row) bytes += value === null ? 8 : value.length + 8;
    const fitting = Math.floor((rows.length * FETCH_BYTES) / Math.max(1, bytes));
    this.#fetchRows = Math.max(1, Math.min(fitting, this.#fetchRows * 4, this.#options.fetchRowsMax));
  }

  async #closeTable(open: OpenTable): Promise<void> {
    const { table } = open.shape;
    await this.#options.session.query('CLOSE millrace_rows', [], `Reading table ${table}`);
    if (this.#held) this.#held = { ...this.#held, progress: { ...this.#held.progress, done: true } };
    this.#open = null;
  }
}

function selectRows(
  table: SnapshotOptions['tables'][number],
  columns: readonly CatalogColumn[],
  keyIndexes: readonly number[],
  from: readonly string[] | null,
): string {
  const key = keyIndexes.flatMap((index) => columns[index] ?? []);
  const names = key.map((column) => quoteIdent(column.name)).join(', ');
  const conditions = table.published?.rowFilter ? [`(${table.published.rowFilter})`] : [];
  if (from && from.length === key.length && key.length > 0) {
    const values = key.map((column, index) => `${quoteLiteral(from[index] ?? '')}::${column.typeName}`);
    conditions.push(`(${names}) > (${values.join(', ')})`);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const order = key.length > 0 ? ` ORDER BY ${names}` : '';
  const list = columns.map((column) => quoteIdent(column.name)).join(', ') || 'NULL::text';
  return `SELECT ${list} FROM ${quoteTable(table)}${where}${order}`;
}
