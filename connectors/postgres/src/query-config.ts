import {
  type ConfigOf,
  type ConfigValue,
  defineConfig,
  nonEmpty,
  oneOf,
  range,
  recordRate,
} from '@millrace/sdk';
import { addressOptions } from './address-options.ts';
import { rowOptions } from './record-options.ts';
import { patterns } from './table-filter.ts';

/** A rule that looks at other options too. */
const ruled = (
  problem: (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>) => string | null,
  allows: string,
) => Object.assign(problem, { allows });

const readsTime = (mode: unknown) => mode === 'timestamp' || mode === 'timestamp+incrementing';
const readsNumber = (mode: unknown) => mode === 'incrementing' || mode === 'timestamp+incrementing';

/** Configuration of `PostgresQuerySource`. Keys have the names of the JDBC source. */
export const queryConfig = defineConfig({
  ...addressOptions,
  mode: {
    type: 'string',
    importance: 'high',
    group: 'Reading',
    docs: 'bulk reads everything each time; incrementing reads rows with a greater number than the last one, so new rows only; timestamp reads rows with a later time, so changed rows too; timestamp+incrementing does so exactly, since the number tells rows of one time apart. Deletions are not seen.',
    validate: oneOf('bulk', 'incrementing', 'timestamp', 'timestamp+incrementing'),
    recommend: ['bulk', 'incrementing', 'timestamp', 'timestamp+incrementing'],
  },
  'incrementing.column.name': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Reading',
    docs: 'Column of whole numbers that grow with each row; unset: the identity or serial column of each table.',
    validate: ruled(
      (value, all) =>
        !value && readsNumber(all.mode) && all.query
          ? 'must name a column where mode reads by number and query is given; it is'
          : null,
      'a column, where query is given',
    ),
  },
  'timestamp.column.name': {
    type: 'list',
    default: [],
    importance: 'high',
    group: 'Reading',
    docs: 'Column with the time of the row’s last change, as now() or clock_timestamp() of the transaction that made it gives it; of several the first that is not null counts.',
    validate: ruled(
      (value, all) =>
        readsTime(all.mode) && Array.isArray(value) && value.length === 0
          ? 'must name a column where mode reads by time; it'
          : null,
      'columns, where mode reads by time',
    ),
  },
  'timestamp.initial': {
    type: 'long',
    default: null,
    importance: 'low',
    group: 'Reading',
    docs: 'Time in milliseconds since 1970 that rows must be later than where no position is stored; unset: all rows.',
    validate: range(0),
  },
  'timestamp.delay.interval.ms': {
    type: 'long',
    default: 0,
    importance: 'medium',
    group: 'Reading',
    docs: 'How old rows must be before they are read, in milliseconds, where their times are not the database’s own: clocks of programs that lag behind it. What runs in the database is waited for in any case.',
    validate: range(0, 86_400_000),
  },
  'db.timezone': {
    type: 'string',
    default: 'UTC',
    importance: 'medium',
    group: 'Reading',
    docs: 'Time zone in which columns of type timestamp without time zone are written, such as UTC or Europe/Berlin. In one with summer time, rows of the hour that comes twice may be passed over.',
    validate: nonEmpty,
  },
  'validate.non.null': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Reading',
    docs: 'Whether tables are refused whose number, or all of whose times, may be null: such rows would never be read.',
  },
  'table.include.list': {
    type: 'list',
    default: [],
    importance: 'high',
    group: 'Tables',
    docs: 'Tables to read: regular expressions for schema.table, separated by commas; empty: all tables. Tables that come later are found too.',
    validate: ruled(
      (value, all) =>
        Array.isArray(value) && value.length > 0 && all.query
          ? 'must be empty where query is given; it is'
          : patterns('schema.table')(value, all),
      'regular expressions for schema.table; empty where query is given',
    ),
  },
  'table.exclude.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Tables',
    docs: 'Tables to leave out: regular expressions for schema.table, separated by commas.',
    validate: patterns('schema.table'),
  },
  query: {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Tables',
    docs: 'A SELECT whose rows are read instead of tables. It is used as a subquery, so that it may have conditions of its own; numbers and times are compared outside of it.',
    validate: nonEmpty,
  },
  'topic.prefix': {
    type: 'string',
    importance: 'high',
    group: 'Records',
    docs: 'Begins the names of topics; with query it is the topic.',
    validate: ruled(
      (value) =>
        /^[A-Za-z0-9._-]{1,200}$/.test(String(value))
          ? null
          : 'must be 1 to 200 letters, digits, dots, underscores and dashes; it is',
      '1 to 200 letters, digits, dots, underscores and dashes',
    ),
  },
  'topic.name.format': {
    type: 'string',
    default: '${prefix}.${schema}.${table}',
    importance: 'medium',
    group: 'Records',
    docs: 'Topic of a table, of ${prefix}, ${schema} and ${table}.',
    validate: nonEmpty,
  },
  'key.columns': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Records',
    docs: 'Columns of the record’s key; empty: the primary key of the table, and none with query; none: records without key.',
  },
  'poll.interval.ms': {
    type: 'int',
    default: 5000,
    importance: 'high',
    group: 'Flow',
    docs: 'How long a table rests between two readings, in milliseconds.',
    validate: range(1, 86_400_000),
  },
  'table.poll.interval.ms': {
    type: 'long',
    default: 60_000,
    importance: 'low',
    group: 'Flow',
    docs: 'How often is looked for tables that are new, or gone, in milliseconds.',
    validate: range(100),
  },
  'batch.max.rows': {
    type: 'int',
    default: 2000,
    importance: 'low',
    group: 'Flow',
    docs: 'Most rows that are handed on at once; fewer where they are wide.',
    validate: range(1, 1_000_000),
  },
  'max.records.per.second': recordRate('Flow', 'records that are read'),
  ...rowOptions,
});

export type QueryConfig = ConfigOf<typeof queryConfig>;

/** Whether the cursor has a time, and whether it has a number. */
export const cursorParts = ({ mode }: QueryConfig) => ({ time: readsTime(mode), number: readsNumber(mode) });
