import { type ConfigValue, jsonText, MillraceError, readAt, type SinkRecord } from '@millrace/sdk';
import { address } from './connection-options.ts';

const PLACEHOLDER = /\$\{([^{}]*)\}/g;
const KNOWN = /^(?:topic|partition|offset|(?:key|value)(?:\.[^.]+)*)$/;

/** Whether an address is another one for other records. */
export const hasPlaceholders = (url: string): boolean => url.search(PLACEHOLDER) !== -1;

/** A config's validator of an address with placeholders: they fill in its path or query, never where it leads to. */
export const urlTemplate = Object.assign(
  (value: ConfigValue): string | null => {
    const unknown = [...String(value).matchAll(PLACEHOLDER)].find(([, name = '']) => !KNOWN.test(name));
    if (unknown) return `has ${unknown[0]}, which stands for nothing`;
    if (/^[^:]+:\/\/[^/?#]*\$\{/.test(String(value)))
      return 'must not have a placeholder in the name of its server';
    return address(value);
  },
  {
    allows: `an http or https URL with \${topic}, \${partition}, \${offset}, \${key}, \${key.field} or \${value.field}`,
  },
);

/** The address of a record. @throws {MillraceError} ADDRESS_NOT_MADE (class poison) where it lacks what the address needs */
export function filledUrl(template: string, record: SinkRecord): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = partOf(record, name);
    if (value === null || value === undefined || value === '' || value === '.' || value === '..')
      throw notMade(record, name);
    return encodeURIComponent(textOf(value));
  });
}

function partOf(record: SinkRecord, name: string): unknown {
  if (name === 'topic') return record.topic;
  if (name === 'partition') return readAt(record).partition;
  if (name === 'offset') return readAt(record).offset;
  const [side, ...fields] = name.split('.');
  let value: unknown = side === 'key' ? record.key : record.value;
  for (const field of fields) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, field);
    value = isObject ? (value as Record<string, unknown>)[field] : undefined;
  }
  return value;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString() : jsonText(value);
}

function notMade(record: SinkRecord, name: string): MillraceError {
  const { topic, partition, offset } = record;
  return new MillraceError(`A record of topic ${topic} has nothing for \${${name}} of "url".`, {
    code: 'ADDRESS_NOT_MADE',
    class: 'poison',
    record: { topic, partition, offset },
    hint: 'Leave the placeholder out of "url", or mend the record where it is made.',
  });
}
