import { logicalType, Misfit, type Schema, under } from '@millrace/sdk';
import { decimalToBytes } from '../decimal.ts';
import { scaleOf } from '../json-encoder.ts';
import type { AvroJson } from './avro-node.ts';
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

export interface MappingOptions {
  /** Whether `connect.name`, `connect.version` and so on go along (`connect.meta.data`). */
  readonly metadata: boolean;
  /** Whether enums stay enums (`enhanced.avro.schema.support`). */
  readonly keepsEnums: boolean;
  /** Whether characters that Avro forbids in names become `_` (`scrub.invalid.names`). */
  readonly scrubsNames: boolean;
}

interface Walk extends MappingOptions {
  /** Names that are defined: a type is defined once and named after that. */
  readonly defined: Map<string, string>;
  unnamed: number;
  entries: number;
}

const VALID_NAME = /^[A-Za-z_]\w*$/;
const DAY_MS = 86_400_000;

/**
 * The Avro schema of a Connect schema, as Confluent's AvroConverter makes it.
 * @throws {Misfit} for names that Avro does not have, and for parts that are missing
 */
export function avroSchemaOf(schema: Schema, options: MappingOptions): AvroJson {
  return optionalOf(schema, { ...options, defined: new Map(), unnamed: 0, entries: 0 });
}

function optionalOf(schema: Schema, walk: Walk): AvroJson {
  const base = baseOf(schema, walk);
  if (schema.optional !== true) return base;
  if (Array.isArray(base)) return ['null', ...base];
  return (schema.default ?? null) === null ? ['null', base] : [base, 'null'];
}

function baseOf(schema: Schema, walk: Walk): AvroJson {
  if (schema.name === UNION_NAME) return (schema.fields ?? []).map((field) => baseOf(field, walk));
  const named = namedOf(schema, walk);
  if (named !== null) return named;
  const more = metadataOf(schema, walk);
  switch (schema.type) {
    case 'array':
      return { type: 'array', items: optionalOf(part(schema.items, 'items'), walk), ...more };
    case 'map':
      return mapOf(schema, walk, more);
    default: {
      const plain = plainOf(schema);
      const whole = { ...plain, ...more };
      return Object.keys(whole).length === 1 ? plain.type : whole;
    }
  }
}

function plainOf(schema: Schema): { readonly type: string; readonly [property: string]: unknown } {
  switch (schema.name) {
    case logicalType.decimal: {
      const precision = Number(schema.parameters?.[PRECISION_PARAMETER] ?? PRECISION_DEFAULT);
      return { type: 'bytes', logicalType: 'decimal', precision, scale: scaleOf(schema) };
    }
    case logicalType.date:
      return { type: 'int', logicalType: 'date' };
    case logicalType.time:
      return { type: 'int', logicalType: 'time-millis' };
    case logicalType.timestamp:
      return { type: 'long', logicalType: 'timestamp-millis' };
    default:
      break;
  }
  switch (schema.type) {
    case 'int8':
    case 'int16':
      return { type: 'int', [property.type]: schema.type };
    case 'int32':
      return { type: 'int' };
    case 'int64':
      return { type: 'long' };
    default:
      return { type: schema.type };
  }
}

/** Enums, fixed and records: what has a name in Avro. Null for everything else. */
function namedOf(schema: Schema, walk: Walk): AvroJson | null {
  const parameters = schema.parameters ?? {};
  const enumName = walk.keepsEnums && schema.type === 'string' ? parameters[ENUM_PARAMETER] : undefined;
  if (enumName !== undefined) {
    const symbols = Object.keys(parameters)
      .filter((key) => key.startsWith(`${ENUM_PARAMETER}.`))
      .map((key) => key.slice(ENUM_PARAMETER.length + 1));
    return defined(enumName, walk, () => ({ type: 'enum', symbols }), schema);
  }
  const size = schema.type === 'bytes' ? parameters[FIXED_SIZE_PARAMETER] : undefined;
  if (size !== undefined && schema.name !== undefined && schema.name !== logicalType.decimal)
    return defined(schema.name, walk, () => ({ type: 'fixed', size: Number(size) }), schema);
  if (schema.type !== 'struct') return null;
  return defined(
    schema.name ?? unnamed(walk),
    walk,
    () => ({ type: 'record', fields: fieldsOf(schema, walk) }),
    schema,
  );
}

function unnamed(walk: Walk): string {
  const number = ++walk.unnamed;
  return `${NAMESPACE}.${DEFAULT_NAME}${number === 1 ? '' : number}`;
}

function defined(name: string, walk: Walk, make: () => object, schema: Schema): AvroJson {
  const full = validName(name, walk.scrubsNames);
  // The same name for two shapes would be read wrongly: Avro knows one definition.
  const shape = JSON.stringify([schema.fields ?? null, schema.parameters ?? null], (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const known = walk.defined.get(full);
  if (known === shape) return full;
  if (known !== undefined)
    throw new Misfit(`has the schema name "${full}", which another schema within has too`);
  walk.defined.set(full, shape);
  const dot = full.lastIndexOf('.');
  const { type, ...rest } = make() as { readonly type: string };
  return {
    type,
    name: full.slice(dot + 1),
    ...(dot === -1 ? {} : { namespace: full.slice(0, dot) }),
    ...rest,
    ...metadataOf(schema, walk),
  };
}

function validName(name: string, scrubs: boolean): string {
  const steps = name.split('.').map((step) => (scrubs ? step.replace(/^(?=\d)|\W/g, '_') : step));
  const wrong = steps.find((step) => !VALID_NAME.test(step));
  if (wrong === undefined) return steps.join('.');
  throw new Misfit(`has the name "${name.slice(0, 80)}", which Avro does not allow`);
}

function fieldsOf(schema: Schema, walk: Walk): readonly object[] {
  return (schema.fields ?? []).map((field) => {
    try {
      const preset = field.default ?? null;
      return {
        name: validName(field.field, walk.scrubsNames),
        type: optionalOf(field, walk),
        ...(preset !== null
          ? { default: defaultOf(field, preset) }
          : field.optional
            ? { default: null }
            : {}),
      };
    } catch (error) {
      throw under(field.field, error);
    }
  });
}

function mapOf(schema: Schema, walk: Walk, more: object): AvroJson {
  const keys = part(schema.keys, 'keys');
  const values = part(schema.values, 'values');
  if (keys.type === 'string' && keys.optional !== true)
    return { type: 'map', values: optionalOf(values, walk), ...more };
  const number = ++walk.entries;
  const name = schema.name === undefined ? null : validName(schema.name, walk.scrubsNames);
  const full = name ?? `${NAMESPACE}.${MAP_ENTRY}${number === 1 ? '' : number}`;
  const entry = {
    type: 'record',
    name: full.slice(full.lastIndexOf('.') + 1),
    ...(full.includes('.') ? { namespace: full.slice(0, full.lastIndexOf('.')) } : {}),
    fields: [
      { name: 'key', type: optionalOf(keys, walk) },
      { name: 'value', type: optionalOf(values, walk) },
    ],
    // The first one without a name is known by the name that it gets.
    ...(full === MAP_ENTRY_NAME ? {} : { [property.internalType]: MAP_ENTRY }),
  };
  return { type: 'array', items: entry, ...more };
}

function part(schema: Schema | undefined, what: string): Schema {
  if (schema === undefined) throw new Misfit(`has no schema for its ${what}`);
  return schema;
}

function metadataOf(schema: Schema, { metadata }: Walk): object {
  if (!metadata) return {};
  const preset = schema.default ?? null;
  return {
    ...(schema.doc === undefined ? {} : { [property.doc]: schema.doc }),
    ...(schema.version === undefined ? {} : { [property.version]: schema.version }),
    ...(schema.parameters === undefined ? {} : { [property.parameters]: schema.parameters }),
    ...(preset === null ? {} : { [property.default]: defaultOf(schema, preset) }),
    ...(schema.name === undefined ? {} : { [property.name]: schema.name }),
  };
}

/** A default as the JSON of Avro: bytes as text of one character each. */
function defaultOf(schema: Schema, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (schema.name === logicalType.decimal)
    return decimalToBytes(String(value), scaleOf(schema)).toString('latin1');
  if (value instanceof Date)
    return schema.name === logicalType.date ? Math.floor(value.getTime() / DAY_MS) : value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => defaultOf(part(schema.items, 'items'), item));
  if (typeof value !== 'object') return value;
  if (schema.type === 'struct')
    return Object.fromEntries(
      (schema.fields ?? []).map((field) => [
        field.field,
        defaultOf(field, (value as Record<string, unknown>)[field.field]),
      ]),
    );
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, defaultOf(part(schema.values, 'values'), item)]),
  );
}
