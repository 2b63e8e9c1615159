import { jsonText, kindOf, logicalType, Misfit, type Schema, type SchemaField, under } from '@millrace/sdk';
import { decimalAtScale, decimalToBytes } from './decimal.ts';

/** Writes one value as JSON text. @throws {Misfit} */
export type Encode = (value: unknown) => string;

export interface EncodeOptions {
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
  /** A null becomes the default of its schema, where it has one. */
  readonly replaceNullWithDefault: boolean;
}

const DAY_MS = 86_400_000;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
// Anything but what stands for itself in JSON: control characters, the quote, the backslash; surrogates too, of which lone ones are escaped.
// Without the flag u, which makes it slow.
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Compiles a schema into its writer; do it once for a schema. */
export function compileEncoder(schema: Schema | undefined, options: EncodeOptions): Encode {
  if (schema === undefined) return jsonText;
  const encode = encoderOf(schema, options);
  const onNull = textOfNull(schema, encode, options);
  return (value) => {
    if (value !== null && value !== undefined) return encode(value);
    if (onNull === null) throw isNull();
    return onNull;
  };
}

const isNull = (): Misfit => new Misfit('is null, though its schema is neither optional nor has a default');

function textOfNull(schema: Schema, encode: Encode, options: EncodeOptions): string | null {
  if (schema.default !== undefined && schema.default !== null && options.replaceNullWithDefault) {
    return encode(schema.default);
  }
  return schema.optional === true ? 'null' : null;
}

function encoderOf(schema: Schema, options: EncodeOptions): Encode {
  const logical = schema.name === undefined ? undefined : logicalEncoder(schema, schema.name, options);
  if (logical) return logical;
  switch (schema.type) {
    case 'boolean':
      return encodeBoolean;
    case 'int8':
      return wholeNumber('int8', -0x80, 0x7f);
    case 'int16':
      return wholeNumber('int16', -0x8000, 0x7fff);
    case 'int32':
      return wholeNumber('int32', -0x8000_0000, 0x7fff_ffff);
    case 'int64':
      return encodeInt64;
    case 'float':
    case 'double':
      return encodeDouble;
    case 'string':
      return encodeString;
    case 'bytes':
      return encodeBytes;
    case 'array':
      return arrayEncoder(compileEncoder(schema.items, options));
    case 'map':
      return mapEncoder(schema, options);
    case 'struct':
      return structEncoder(schema, options);
    default:
      throw new Misfit(`has a schema of the unknown type ${String(schema.type)}`);
  }
}

function logicalEncoder(schema: Schema, name: string, options: EncodeOptions): Encode | undefined {
  switch (name) {
    case logicalType.decimal:
      return decimalEncoder(scaleOf(schema), options);
    case logicalType.date:
      return (value) => {
        const ms = millis(value, 'Date');
        if (ms % DAY_MS !== 0)
          throw new Misfit('is a Date with a time of day, which its schema has no room for');
        return String(ms / DAY_MS);
      };
    case logicalType.time:
      return (value) => {
        const ms = millis(value, 'Time');
        if (ms < 0 || ms > DAY_MS) throw new Misfit('is a Time outside of 1970-01-01');
        return String(ms);
      };
    case logicalType.timestamp:
      return (value) => String(millis(value, 'Timestamp'));
    default:
      return undefined;
  }
}

/** The `scale` parameter of a Decimal's schema. @throws {Misfit} where it is missing or no whole number */
export function scaleOf(schema: Schema): number {
  const scale = Number(schema.parameters?.scale ?? Number.NaN);
  if (!Number.isInteger(scale)) throw new Misfit('is a Decimal whose schema has no parameter "scale"');
  return scale;
}

function decimalEncoder(scale: number, options: EncodeOptions): Encode {
  const numeric = options.decimalFormat === 'NUMERIC';
  return (value) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
      throw new Misfit(`must be a decimal's text, not ${kindOf(value)}`);
    }
    const text = String(value);
    return numeric ? decimalAtScale(text, scale) : `"${decimalToBytes(text, scale).toString('base64')}"`;
  };
}

function millis(value: unknown, what: string): number {
  if (!(value instanceof Date)) throw new Misfit(`must be a Date for ${what}, not ${kindOf(value)}`);
  const ms = value.getTime();
  if (Number.isNaN(ms)) throw new Misfit('is an invalid Date');
  return ms;
}

function encodeBoolean(value: unknown): string {
  if (typeof value !== 'boolean') throw new Misfit(`must be a boolean, not ${kindOf(value)}`);
  return value ? 'true' : 'false';
}

function wholeNumber(type: string, min: number, max: number): Encode {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw new Misfit(`must be a whole number (${type}), not ${kindOf(value)}`);
    }
    if (value < min || value > max) throw new Misfit(`is out of range for ${type}`);
    return String(value);
  };
}

function encodeInt64(value: unknown): string {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value);
    throw new Misfit('is a number that int64 cannot hold exactly; beyond 2^53 it takes a bigint');
  }
  if (typeof value !== 'bigint') throw new Misfit(`must be a whole number (int64), not ${kindOf(value)}`);
  if (value < INT64_MIN || value > INT64_MAX) throw new Misfit('is out of range for int64');
  return String(value);
}

// A whole double keeps its ".0": a reader without schemas tells integers and doubles apart by it.
function encodeDouble(value: unknown): string {
  if (typeof value !== 'number') throw new Misfit(`must be a number, not ${kindOf(value)}`);
  if (!Number.isInteger(value)) return Number.isFinite(value) ? String(value) : `"${value}"`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  return Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

function encodeString(value: unknown): string {
  if (typeof value !== 'string') throw new Misfit(`must be a string, not ${kindOf(value)}`);
  return quoted(value);
}

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function encodeBytes(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new Misfit(`must be bytes, not ${kindOf(value)}`);
  return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
}

function arrayEncoder(item: Encode): Encode {
  return (value) => {
    if (!Array.isArray(value)) throw new Misfit(`must be an array, not ${kindOf(value)}`);
    let out = '';
    for (let index = 0; index < value.length; index++) {
      try {
        out += index === 0 ? item(value[index]) : `,${item(value[index])}`;
      } catch (error) {
        throw under(index, error);
      }
    }
    return `[${out}]`;
  };
}

// String keys make a JSON object, any other ones an array of pairs. Inferred lists and maps may lack a schema for what is in them.
function mapEncoder(schema: Schema, options: EncodeOptions): Encode {
  const encodeKey = compileEncoder(schema.keys, options);
  const encodeItem = compileEncoder(schema.values, options);
  const asObject = schema.keys?.type === 'string';
  return (value) => {
    const out: string[] = [];
    for (const [key, item] of entriesOf(value)) {
      try {
        const name = encodeKey(key);
        out.push(asObject ? `${name}:${encodeItem(item)}` : `[${name},${encodeItem(item)}]`);
      } catch (error) {
        throw under(String(key), error);
      }
    }
    return asObject ? `{${out.join(',')}}` : `[${out.join(',')}]`;
  };
}

function entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> {
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Misfit(`must be a map, not ${kindOf(value)}`);
  }
  return Object.entries(value);
}

/** Whether nothing in an object can change: what is in it may, though the object around it is frozen. */
const isFixed = (value: object): boolean =>
  Object.isFrozen(value) &&
  Object.values(value).every((item: unknown) => typeof item !== 'object' || item === null);

/** Longer texts are not kept for the next record. */
const REPEATED_MAX = 100;
/** After so many other values in turn a field is no longer looked at for repetitions. */
const PATIENCE = 16;

/** A field of a struct, with what it was written as last: some say the same in many records, such as where these come from. */
interface FieldWriter {
  readonly name: string;
  /** Up to the value. */
  readonly head: string;
  readonly encode: Encode;
  /** Head and text; null where the field must not be null. */
  readonly ofNull: string | null;
  /** A short text, a number but 0, of which there are two, or the like. */
  last: unknown;
  written: string;
  patience: number;
}

function fieldWriter(field: SchemaField, index: number, options: EncodeOptions): FieldWriter {
  try {
    const head = `${index === 0 ? '{' : ','}${JSON.stringify(field.field)}:`;
    const encode = encoderOf(field, options);
    const ofNull = textOfNull(field, encode, options);
    return {
      ...{ name: field.field, head, encode, ofNull: ofNull === null ? null : head + ofNull },
      ...{ last: undefined, written: '', patience: PATIENCE },
    };
  } catch (error) {
    throw under(field.field, error);
  }
}

function written(field: FieldWriter, value: unknown): string {
  if (value === null || value === undefined) {
    if (field.ofNull === null) throw isNull();
    return field.ofNull;
  }
  if (field.patience === 0) return field.head + field.encode(value);
  if (value === field.last) {
    field.patience = PATIENCE;
    return field.written;
  }
  const text = field.head + field.encode(value);
  field.patience--;
  const isKept =
    field.patience > 0 && typeof value !== 'object' && value !== 0 && text.length <= REPEATED_MAX;
  field.last = isKept ? value : undefined;
  field.written = isKept ? text : '';
  return text;
}

function structEncoder(schema: Schema, options: EncodeOptions): Encode {
  const fields = (schema.fields ?? []).map((field, index) => fieldWriter(field, index, options));
  const inherited = fields.some(({ name }) => name in Object.prototype);
  /** Of the record before: one that comes again and that nobody can change, such as the place that many of a source come from, is written once. */
  let before: object | null = null;
  let whole: string | null = null;
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Misfit(`must be a struct's object, not ${kindOf(value)}`);
    }
    const isAgain = value === before;
    if (isAgain && whole !== null) return whole;
    const from = (inherited ? Object.assign(Object.create(null), value) : value) as Record<string, unknown>;
    let out = '';
    let index = 0;
    try {
      for (; index < fields.length; index++) {
        const field = fields[index] as FieldWriter;
        out += written(field, from[field.name]);
      }
    } catch (error) {
      throw under((fields[index] as FieldWriter).name, error);
    }
    if (fields.length === 0) return '{}';
    out += '}';
    before = value;
    // Read from bytes it is in one piece, not in as many as were put together.
    whole = isAgain && isFixed(value) ? Buffer.from(out).toString() : null;
    return out;
  };
}
