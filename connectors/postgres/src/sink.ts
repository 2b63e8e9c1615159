import {
  type ConfigProblem,
  isMillraceError,
  MillraceError,
  type OpenedPartition,
  type RateLimiter,
  type RecordPlace,
  rateLimiterOf,
  readAt,
  type SinkRecord,
  type SinkTask,
  type TaskContext,
  type TopicPartition,
} from '@millrace/sdk';
import type pg from 'pg';
import { addressedConnection, requireAddress } from './address-options.ts';
import type { SinkConfig, sinkConfig } from './config.ts';
import { disconnectIfSilent, Session } from './connection.ts';
import { createTableStatements, type NewColumn } from './ddl.ts';
import { sqlStateOf, toPostgresError } from './errors.ts';
import { evolutionFor, evolutionStatements, fits } from './evolution.ts';
import { keepsOffsets } from './kept-offsets.ts';
import { OffsetFence, offsetsTable } from './offset-fence.ts';
import { newColumns, type RowWrite, writesByTable } from './row-write.ts';
import { addressedProblems } from './session-problems.ts';
import { findTable, quoteTableName, type TableName, type TargetTable } from './target-table.ts';
import { textRows } from './text-row.ts';
import { type Statement, writeStatements } from './upsert.ts';

/** Statements that are kept prepared on the server; what comes beyond is parsed each time. */
const PREPARED_MAX = 200;

/** SQLSTATEs of a definition that somebody else made first: of a schema, table, column, type, or its catalog row. */
const ALREADY_THERE = new Set(['42P06', '42P07', '42701', '42710', '23505']);

/** Problems of a sink's configuration that only the server knows. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await addressedProblems(config, signal, async (session) => {
    await session.client();
    return keepsOffsets(config) ? await offsetProblems(session, config['offsets.table']) : [];
  });
}

/** What keeps the table of offsets from being used, or made. */
async function offsetProblems(session: Session, setting: string): Promise<readonly ConfigProblem[]> {
  const table = offsetsTable(setting);
  const [row] = await session.query(
    `SELECT to_regclass($1) IS NOT NULL AS there,
            to_regclass($1) IS NOT NULL AND has_table_privilege(to_regclass($1), 'SELECT')
              AND has_table_privilege(to_regclass($1), 'INSERT') AND has_table_privilege(to_regclass($1), 'UPDATE') AS usable,
            EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'topic_id')
              OR EXISTS (SELECT FROM pg_class WHERE oid = to_regclass($1) AND pg_has_role(relowner, 'USAGE')) AS current,
            CASE WHEN to_regnamespace(coalesce(quote_ident($2), current_schema())) IS NULL
                 THEN has_database_privilege(current_database(), 'CREATE')
                 ELSE has_schema_privilege(to_regnamespace(coalesce(quote_ident($2), current_schema())), 'CREATE') END AS creatable`,
    [quoteTableName(table), table.schema],
    'Looking for the table of offsets',
  );
  const isOld = row?.there === 't' && row.usable === 't' && row.current !== 't';
  if (isOld)
    return [
      {
        key: 'offsets.table',
        message: `"offsets.table" names ${setting}, a table of an earlier version that is not this user's. Have its owner run ALTER TABLE ${quoteTableName(table)} ADD COLUMN topic_id text.`,
      },
    ];
  if (row?.there === 't' ? row.usable === 't' : row?.creatable === 't') return [];
  const lacks =
    row?.there === 't'
      ? 'which this user may not read and write. Grant SELECT, INSERT and UPDATE on it'
      : 'which is not there, and which this user may not create. Create it, or grant CREATE on its schema';
  return [{ key: 'offsets.table', message: `"offsets.table" names ${setting}, ${lacks}.` }];
}

/** Writes each batch in one transaction; by upsert and deletion, so that writing it again changes nothing. */
export class PostgresSinkTask implements SinkTask {
  readonly #config: SinkConfig;
  readonly #context: TaskContext<typeof sinkConfig>;
  readonly #session: Session;
  readonly #limiter: RateLimiter | null;
  #fence: OffsetFence | null = null;
  /** By quoted name. */
  readonly #tables = new Map<string, TargetTable>();
  /** Names of prepared statements by their text. */
  readonly #prepared = new Map<string, string>();

  constructor(context: TaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#session = new Session(addressedConnection(context.config));
    this.#limiter = rateLimiterOf(this.#config);
    const table = offsetsTable(this.#config['offsets.table']);
    if (keepsOffsets(this.#config)) this.#fence = new OffsetFence(this.#session, table, context.connector);
  }

  async start(): Promise<void> {
    requireAddress(this.#config);
    await this.#session.client();
    await this.#fence?.prepare();
  }

  async opened(partitions: readonly OpenedPartition[]): Promise<void> {
    if (partitions.length > 0) await this.#fence?.take(partitions);
  }

  async closed(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#fence?.drop(partition);
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    await this.#limiter?.take(batch.length, this.#context.signal);
    if (!this.#fence) {
      const statements = await this.#statementsFor(batch);
      if (statements.length > 0) await this.#execute(statements, null);
      return;
    }
    // A batch that comes again after a commit whose answer was lost is passed over here.
    const fresh = await this.#fence.fresh(batch, readAt);
    if (fresh.length > 0) await this.#execute(await this.#statementsFor(fresh), fresh.map(readAt));
  }

  async #statementsFor(batch: readonly SinkRecord[]): Promise<readonly Statement[]> {
    const statements: Statement[] = [];
    for (const [name, writes] of writesByTable(batch, this.#config)) {
      const table = await this.#tableFor(name, writes);
      const rows = textRows(writes, table);
      const { 'insert.mode': mode, 'batch.size': rowsMax } = this.#config;
      statements.push(...writeStatements(table, rows, mode, rowsMax));
    }
    return statements;
  }

  async stop(): Promise<void> {
    this.#session.close();
  }

  /** The table with all the columns that the writes need. */
  async #tableFor(name: TableName, writes: readonly RowWrite[]): Promise<TargetTable> {
    const quoted = quoteTableName(name);
    let table = this.#tables.get(quoted) ?? (await findTable(this.#session, name));
    if (!table) table = await this.#create(name, newColumns(writes, null));
    else if (this.#config['auto.evolve'] || newColumns(writes, table).length > 0)
      table = await this.#evolve(table, writes);
    this.#tables.set(quoted, table);
    return table;
  }

  async #create(name: TableName, columns: readonly NewColumn[]): Promise<TargetTable> {
    const quoted = quoteTableName(name);
    if (!this.#config['auto.create'] || columns.length === 0) {
      throw new MillraceError(`Table ${quoted} is not in database ${this.#session.settings.database}.`, {
        code: 'POSTGRES_TABLE_MISSING',
        class: 'config',
        path: 'table.name.format',
        hint: 'Create the table, set auto.create=true, or correct table.name.format.',
      });
    }
    for (const statement of createTableStatements(name, columns)) {
      await this.#define(statement, `Creating table ${quoted}`);
    }
    this.#context.logger.info({ table: quoted }, 'table created');
    return await this.#require(name, columns);
  }

  async #evolve(table: TargetTable, writes: readonly RowWrite[]): Promise<TargetTable> {
    if (fits(evolutionFor(writes, table))) return table;
    // It may have been changed since it was looked at.
    const current = (await findTable(this.#session, table.name)) ?? table;
    const evolution = evolutionFor(writes, current);
    if (fits(evolution)) return current;
    if (!this.#config['auto.evolve']) {
      if (evolution.added.length === 0) return current;
      const names = evolution.added.map((column) => column.name).join(', ');
      throw new MillraceError(`Table ${table.quoted} has no column ${names}.`, {
        code: 'POSTGRES_COLUMN_MISSING',
        class: 'config',
        path: 'auto.evolve',
        hint: 'Add the column, set auto.evolve=true, or leave the field out where the records are made.',
      });
    }
    for (const { what, statement } of evolutionStatements(current, evolution)) {
      await this.#define(statement, `Changing table ${table.quoted}`);
      this.#context.logger.info({ table: table.quoted, what }, 'table changed');
    }
    return await this.#require(table.name, evolution.added);
  }

  /** Two tasks that define the same at once collide within the catalog; the one that lost finds the other's work. */
  async #define(statement: string, doing: string): Promise<void> {
    try {
      await this.#session.query(statement, [], doing);
    } catch (error) {
      const state = sqlStateOf(isMillraceError(error) ? error.details.cause : error);
      if (state === null || !ALREADY_THERE.has(state)) throw error;
    }
  }

  async #require(name: TableName, columns: readonly NewColumn[]): Promise<TargetTable> {
    const table = await findTable(this.#session, name);
    if (table && columns.every((column) => table.columns.has(column.name))) return table;
    throw new MillraceError(`Table ${quoteTableName(name)} is being changed by somebody else.`, {
      code: 'POSTGRES_TABLE_CHANGED',
      class: 'transient',
    });
  }

  /** One transaction, in which the offsets move too, where they are kept. */
  async #execute(statements: readonly Statement[], places: readonly RecordPlace[] | null): Promise<void> {
    const client = await this.#session.client();
    try {
      await client.query('BEGIN');
      const committed = places && (await this.#fence?.advance(client, places));
      for (const statement of statements) await this.#run(client, statement);
      await client.query('COMMIT');
      committed?.();
    } catch (error) {
      // What the catalog said may be what is wrong, and the commit may have come through.
      this.#tables.clear();
      this.#fence?.doubt();
      disconnectIfSilent(client, error);
      await client.query('ROLLBACK').catch(() => this.#session.close());
      const failure = toPostgresError(error, 'Writing to PostgreSQL', this.#session.settings.keys);
      const table = (error as { table?: unknown }).table;
      throw typeof table === 'string' ? failure.with({ facts: { table } }) : failure;
    }
  }

  async #run(client: pg.Client, { text, values }: Statement): Promise<void> {
    let name = this.#prepared.get(text);
    if (name === undefined && this.#prepared.size < PREPARED_MAX) {
      name = `millrace_${this.#prepared.size}`;
      this.#prepared.set(text, name);
    }
    await client.query({ text, values: [...values], ...(name !== undefined && { name }) });
  }
}
