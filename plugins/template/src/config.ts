import { defineConfig } from '@millrace/sdk';

/** One definition gives the type, the checks, the REST answer, the form and the table in the README. */
export const config = defineConfig({
  url: { type: 'string', importance: 'high', docs: 'Address that gives the entries as a JSON array.' },
  topic: { type: 'string', importance: 'high', docs: 'The topic that the records go to.' },
  'poll.interval.ms': {
    type: 'int',
    default: 1000,
    importance: 'low',
    docs: 'Wait while there is nothing new.',
  },
});
