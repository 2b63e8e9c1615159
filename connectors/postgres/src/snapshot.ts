import { isMillraceError, type Progress, type SourcePartition, type SourceRecord } from '@millrace/sdk';
import { type CatalogColumn, type CatalogTable, compareNames, listColumns, quoteTable } from './catalog.ts';
import type { ColumnRules } from './column-rules.ts';
import { quoteIdent, quoteLiteral, type Session } from './connection.ts';
import { toPostgresError } from './errors.ts';
import { FetchSize } from './fetch-size.ts';
import type { Tuple } from './pgoutput.ts';
import { type Position, type SnapshotRead, type SnapshotState, toOffset } from './position.ts';
import type { PublishedTable } from './publication.ts';
import { markReadOnly } from './read-only-mark.ts';
import type { RecordForm, SnapshotMark } from './record-form.ts';
import type { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

export interface SnapshotOptions {
  /** One that does not reconnect: the transaction is bound to its connection. */
  readonly session: Session;
  readonly types: TypeCatalog;
  readonly partition: SourcePartition;
  readonly topicOf: (table: string) => string;
  readonly rules: ColumnRules;
  readonly form: RecordForm;
  /** In the order of their names, with what the publication sends of each. */
  readonly tables: readonly (CatalogTable & { readonly published: PublishedTable | undefined })[];
  /** Where the slot begins, and how far earlier attempts came. */
  readonly from: Position;
  /** Snapshot exported by the slot; null: one of its own. */
  readonly exported: string | null;
  readonly fetchRowsMax: number;
}

interface OpenTable {
  readonly shape: TableShape;
  readonly columns: readonly CatalogColumn[];
  /** Indexes into `columns` in the order of the key's index. */
  readonly keyIndexes: readonly number[];
}

interface Fetched {
  readonly rows: readonly (readonly (string | null)[])[];
  /** No more rows are in the table. */
  readonly isLast: boolean;
}

/** So many rows become records at once: more would only be more to live through a collection of garbage. */
const ROWS_AT_ONCE = 500;

interface HeldRow {
  readonly shape: TableShape;
  readonly row: Tuple;
  readonly mark: SnapshotMark;
  readonly read: SnapshotRead;
}

/**
 * Reads the tables one after the other, each in the order of its key, in one read-only transaction. The first attempt
 * reads under the snapshot that the slot exported, so that rows and stream meet at one point; one that was cut off is
 * continued under a newer snapshot, as `SnapshotReads` explains.
 */
export class Snapshot {
  readonly #options: SnapshotOptions;
  /** Earlier attempts. */
  readonly #before: readonly SnapshotRead[];
  /** What this attempt saw. */
  #own: SnapshotRead = {};
  #waiting: SnapshotOptions['tables'];
  #open: OpenTable | null = null;
  #size: FetchSize;
  /** Under way, while what came before becomes records. */
  #fetching: Promise<Fetched> | null = null;
  #fetched: Fetched | null = null;
  /** Of the rows in `#fetched`. */
  #taken = 0;
  /** The last row read: its offset depends on whether another one follows. */
  #held: HeldRow | null = null;
  #first = true;
  #timeMicros = 0;
  #over = false;
  #rowsRead = 0;
  #rowsEstimated: number | null = null;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#size = new FetchSize(options.fetchRowsMax);
    this.#before = options.from.snapshot?.reads ?? [];
    const last = this.#before.at(-1);
    this.#waiting = options.tables.filter((table) => {
      const order = last?.table === undefined ? 1 : compareNames(table.table, last.table);
      return order > 0 || (order === 0 && !last?.done);
    });
  }

  /** Opens the transaction. @throws {MillraceError} */
  async begin(): Promise<void> {
    const { session, exported } = this.#options;
    const doing = 'Opening the snapshot';
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', [], doing);
    if (exported !== null)
      await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(exported)}`, [], doing);
    await markReadOnly(session, doing);
    const [row] = await session.query(
      `SELECT floor(extract(epoch FROM now()) * 1000000)::bigint AS micros,
              pg_current_snapshot() AS seen, pg_current_wal_insert_lsn() AS until`,
      [],
      doing,
    );
    this.#timeMicros = Number(row?.micros);
    if (exported === null) this.#own = { seen: row?.seen ?? '', until: row?.until ?? '' };
  }

  /** The next rows, or null when all are read and the transaction is over. @throws {MillraceError} */
  async next(): Promise<readonly SourceRecord[] | null> {
    const records: SourceRecord[] = [];
    while (records.length === 0) {
      const open = this.#open ?? (await this.#openNext());
      if (!open) return await this.#finish();
      const fetched = this.#fetched ?? (await this.#receive());
      for (const row of fetched.rows.slice(this.#taken, this.#taken + ROWS_AT_ONCE)) {
        this.#add(open, row, records);
        this.#taken++;
      }
      if (this.#taken < fetched.rows.length) continue;
      this.#fetched = null;
      if (fetched.isLast) await this.#closeTable(open);
    }
    return records;
  }

  /** The next rows; those after them are asked for at once. */
  async #receive(): Promise<Fetched> {
    const fetched = await (this.#fetching ?? this.#fetch());
    this.#fetching = null;
    this.#fetched = fetched;
    this.#taken = 0;
    if (!fetched.isLast) {
      this.#size.adapt(fetched.rows);
      this.#fetching = this.#fetch();
      // It is told where the rows are waited for.
      this.#fetching.catch(() => undefined);
    }
    return fetched;
  }

  #add(open: OpenTable, row: readonly (string | null)[], records: SourceRecord[]): void {
    this.#release(records);
    const { shape, keyIndexes } = open;
    const key = keyIndexes.map((index) => row[index] ?? '');
    this.#held = {
      ...{ shape, row },
      mark: this.#first ? 'first' : this.#rowsRead === 0 ? 'first_in_data_collection' : 'true',
      read: { ...this.#own, table: shape.table, ...(key.length > 0 && { key }) },
    };
    this.#first = false;
    this.#rowsRead++;
  }

  #release(records: SourceRecord[]): void {
    if (!this.#held) return;
    records.push(...this.#records(this.#held, { reads: [...this.#before, this.#held.read] }));
    this.#held = null;
  }

  #records({ shape, row, mark }: HeldRow, snapshot: SnapshotState | null): readonly SourceRecord[] {
    const { from, partition, form } = this.#options;
    const position = { lsn: from.lsn, event: 0, ...(snapshot && { snapshot }) };
    const origin = {
      ...{ lsn: from.lsn, changeLsn: from.lsn, previousCommit: null },
      ...{ timeMicros: this.#timeMicros, snapshot: mark },
    };
    return form
      .records(shape, { operation: 'r', row }, origin)
      .map(({ change }) => ({ ...change, sourcePartition: partition, sourceOffset: toOffset(position) }));
  }

  /** How far this attempt has come in the table that it reads; the whole is what the server's statistics estimate. */
  get progress(): Progress | null {
    if (this.#open === null) return null;
    const total = this.#rowsEstimated === null ? null : Math.max(this.#rowsEstimated, this.#rowsRead);
    return { what: `snapshot of ${this.#open.shape.table}`, done: this.#rowsRead, total, unit: 'rows' };
  }

  /** The state that the stream goes on with; null where the slot's own snapshot has shown everything. */
  get outcome(): SnapshotState | null {
    const reads = [...this.#before, this.#own];
    return reads.some((read) => read.seen !== undefined) ? { reads, finished: true } : null;
  }

  /** The very last record says that the snapshot is over. */
  async #finish(): Promise<readonly SourceRecord[] | null> {
    if (this.#over) return null;
    this.#over = true;
    await this.#options.session.query('COMMIT', [], 'Closing the snapshot');
    return this.#held && this.#records({ ...this.#held, mark: 'last' }, this.outcome);
  }

  async #openNext(): Promise<OpenTable | null> {
    const [table, ...rest] = this.#waiting;
    if (!table) return null;
    this.#waiting = rest;
    const { session, types, topicOf, rules } = this.#options;
    const sent = table.published?.columns;
    const columns = (await listColumns(session, table.oid)).filter(
      (column) => !sent || sent.includes(column.name),
    );
    const columnTypes = await types.columnTypes(columns);
    const shape = rules.shape(
      table,
      topicOf(table.table),
      columns.flatMap(({ name, notNull, keyOrder }, index) => {
        const type = columnTypes[index];
        return type ? [{ name, type, optional: !notNull, keyOrder }] : [];
      }),
    );
    const keyIndexes = columns
      .map((column, index) => ({ order: column.keyOrder, index }))
      .filter(({ order }) => order > 0)
      .sort((a, b) => a.order - b.order)
      .map(({ index }) => index);
    const last = this.#before.at(-1);
    const from = last?.table === table.table ? (last.key ?? null) : null;
    this.#open = { shape, columns, keyIndexes };
    this.#rowsRead = 0;
    this.#rowsEstimated = await estimatedRows(session, table.oid);
    this.#size = new FetchSize(this.#options.fetchRowsMax);
    const select = selectRows(table, columns, keyIndexes, from);
    try {
      const declare = `DECLARE millrace_rows NO SCROLL CURSOR FOR ${select}`;
      await session.query(declare, [], `Reading table ${table.table}`);
    } catch (error) {
      // Dropped since the preflight saw it.
      const missing = isMillraceError(error) && error.code === 'POSTGRES_TABLE_MISSING';
      throw missing ? error.with({ path: 'table.include.list' }) : error;
    }
    return this.#open;
  }

  async #fetch(): Promise<Fetched> {
    const { session } = this.#options;
    const asked = this.#size.rows;
    const client = await session.client();
    try {
      const text = `FETCH FORWARD ${asked} FROM millrace_rows`;
      const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
      return { rows, isLast: rows.length < asked };
    } catch (error) {
      throw toPostgresError(error, `Reading table ${this.#open?.shape.table ?? ''}`, session.settings.keys);
    }
  }

  async #closeTable(open: OpenTable): Promise<void> {
    const { table } = open.shape;
    await this.#options.session.query('CLOSE millrace_rows', [], `Reading table ${table}`);
    if (this.#held) {
      const mark = this.#held.mark === 'first' ? 'first' : 'last_in_data_collection';
      this.#held = { ...this.#held, mark, read: { ...this.#held.read, done: true } };
    }
    this.#open = null;
  }
}

/** Null where the table was never analysed. */
async function estimatedRows(session: Session, oid: number): Promise<number | null> {
  const [row] = await session.query(
    'SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = $1',
    [oid],
    'Reading a table’s statistics',
  );
  const rows = Number(row?.rows ?? -1);
  return rows >= 0 ? rows : null;
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
