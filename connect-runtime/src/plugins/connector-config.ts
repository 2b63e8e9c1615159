import { type ConfigDef, type ConfigProblem, defineConfig, nonEmpty, range } from '@millrace/foundation';

const common = {
  name: {
    type: 'string',
    importance: 'high',
    group: 'Common',
    docs: 'Globally unique name of this connector.',
    validate: nonEmpty,
  },
  'connector.class': {
    type: 'class',
    importance: 'high',
    group: 'Common',
    docs: 'The connector to run: the class name of one of the installed plugins.',
    validate: nonEmpty,
  },
  'tasks.max': {
    type: 'int',
    default: 1,
    importance: 'high',
    group: 'Common',
    docs: 'The most tasks that the work is split into.',
    validate: range(1, 10_000),
  },
  'key.converter': {
    type: 'class',
    default: null,
    importance: 'low',
    group: 'Common',
    docs: "Makes bytes of keys and back. The worker's own where it is not given.",
  },
  'value.converter': {
    type: 'class',
    default: null,
    importance: 'low',
    group: 'Common',
    docs: "Makes bytes of values and back. The worker's own where it is not given.",
  },
  'header.converter': {
    type: 'class',
    default: null,
    importance: 'low',
    group: 'Common',
    docs: "Makes bytes of header values and back. The worker's own where it is not given.",
  },
} as const satisfies ConfigDef;

/** Keys that every source connector has, whatever its plugin. Names and defaults are Kafka Connect's. */
export const sourceConnectorConfig = defineConfig(common);

/** Keys that every sink connector has, whatever its plugin. */
export const sinkConnectorConfig = defineConfig({
  ...common,
  topics: {
    type: 'list',
    default: [],
    importance: 'high',
    group: 'Common',
    docs: 'Topics to read, separated by commas.',
  },
  'topics.regex': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Common',
    docs: 'Topics to read, as a regular expression over whole names. Either this or `topics`.',
  },
});

/** Settings of the task's own clients that a connector may change, by Kafka's names. */
export const clientOverrides = {
  'producer.override.': [
    'compression.type',
    'linger.ms',
    'batch.size',
    'max.request.size',
    'buffer.memory',
    'delivery.timeout.ms',
  ],
  'consumer.override.': [
    'auto.offset.reset',
    'max.poll.records',
    'fetch.min.bytes',
    'fetch.max.wait.ms',
    'session.timeout.ms',
  ],
} as const;

/** Keys of Kafka Connect's that mean something there and nothing here yet: refused by name, never ignored in silence. */
const unserved = [
  /^transforms$/,
  /^predicates$/,
  /^errors\./,
  /^exactly\.once\.support$/,
  /^transaction\.boundary/,
  /^topic\.creation\./,
  /^offsets\.storage\.topic$/,
  /^admin\.override\./,
];

/** What is wrong beyond single keys: options that are not served, and keys that exclude each other. */
export function connectorProblems(
  type: 'source' | 'sink',
  raw: { readonly [key: string]: string },
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (value.trim() === '') continue;
    if (unserved.some((pattern) => pattern.test(key)) && !isKafkaDefault(key, value)) {
      problems.push({
        key,
        message: `"${key}" is an option of Kafka Connect that this version does not serve. Remove it.`,
      });
    }
    for (const [prefix, served] of Object.entries(clientOverrides)) {
      const option = key.slice(prefix.length);
      if (key.startsWith(prefix) && !(served as readonly string[]).includes(option)) {
        problems.push({
          key,
          message: `"${key}" can't be overridden. Under "${prefix}" these can: ${served.join(', ')}.`,
        });
      }
    }
  }
  return type === 'sink' ? [...problems, ...topicProblems(raw)] : problems;
}

function topicProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  const topics = (raw['topics'] ?? '').trim();
  const regex = (raw['topics.regex'] ?? '').trim();
  if (topics === '' && regex === '')
    return [{ key: 'topics', message: 'Either "topics" or "topics.regex" must say what to read.' }];
  if (topics !== '' && regex !== '')
    return [{ key: 'topics.regex', message: '"topics" and "topics.regex" exclude each other. Remove one.' }];
  try {
    new RegExp(regex);
    return [];
  } catch {
    return [{ key: 'topics.regex', message: '"topics.regex" is not a regular expression.' }];
  }
}

/** Configs that were moved over often spell out what is the default anyway; that asks for nothing. */
function isKafkaDefault(key: string, value: string): boolean {
  const defaults: { readonly [key: string]: string } = {
    'errors.tolerance': 'none',
    'errors.log.enable': 'false',
    'errors.log.include.messages': 'false',
    'errors.retry.timeout': '0',
    'exactly.once.support': 'requested',
    'topic.creation.enable': 'true',
  };
  return defaults[key] === value.trim();
}
