import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { sinkConfig, sourceConfig } from './config.ts';
import { kept } from './kept-offsets.ts';
import { alterOffsets, inWords } from './offsets.ts';
import { planSink } from './plan.ts';
import { sampleEntries } from './sample.ts';
import { RedisSinkTask, validateSink } from './sink.ts';
import { RedisSourceTask, validateSource } from './source.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'RedisSource',
  version,
  docs: 'Reads streams of Redis, as a consumer group that acknowledges what is durable, or from positions of its own.',
  config: sourceConfig,
  validate: validateSource,
  // Each stream in one task, which keeps its order.
  taskConfigs: ({ streams }, maxTasks) =>
    Array.from({ length: Math.min(maxTasks, streams.length) }, (_, task) => ({
      streams: streams.filter((_stream, index) => index % maxTasks === task).join(','),
    })),
  createTask: (context) => new RedisSourceTask(context),
  exactlyOnce: (config) => config['read.mode'] === 'position',
  sample: sampleEntries,
  alterOffsets,
  describeOffset: inWords,
});

const sink = defineSink({
  class: 'RedisSink',
  version,
  docs: 'Writes records to Redis as strings, hashes or entries of streams, in order, with expiry and deletions.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new RedisSinkTask(context),
  ...kept,
});

export default definePlugins({ name: '@millrace/connector-redis', plugins: [source, sink] });
