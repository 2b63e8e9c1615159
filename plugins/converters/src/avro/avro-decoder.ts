import { logicalType, Misfit, type Schema, type SchemaField, type SchemaType } from '@millrace/sdk';
import { decimalFromBytes } from '../decimal.ts';
import { type AvroNode, branchName } from './avro-node.ts';
import {
  DEFAULT_NAME,
  ENUM_PARAMETER,
  FIXED_SIZE_PARAMETER,
  MAP_ENTRY,
  MAP_ENTRY_NAME,
  NAMESPACE,
  PRECISION_DEFAULT,
  PRECISION_PARAMETER,
  property,
  UNION_NAME,
} from './connect-names.ts';

/** A Connect schema of an Avro one, and the way of its values. */
export interface AvroDecoder {
  readonly schema: Schema;
  readonly decode: (value: unknown) => unknown;
}

const DAY_MS = 86_400_000;
const UNNAMED = new RegExp(`^${NAMESPACE.replaceAll('.', '\\.')}\\.${DEFAULT_NAME}\\d*$`);
const same = (value: unknown): unknown => value;

/**
 * Compiles the way back, as Confluent's AvroConverter reads.
 * @throws {Misfit} for types that hold themselves, which Connect schemas can't say
 */
export function avroDecoder(node: AvroNode): AvroDecoder {
  return decoderOf(node, []);
}

function decoderOf(node: AvroNode, above: readonly AvroNode[]): AvroDecoder {
  if (above.includes(node))
    throw new Misfit(`is of the type "${node.name ?? node.kind}", which holds itself`);
  if (node.kind === 'union') return unionDecoder(node, above);
  const plain = plainDecoder(node, node.kind === 'record' ? [...above, node] : above);
  const schema = { ...plain.schema, ...attributesOf(node, plain.schema) };
  return { schema: withPreset(schema, node.properties[property.default]), decode: plain.decode };
}

function plainDecoder(node: AvroNode, above: readonly AvroNode[]): AvroDecoder {
  switch (node.kind) {
    case 'boolean':
    case 'float':
    case 'double':
    case 'string':
      return { schema: { type: node.kind }, decode: same };
    case 'int':
    case 'long':
      return numberDecoder(node);
    case 'bytes':
    case 'fixed':
      return bytesDecoder(node);
    case 'enum':
      return { schema: { type: 'string', parameters: enumParameters(node) }, decode: same };
    case 'array':
      return arrayDecoder(node, above);
    case 'map': {
      const { schema, decode } = decoderOf(node.items as AvroNode, above);
      return {
        schema: { type: 'map', keys: { type: 'string' }, values: schema },
        decode: (value) =>
          Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, decode(item)])),
      };
    }
    case 'record':
      return recordDecoder(node, above);
    default:
      // Null alone: every value of it is null.
      return { schema: { type: 'string', optional: true }, decode: () => null };
  }
}

function numberDecoder(node: AvroNode): AvroDecoder {
  const { logicalType: avroType, [property.name]: name, [property.type]: narrow } = node.properties;
  if (node.kind === 'int') {
    if (name === logicalType.date || avroType === 'date')
      return logical('int32', logicalType.date, (value) => new Date((value as number) * DAY_MS));
    if (name === logicalType.time || avroType === 'time-millis')
      return logical('int32', logicalType.time, (value) => new Date(value as number));
    const type = narrow === 'int8' || narrow === 'int16' ? narrow : 'int32';
    return { schema: { type }, decode: same };
  }
  if (name === logicalType.timestamp || avroType === 'timestamp-millis')
    return logical('int64', logicalType.timestamp, (value) => new Date(Number(value)));
  return { schema: { type: 'int64' }, decode: same };
}

const logical = (type: SchemaType, name: string, decode: AvroDecoder['decode']): AvroDecoder => ({
  schema: { type, name, version: 1 },
  decode,
});

function bytesDecoder(node: AvroNode): AvroDecoder {
  const { properties } = node;
  const size = node.kind === 'fixed' ? { [FIXED_SIZE_PARAMETER]: String(properties.size) } : null;
  const isDecimal = properties.logicalType === 'decimal' || properties[property.name] === logicalType.decimal;
  if (!isDecimal)
    return { schema: { type: 'bytes', ...(size ? { parameters: size } : {}) }, decode: toBuffer };
  const given = properties[property.parameters] as { readonly scale?: string } | undefined;
  const scale = Number(properties.scale ?? given?.scale ?? 0);
  const precision = Number(properties.precision ?? PRECISION_DEFAULT);
  const parameters = {
    scale: String(scale),
    ...(precision === PRECISION_DEFAULT ? {} : { [PRECISION_PARAMETER]: String(precision) }),
    ...size,
  };
  return {
    schema: { type: 'bytes', name: logicalType.decimal, version: 1, parameters },
    decode: (value) => decimalFromBytes(toBuffer(value), scale),
  };
}

function toBuffer(value: unknown): Buffer {
  const bytes = value as Uint8Array;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function enumParameters(node: AvroNode): Readonly<Record<string, string>> {
  return {
    [ENUM_PARAMETER]: node.name ?? '',
    ...Object.fromEntries(node.symbols.map((symbol) => [`${ENUM_PARAMETER}.${symbol}`, symbol])),
  };
}

function arrayDecoder(node: AvroNode, above: readonly AvroNode[]): AvroDecoder {
  const items = node.items as AvroNode;
  const isMap =
    items.name === MAP_ENTRY_NAME ||
    (items.kind === 'record' && items.properties[property.internalType] === MAP_ENTRY);
  if (!isMap) {
    const { schema, decode } = decoderOf(items, above);
    return {
      schema: { type: 'array', items: schema },
      decode: (value) => (value as readonly unknown[]).map(decode),
    };
  }
  const [key, item] = items.fields.map((field) => decoderOf(field.node, above));
  if (key === undefined || item === undefined)
    throw new Misfit('is a map whose entries have no key and value');
  return {
    schema: { type: 'map', keys: key.schema, values: item.schema },
    decode: (value) =>
      new Map(
        (value as readonly { readonly key: unknown; readonly value: unknown }[]).map((entry) => [
          key.decode(entry.key),
          item.decode(entry.value),
        ]),
      ),
  };
}

function recordDecoder(node: AvroNode, above: readonly AvroNode[]): AvroDecoder {
  const decoders = node.fields.map((field) => ({ field, ...decoderOf(field.node, above) }));
  const fields = decoders.map(
    ({ field, schema }): SchemaField => ({
      ...withPreset(schema, field.default),
      ...(field.doc === undefined || schema.doc !== undefined ? {} : { doc: field.doc }),
      field: field.name,
    }),
  );
  return {
    schema: { type: 'struct', fields },
    decode: (value) => {
      const record = value as Readonly<Record<string, unknown>>;
      const out: Record<string, unknown> = {};
      for (const { field, decode } of decoders) out[field.name] = decode(record[field.name]);
      return out;
    },
  };
}

function unionDecoder(node: AvroNode, above: readonly AvroNode[]): AvroDecoder {
  const branches = node.branches.filter(({ kind }) => kind !== 'null');
  const optional = branches.length < node.branches.length ? { optional: true } : {};
  const [only, second] = branches;
  if (only === undefined) throw new Misfit('is a union without branches');
  if (second === undefined) {
    const { schema, decode } = decoderOf(only, above);
    const name = branchName(only);
    return {
      schema: { ...schema, ...optional },
      decode: (value) => (value === null ? null : decode((value as Record<string, unknown>)[name])),
    };
  }
  const decoders = branches.map((branch) => ({
    ...decoderOf(branch, above),
    branch: branchName(branch),
    field: branch.name?.split('.').at(-1) ?? branch.kind,
  }));
  const fields = decoders.map(({ field, schema }): SchemaField => ({ ...schema, optional: true, field }));
  return {
    schema: { type: 'struct', name: UNION_NAME, fields, ...optional },
    decode: (value) => {
      if (value === null) return null;
      const out: Record<string, unknown> = Object.fromEntries(decoders.map(({ field }) => [field, null]));
      const [branch, inner] = Object.entries(value as object)[0] as [string, unknown];
      const found = decoders.find((one) => one.branch === branch);
      if (found) out[found.field] = found.decode(inner);
      return out;
    },
  };
}

function attributesOf(node: AvroNode, plain: Schema): Partial<Schema> {
  const { properties } = node;
  const own = node.kind === 'record' || node.kind === 'enum' || node.kind === 'fixed' ? node.name : undefined;
  const name = properties[property.name] ?? plain.name ?? own;
  const version = properties[property.version];
  const doc = properties[property.doc];
  const parameters = properties[property.parameters] as Schema['parameters'];
  return {
    ...(typeof name === 'string' && !UNNAMED.test(name) ? { name } : {}),
    ...(typeof version === 'number' ? { version } : {}),
    ...(typeof doc === 'string' ? { doc } : {}),
    ...(parameters === undefined ? {} : { parameters: { ...plain.parameters, ...parameters } }),
  };
}

/** The schema with a default as Avro's JSON says it; one that does not fit is none. */
function withPreset(schema: Schema, given: unknown): Schema {
  const preset =
    schema.default === undefined && given !== undefined && given !== null
      ? presetOf(schema, given)
      : undefined;
  return preset === undefined ? schema : { ...schema, default: preset };
}

function presetOf(schema: Schema, given: unknown): unknown {
  switch (schema.type) {
    case 'struct':
      return structPreset(schema, given);
    case 'array':
      return Array.isArray(given) && given.length === 0 ? given : undefined;
    case 'map':
      return undefined;
    case 'bytes': {
      if (typeof given !== 'string') return undefined;
      const bytes = Buffer.from(given, 'latin1');
      return schema.name === logicalType.decimal
        ? decimalFromBytes(bytes, Number(schema.parameters?.scale ?? 0))
        : bytes;
    }
    default:
      break;
  }
  if (typeof given === 'number' && schema.name === logicalType.date) return new Date(given * DAY_MS);
  if (
    typeof given === 'number' &&
    (schema.name === logicalType.time || schema.name === logicalType.timestamp)
  )
    return new Date(given);
  return given;
}

function structPreset(schema: Schema, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return undefined;
  const plain = new Set<SchemaType>([
    'boolean',
    'int8',
    'int16',
    'int32',
    'int64',
    'float',
    'double',
    'string',
  ]);
  const simple = (schema.fields ?? []).every(({ type, name }) => plain.has(type) && name === undefined);
  return simple ? given : undefined;
}
