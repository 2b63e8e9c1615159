/** The tables of the load: one with a number as key, one with two columns as key, one with text as key and wide values. */
export type TableName = 'orders' | 'lines' | 'documents';

export interface Table {
  readonly name: TableName;
  readonly columns: string;
  readonly key: readonly string[];
}

export const SCHEMA = 'shop';
/** Of the second database: where each record was read that the sink wrote exactly once. */
export const AUDIT_TABLE = 'audit';
export const TOPIC_PREFIX = 'crash';

export const tables: readonly Table[] = [
  {
    name: 'orders',
    columns:
      'id bigint PRIMARY KEY, version int NOT NULL, mark text NOT NULL, amount numeric(12,2), paid boolean, placed timestamptz',
    key: ['id'],
  },
  {
    name: 'lines',
    columns:
      'order_id bigint, line int, version int NOT NULL, mark text NOT NULL, quantity int, PRIMARY KEY (order_id, line)',
    key: ['order_id', 'line'],
  },
  {
    name: 'documents',
    columns: 'name text PRIMARY KEY, version int NOT NULL, mark text NOT NULL, body text, tags jsonb',
    key: ['name'],
  },
];

export const topicOf = (table: TableName): string => `${TOPIC_PREFIX}.${SCHEMA}.${table}`;

export const topics: readonly string[] = tables.map(({ name }) => topicOf(name));

/** What every value of a row carries beside its version, so that a value under the wrong key is found. */
export const markOf = (key: string, version: number): string => `${key}#${version}`;

/** The statements that make the tables, the same in both databases. */
export function tableDefinitions(): string {
  const made = tables.map(({ name, columns }) => `CREATE TABLE ${SCHEMA}.${name} (${columns});`);
  return [`CREATE SCHEMA ${SCHEMA};`, ...made].join('\n');
}
