import { MillraceError, type SinkRecord } from '@millrace/sdk';
import { fieldOf, fillIn } from './client/key-template.ts';
import { textOf } from './client/value-text.ts';
import type { SinkConfig } from './config.ts';

export type Argument = string | Buffer;
/** A command of Redis with its arguments, the key first. */
export type Command = readonly [name: string, key: string, ...args: Argument[]];

/** A script hands each command over on Lua's stack, which holds 8,000 values. */
const FIELDS_MAX = 3_000;

export const keyTemplateOf = (config: SinkConfig): string =>
  config.key ?? (config.type === 'stream' ? `\${topic}` : `\${topic}:\${key}`);

/**
 * What a record asks of the server, in order; nothing for a tombstone that is passed over.
 * @throws {MillraceError} class poison for a record that can't be written this way
 */
export function commandsOf(record: SinkRecord, config: SinkConfig): readonly Command[] {
  if (record.value === null || record.value === undefined) {
    const behavior = config['behavior.on.null.values'];
    if (behavior === 'ignore') return [];
    if (behavior === 'fail')
      throw poison('REDIS_TOMBSTONE', 'The record is a tombstone.', 'behavior.on.null.values');
    if (config.type !== 'stream') return [['DEL', fillIn(keyTemplateOf(config), record, 'key')]];
  }
  const key = fillIn(keyTemplateOf(config), record, 'key');
  const ttl = ttlOf(record, config);
  if (config.type === 'string')
    return [['SET', key, textOf(record.value), ...(ttl === null ? [] : ['PX', ttl])]];
  const writes = config.type === 'hash' ? hashWrites(key, record, config) : [entryOf(key, record, config)];
  return ttl === null ? writes : [...writes, ['PEXPIRE', key, ttl]];
}

function hashWrites(key: string, record: SinkRecord, config: SinkConfig): readonly Command[] {
  const fields = [...fieldsOf(record.value)];
  const writes: Command[] = [];
  if (config['hash.write'] === 'replace') writes.push(['DEL', key]);
  else {
    const removed = fields.filter(([, value]) => value === null || value === undefined).map(([name]) => name);
    for (const chunk of chunks(removed)) writes.push(['HDEL', key, ...chunk]);
  }
  const set = fields.filter(([, value]) => value !== null && value !== undefined);
  for (const chunk of chunks(set))
    writes.push(['HSET', key, ...chunk.flatMap(([name, value]) => [name, textOf(value)])]);
  return writes;
}

function entryOf(key: string, record: SinkRecord, config: SinkConfig): Command {
  const {
    'stream.key.field': keyField,
    'stream.value.field': valueField,
    'stream.max.length': length,
  } = config;
  const fields: Argument[] = [];
  if (keyField !== null && record.key !== null && record.key !== undefined)
    fields.push(keyField, textOf(record.key));
  if (record.value !== null && record.value !== undefined) {
    if (valueField !== null) fields.push(valueField, textOf(record.value));
    else
      for (const [name, value] of fieldsOf(record.value))
        if (value !== null && value !== undefined) fields.push(name, textOf(value));
  }
  if (fields.length === 0)
    throw poison(
      'REDIS_ENTRY_EMPTY',
      'The record has nothing in it that an entry of a stream could hold.',
      'stream.key.field',
    );
  if (fields.length > FIELDS_MAX * 2)
    throw poison(
      'REDIS_ENTRY_TOO_WIDE',
      `An entry of a stream has at most ${FIELDS_MAX} fields here.`,
      'stream.value.field',
    );
  return ['XADD', key, ...(length > 0 ? ['MAXLEN', '~', String(length)] : []), '*', ...fields];
}

function* fieldsOf(value: unknown): Iterable<readonly [string, unknown]> {
  if (value instanceof Map) for (const [name, field] of value) yield [textOf(name).toString(), field];
  else if (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  )
    yield* Object.entries(value);
  else throw poison('REDIS_VALUE_NO_OBJECT', 'The value is no object, and has no fields.', 'type');
}

/** Milliseconds as text; null: for good. */
function ttlOf(record: SinkRecord, config: SinkConfig): string | null {
  const { 'ttl.header': header, 'ttl.field': field, 'ttl.ms': fixed } = config;
  const given =
    (header === null ? undefined : record.headers.findLast(({ key }) => key === header)?.value) ??
    (field === null ? undefined : fieldOf(record.value, field));
  if (given === undefined || given === null) return fixed > 0 ? String(fixed) : null;
  const ms = Number(Buffer.isBuffer(given) ? given.toString() : given);
  if (Number.isSafeInteger(ms) && ms > 0) return String(ms);
  throw poison(
    'REDIS_TTL_INVALID',
    'The record’s time to live is no whole number of milliseconds above 0.',
    'ttl.header',
  );
}

function poison(code: string, message: string, path: string): MillraceError {
  return new MillraceError(message, { code, class: 'poison', path });
}

function* chunks<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += FIELDS_MAX) yield items.slice(at, at + FIELDS_MAX);
}
