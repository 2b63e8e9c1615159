import { type ConfigValue, defineConfig, javaPattern, javaReplacement } from '@millrace/sdk';
import { poison } from './failures.ts';
import { dateFormat } from './java-date-format.ts';
import { defineWhole } from './record-side.ts';

function checkRegex(value: ConfigValue): string | null {
  try {
    javaPattern(String(value));
    return null;
  } catch (error) {
    return `must be a regular expression in Java's syntax: ${(error as Error).message}`;
  }
}

function checkReplacement(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  if (checkRegex(all.regex ?? '') !== null) return null;
  try {
    javaReplacement(String(value), javaPattern(String(all.regex)).first);
    return null;
  } catch (error) {
    return `must be a replacement for "regex": ${(error as Error).message}`;
  }
}

/** Kafka Connect's RegexRouter. */
export const regexRouter = defineWhole({
  name: 'RegexRouter',
  docs: 'Renames the topic where its name matches a regular expression.',
  config: defineConfig({
    regex: {
      type: 'string',
      importance: 'high',
      docs: 'What the whole name must match, in the syntax of Java.',
      validate: Object.assign(checkRegex, { allows: 'a regular expression' }),
    },
    replacement: {
      type: 'string',
      importance: 'high',
      docs: 'The new name; $1 or ${name} stand for groups of the expression.',
      validate: Object.assign(checkReplacement, { allows: 'a replacement' }),
    },
  }),
  create: ({ regex, replacement }) => {
    const pattern = javaPattern(regex);
    const replaced = javaReplacement(replacement, pattern.first);
    // Topics are few and records many.
    const topics = new Map<string, string>();
    const rename = (topic: string): string => {
      const found = pattern.whole.test(topic) ? pattern.first.exec(topic) : null;
      if (found === null) return topic;
      return topic.slice(0, found.index) + replaced(found) + topic.slice(found.index + found[0].length);
    };
    return (record) => {
      let topic = topics.get(record.topic);
      if (topic === undefined) {
        topic = rename(record.topic);
        if (topics.size >= TOPICS_KEPT_MAX) topics.clear();
        topics.set(record.topic, topic);
      }
      return topic === record.topic ? record : { ...record, topic };
    };
  },
});

const TOPICS_KEPT_MAX = 1_000;

function checkDateFormat(value: ConfigValue): string | null {
  try {
    dateFormat(String(value));
    return null;
  } catch (error) {
    return `must be a pattern of Java's SimpleDateFormat: ${(error as Error).message}`;
  }
}

/** Kafka Connect's TimestampRouter. */
export const timestampRouter = defineWhole({
  name: 'TimestampRouter',
  docs: "Puts the record's time into the name of its topic.",
  config: defineConfig({
    'topic.format': {
      type: 'string',
      default: '${topic}-${timestamp}',
      importance: 'high',
      docs: 'The new name; ${topic} stands for the old one, ${timestamp} for the time.',
    },
    'timestamp.format': {
      type: 'string',
      default: 'yyyyMMdd',
      importance: 'high',
      docs: "How the time is written, in UTC: a pattern of Java's SimpleDateFormat.",
      validate: Object.assign(checkDateFormat, { allows: 'a date pattern' }),
    },
  }),
  create: (config) => {
    const format = dateFormat(config['timestamp.format']);
    return (record) => {
      if (record.timestamp === null) {
        throw poison(
          'NO_TIMESTAMP',
          'TimestampRouter needs the time of the record, which has none.',
          'Apply it in a sink, or let the source give its records a time.',
        );
      }
      const topic = config['topic.format']
        .replaceAll('${topic}', () => record.topic)
        .replaceAll('${timestamp}', () => format.format(new Date(record.timestamp ?? 0)));
      return { ...record, topic };
    };
  },
});
