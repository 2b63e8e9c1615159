import { defineConfig } from '@millrace/sdk';
import { noSuchField } from './failures.ts';
import { checksPaths, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { schemaAt, valueAt } from './field-tree.ts';
import { defineSided, perSchema, requireFields, requireStruct } from './record-side.ts';

/** Kafka Connect's ExtractField. */
export const extractField = defineSided({
  name: 'ExtractField',
  docs: 'Takes one field of the {side} for the whole; null stays null.',
  config: defineConfig({
    field: {
      type: 'string',
      importance: 'medium',
      docs: 'The field to take.',
      validate: Object.assign(checksPaths(), { allows: 'a field' }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const path = parseFieldPath(config.field, config['field.syntax.version']);
    const fieldSchema = perSchema((schema) => {
      const found = schemaAt(schema, path);
      if (found === undefined) throw noSuchField(side.transform, config.field);
      const { field: _name, ...plain } = found;
      return plain;
    });
    return (record) => {
      const value = side.value(record) ?? null;
      const schema = side.schema(record);
      if (schema === undefined) {
        const fields = value === null ? null : requireFields(side.transform, value);
        return side.replace(record, valueAt(fields, path), undefined);
      }
      const struct = value === null ? null : requireStruct(side.transform, schema, value);
      const inner = fieldSchema(schema);
      const extracted = valueAt(struct, path);
      const preset = struct !== null && config['replace.null.with.default'] ? (inner.default ?? null) : null;
      return side.replace(record, extracted ?? preset, inner);
    };
  },
});
