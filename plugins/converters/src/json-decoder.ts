import { kindOf, logicalType, Misfit, NumberText, type Schema, under } from '@millrace/sdk';
import { decimalFromBytes, plainDecimal } from './decimal.ts';
import { scaleOf } from './json-encoder.ts';

/**
 * Makes a Connect value of a parsed JSON node.
 * @throws {Misfit} where the node is not of the schema
 * @throws {TextNeeded} where the node came from plain `JSON.parse` and a number's own text is needed
 */
export type Decode = (node: unknown) => unknown;

/** Says that the text must be parsed again with `parseKeepingText`. */
export class TextNeeded extends Error {
  override readonly name = 'TextNeeded';
}

export interface DecodeOptions {
  readonly replaceNullWithDefault: boolean;
  /** The nodes come from `parseKeepingText`. */
  readonly keepsText: boolean;
}

const DAY_MS = 86_400_000;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Compiles a schema into its reader; do it once for a schema. */
export function compileDecoder(schema: Schema, options: DecodeOptions): Decode {
  const decode = decoderOf(schema, options);
  const replaces = options.replaceNullWithDefault && schema.default !== undefined && schema.default !== null;
  if (replaces) return (node) => (node === null || node === undefined ? schema.default : decode(node));
  if (schema.optional === true) return (node) => (node === null || node === undefined ? null : decode(node));
  return (node) => {
    if (node === null || node === undefined) throw new Misfit(`is null, though its schema is not optional`);
    return decode(node);
  };
}

function decoderOf(schema: Schema, options: DecodeOptions): Decode {
  const logical = schema.name === undefined ? undefined : logicalDecoder(schema, schema.name, options);
  if (logical) return logical;
  switch (schema.type) {
    case 'boolean':
      return (node) => typed(node, 'boolean');
    case 'int8':
      return wholeNumber('int8', -0x80, 0x7f);
    case 'int16':
      return wholeNumber('int16', -0x8000, 0x7fff);
    case 'int32':
      return wholeNumber('int32', -0x8000_0000, 0x7fff_ffff);
    case 'int64':
      return int64Decoder(options);
    case 'float':
    case 'double':
      return decodeDouble;
    case 'string':
      return (node) => typed(node, 'string');
    case 'bytes':
      return decodeBytes;
    case 'array':
      return arrayDecoder(compileDecoder(inner(schema.items, 'array', 'items'), options));
    case 'map':
      return mapDecoder(schema, options);
    case 'struct':
      return structDecoder(schema, options);
  }
}

function logicalDecoder(schema: Schema, name: string, options: DecodeOptions): Decode | undefined {
  switch (name) {
    case logicalType.decimal:
      return decimalDecoder(schema, options);
    case logicalType.date: {
      const days = wholeNumber('int32', -0x8000_0000, 0x7fff_ffff);
      return (node) => new Date((days(node) as number) * DAY_MS);
    }
    case logicalType.time: {
      const ms = wholeNumber('int32', 0, DAY_MS);
      return (node) => new Date(ms(node) as number);
    }
    case logicalType.timestamp: {
      const ms = wholeNumber('a Timestamp', -8.64e15, 8.64e15);
      return (node) => new Date(ms(node) as number);
    }
    default:
      return undefined;
  }
}

function typed(node: unknown, type: 'boolean' | 'string'): unknown {
  if (typeof node !== type) throw new Misfit(`must be a ${type}, not ${kindOf(node)}`);
  return node;
}

const plainNumber = (node: unknown): unknown => (node instanceof NumberText ? Number(node.text) : node);

function wholeNumber(type: string, min: number, max: number): Decode {
  return (node) => {
    const value = typeof node === 'number' ? node : plainNumber(node);
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw new Misfit(`must be a whole number (${type}), not ${kindOf(value)}`);
    }
    if (value < min || value > max) throw new Misfit(`is out of range for ${type}`);
    return value;
  };
}

function int64Decoder({ keepsText }: DecodeOptions): Decode {
  return (node) => {
    if (Number.isSafeInteger(node)) return node;
    if (typeof node === 'number' && !keepsText && Number.isInteger(node)) throw new TextNeeded();
    const text = node instanceof NumberText ? node.text : typeof node === 'number' ? String(node) : '';
    if (!/^-?\d+(?:\.0+)?$/.test(text))
      throw new Misfit(`must be a whole number (int64), not ${kindOf(node)}`);
    const value = BigInt(text.replace(/\.0+$/, ''));
    if (value < INT64_MIN || value > INT64_MAX) throw new Misfit('is out of range for int64');
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
}

// NaN and the infinities are written as strings, for want of a JSON number.
function decodeDouble(node: unknown): unknown {
  if (typeof node === 'number') return node;
  if (node instanceof NumberText) return Number(node.text);
  if (node === 'NaN' || node === 'Infinity' || node === '-Infinity') return Number(node);
  throw new Misfit(`must be a number, not ${kindOf(node)}`);
}

function decodeBytes(node: unknown): Buffer {
  const text = typed(node, 'string') as string;
  if (!BASE64.test(text)) throw new Misfit('is not base64');
  return Buffer.from(text, 'base64');
}

// Both forms are read whatever decimal.format says, as Kafka's converter does: the format is the writer's affair.
function decimalDecoder(schema: Schema, { keepsText }: DecodeOptions): Decode {
  const scale = scaleOf(schema);
  return (node) => {
    if (typeof node === 'string') return decimalFromBytes(decodeBytes(node), scale);
    if (node instanceof NumberText) return plainDecimal(node.text);
    if (typeof node !== 'number') throw new Misfit(`must be a number or base64, not ${kindOf(node)}`);
    if (!keepsText) throw new TextNeeded();
    return plainDecimal(String(node));
  };
}

function arrayDecoder(item: Decode): Decode {
  return (node) => {
    if (!Array.isArray(node)) throw new Misfit(`must be an array, not ${kindOf(node)}`);
    return node.map((entry, index) => at(index, entry, item));
  };
}

function at(step: string | number, node: unknown, decode: Decode): unknown {
  try {
    return decode(node);
  } catch (error) {
    throw under(step, error);
  }
}

function mapDecoder(schema: Schema, options: DecodeOptions): Decode {
  const keys = inner(schema.keys, 'map', 'keys');
  const decodeKey = compileDecoder(keys, options);
  const decodeItem = compileDecoder(inner(schema.values, 'map', 'values'), options);
  if (keys.type === 'string') {
    return (node) => {
      const entries = Object.entries(objectOf(node, 'a map with string keys'));
      return Object.fromEntries(entries.map(([key, item]) => [key, at(key, item, decodeItem)]));
    };
  }
  return (node) => {
    if (!Array.isArray(node)) throw new Misfit(`must be an array of pairs for a map, not ${kindOf(node)}`);
    return new Map(
      node.map((pair, index) => {
        if (!Array.isArray(pair) || pair.length !== 2)
          throw new Misfit('must be a pair of key and value').under(index);
        return [at(index, pair[0], decodeKey), at(index, pair[1], decodeItem)];
      }),
    );
  };
}

function objectOf(node: unknown, what: string): Record<string, unknown> {
  if (typeof node !== 'object' || node === null || Array.isArray(node) || node instanceof NumberText) {
    throw new Misfit(`must be an object for ${what}, not ${kindOf(node)}`);
  }
  return node as Record<string, unknown>;
}

function structDecoder(schema: Schema, options: DecodeOptions): Decode {
  const fields = schema.fields ?? [];
  const names = fields.map(({ field }) => field);
  const decoders = fields.map((field) => {
    try {
      return compileDecoder(field, options);
    } catch (error) {
      throw under(field.field, error);
    }
  });
  if (names.some((name) => name in Object.prototype)) return guardedStruct(names, decoders);
  return (node) => {
    const from = objectOf(node, 'a struct');
    const out: Record<string, unknown> = {};
    let index = 0;
    try {
      for (; index < names.length; index++) {
        const name = names[index] as string;
        out[name] = (decoders[index] as Decode)(from[name]);
      }
    } catch (error) {
      throw under(names[index] as string, error);
    }
    return out;
  };
}

// A field named `__proto__` or `toString` must be a field like any other.
function guardedStruct(names: readonly string[], decoders: readonly Decode[]): Decode {
  return (node) => {
    const from = objectOf(node, 'a struct');
    return Object.fromEntries(
      names.map((name, index) => {
        const value = Object.hasOwn(from, name) ? from[name] : undefined;
        return [name, at(name, value, decoders[index] as Decode)];
      }),
    );
  };
}

/** A schema's part that must be there. @throws {Misfit} */
function inner(schema: Schema | undefined, type: string, part: string): Schema {
  if (schema === undefined) throw new Misfit(`has a schema of type ${type} without ${part}`);
  return schema;
}
