import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { debeziumPostgres, jdbcSink } from './aliases.ts';
import { checkAltered } from './altered-offsets.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { forgetSource } from './forgotten-source.ts';
import { kept } from './kept-offsets.ts';
import { planSink } from './plan.ts';
import { fromOffset, inWords } from './position.ts';
import { VERSION } from './record-options.ts';
import { sampleRows } from './sample.ts';
import { PostgresSinkTask, validateSink } from './sink.ts';
import { PostgresSourceTask, validateSource } from './source.ts';

const source = defineSource({
  class: 'PostgresSource',
  aliases: [debeziumPostgres],
  version: VERSION,
  docs: 'Captures the tables of a PostgreSQL database: the rows that are there, then every change, by logical replication.',
  config: sourceConfig,
  validate: validateSource,
  // A slot has one reader.
  taskConfigs: () => [{}],
  createTask: (context) => new PostgresSourceTask(context),
  // Changes are: a place in the log names what follows. The snapshot of a table without key begins again when it is cut off.
  exactlyOnce: (config) => config['snapshot.mode'] !== 'initial',
  sample: sampleRows,
  alterOffsets: checkAltered,
  forget: forgetSource,
  describeOffset: ({ offset }) => {
    const position = fromOffset(offset);
    return position ? inWords(position) : 'no position of PostgresSource';
  },
});

const sink = defineSink({
  class: 'PostgresSink',
  aliases: [jdbcSink],
  version: VERSION,
  docs: 'Writes records to PostgreSQL tables: upserts by key, deletions for tombstones.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new PostgresSinkTask(context),
  ...kept,
});

export default definePlugins({ name: '@millrace/connector-postgres', plugins: [source, sink] });
