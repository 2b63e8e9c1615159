import { definePlugins, defineSource } from '@millrace/sdk';
import { checkAltered } from './altered-offsets.ts';
import { sourceConfig } from './config.ts';
import { fromOffset, inWords } from './position.ts';
import { sampleDocuments } from './sample.ts';
import { MongoDbSourceTask, validateSource } from './source.ts';

const version = '0.1.0';

const source = defineSource({
  class: 'MongoDbSource',
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

export default definePlugins({ name: '@millrace/connector-mongodb', plugins: [source] });
