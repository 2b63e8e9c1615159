import { type ConfigValue, defineConfig, type Schema } from '@millrace/sdk';
import { wrongShape } from './failures.ts';
import { nullOption } from './field-path.ts';
import { fieldTree, planStruct } from './field-tree.ts';
import { defineSided, fieldsOrNull, perSchema } from './record-side.ts';

function checkName(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  return value === null && all['schema.version'] === null
    ? 'is needed where there is no "schema.version"'
    : null;
}

/** Kafka Connect's SetSchemaMetadata. */
export const setSchemaMetadata = defineSided({
  name: 'SetSchemaMetadata',
  docs: 'Gives the schema of the {side} a name and a version.',
  config: defineConfig({
    'schema.name': {
      type: 'string',
      default: null,
      importance: 'high',
      docs: 'The name.',
      validate: Object.assign(checkName, { allows: 'a name, where there is no schema.version' }),
    },
    'schema.version': { type: 'int', default: null, importance: 'high', docs: 'The version.' },
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const name = config['schema.name'];
    const version = config['schema.version'];
    const plan = perSchema((schema) => {
      const named: Schema = {
        ...schema,
        ...(name === null ? {} : { name }),
        ...(version === null ? {} : { version }),
      };
      const { change } = planStruct(
        schema,
        fieldTree<never>([]),
        (field) => ({ schema: field, change: (value) => value }),
        config['replace.null.with.default'],
      );
      return { named, change };
    });
    return (record) => {
      const value = side.value(record) ?? null;
      const schema = side.schema(record);
      if (schema === undefined) {
        if (value === null) return record;
        throw wrongShape(side.transform, 'a schema', value);
      }
      const { named, change } = plan(schema);
      const struct = schema.type === 'struct' ? fieldsOrNull(value) : null;
      return side.replace(record, struct ? change(struct) : value, named);
    };
  },
});
