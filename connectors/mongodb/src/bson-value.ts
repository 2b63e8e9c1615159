import { logicalType, MillraceError, parseExact, type Schema } from '@millrace/sdk';
import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';

const INT32_MAX = 0x7fffffff;

/**
 * A record's key or value as a document: a struct or map, JSON text, or BSON bytes. Extended JSON of either version becomes the type
 * that it stands for.
 * @throws {MillraceError} class poison for what is no document
 */
export function toDocument(value: unknown, schema: Schema | undefined, what: string): Document {
  const document = toBson(
    decoded(value, what),
    schema?.type === 'struct' || schema?.type === 'map' ? schema : undefined,
    what,
  );
  if (isDocument(document)) return document;
  throw notADocument(`The ${what} is no document.`);
}

/** A value of any kind, such as a key that is a plain text or number. */
export function toValue(value: unknown, schema: Schema | undefined, what: string): unknown {
  if (typeof value !== 'string') return toBson(value, schema, what);
  return /^\s*\{/.test(value) ? toBson(decoded(value, what), undefined, what) : value;
}

/** What has fields of its own, rather than being one value. */
export function isDocument(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !('_bsontype' in value)
  );
}

function decoded(value: unknown, what: string): unknown {
  try {
    if (typeof value === 'string') return parseExact(value);
    if (Buffer.isBuffer(value)) return BSON.deserialize(value, { promoteValues: false, bsonRegExp: true });
  } catch (error) {
    throw notADocument(`The ${what} is neither JSON nor BSON.`, error);
  }
  return value;
}

function toBson(value: unknown, schema: Schema | undefined, what: string): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return wholeBson(value, what);
  if (typeof value === 'number') return numberBson(value, schema);
  if (typeof value === 'string')
    return schema?.name === logicalType.decimal ? Decimal128.fromString(value) : value;
  if (typeof value !== 'object' || value instanceof Date || '_bsontype' in value) return value;
  if (value instanceof Uint8Array) return new Binary(value);
  if (Array.isArray(value)) return value.map((item) => toBson(item, schema?.items, what));
  const entries: readonly [string, unknown][] =
    value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value);
  return entries[0]?.[0].startsWith('$')
    ? extended(Object.fromEntries(entries), what)
    : fields(entries, schema, what);
}

function fields(entries: readonly [string, unknown][], schema: Schema | undefined, what: string): Document {
  const known = schema?.fields && new Map(schema.fields.map((field) => [field.field, field]));
  const document: Document = {};
  for (const [name, item] of entries) {
    const value = toBson(item, known?.get(name) ?? schema?.values, what);
    // A plain assignment would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
    else document[name] = value;
  }
  return document;
}

/** Beyond 64 bits, where the driver would cut bits off, a decimal has room for 34 digits. */
function wholeBson(value: bigint, what: string): Long | Decimal128 {
  if (BigInt.asIntN(64, value) === value) return Long.fromBigInt(value);
  try {
    return Decimal128.fromString(String(value));
  } catch (error) {
    throw notADocument(`The ${what} has a number of more digits than MongoDB can hold.`, error);
  }
}

/** The driver would make a double of every number that does not fit into 32 bits. */
function numberBson(value: number, schema: Schema | undefined): unknown {
  if (schema?.type === 'int64') return Long.fromNumber(value);
  if (schema?.type === 'float' || schema?.type === 'double') return new Double(value);
  return Number.isSafeInteger(value) && Math.abs(value) > INT32_MAX ? Long.fromNumber(value) : value;
}

type Reader = (value: never, all: Document) => unknown;

/** Extended JSON, both versions (the specification "Extended JSON", and what Java's drivers wrote before it). */
const wrappers: Readonly<Record<string, Reader>> = {
  $oid: (hex: string) => ObjectId.createFromHexString(hex),
  $date: (date: string | number | { $numberLong: string }) =>
    new Date(typeof date === 'object' ? Number(date.$numberLong) : date),
  $numberInt: (text: string) => new Int32(Number(text)),
  $numberLong: (text: string) => Long.fromString(text),
  $numberDouble: (text: string) => new Double(Number(text)),
  $numberDecimal: (text: string) => Decimal128.fromString(text),
  $binary: (binary: string | { base64: string; subType: string }, { $type }) =>
    typeof binary === 'string'
      ? new Binary(Buffer.from(binary, 'base64'), Number.parseInt(String($type ?? '0'), 16))
      : new Binary(Buffer.from(binary.base64, 'base64'), Number.parseInt(binary.subType, 16)),
  $uuid: (text: string) => new UUID(text).toBinary(),
  $timestamp: ({ t, i }: { t: number; i: number }) => new Timestamp({ t, i }),
  $regularExpression: ({ pattern, options }: { pattern: string; options: string }) =>
    new BSONRegExp(pattern, options),
  $regex: (pattern: string, { $options }) => new BSONRegExp(pattern, String($options ?? '')),
  $code: (code: string, { $scope }) => new Code(code, ($scope ?? undefined) as Document | undefined),
  $symbol: (text: string) => text,
  $undefined: () => null,
  $minKey: () => new MinKey(),
  $maxKey: () => new MaxKey(),
};

function extended(all: Document, what: string): unknown {
  const [[name, value] = ['', undefined]] = Object.entries(all);
  const reader = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (!reader) return fields(Object.entries(all), undefined, what);
  try {
    const read = reader(value as never, all);
    if (!(read instanceof Date) || !Number.isNaN(read.getTime())) return read;
  } catch (error) {
    throw notADocument(`The ${what} has a ${name} that can't be read.`, error);
  }
  throw notADocument(`The ${what} has a ${name} that can't be read.`);
}

function notADocument(message: string, cause?: unknown): MillraceError {
  return new MillraceError(message, {
    code: 'MONGODB_NO_DOCUMENT',
    class: 'poison',
    hint: 'Let keys and values be structs, objects, JSON text of objects, or BSON; choose the converters that fit the topic.',
    ...(cause !== undefined && { cause }),
  });
}
