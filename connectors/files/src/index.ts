import { definePlugins, defineSink, defineSource } from '@millrace/sdk';
import { fileStreamSink, fileStreamSource } from './aliases.ts';
import { sinkConfig, sourceConfig } from './config.ts';
import { checkAltered, offsetInWords } from './file-offset.ts';
import { patternsOf } from './file-pattern.ts';
import { sampleLines } from './sample.ts';
import { FileSinkTask, TASK_PLACEHOLDER, writeProblems } from './sink.ts';
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
  docs: 'Appends records to files, as JSON lines or lines of text.',
  config: sinkConfig,
  validate: (config) => writeProblems(config.file),
  // Two writers of one file could each take the other's line for a torn one.
  taskConfigs: (config, maxTasks) =>
    Array.from({ length: config.file.includes(TASK_PLACEHOLDER) ? maxTasks : 1 }, () => ({})),
  createTask: (context) => new FileSinkTask(context),
});

export default definePlugins({ name: '@millrace/connector-files', plugins: [fileSource, fileSink] });
