import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { sinkConfig, sourceConfig } from './config.ts';
import { PostgresSinkTask, validateSink } from './sink.ts';
import { PostgresSourceTask, validateSource } from './source.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'PostgresSource',
  version,
  docs: 'Captures the tables of a PostgreSQL database: the rows that are there, then every change, by logical replication.',
  config: sourceConfig,
  validate: validateSource,
  // A slot has one reader.
  taskConfigs: () => [{}],
  createTask: (context) => new PostgresSourceTask(context),
});

const sink = defineSink({
  class: 'PostgresSink',
  version,
  docs: 'Writes records to PostgreSQL tables: upserts by key, deletions for tombstones.',
  config: sinkConfig,
  validate: validateSink,
  createTask: (context) => new PostgresSinkTask(context),
});

export default definePlugins({ name: '@millrace/connector-postgres', plugins: [source, sink] });
