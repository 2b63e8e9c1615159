import {
  type ConfigDef,
  type ConfigOf,
  type ConnectRecord,
  defineTransform,
  type Schema,
  type TransformPlugin,
} from '@millrace/sdk';
import { wrongShape } from './failures.ts';

/** What a struct, or a map without a schema, is held as. */
export type Fields = Readonly<Record<string, unknown>>;

/** The part of a record that a transform works on: its key or its value. */
export interface RecordSide {
  /** As messages call it: `Cast$Value`. */
  readonly transform: string;
  value(record: ConnectRecord): unknown;
  schema(record: ConnectRecord): Schema | undefined;
  /** The record with another value on this side; everything else is shared. */
  replace(record: ConnectRecord, value: unknown, schema: Schema | undefined): ConnectRecord;
}

/** Makes a record of a record; throws poison where it can't. */
export type Apply = (record: ConnectRecord) => ConnectRecord;

const keySide: Omit<RecordSide, 'transform'> = {
  value: (record) => record.key,
  schema: (record) => record.keySchema,
  replace: (record, key, keySchema) => ({ ...record, key, keySchema }),
};

const valueSide: Omit<RecordSide, 'transform'> = {
  value: (record) => record.value,
  schema: (record) => record.valueSchema,
  replace: (record, value, valueSchema) => ({ ...record, value, valueSchema }),
};

const PACKAGE = 'org.apache.kafka.connect.transforms';
const VERSION = '0.1.0';

/** A transform in its two forms, `X$Key` and `X$Value`, which answer to Kafka's class names too. */
export function defineSided<const D extends ConfigDef>(definition: {
  readonly name: string;
  readonly docs: string;
  readonly config: D;
  readonly create: (config: ConfigOf<D>, side: RecordSide) => Apply;
}): readonly [TransformPlugin<D>, TransformPlugin<D>] {
  const { name, docs, config } = definition;
  const plugin = (suffix: string, side: Omit<RecordSide, 'transform'>) =>
    defineTransform({
      class: `${name}$${suffix}`,
      aliases: [`${PACKAGE}.${name}$${suffix}`],
      version: VERSION,
      docs: docs.replace('{side}', suffix.toLowerCase()),
      config,
      create: (values: ConfigOf<D>) => ({
        apply: definition.create(values, { ...side, transform: `${name}$${suffix}` }),
      }),
    });
  return [plugin('Key', keySide), plugin('Value', valueSide)];
}

/** A transform of the whole record, which answers to Kafka's class name too. */
export function defineWhole<const D extends ConfigDef>(definition: {
  readonly name: string;
  readonly docs: string;
  readonly config: D;
  readonly create: (config: ConfigOf<D>) => (record: ConnectRecord) => ConnectRecord | null;
}): TransformPlugin<D> {
  return defineTransform({
    class: definition.name,
    aliases: [`${PACKAGE}.${definition.name}`],
    version: VERSION,
    docs: definition.docs,
    config: definition.config,
    create: (values: ConfigOf<D>) => ({ apply: definition.create(values) }),
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Map);

/** A map without a schema, or null for anything else. */
export const fieldsOrNull = (value: unknown): Fields | null => (isFields(value) ? value : null);

/** @throws {MillraceError} class poison where it is no map */
export function requireFields(transform: string, value: unknown): Fields {
  if (isFields(value)) return value;
  throw wrongShape(transform, 'a map where there is no schema', value);
}

/** @throws {MillraceError} class poison where schema and value are no struct */
export function requireStruct(transform: string, schema: Schema, value: unknown): Fields {
  if (schema.type === 'struct' && isFields(value)) return value;
  throw wrongShape(transform, `a struct (the schema says ${schema.type})`, value);
}

/** A field of a map; what an object inherits is none. */
export function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
}

/** A plan for each schema, made once: schemas are objects that converters and connectors use again. */
export function perSchema<T>(make: (schema: Schema) => T): (schema: Schema) => T {
  const made = new WeakMap<Schema, T>();
  let last: Schema | undefined;
  let lastMade: T | undefined;
  return (schema) => {
    if (schema === last) return lastMade as T;
    let plan = made.get(schema);
    if (plan === undefined) {
      plan = make(schema);
      made.set(schema, plan);
    }
    last = schema;
    lastMade = plan;
    return plan;
  };
}
