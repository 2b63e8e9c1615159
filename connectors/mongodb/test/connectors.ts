import type { SinkConnector, SinkRecord, SourceConnector, SourceRecord } from '@millrace/sdk';
import type { Options } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import type { Service } from './service.ts';

const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
export const mongoSource = named('MongoDbSource') as SourceConnector;
export const mongoSink = named('MongoDbSink') as SinkConnector;

export const sourceOptions = (service: Service, database: string, more: Options = {}): Options => ({
  'connection.uri': service.uri,
  database,
  'poll.await.time.ms': '200',
  ...more,
});

export const sinkOptions = (service: Service, database: string, more: Options = {}): Options => ({
  'connection.uri': service.uri,
  database,
  ...more,
});

/** Records as a consumer hands them to a sink. */
export const asSinkRecords = (records: readonly SourceRecord[], from = 0): readonly SinkRecord[] =>
  records.map((record, index) => ({ ...record, partition: 0, offset: from + index }));

export const headerOf = (record: SourceRecord, name: string): unknown =>
  record.headers.find((header) => header.key === name)?.value;

export const opOf = (record: SourceRecord): unknown => headerOf(record, '__op');
