import { type ConfigValue, MillraceError, type matches, readAt, type SinkRecord } from '@millrace/sdk';
import { textOf } from './value-text.ts';

const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const KNOWN = /^(?:topic|partition|offset|key|(?:key|value)\.[^{}]+)$/;

/** Checks a template of a config. */
export const template: ReturnType<typeof matches> = Object.assign(
  (value: ConfigValue) => {
    if (value === null) return null;
    const names = [...String(value).matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    const unknown = names.find((name) => !KNOWN.test(name));
    if (unknown !== undefined) return `must not have \${${unknown}} in it, which stands for nothing`;
    return String(value) === '' ? 'must not be empty' : null;
  },
  { allows: `text with \${topic}, \${partition}, \${offset}, \${key}, \${key.field} or \${value.field}` },
);

/** Whether each record of a topic goes to the same key. */
export const isConstant = (text: string): boolean => !/\$\{(?:key|value|offset)/.test(text);

/**
 * A template with the record's own in its places.
 * @param option the config key that holds the template
 * @throws {MillraceError} class poison where the record lacks what the template names
 */
export function fillIn(text: string, record: SinkRecord, option: string): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = placed(name, record);
    if (value !== null && value !== undefined) return textOf(value).toString();
    throw new MillraceError(`The record has no ${name}, which "${option}" is made of.`, {
      code: 'REDIS_RECORD_INCOMPLETE',
      class: 'poison',
      path: option,
      hint: 'Give records this part, or choose another template.',
    });
  });
}

function placed(name: string, record: SinkRecord): unknown {
  if (name === 'topic') return record.topic;
  if (name === 'partition') return readAt(record).partition;
  if (name === 'offset') return readAt(record).offset;
  if (name === 'key') return record.key;
  const dot = name.indexOf('.');
  return fieldOf(name.startsWith('key') ? record.key : record.value, name.slice(dot + 1));
}

/** A field of a value that has fields; undefined where it has none, or not this one. */
export function fieldOf(value: unknown, field: string): unknown {
  if (value instanceof Map) return value.get(field);
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined;
}
