import type { Logger, Progress, SourcePartition, SourceRecord } from '@millrace/sdk';
import { type CatalogTable, listColumns, listTables, quoteTable } from './catalog.ts';
import type { ColumnRules } from './column-rules.ts';
import { quoteIdent, quoteLiteral, type Session } from './connection.ts';
import { type Lsn, parseLsn } from './lsn.ts';
import type { Tuple } from './pgoutput.ts';
import { type IncrementalState, type Position, toOffset } from './position.ts';
import { findPublication, type PublishedTable } from './publication.ts';
import type { RecordForm } from './record-form.ts';
import { sees } from './snapshot-reads.ts';
import type { TableFilter } from './table-filter.ts';
import type { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

export interface IncrementalSnapshotOptions {
  readonly session: Session;
  readonly types: TypeCatalog;
  readonly rules: ColumnRules;
  readonly form: RecordForm;
  readonly filter: TableFilter;
  readonly partition: SourcePartition;
  readonly topicOf: (table: string) => string;
  /** What it leaves out of the stream, columns or rows, is left out here too. */
  readonly publication: string;
  readonly chunkRows: number;
  readonly logger: Logger;
}

/** Rows that were read, and wait until the stream has come to where they were read. */
interface Chunk {
  readonly shape: TableShape;
  /** By what identifies them, in the order of the key. */
  readonly rows: Map<string, { readonly row: Tuple; readonly key: readonly string[] }>;
  /** The last row's key; null: the table is read to its end. */
  readonly next: readonly string[] | null;
  /** Which transactions the rows have in them. */
  readonly seen: string;
  /** All that they have in them had committed before this place. */
  readonly until: Lsn;
  readonly atMicros: number;
}

/** How often a chunk is read anew because what the stream has told is not visible yet. */
const LOOKS_MAX = 20;

/**
 * Reads tables once more while the stream goes on, in chunks by key: for tables that join later, or to be sent again.
 *
 * A chunk is read beside the stream, under a snapshot of the database of which we know what it sees. Its rows are given when the stream
 * has passed the place where the log ended then; rows that it changed in between are left out, unless the snapshot has that change: for
 * them the stream has told the newer state. So nothing has to be written into the database, and no row goes back in time.
 */
export class IncrementalSnapshot {
  readonly #options: IncrementalSnapshotOptions;
  #state: IncrementalState | null;
  #chunk: Chunk | null = null;
  /** Of the table that is being read. */
  #published: PublishedTable | null = null;
  #rowsRead = 0;

  constructor(options: IncrementalSnapshotOptions, from: IncrementalState | null) {
    this.#options = options;
    this.#state = from;
  }

  /** Goes with every offset until it is over. */
  get state(): IncrementalState | null {
    return this.#state;
  }

  /** Where the stream must be before the chunk that was read can be given; null where none was read. */
  get waitsFor(): Lsn | null {
    return this.#chunk?.until ?? null;
  }

  get progress(): Progress | null {
    const table = this.#state?.tables[0];
    return table === undefined
      ? null
      : { what: `incremental snapshot of ${table}`, done: this.#rowsRead, total: null, unit: 'rows' };
  }

  /** Adds captured tables, by regular expressions for schema.table; those that are waiting already are not added again. */
  async request(patterns: readonly string[]): Promise<void> {
    const { session, filter, logger } = this.#options;
    const wanted = patterns.map((pattern) => new RegExp(`^(?:${pattern})$`, 'i'));
    const known = (await listTables(session)).filter(({ table }) => filter.includes(table));
    const tables = known
      .map(({ table }) => table)
      .filter((table) => wanted.some((pattern) => pattern.test(table)));
    logger.info({ patterns, tables }, 'an incremental snapshot was asked for');
    const waiting = this.#state?.tables ?? [];
    const all = [...waiting, ...tables.filter((table) => !waiting.includes(table))];
    if (all.length > 0) this.#state = { ...this.#state, tables: all };
  }

  /** Gives up the tables that match, or all. */
  stop(patterns: readonly string[]): void {
    const wanted = patterns.map((pattern) => new RegExp(`^(?:${pattern})$`, 'i'));
    const stops = (table: string) => wanted.length === 0 || wanted.some((pattern) => pattern.test(table));
    const [first, ...rest] = this.#state?.tables ?? [];
    const left = rest.filter((table) => !stops(table));
    if (first === undefined) return;
    if (!stops(first)) this.#state = { ...this.#state, tables: [first, ...left] };
    else {
      this.#state = left.length > 0 ? { tables: left } : null;
      this.#chunk = null;
      this.#published = null;
    }
  }

  /** A row of the stream: takes the place of one in the chunk that does not have this change. Null: all rows of the table. */
  changed(table: string, id: string | null, transactionId: number): void {
    const chunk = this.#chunk;
    if (!chunk || chunk.shape.table !== table || sees(chunk.seen, transactionId)) return;
    if (id === null) chunk.rows.clear();
    else chunk.rows.delete(id);
  }

  /**
   * Reads the next chunk, where none is waiting.
   * @param told the newest transactions of the stream: they must be visible, or their rows would go back in time
   */
  async read(told: readonly number[]): Promise<void> {
    const table = this.#state?.tables[0];
    if (table === undefined || this.#chunk) return;
    const { session, filter, logger } = this.#options;
    const found = (await listTables(session)).find((candidate) => candidate.table === table);
    if (found && filter.includes(table)) {
      this.#published ??= await this.#publishedOf(table);
      for (let looks = 0; looks < LOOKS_MAX && this.#chunk === null; looks++) {
        const chunk = await this.#readChunk(found);
        if (chunk === null) break;
        if (told.every((transactionId) => sees(chunk.seen, transactionId))) this.#chunk = chunk;
      }
      if (this.#chunk || !(await this.#hasNoKey(found))) return;
      logger.warn({ table }, 'a table without primary key can not be read by an incremental snapshot');
    }
    this.#finishTable();
  }

  /** The rows of the chunk, with the offset at `lsn`, which the stream has reached. */
  take(lsn: Lsn): readonly SourceRecord[] {
    const chunk = this.#chunk;
    if (!chunk || lsn < chunk.until) return [];
    const { form, partition } = this.#options;
    const { tables = [] } = this.#state ?? {};
    const origin = {
      ...{ lsn, changeLsn: chunk.until, previousCommit: null },
      ...{ timeMicros: chunk.atMicros, snapshot: 'incremental' as const },
    };
    const records: SourceRecord[] = [];
    for (const { row, key } of chunk.rows.values()) {
      const offset = toOffset({ lsn, event: 0, incremental: { ...this.#state, tables, key } });
      for (const { change } of form.records(chunk.shape, { operation: 'r', row }, origin))
        records.push({ ...change, sourcePartition: partition, sourceOffset: offset });
    }
    this.#rowsRead += chunk.rows.size;
    this.#chunk = null;
    if (chunk.next === null) this.#finishTable();
    else this.#state = { ...this.#state, tables, key: chunk.next };
    const last = records.at(-1);
    const position: Position = { lsn, event: 0, ...(this.#state && { incremental: this.#state }) };
    if (last) records.splice(-1, 1, { ...last, sourceOffset: toOffset(position) });
    return records;
  }

  #finishTable(): void {
    const [table, ...tables] = this.#state?.tables ?? [];
    this.#options.logger.info({ table, rows: this.#rowsRead }, 'incremental snapshot of a table finished');
    this.#rowsRead = 0;
    this.#published = null;
    this.#state = tables.length > 0 ? { tables } : null;
  }

  async #publishedOf(table: string): Promise<PublishedTable> {
    const publication = await findPublication(this.#options.session, this.#options.publication);
    return publication?.tables.get(table) ?? { columns: null, rowFilter: null };
  }

  async #hasNoKey(table: CatalogTable): Promise<boolean> {
    return (await listColumns(this.#options.session, table.oid)).every(({ keyOrder }) => keyOrder === 0);
  }

  /** Null where the table has no key. */
  async #readChunk(table: CatalogTable): Promise<Chunk | null> {
    const { session, types, rules, topicOf, chunkRows } = this.#options;
    const { columns: sent = null, rowFilter = null } = this.#published ?? {};
    const columns = (await listColumns(session, table.oid)).filter(
      ({ name, keyOrder }) => keyOrder > 0 || sent === null || sent.includes(name),
    );
    const key = columns.filter(({ keyOrder }) => keyOrder > 0).sort((a, b) => a.keyOrder - b.keyOrder);
    if (key.length === 0) return null;
    const columnTypes = await types.columnTypes(columns);
    const found = columns.flatMap(({ name, notNull, keyOrder }, index) => {
      const type = columnTypes[index];
      return type ? [{ name, type, optional: !notNull, keyOrder }] : [];
    });
    const shape = rules.shape(table, topicOf(table.table), found);
    const names = key.map(({ name }) => quoteIdent(name)).join(', ');
    const bound = (values: readonly string[]) =>
      key.map(({ typeName }, index) => `${quoteLiteral(values[index] ?? '')}::${typeName}`).join(', ');
    const conditions = [
      ...(rowFilter === null ? [] : [`(${rowFilter})`]),
      ...(this.#state?.key ? [`(${names}) > (${bound(this.#state.key)})`] : []),
    ];
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const list = columns.map(({ name }) => quoteIdent(name)).join(', ');
    const doing = `Reading a chunk of table ${table.table}`;
    const client = await session.client();
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', [], doing);
    try {
      const [at] = await session.query('SELECT pg_current_snapshot() AS seen', [], doing);
      const text = `SELECT ${list} FROM ${quoteTable(table)}${where} ORDER BY ${names} LIMIT ${chunkRows}`;
      const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
      // Later than all that the snapshot sees, and soon sent to us.
      const [end] = await session.query(
        `SELECT pg_current_wal_insert_lsn() AS until, floor(extract(epoch FROM now()) * 1000000)::bigint AS micros`,
        [],
        doing,
      );
      const keyOf = (row: Tuple) => key.map((column) => row[columns.indexOf(column)] ?? '');
      const last = rows.at(-1);
      return {
        shape,
        rows: new Map(rows.map((row) => [rowId(shape, row) ?? '', { row, key: keyOf(row) }])),
        next: last && rows.length === chunkRows ? keyOf(last) : null,
        seen: at?.seen ?? '',
        until: parseLsn(end?.until) ?? 0n,
        atMicros: Number(end?.micros),
      };
    } finally {
      await session.query('COMMIT', [], doing);
    }
  }
}

/** What identifies a row, as one text; null where nothing does. */
export function rowId(shape: TableShape, row: Tuple): string | null {
  const key = shape.keyText(row);
  return key && JSON.stringify([...key.values()]);
}
