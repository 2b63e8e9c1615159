import type { SinkConnector, SinkRecord, SourceConnector, SourceRecord } from '@millrace/sdk';
import type { Options } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import type { Service } from './service.ts';

const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
export const postgresSource = named('PostgresSource') as SourceConnector;
export const postgresSink = named('PostgresSink') as SinkConnector;

export const sourceOptions = (service: Service, database: string, more: Options = {}): Options => ({
  'database.hostname': '127.0.0.1',
  'database.port': String(service.port),
  'database.user': 'postgres',
  'database.password': 'postgres',
  'database.dbname': database,
  'topic.prefix': 'shop',
  // Slots belong to the whole server, tests to a database each.
  'slot.name': `slot_${database}`,
  'publication.name': 'millrace',
  'heartbeat.interval.ms': '100',
  ...more,
});

export const querySource = named('PostgresQuerySource') as SourceConnector;

export const queryOptions = (service: Service, database: string, more: Options = {}): Options => ({
  'connection.url': `jdbc:postgresql://127.0.0.1:${service.port}/${database}`,
  'connection.user': 'postgres',
  'connection.password': 'postgres',
  'topic.prefix': 'shop',
  'poll.interval.ms': '50',
  ...more,
});

export const sinkOptions = (service: Service, database: string, more: Options = {}): Options => ({
  'connection.url': `jdbc:postgresql://127.0.0.1:${service.port}/${database}`,
  'connection.user': 'postgres',
  'connection.password': 'postgres',
  'table.name.format': '${schema}.${table}',
  ...more,
});

/** Records as a consumer hands them to a sink. */
export const asSinkRecords = (records: readonly SourceRecord[]): readonly SinkRecord[] =>
  records.map((record, offset) => ({ ...record, partition: 0, offset }));

export const headerOf = (record: SourceRecord, name: string): unknown =>
  record.headers.find((header) => header.key === name)?.value;

export const opOf = (record: SourceRecord): unknown => headerOf(record, '__op');
