import { jsonText, kindOf, logicalType, Misfit, type Schema, under } from '@millrace/sdk';
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
// What JSON must escape, and lone surrogates, which `JSON.stringify` escapes too.
const NEEDS_ESCAPE = /["\\\p{Cc}\ud800-\udfff]/u;

/** Compiles a schema into its writer; do it once for a schema. */
export function compileEncoder(schema: Schema | undefined, options: EncodeOptions): Encode {
  if (schema === undefined) return jsonText;
  const encode = encoderOf(schema, options);
  const onNull = textOfNull(schema, encode, options);
  return (value) => {
    if (value !== null && value !== undefined) return encode(value);
    if (onNull === null) throw new Misfit('is null, though its schema is neither optional nor has a default');
    return onNull;
  };
}

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

/** What is in an object may change though the object around it is frozen. */
const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

function structEncoder(schema: Schema, options: EncodeOptions): Encode {
  const fields = schema.fields ?? [];
  const names = fields.map(({ field }) => field);
  const heads = names.map((name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const encoders = fields.map((field) => {
    try {
      return compileEncoder(field, options);
    } catch (error) {
      throw under(field.field, error);
    }
  });
  const inherited = names.some((name) => name in Object.prototype);
  /** One that nobody can change, such as the place that many records of a source come from. */
  let frozen: object | null = null;
  let written = '';
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Misfit(`must be a struct's object, not ${kindOf(value)}`);
    }
    if (value === frozen) return written;
    const from = (inherited ? Object.assign(Object.create(null), value) : value) as Record<string, unknown>;
    let out = '';
    let index = 0;
    try {
      for (; index < names.length; index++) {
        out += heads[index] + (encoders[index] as Encode)(from[names[index] as string]);
      }
    } catch (error) {
      throw under(names[index] as string, error);
    }
    if (names.length === 0) return '{}';
    out += '}';
    if (Object.isFrozen(value) && Object.values(value).every(isScalar)) {
      frozen = value;
      // Read from bytes it is in one piece, not in as many as were put together.
      written = Buffer.from(out).toString();
    }
    return out;
  };
}
