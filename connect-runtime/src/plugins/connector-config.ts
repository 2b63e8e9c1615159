import {
  type ConfigDef,
  type ConfigProblem,
  defineConfig,
  isMillraceError,
  matches,
  nonEmpty,
  oneOf,
  range,
} from '@millrace/foundation';
import { chainConfig, chainOf } from './chain-config.ts';
import { overrideProblems } from './client-overrides.ts';
import { errorConfig } from './error-config.ts';
import { exactlyOnceConfig } from './exactly-once-config.ts';
import { connectorRestartConfig, restartProblems } from './restart-config.ts';
import { shareGroupProblems, sinkConsumerConfig } from './sink-consumer-config.ts';
import { topicCreationConfig, topicCreationOf } from './topic-creation-config.ts';
import { topicsRegexOf } from './topics-regex.ts';
import { parseVersionRange } from './version-range.ts';

const common = {
  name: {
    type: 'string',
    importance: 'high',
    group: 'Common',
    docs: 'Globally unique name of this connector.',
    validate: matches(/^\P{Cc}*\P{Z}\P{Cc}*$/u, 'a name without control characters'),
  },
  'connector.class': {
    type: 'class',
    importance: 'high',
    group: 'Common',
    docs: 'The connector to run: the class name of one of the installed plugins.',
    validate: nonEmpty,
  },
  'connector.plugin.version': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: 'Common',
    docs: "The version of the connector to run, or a range in Maven's syntax such as [1.0,2.0); the newest that is installed where it is not given.",
  },
  'tasks.max': {
    type: 'int',
    default: 1,
    importance: 'high',
    group: 'Common',
    docs: 'The most tasks that the work is split into.',
    validate: range(1, 10_000),
  },
  'tasks.max.enforce': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Common',
    docs: 'Whether a connector that asks for more tasks than tasks.max fails. If not, it gets all of them.',
  },
  'config.action.reload': {
    type: 'string',
    default: 'restart',
    importance: 'low',
    group: 'Common',
    docs: 'What happens when a config provider says that values are others by now: the tasks are restarted with the new ones (restart), or go on with the old ones (none).',
    recommend: ['none', 'restart'],
    validate: oneOf('none', 'restart'),
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
  ...chainConfig,
  ...errorConfig,
  ...connectorRestartConfig,
} as const satisfies ConfigDef;

/** Keys that name a converter. */
export const CONVERTERS = ['key.converter', 'value.converter', 'header.converter'];

/** Keys that every source connector has, whatever its plugin. Names and defaults are Kafka Connect's. */
export const sourceConnectorConfig = defineConfig({
  ...common,
  ...exactlyOnceConfig,
  ...topicCreationConfig,
});

/** Keys that every sink connector has, whatever its plugin. */
export const sinkConnectorConfig = defineConfig({
  ...common,
  ...sinkConsumerConfig,
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

/** What is wrong beyond single keys: options that are not served, and keys that exclude each other. */
export function connectorProblems(
  type: 'source' | 'sink',
  raw: { readonly [key: string]: string },
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (value.trim() !== '') problems.push(...overrideProblems(key, value));
  }
  problems.push(...chainOf(raw).problems, ...deadLetterProblems(raw));
  problems.push(...blankProblems(raw), ...versionProblems(raw), ...restartProblems(raw));
  if (type === 'source') return [...problems, ...topicCreationOf(raw).problems];
  return [...problems, ...topicProblems(raw), ...shareGroupProblems(raw)];
}

/** Keys that may be left out, and mean something else than that when they are blank. */
const NOT_BLANK = ['offsets.storage.topic'];

function blankProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  return NOT_BLANK.filter((key) => raw[key]?.trim() === '').map((key) => ({
    key,
    message: `"${key}" must not be blank. Leave it out, or give it a value.`,
  }));
}

/** Versions of converters that the connector takes from its worker: nobody looks for them, but they are versions or ranges. */
function versionProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  return CONVERTERS.filter((converter) => !raw[converter]?.trim()).flatMap((converter) => {
    const key = `${converter}.plugin.version`;
    try {
      parseVersionRange(raw[key], key);
      return [];
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      return [{ key, message: `${error.message} ${error.details.hint}` }];
    }
  });
}

function topicProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  const topics = (raw.topics ?? '').trim();
  const regex = (raw['topics.regex'] ?? '').trim();
  if (topics === '' && regex === '')
    return [{ key: 'topics', message: 'Either "topics" or "topics.regex" must say what to read.' }];
  const names = topics.split(',').map((name) => name.trim());
  if (topics !== '' && names.includes(''))
    return [{ key: 'topics', message: '"topics" has a comma with no topic on one of its sides.' }];
  if (new Set(names).size < names.length)
    return [{ key: 'topics', message: '"topics" names a topic twice.' }];
  if (topics !== '' && regex !== '')
    return [{ key: 'topics.regex', message: '"topics" and "topics.regex" exclude each other. Remove one.' }];
  try {
    topicsRegexOf(raw);
    return [];
  } catch (error) {
    const message = `"topics.regex" is not a regular expression: ${(error as Error).message}.`;
    return [{ key: 'topics.regex', message }];
  }
}

/** A sink that read its own dead letters would fail on them for ever. */
function deadLetterProblems(raw: { readonly [key: string]: string }): readonly ConfigProblem[] {
  const name = raw['errors.deadletterqueue.topic.name']?.trim();
  if (!name) return [];
  const read = (raw.topics ?? '').split(',').map((topic) => topic.trim());
  const key = read.includes(name) ? 'topics' : isMatched(raw, name) ? 'topics.regex' : null;
  if (key === null) return [];
  const message = `"${key}" has the connector read ${name}, which "errors.deadletterqueue.topic.name" names. Dead letters need another topic.`;
  return [{ key, message }];
}

function isMatched(raw: { readonly [key: string]: string }, name: string): boolean {
  try {
    return topicsRegexOf(raw)?.test(name) ?? false;
  } catch {
    return false;
  }
}
