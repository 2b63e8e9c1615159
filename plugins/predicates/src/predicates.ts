import { type ConfigValue, defineConfig, definePredicate, javaPattern, nonEmpty } from '@millrace/sdk';

const PACKAGE = 'org.apache.kafka.connect.transforms.predicates';
const VERSION = '0.1.0';
/** Topics are few and records many; more are matched anew. */
const TOPICS_KEPT_MAX = 1_000;

function checkPattern(value: ConfigValue): string | null {
  if (String(value).trim() === '') return 'must not be empty';
  try {
    javaPattern(String(value));
    return null;
  } catch (error) {
    return `must be a regular expression in Java's syntax: ${(error as Error).message}`;
  }
}

/** Kafka Connect's TopicNameMatches. */
export const topicNameMatches = definePredicate({
  class: 'TopicNameMatches',
  aliases: [`${PACKAGE}.TopicNameMatches`],
  version: VERSION,
  docs: 'Records whose whole topic name matches a regular expression.',
  config: defineConfig({
    pattern: {
      type: 'string',
      importance: 'medium',
      docs: 'The regular expression, in the syntax of Java.',
      validate: Object.assign(checkPattern, { allows: 'a regular expression' }),
    },
  }),
  create: ({ pattern }) => {
    const { whole } = javaPattern(pattern);
    const known = new Map<string, boolean>();
    return {
      test: ({ topic }) => {
        let matches = known.get(topic);
        if (matches === undefined) {
          matches = whole.test(topic);
          if (known.size >= TOPICS_KEPT_MAX) known.clear();
          known.set(topic, matches);
        }
        return matches;
      },
    };
  },
});

/** Kafka Connect's HasHeaderKey. */
export const hasHeaderKey = definePredicate({
  class: 'HasHeaderKey',
  aliases: [`${PACKAGE}.HasHeaderKey`],
  version: VERSION,
  docs: 'Records with at least one header of a name.',
  config: defineConfig({
    name: { type: 'string', importance: 'medium', docs: 'The name of the header.', validate: nonEmpty },
  }),
  create: ({ name }) => ({ test: ({ headers }) => headers.some(({ key }) => key === name) }),
});

/** Kafka Connect's RecordIsTombstone. */
export const recordIsTombstone = definePredicate({
  class: 'RecordIsTombstone',
  aliases: [`${PACKAGE}.RecordIsTombstone`],
  version: VERSION,
  docs: 'Records whose value is null.',
  config: defineConfig({}),
  create: () => ({ test: ({ value }) => value === null || value === undefined }),
});
