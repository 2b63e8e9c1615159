import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { debeziumMongo, mongoKafkaSink, mongoKafkaSource } from './aliases.ts';
import { checkAltered } from './altered-offsets.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { kept } from './kept-offsets.ts';
import { planSink } from './plan.ts';
import { fromOffset, inWords } from './position.ts';
import { sampleDocuments } from './sample.ts';
import { MongoDbSinkTask, validateSink } from './sink.ts';
import { MongoDbSourceTask, validateSource } from './source.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'MongoDbSource',
  aliases: [mongoKafkaSource, debeziumMongo],
  version,
  docs: 'Captures collections of MongoDB: the documents that are there, then every change, by change streams.',
  config: sourceConfig,
  validate: validateSource,
  // One stream has the order of all changes.
  taskConfigs: () => [{}],
  createTask: (context) => new MongoDbSourceTask(context),
  exactlyOnce: () => true,
  sample: sampleDocuments,
  alterOffsets: checkAltered,
  describeOffset: ({ offset }) => {
    const position = fromOffset(offset);
    return position ? inWords(position) : 'no position of MongoDbSource';
  },
});

const sink = defineSink({
  class: 'MongoDbSink',
  aliases: [mongoKafkaSink],
  version,
  docs: 'Writes records to MongoDB collections: replaces, inserts, updates and deletes by _id, in bulks or in transactions.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new MongoDbSinkTask(context),
  ...kept,
});

export default definePlugins({ name: '@millrace/connector-mongodb', plugins: [source, sink] });
