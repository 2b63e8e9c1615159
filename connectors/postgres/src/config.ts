import { type ConfigOf, defineConfig, matches, nonEmpty, oneOf, range, recordRate } from '@millrace/sdk';
import { addressOptions, loginOptions, sharedSettings } from './address-options.ts';
import type { ConnectionSettings } from './connection.ts';
import { recordOptions } from './record-options.ts';
import { patterns } from './table-filter.ts';

const identifier = matches(/^[a-z0-9_]{1,63}$/, '1 to 63 lower-case letters, digits and underscores');

/** Configuration of `PostgresSource`. Keys have Debezium's names and meaning where it has them. */
export const sourceConfig = defineConfig({
  'database.hostname': {
    type: 'string',
    importance: 'high',
    group: 'Connection',
    docs: 'Host name or address of the PostgreSQL server.',
    validate: nonEmpty,
  },
  'database.dbname': {
    type: 'string',
    importance: 'high',
    group: 'Connection',
    docs: 'Database to capture.',
    validate: nonEmpty,
  },
  ...loginOptions,
  'topic.prefix': {
    type: 'string',
    importance: 'high',
    group: 'Capture',
    docs: 'Names the captured database: records of a table go to <topic.prefix>.<schema>.<table>, and offsets are stored under it, so it must not change.',
    validate: matches(/^[A-Za-z0-9._-]{1,120}$/, '1 to 120 letters, digits, dots, underscores and dashes'),
  },
  'schema.include.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Capture',
    docs: 'Schemas to capture tables of: regular expressions, separated by commas; empty: all schemas.',
    validate: patterns('schema'),
  },
  'schema.exclude.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Capture',
    docs: 'Schemas to capture no tables of: regular expressions, separated by commas.',
    validate: patterns('schema'),
  },
  'table.include.list': {
    type: 'list',
    default: [],
    importance: 'high',
    group: 'Capture',
    docs: 'Tables to capture: regular expressions for schema.table, separated by commas; empty: all tables.',
    validate: patterns('schema.table'),
  },
  'table.exclude.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Capture',
    docs: 'Tables to leave out: regular expressions for schema.table, separated by commas.',
    validate: patterns('schema.table'),
  },
  'snapshot.mode': {
    type: 'string',
    default: 'initial',
    importance: 'medium',
    group: 'Snapshot',
    docs: 'What happens when no offset is stored: initial reads the rows that are there before it follows changes; no_data (or never) only follows changes.',
    validate: oneOf('initial', 'no_data', 'never'),
    recommend: ['initial', 'no_data'],
  },
  'snapshot.fetch.size': {
    type: 'int',
    default: 10_240,
    importance: 'low',
    group: 'Snapshot',
    docs: 'Most rows that a snapshot reads at once; fewer where they are wide.',
    validate: range(1, 1_000_000),
  },
  'signal.data.collection': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Snapshot',
    docs: 'Table schema.table whose rows are signals, with columns id, type and data: type execute-snapshot with data {"data-collections": ["schema.table"], "type": "incremental"} has captured tables read again while changes go on, stop-snapshot ends it.',
    validate: matches(/^[^.]+\..+$/, 'schema.table'),
  },
  'incremental.snapshot.chunk.size': {
    type: 'int',
    default: 1024,
    importance: 'low',
    group: 'Snapshot',
    docs: 'Rows of one chunk of an incremental snapshot.',
    validate: range(1, 100_000),
  },
  'plugin.name': {
    type: 'string',
    default: 'pgoutput',
    importance: 'low',
    group: 'Replication',
    docs: 'Output plugin of the slot; pgoutput is part of PostgreSQL.',
    validate: oneOf('pgoutput'),
  },
  'slot.name': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Replication',
    docs: 'Replication slot to use, made where it is missing; unset: millrace_<connector>. A slot holds the server’s log until the connector has read it.',
    validate: identifier,
  },
  'slot.retained.warning.bytes': {
    type: 'long',
    default: 10_737_418_240,
    importance: 'low',
    group: 'Replication',
    docs: 'From how many bytes of the server’s log on, held back by the slot, the status and the log say so where the server bounds nothing (max_slot_wal_keep_size=-1), and its disk fills up; 0: never.',
    validate: range(0),
  },
  'slot.failover': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Replication',
    docs: 'Whether standbys keep the slot too, so that nothing is missed when one of them takes over: PostgreSQL 17 and later, with sync_replication_slots on the standbys. A slot that is there already is changed.',
  },
  'slot.drop.on.delete': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Replication',
    docs: 'Whether the slot is dropped when the connector is deleted or its offsets are reset; the publication too when it is deleted, if publication.name is unset.',
  },
  'publication.name': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Replication',
    docs: 'Publication to read; unset: millrace_<connector>.',
    validate: matches(/^.{1,63}$/, '1 to 63 characters'),
  },
  'publication.autocreate.mode': {
    type: 'string',
    default: 'filtered',
    importance: 'medium',
    group: 'Replication',
    docs: 'filtered publishes the captured tables, all_tables every table of the database, disabled expects that the publication is there.',
    validate: oneOf('filtered', 'all_tables', 'disabled'),
    recommend: ['filtered', 'all_tables', 'disabled'],
  },
  'heartbeat.interval.ms': {
    type: 'int',
    default: 10_000,
    importance: 'low',
    group: 'Replication',
    docs: 'How often a heartbeat is sent and the position is reported to the server, in milliseconds, also when nothing that is captured changes, so that it can remove old log; the report more often where the server’s wal_sender_timeout asks for it.',
    validate: range(100, 3_600_000),
  },
  'heartbeat.message': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Replication',
    docs: 'Whether a heartbeat is written into the server’s log, as a message of about 100 bytes (pg_logical_emit_message) that comes back through the slot: it moves the slot on whatever else happens, and tells how far behind the source is. PostgreSQL 14 and later.',
  },
  'max.batch.size': {
    type: 'int',
    default: 2048,
    importance: 'low',
    group: 'Flow',
    docs: 'Most changes that are handed on at once.',
    validate: range(1, 1_000_000),
  },
  'max.queue.size': {
    type: 'int',
    default: 8192,
    importance: 'low',
    group: 'Flow',
    docs: 'Changes that may wait to be handed on before reading from the server pauses.',
    validate: range(1, 10_000_000),
  },
  'max.queue.size.in.bytes': {
    type: 'long',
    default: 16_777_216,
    importance: 'low',
    group: 'Flow',
    docs: 'Bytes of changes that may wait to be handed on before reading from the server pauses.',
    validate: range(1),
  },
  'max.records.per.second': recordRate('Flow', 'records that are read'),
  ...recordOptions,
});

export type SourceConfig = ConfigOf<typeof sourceConfig>;

/** Configuration of `PostgresSink`. Keys have the names of the JDBC sink, connection keys also Debezium's. */
export const sinkConfig = defineConfig({
  ...addressOptions,
  'table.name.format': {
    type: 'string',
    default: '${topic}',
    importance: 'medium',
    group: 'Tables',
    docs: 'Table of a topic, as table or schema.table. ${topic} stands for the topic’s name, ${schema} and ${table} for its last two parts between dots; of a longer name the last two parts count.',
    validate: nonEmpty,
  },
  'insert.mode': {
    type: 'string',
    default: 'upsert',
    importance: 'high',
    group: 'Writes',
    docs: 'upsert inserts a row or updates the one with its key; insert leaves rows alone whose key is there already; update changes rows that are there and inserts none.',
    validate: oneOf('upsert', 'insert', 'update'),
    recommend: ['upsert', 'insert', 'update'],
  },
  'pk.mode': {
    type: 'string',
    default: 'record_key',
    importance: 'high',
    group: 'Writes',
    docs: 'Where a row’s key comes from: record_key, record_value, or none (with insert.mode=insert).',
    validate: Object.assign(
      (value: unknown, all: Readonly<Record<string, unknown>>) => {
        if (!['record_key', 'record_value', 'none'].includes(String(value)))
          return 'must be one of record_key, record_value, none';
        return value === 'none' && all['insert.mode'] !== 'insert'
          ? 'must not be none where insert.mode is upsert or update; it is'
          : null;
      },
      { allows: 'one of record_key, record_value, none' },
    ),
  },
  'pk.fields': {
    type: 'list',
    default: [],
    importance: 'high',
    group: 'Writes',
    docs: 'Fields of the key; empty with pk.mode=record_key: all fields of the record’s key. A key that is not a struct needs exactly one name.',
    validate: (value, all) =>
      all['pk.mode'] === 'record_value' && Array.isArray(value) && value.length === 0
        ? 'must name the key’s fields where pk.mode is record_value'
        : null,
  },
  'delete.enabled': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Writes',
    docs: 'Whether tombstones (with pk.mode=record_key) and Debezium’s events of deletions delete their row. Without it they are passed over.',
  },
  'truncate.enabled': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'Writes',
    docs: 'Whether events of truncations empty the table. They keep their place among the rows only where the topic has one partition.',
  },
  'unavailable.value.placeholder': {
    type: 'string',
    default: '__debezium_unavailable_value',
    importance: 'low',
    group: 'Writes',
    docs: 'Value that stands for a large one which an update did not touch: its column is left alone.',
    validate: nonEmpty,
  },
  'batch.size': {
    type: 'int',
    default: 3000,
    importance: 'medium',
    group: 'Writes',
    docs: 'Most rows in one statement.',
    validate: range(1, 1_000_000),
  },
  'max.records.per.second': recordRate('Writes', 'records that are written'),
  'delivery.guarantee': {
    type: 'string',
    default: 'at_least_once',
    importance: 'medium',
    group: 'Writes',
    docs: 'at_least_once; or exactly_once: each batch is committed together with its offsets, in a table of the same database, and comes into effect once whatever fails.',
    validate: oneOf('at_least_once', 'exactly_once'),
    recommend: ['at_least_once', 'exactly_once'],
  },
  'offsets.table': {
    type: 'string',
    default: 'millrace_offsets',
    importance: 'low',
    group: 'Writes',
    docs: 'Table of the offsets with delivery.guarantee=exactly_once, as table or schema.table; made where it is missing. Connectors may share it.',
    validate: nonEmpty,
  },
  'auto.create': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Tables',
    docs: 'Whether a missing table is created.',
  },
  'auto.evolve': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Tables',
    docs: 'Whether the table follows the records: columns are added that are missing, widened where values do not fit (integers to larger ones or numeric, varchar(n) to text, numeric(p,s) to numeric; PostgreSQL rewrites the table for most of it), and let be null where nulls come. Nothing is narrowed or dropped.',
  },
});

export type SinkConfig = ConfigOf<typeof sinkConfig>;

/** What the source's records say of where they come from. */
export const databaseOf = (config: SourceConfig) => ({
  server: config['topic.prefix'],
  database: config['database.dbname'],
});

/** Where the source reads. */
export function sourceConnection(config: SourceConfig): ConnectionSettings {
  return {
    ...sharedSettings(config),
    host: config['database.hostname'],
    port: config['database.port'],
    user: config['database.user'],
    password: config['database.password'],
    database: config['database.dbname'],
    keys: {
      host: 'database.hostname',
      user: 'database.user',
      password: 'database.password',
      database: 'database.dbname',
      sslmode: 'database.sslmode',
    },
  };
}
