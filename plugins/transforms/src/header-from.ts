import {
  type ConfigValue,
  type ConnectRecord,
  defineConfig,
  type Header,
  nonEmpty,
  oneOf,
  type Schema,
} from '@millrace/sdk';
import { noSuchField } from './failures.ts';
import { checksPaths, type FieldPath, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { schemaAt, valueAt } from './field-tree.ts';
import { defineSided, type Fields, perSchema, requireFields, requireStruct } from './record-side.ts';
import { FieldRemoval } from './replace-field.ts';

function checkFields(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  return nonEmpty(value, all) ?? checksPaths()(value, all);
}

function checkHeaders(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const fields = all.fields as readonly string[] | null;
  const sameLength = fields === null || fields.length === (value as readonly string[]).length;
  return nonEmpty(value, all) ?? (sameLength ? null : 'must name as many headers as "fields" names fields');
}

/** Kafka Connect's HeaderFrom, for nested fields too. */
export const headerFrom = defineSided({
  name: 'HeaderFrom',
  docs: 'Moves or copies fields of the {side} into headers.',
  config: defineConfig({
    fields: {
      type: 'list',
      importance: 'high',
      docs: 'The fields to take.',
      validate: Object.assign(checkFields, { allows: 'non-empty' }),
    },
    headers: {
      type: 'list',
      importance: 'high',
      docs: 'The names of the headers, in the order of the fields.',
      validate: Object.assign(checkHeaders, { allows: 'as many as fields' }),
    },
    operation: {
      type: 'string',
      importance: 'high',
      docs: 'move takes the fields away, copy leaves them.',
      validate: oneOf('move', 'copy'),
      recommend: ['move', 'copy'],
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const taken = config.fields.map(
      (field, index): Taken => ({
        field,
        path: parseFieldPath(field, config['field.syntax.version']),
        header: config.headers[index] as string,
      }),
    );
    const nullsToDefaults = config['replace.null.with.default'];
    const removal =
      config.operation === 'copy'
        ? null
        : new FieldRemoval(
            taken.map(({ path }) => path),
            nullsToDefaults,
          );
    const schemasOf = perSchema((schema) => taken.map((one) => fieldSchema(side.transform, schema, one)));
    return (record) => {
      const value = side.value(record);
      const schema = side.schema(record);
      const fields =
        schema === undefined
          ? requireFields(side.transform, value)
          : requireStruct(side.transform, schema, value);
      const schemas = schema === undefined ? [] : schemasOf(schema);
      const headers = taken.map((one, index) => headerOf(fields, one, schemas[index], nullsToDefaults));
      const rest = removal?.apply(schema, fields) ?? { schema, fields };
      return withHeaders(side.replace(record, rest.fields, rest.schema), headers);
    };
  },
});

interface Taken {
  readonly field: string;
  readonly path: FieldPath;
  readonly header: string;
}

function fieldSchema(transform: string, schema: Schema, { field, path }: Taken): Schema {
  const found = schemaAt(schema, path);
  if (found === undefined) throw noSuchField(transform, field);
  const { field: _name, ...plain } = found;
  return plain;
}

function headerOf(
  fields: Fields,
  { path, header }: Taken,
  schema: Schema | undefined,
  nullsToDefaults: boolean,
): Header {
  const value = valueAt(fields, path) ?? (nullsToDefaults ? (schema?.default ?? null) : null);
  return { key: header, value, schema };
}

/** The record with these headers behind its own. */
function withHeaders(record: ConnectRecord, headers: readonly Header[]): ConnectRecord {
  return { ...record, headers: [...record.headers, ...headers] };
}
