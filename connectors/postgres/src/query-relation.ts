import type { SourcePartition } from '@millrace/sdk';
import { type CatalogTable, listTables, quoteTable } from './catalog.ts';
import type { Session } from './connection.ts';
import type { QueryConfig } from './query-config.ts';
import { TableFilter } from './table-filter.ts';

/** What rows are read from: a table, or the query. */
export interface QueryRelation {
  /** `schema.table`, or `the query`. */
  readonly title: string;
  readonly schema: string;
  readonly name: string;
  /** Null: the query, of whose tables nothing is known. */
  readonly oid: number | null;
  /** As it stands behind FROM. */
  readonly sql: string;
  readonly topic: string;
  readonly partition: SourcePartition;
}

/** The tables that the config chooses, as they are now, or the query. @throws {MillraceError} */
export async function findRelations(
  session: Session,
  config: QueryConfig,
): Promise<readonly QueryRelation[]> {
  if (config.query !== null) return [queryRelation(config.query, config)];
  const filter = new TableFilter({
    include: config['table.include.list'],
    exclude: config['table.exclude.list'],
  });
  const tables = await listTables(session);
  return tables.filter(({ table }) => filter.includes(table)).map((table) => tableRelation(table, config));
}

function tableRelation(table: CatalogTable, config: QueryConfig): QueryRelation {
  const parts = { prefix: config['topic.prefix'], schema: table.schema, table: table.name };
  const topic = config['topic.name.format'].replaceAll(
    /\$\{(prefix|schema|table)\}/g,
    (_, part: keyof typeof parts) => parts[part],
  );
  return {
    ...{ title: table.table, schema: table.schema, name: table.name, oid: table.oid },
    sql: quoteTable(table),
    topic: topic.replaceAll(/[^a-zA-Z0-9._-]/gu, '_'),
    partition: { table: table.table },
  };
}

function queryRelation(query: string, config: QueryConfig): QueryRelation {
  return {
    ...{ title: 'the query', schema: 'query', name: 'query', oid: null },
    // On lines of its own: it may end with a comment.
    sql: `(\n${query.trim().replace(/;+$/, '')}\n)`,
    topic: config['topic.prefix'],
    partition: { query: 'query' },
  };
}
