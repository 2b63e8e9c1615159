import { logicalType, type Schema, type SchemaField } from '@millrace/sdk';

/** A field of a mapping, as Elasticsearch takes and gives it. */
export interface FieldMapping {
  readonly type?: string;
  readonly properties?: Properties;
  readonly [option: string]: unknown;
}
export type Properties = { readonly [field: string]: FieldMapping };

/** Texts that are searched as words and, up to this length, as a whole. */
const KEYWORD_MAX_CHARACTERS = 256;

const text: FieldMapping = {
  type: 'text',
  fields: { keyword: { type: 'keyword', ignore_above: KEYWORD_MAX_CHARACTERS } },
};
const date: FieldMapping = { type: 'date' };
const keyword: FieldMapping = { type: 'keyword' };
/** What can't be read as such, `infinity` for one, stays in the document and is not found by search. */
const lenient = (type: string): FieldMapping => ({ type, ignore_malformed: true });

/** By the schema's name: Kafka Connect's logical types, Debezium's, and PostgresSource's. */
const byName: Readonly<Record<string, FieldMapping>> = {
  [logicalType.decimal]: { type: 'double' },
  [logicalType.date]: date,
  [logicalType.time]: date,
  [logicalType.timestamp]: date,
  'io.millrace.data.Numeric': lenient('double'),
  'io.debezium.time.Timestamp': date,
  'io.debezium.time.IsoTimestamp': lenient('date'),
  'io.debezium.time.ZonedTimestamp': lenient('date'),
  'io.debezium.time.IsoDate': lenient('date'),
  'io.debezium.data.Uuid': keyword,
  'io.debezium.data.Enum': keyword,
};

const byType: Readonly<Record<Schema['type'], FieldMapping | null>> = {
  int8: { type: 'byte' },
  int16: { type: 'short' },
  int32: { type: 'integer' },
  int64: { type: 'long' },
  float: { type: 'float' },
  double: { type: 'double' },
  boolean: { type: 'boolean' },
  string: text,
  bytes: { type: 'binary' },
  array: null,
  map: { type: 'object' },
  struct: null,
};

/** The mapping of a struct's fields; null where the schema is none of a struct. */
export function propertiesOf(schema: Schema | undefined): Properties | null {
  if (schema?.type !== 'struct') return null;
  return Object.fromEntries(
    (schema.fields ?? []).flatMap((field: SchemaField) => {
      const mapping = mappingOf(field);
      return mapping ? [[field.field, mapping]] : [];
    }),
  );
}

/** Null: left to Elasticsearch. An array has the mapping of its items. */
function mappingOf(schema: Schema): FieldMapping | null {
  const named = schema.name === undefined ? undefined : byName[schema.name];
  if (named) return named;
  if (schema.type === 'array') return schema.items ? mappingOf(schema.items) : null;
  if (schema.type !== 'struct') return byType[schema.type];
  return { properties: propertiesOf(schema) ?? {} };
}

/** The fields of a mapping that another one lacks; null where it has them all. What both have stays as it is. */
export function missingOf(wanted: Properties, there: Properties): Properties | null {
  const missing: Record<string, FieldMapping> = {};
  for (const [field, mapping] of Object.entries(wanted)) {
    const known = there[field];
    if (!known) missing[field] = mapping;
    else if (mapping.properties && known.properties) {
      const within = missingOf(mapping.properties, known.properties);
      if (within) missing[field] = { properties: within };
    }
  }
  return Object.keys(missing).length > 0 ? missing : null;
}
