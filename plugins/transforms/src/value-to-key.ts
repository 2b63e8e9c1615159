import { type ConfigValue, defineConfig, type Schema } from '@millrace/sdk';
import { noSuchField } from './failures.ts';
import { checksPaths, type FieldPath, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { schemaAt, valueAt } from './field-tree.ts';
import { defineWhole, perSchema, requireFields, requireStruct } from './record-side.ts';

function checkFields(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const problem = checksPaths()(value, all);
  if (problem !== null) return problem;
  const fields = value as readonly string[];
  const names = fields.map((path) => parseFieldPath(path, String(all['field.syntax.version'])).at(-1));
  return new Set(names).size === new Set(fields).size
    ? null
    : 'must not name two fields whose last steps are the same';
}

/** Kafka Connect's ValueToKey, for nested fields too. */
export const valueToKey = defineWhole({
  name: 'ValueToKey',
  docs: 'Makes a new key of fields of the value.',
  config: defineConfig({
    fields: {
      type: 'list',
      importance: 'high',
      docs: 'The fields of the value that make the key; a nested one goes by its last step.',
      validate: Object.assign(checkFields, { allows: 'a list of fields' }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config) => {
    const parts = config.fields.map((field): Part => {
      const path = parseFieldPath(field, config['field.syntax.version']);
      return { field, path, name: path.at(-1) as string };
    });
    const keySchemaOf = perSchema((schema) => planKey(schema, parts));
    return (record) => {
      const { value, valueSchema } = record;
      const key: Record<string, unknown> = {};
      if (valueSchema === undefined) {
        const fields = requireFields('ValueToKey', value);
        for (const { path, name } of parts) key[name] = valueAt(fields, path);
        return { ...record, key, keySchema: undefined };
      }
      const struct = requireStruct('ValueToKey', valueSchema, value);
      const keySchema = keySchemaOf(valueSchema);
      parts.forEach(({ path, name }, index) => {
        const preset = config['replace.null.with.default'] ? keySchema.fields?.[index]?.default : null;
        key[name] = valueAt(struct, path) ?? preset ?? null;
      });
      return { ...record, key, keySchema };
    };
  },
});

interface Part {
  readonly field: string;
  readonly path: FieldPath;
  readonly name: string;
}

function planKey(schema: Schema, parts: readonly Part[]): Schema {
  const fields = parts.map(({ field, path, name }) => {
    const found = schemaAt(schema, path);
    if (found === undefined) throw noSuchField('ValueToKey', field);
    return { ...found, field: name };
  });
  return { type: 'struct', fields };
}
