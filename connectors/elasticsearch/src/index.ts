import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { confluentSink } from './aliases.ts';
import { checkAltered } from './altered-offsets.ts';
import { sinkConfig } from './config.ts';
import { planSink } from './plan.ts';
import { inWords } from './position.ts';
import { sampleDocuments } from './sample.ts';
import { ElasticsearchSinkTask, validateSink } from './sink.ts';
import { ElasticsearchSourceTask, validateSource } from './source.ts';
import { sourceConfig } from './source-config.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'ElasticsearchSource',
  version,
  docs: 'Reads documents of Elasticsearch and follows their changes by sequence numbers, in points in time.',
  config: sourceConfig,
  validate: validateSource,
  taskConfigs: (_config, maxTasks) =>
    Array.from({ length: maxTasks }, (_, task) => ({ task: String(task), tasks: String(maxTasks) })),
  createTask: (context) => new ElasticsearchSourceTask(context),
  exactlyOnce: () => true,
  sample: sampleDocuments,
  alterOffsets: checkAltered,
  describeOffset: inWords,
});

const sink = defineSink({
  class: 'ElasticsearchSink',
  aliases: [confluentSink],
  version,
  docs: 'Writes records to indexes and data streams of Elasticsearch by bulk requests: documents by _id, with versions, updates and deletions.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new ElasticsearchSinkTask(context),
});

export default definePlugins({ name: '@millrace/connector-elasticsearch', plugins: [source, sink] });
