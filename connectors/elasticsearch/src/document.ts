import { isMillraceError, jsonText, MillraceError, parseExact, type SinkRecord } from '@millrace/sdk';
import { fieldOf } from './expression.ts';

/**
 * A record's value as the JSON text of a document, without line breaks: a struct, an object, a map, or JSON text of an object, whose
 * digits stay as they are.
 * @throws {MillraceError} class poison for what is no document
 */
export function documentText({ value }: SinkRecord): string {
  try {
    if (typeof value === 'string') {
      requireObject(JSON.parse(value));
      return value.replace(/[\r\n]/g, ' ');
    }
    requireObject(value);
    return jsonText(value instanceof Map ? Object.fromEntries(value) : value);
  } catch (error) {
    throw isMillraceError(error) ? error : noDocument('The value is no JSON.', error);
  }
}

/**
 * The same with `@timestamp`: the first of these fields that is there, else the value's own, else the record's time.
 * @throws {MillraceError} class poison for what is no document, or has no time
 */
export function stampedText(record: SinkRecord, fields: readonly string[]): string {
  const value = typeof record.value === 'string' ? parsed(record.value) : record.value;
  requireObject(value);
  const named = fields.map((field) => fieldOf(value, field)).find((found) => found !== undefined);
  const time = named ?? fieldOf(value, '@timestamp') ?? record.timestamp;
  if (time === null || time === undefined)
    throw new MillraceError('The record has no time for @timestamp.', {
      code: 'ELASTICSEARCH_NO_TIMESTAMP',
      class: 'poison',
      path: 'data.stream.timestamp.field',
      hint: 'Name a field that holds the time, or let records have one.',
    });
  const entries = value instanceof Map ? Object.fromEntries(value) : value;
  return documentText({ ...record, value: { ...(entries as object), '@timestamp': time } });
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    throw noDocument('The value is no JSON.', error);
  }
}

function requireObject(value: unknown): void {
  const isObject =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date);
  if (!isObject) throw noDocument('The value is no document.');
}

const noDocument = (message: string, cause?: unknown): MillraceError =>
  new MillraceError(message, {
    code: 'ELASTICSEARCH_NO_DOCUMENT',
    class: 'poison',
    hint: 'Let values be structs, objects, or JSON text of objects; choose the converters that fit the topic.',
    ...(cause !== undefined && { cause }),
  });
