import { type ConfigValue, type ConnectRecord, MillraceError, type matches } from '@millrace/sdk';
import { textOf } from './value-text.ts';

const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const KNOWN = /^(?:topic|partition|key|(?:key|value)\.[^{}]+)$/;

/** Checks a template of a config. */
export const template: ReturnType<typeof matches> = Object.assign(
  (value: ConfigValue) => {
    if (value === null) return null;
    const names = [...String(value).matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    const unknown = names.find((name) => !KNOWN.test(name));
    if (unknown !== undefined) return `must not have \${${unknown}} in it, which stands for nothing`;
    return String(value) === '' ? 'must not be empty' : null;
  },
  { allows: `text with \${topic}, \${partition}, \${key}, \${key.field} or \${value.field}` },
);

/** Whether each record of a topic goes to the same key. */
export const isConstant = (text: string): boolean => !/\$\{(?:key|value)/.test(text);

/** @throws {MillraceError} class poison where the record lacks what the template names */
export function fillIn(text: string, record: ConnectRecord): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = placed(name, record);
    if (value !== null && value !== undefined) return textOf(value).toString();
    throw new MillraceError(`A record has no ${name}, which its key in Redis is made of.`, {
      code: 'REDIS_KEY_INCOMPLETE',
      class: 'poison',
      path: 'key',
      hint: 'Give records this part, or choose another template for their keys.',
    });
  });
}

function placed(name: string, record: ConnectRecord): unknown {
  if (name === 'topic') return record.topic;
  if (name === 'partition') return record.partition;
  if (name === 'key') return record.key;
  const dot = name.indexOf('.');
  return fieldOf(name.startsWith('key') ? record.key : record.value, name.slice(dot + 1));
}

export function fieldOf(value: unknown, field: string): unknown {
  if (value instanceof Map) return value.get(field);
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined;
}
