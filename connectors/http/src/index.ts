import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { sinkConfig, sourceConfig } from './config.ts';
import { HttpSinkTask, planSink, validateSink } from './sink.ts';
import { HttpSourceTask, sampleItems, validateSource } from './source.ts';
import { checkAltered, offsetInWords } from './source-offset.ts';

const version = '0.1.0';

export const httpSource = defineSource({
  class: 'HttpSource',
  version,
  docs: 'Asks an HTTP API again and again, page by page and from where it left off, and gives its items.',
  config: sourceConfig,
  validate: validateSource,
  // One address, one order.
  taskConfigs: () => [{}],
  createTask: (context) => new HttpSourceTask(context),
  // What an API answers twice need not be the same.
  exactlyOnce: () => false,
  sample: sampleItems,
  alterOffsets: checkAltered,
  describeOffset: offsetInWords,
});

export const httpSink = defineSink({
  class: 'HttpSink',
  version,
  docs: 'Sends records to an HTTP API, one by one or several at once, signed and with an idempotency key.',
  config: sinkConfig,
  validate: validateSink,
  plan: planSink,
  createTask: (context) => new HttpSinkTask(context),
});

export default definePlugins({ name: '@millrace/connector-http', plugins: [httpSource, httpSink] });
