import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { sinkConfig, sourceConfig } from './config.ts';
import { kept } from './kept-offsets.ts';
import { checkAltered, inWords } from './offsets.ts';
import { planSink } from './plan.ts';
import { sampleQueue } from './sample.ts';
import { BullMqSinkTask, validateSink } from './sink.ts';
import { BullMqSourceTask, validateSource } from './source.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'BullMqSource',
  version,
  docs: 'Takes the jobs of a BullMQ queue and completes each when its record is durable, or gives its failed jobs or its events.',
  config: sourceConfig,
  validate: validateSource,
  // Only jobs can be shared out: failed ones and events are one list.
  taskConfigs: (config, maxTasks) =>
    Array.from({ length: config['read.mode'] === 'jobs' ? maxTasks : 1 }, () => ({})),
  createTask: (context) => new BullMqSourceTask(context),
  exactlyOnce: (config) =>
    config['read.mode'] === 'events' ||
    (config['read.mode'] === 'failed' && config['failed.jobs'] === 'keep'),
  sample: sampleQueue,
  alterOffsets: checkAltered,
  describeOffset: inWords,
});

const sink = defineSink({
  class: 'BullMqSink',
  version,
  docs: 'Adds records as jobs to BullMQ queues, each once, with delay, priority, attempts and a bound on how many may wait.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new BullMqSinkTask(context),
  ...kept,
});

export default definePlugins({ name: '@millrace/connector-bullmq', plugins: [source, sink] });
