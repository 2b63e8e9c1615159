import {
  type ConfigValue,
  jsonText,
  MillraceError,
  Misfit,
  RECORD_PART,
  readAt,
  recordPart,
  type SinkRecord,
} from '@millrace/sdk';
import { address } from './connection-options.ts';

const PLACEHOLDER = /\$\{([^{}]*)\}/g;

/** Headers are no part of an address. */
const isKnown = (name: string): boolean =>
  name === 'partition' || name === 'offset' || (RECORD_PART.test(name) && !name.startsWith('header.'));

/** Whether an address is another one for other records. */
export const hasPlaceholders = (url: string): boolean => url.search(PLACEHOLDER) !== -1;

/** A config's validator of an address with placeholders: they fill in its path or query, never where it leads to. */
export const urlTemplate = Object.assign(
  (value: ConfigValue): string | null => {
    const unknown = [...String(value).matchAll(PLACEHOLDER)].find(([, name = '']) => !isKnown(name));
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
    const text = value === null || value === undefined ? '' : textOf(value, record, name);
    if (text === '') throw notMade(record, name, 'there is none');
    if (text === '.' || text === '..') throw notMade(record, name, 'dots are no name');
    // Half a surrogate pair has no bytes in UTF-8.
    if (!text.isWellFormed()) throw notMade(record, name, 'it is no text of Unicode');
    return encodeURIComponent(text);
  });
}

function partOf(record: SinkRecord, name: string): unknown {
  if (name === 'partition') return readAt(record).partition;
  return name === 'offset' ? readAt(record).offset : recordPart(record, name);
}

function textOf(value: unknown, record: SinkRecord, name: string): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  try {
    return jsonText(value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw notMade(record, name, error.message);
  }
}

function notMade(record: SinkRecord, name: string, reason: string): MillraceError {
  const { topic, partition, offset } = record;
  return new MillraceError(`A record of topic ${topic} has nothing for \${${name}} of "url": ${reason}.`, {
    code: 'ADDRESS_NOT_MADE',
    class: 'poison',
    record: { topic, partition, offset },
    hint: 'Leave the placeholder out of "url", or mend the record where it is made.',
  });
}
