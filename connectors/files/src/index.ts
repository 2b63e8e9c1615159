import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { fileStreamSink, fileStreamSource } from './aliases.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { checkAltered, offsetInWords } from './file-offset.ts';
import { patternsOf } from './file-pattern.ts';
import { hasPlaceholder } from './path-template.ts';
import { planSink } from './plan.ts';
import { kept, RolledSinkTask } from './rolled-sink.ts';
import { sampleLines } from './sample.ts';
import { FileSinkTask } from './sink.ts';
import { rolls, writeProblems } from './sink-paths.ts';
import { FileSourceTask, sourceProblems } from './source.ts';

export const fileSource = defineSource({
  class: 'FileSource',
  aliases: [fileStreamSource],
  version: '0.1.0',
  docs: 'Follows files that grow, through truncation and rotation, and gives their lines, JSON lines or rows; or whole files.',
  config: sourceConfig,
  validate: sourceProblems,
  // Each file in one task, which keeps its order.
  taskConfigs: (config, maxTasks) => {
    const patterns = patternsOf(config);
    const of = patterns.some(({ pattern }) => pattern !== null)
      ? maxTasks
      : Math.min(maxTasks, patterns.length);
    return of <= 1 ? [{}] : Array.from({ length: of }, (_, index) => ({ share: `${index}/${of}` }));
  },
  createTask: (context) => new FileSourceTask(context),
  exactlyOnce: () => true,
  sample: sampleLines,
  alterOffsets: (_, wanted) => checkAltered(wanted),
  describeOffset: offsetInWords,
});

export const fileSink = defineSink({
  class: 'FileSink',
  aliases: [fileStreamSink],
  version: '0.1.0',
  docs: 'Appends records to files, or writes files that are complete when they appear, as JSON lines or lines of text.',
  config: sinkConfig,
  validate: writeProblems,
  plan: planSink,
  // Two writers of one file could each take the other's line for a torn one; rotated files belong to a partition.
  taskConfigs: (config, maxTasks) =>
    Array.from({ length: rolls(config) || hasPlaceholder(config.file, 'task') ? maxTasks : 1 }, () => ({})),
  createTask: (context) => (rolls(context.config) ? new RolledSinkTask(context) : new FileSinkTask(context)),
  ...kept,
});

export default definePlugins({ name: '@millrace/connector-files', plugins: [fileSource, fileSink] });
