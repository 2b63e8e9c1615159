import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { debeziumPostgres, jdbcSink } from './aliases.ts';
import { checkAltered } from './altered-offsets.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { forgetSource } from './forgotten-source.ts';
import { jdbcSource } from './jdbc-source-alias.ts';
import { kept } from './kept-offsets.ts';
import { planSink } from './plan.ts';
import { fromOffset, inWords } from './position.ts';
import { queryConfig } from './query-config.ts';
import { queryPositionInWords } from './query-position.ts';
import { checkAlteredQuery, sampleQuery } from './query-sample.ts';
import { PostgresQueryTask, queryTasks, validateQuery } from './query-source.ts';
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

const querySource = defineSource({
  class: 'PostgresQuerySource',
  aliases: [jdbcSource],
  version: VERSION,
  docs: 'Reads tables, or a query, again and again: what is new by a number, a time, or both, without passing over rows that commit late.',
  config: queryConfig,
  validate: validateQuery,
  taskConfigs: queryTasks,
  createTask: (context) => new PostgresQueryTask(context),
  // Rows of one time come again where only some of them are durable; a number tells them apart.
  exactlyOnce: ({ mode }) => mode === 'incrementing' || mode === 'timestamp+incrementing',
  sample: sampleQuery,
  alterOffsets: checkAlteredQuery,
  describeOffset: queryPositionInWords,
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

export default definePlugins({ name: '@millrace/connector-postgres', plugins: [source, querySource, sink] });
