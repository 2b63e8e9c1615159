import { kindOf, logicalType, Misfit, type Schema, under } from '@millrace/sdk';
import { decimalToBytes } from '../decimal.ts';
import { scaleOf } from '../json-encoder.ts';
import { type AvroNode, branchName } from './avro-node.ts';
import { UNION_NAME } from './connect-names.ts';

/** Makes of a Connect value what the Avro library writes. @throws {Misfit} */
export type ToAvro = (value: unknown) => unknown;

const DAY_MS = 86_400_000;
const INT32_MAX = 2 ** 31;
const INT64_MAX = 2n ** 63n;

/** Compiles the way from values of a Connect schema to an Avro schema, its own or a later one of the registry. */
export function avroEncoder(node: AvroNode, schema: Schema): ToAvro {
  const preset = schema.default ?? null;
  if (node.kind === 'union') return unionEncoder(node, schema, preset);
  const encode = plainEncoder(node, schema);
  return (value) => {
    const given = value ?? preset;
    if (given === null) throw new Misfit('is null, though its schema is not optional');
    return encode(given);
  };
}

function unionEncoder(node: AvroNode, schema: Schema, preset: unknown): ToAvro {
  const branches = node.branches.filter(({ kind }) => kind !== 'null');
  const takesNull = branches.length < node.branches.length;
  const encode = schema.name === UNION_NAME ? sumEncoder(branches, schema) : branchEncoder(branches, schema);
  return (value) => {
    // A null that is optional stays one; the default stands in where null has no branch.
    const given = value ?? (takesNull && schema.optional === true ? null : preset);
    if (given !== null) return encode(given);
    if (takesNull) return null;
    throw new Misfit('is null, though its schema is not optional');
  };
}

function branchEncoder(branches: readonly AvroNode[], schema: Schema): ToAvro {
  const branch = branches.length === 1 ? branches[0] : branches.find((one) => fits(one, schema));
  if (branch === undefined)
    throw new Misfit(`is ${schema.type}, which the union of the registry has no branch for`);
  const encode = plainEncoder(branch, schema);
  const name = branchName(branch);
  return (value) => ({ [name]: encode(value) });
}

/** A struct of which one field is set, as the reader makes of a union. */
function sumEncoder(branches: readonly AvroNode[], schema: Schema): ToAvro {
  const encoders = (schema.fields ?? []).map((field, index) => {
    const branch = branches[index];
    if (branch === undefined) throw new Misfit(`has more branches than the union of the registry`);
    return { field: field.field, name: branchName(branch), encode: plainEncoder(branch, field) };
  });
  return (value) => {
    const fields = objectOf(value);
    for (const { field, name, encode } of encoders) {
      const given = fields[field] ?? null;
      if (given !== null) return { [name]: encode(given) };
    }
    throw new Misfit('is a union of which no branch is set');
  };
}

const KINDS: Readonly<Record<Schema['type'], readonly AvroNode['kind'][]>> = {
  boolean: ['boolean'],
  int8: ['int', 'long'],
  int16: ['int', 'long'],
  int32: ['int', 'long'],
  int64: ['long'],
  float: ['float', 'double'],
  double: ['double'],
  string: ['string', 'enum'],
  bytes: ['bytes', 'fixed'],
  array: ['array'],
  map: ['map', 'array'],
  struct: ['record'],
};

const fits = (node: AvroNode, schema: Schema) =>
  KINDS[schema.type].includes(node.kind) &&
  (node.name === undefined || schema.name === undefined || node.name === schema.name);

function plainEncoder(node: AvroNode, schema: Schema): ToAvro {
  if (!KINDS[schema.type].includes(node.kind))
    throw new Misfit(`is ${schema.type}, and the Avro schema says ${node.kind}`);
  switch (schema.type) {
    case 'boolean':
      return (value) => checked(value, 'boolean');
    case 'string':
      return node.kind === 'enum' ? enumEncoder(node) : (value) => checked(value, 'string');
    case 'float':
    case 'double':
      return (value) => checked(value, 'number');
    case 'bytes':
      return schema.name === logicalType.decimal ? decimalEncoder(scaleOf(schema)) : bytesOf;
    case 'int8':
    case 'int16':
    case 'int32':
      return schema.name === logicalType.date || schema.name === logicalType.time
        ? (value) => int32(dateNumber(schema, value))
        : int32;
    case 'int64':
      return schema.name === logicalType.timestamp ? (value) => dateNumber(schema, value) : int64;
    case 'array':
      return arrayEncoder(avroEncoder(node.items as AvroNode, part(schema.items, 'items')));
    case 'map':
      return node.kind === 'map' ? mapEncoder(node, schema) : entriesEncoder(node, schema);
    case 'struct':
      return recordEncoder(node, schema);
  }
}

function part(schema: Schema | undefined, what: string): Schema {
  if (schema === undefined) throw new Misfit(`has no schema for its ${what}`);
  return schema;
}

function checked(value: unknown, type: 'boolean' | 'string' | 'number'): unknown {
  if (typeof value !== type) throw new Misfit(`must be a ${type}, not ${kindOf(value)}`);
  return value;
}

function enumEncoder(node: AvroNode): ToAvro {
  const symbols = new Set(node.symbols);
  return (value) => {
    if (typeof value === 'string' && symbols.has(value)) return value;
    throw new Misfit(
      typeof value === 'string' ? 'is no symbol of its enum' : `must be a string, not ${kindOf(value)}`,
    );
  };
}

function bytesOf(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new Misfit(`must be bytes, not ${kindOf(value)}`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function decimalEncoder(scale: number): ToAvro {
  return (value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return decimalToBytes(String(value), scale);
    throw new Misfit(`must be a decimal's text, not ${kindOf(value)}`);
  };
}

function dateNumber(schema: Schema, value: unknown): number {
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw new Misfit(`must be a date, not ${kindOf(value)}`);
  return schema.name === logicalType.date ? Math.floor(value.getTime() / DAY_MS) : value.getTime();
}

function int32(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new Misfit(`must be a whole number, not ${kindOf(value)}`);
  if (value >= INT32_MAX || value < -INT32_MAX) throw new Misfit('is out of range for its type');
  return value;
}

function int64(value: unknown): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value !== 'bigint') throw new Misfit(`must be a whole number, not ${kindOf(value)}`);
  if (value >= INT64_MAX || value < -INT64_MAX) throw new Misfit('is out of range for int64');
  return value;
}

function arrayEncoder(item: ToAvro): ToAvro {
  return (value) => {
    if (!Array.isArray(value)) throw new Misfit(`must be an array, not ${kindOf(value)}`);
    return value.map((one, index) => {
      try {
        return item(one);
      } catch (error) {
        throw under(index, error);
      }
    });
  };
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value];
  return Object.entries(objectOf(value));
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new Misfit(`must be an object, not ${kindOf(value)}`);
}

function mapEncoder(node: AvroNode, schema: Schema): ToAvro {
  const encode = avroEncoder(node.items as AvroNode, part(schema.values, 'values'));
  return (value) => {
    const out: Record<string, unknown> = {};
    for (const [key, item] of entriesOf(value)) {
      try {
        out[String(key)] = encode(item);
      } catch (error) {
        throw under(String(key), error);
      }
    }
    return out;
  };
}

/** A map whose keys are no strings: an array of records of key and value. */
function entriesEncoder(node: AvroNode, schema: Schema): ToAvro {
  const field = (name: string, of: Schema | undefined): ToAvro => {
    const found = node.items?.fields.find((one) => one.name === name);
    if (found === undefined) throw new Misfit('is a map, and the Avro schema has no entries for it');
    return avroEncoder(found.node, part(of, `${name}s`));
  };
  const key = field('key', schema.keys);
  const item = field('value', schema.values);
  return (value) => entriesOf(value).map(([name, one]) => ({ key: key(name), value: item(one) }));
}

function recordEncoder(node: AvroNode, schema: Schema): ToAvro {
  const byName = new Map(
    (schema.fields ?? []).map((field) => [field.field.replace(/^(?=\d)|\W/g, '_'), field]),
  );
  const encoders = node.fields.flatMap(({ name, node: inner, default: preset }) => {
    const field = byName.get(name);
    if (field === undefined) {
      if (preset !== undefined) return [];
      throw new Misfit(`lacks the field "${name}", which the schema of the registry requires`);
    }
    try {
      return [{ from: field.field, to: name, encode: avroEncoder(inner, field) }];
    } catch (error) {
      throw under(name, error);
    }
  });
  return (value) => {
    const fields = objectOf(value);
    const out: Record<string, unknown> = {};
    for (const { from, to, encode } of encoders) {
      try {
        out[to] = encode(fields[from] ?? null);
      } catch (error) {
        throw under(from, error);
      }
    }
    return out;
  };
}
