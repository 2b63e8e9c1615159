import { defineConfig, type Schema, type SchemaField } from '@millrace/sdk';
import { poison, wrongShape } from './failures.ts';
import { copyBasics } from './field-tree.ts';
import {
  defineSided,
  type Fields,
  fieldsOrNull,
  perSchema,
  requireFields,
  requireStruct,
} from './record-side.ts';

/** Kafka Connect's Flatten. */
export const flatten = defineSided({
  name: 'Flatten',
  docs: 'Makes one level of the {side}: nested fields get the names on the way to them, with a delimiter between.',
  config: defineConfig({
    delimiter: {
      type: 'string',
      default: '.',
      importance: 'medium',
      docs: 'What stands between the names.',
    },
  }),
  create: ({ delimiter }, side) => {
    const plan = perSchema((schema) => planFlat(side.transform, schema, delimiter));
    return (record) => {
      const value = side.value(record);
      if (value === null || value === undefined) return record;
      const schema = side.schema(record);
      if (schema === undefined) {
        const out: Record<string, unknown> = {};
        flattenMap(requireFields(side.transform, value), '', delimiter, out);
        return side.replace(record, out, undefined);
      }
      const struct = requireStruct(side.transform, schema, value);
      const planned = plan(schema);
      return side.replace(record, planned.flatten(struct), planned.schema);
    };
  },
});

function flattenMap(fields: Fields, prefix: string, delimiter: string, out: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(fields)) {
    const name = prefix === '' ? key : `${prefix}${delimiter}${key}`;
    const nested = fieldsOrNull(value);
    if (nested) flattenMap(nested, name, delimiter, out);
    else if (value instanceof Map) throw wrongShape('Flatten', `plain fields in "${name}"`, value);
    else out[name] = value ?? null;
  }
}

interface Leaf {
  readonly name: string;
  /** Where its value is, from the top. */
  readonly path: readonly string[];
  /** By the depth of the path: what stands for a null there. */
  readonly presets: readonly unknown[];
}

interface FlatPlan {
  readonly schema: Schema;
  readonly flatten: (struct: Fields) => Fields;
}

function planFlat(transform: string, schema: Schema, delimiter: string): FlatPlan {
  const fields: SchemaField[] = [];
  const leaves: Leaf[] = [];
  const walk = (
    at: Schema,
    way: Omit<Leaf, 'name'> & { prefix: string; optional: boolean; preset: Fields | null },
  ) => {
    for (const field of at.fields ?? []) {
      const name = way.prefix === '' ? field.field : `${way.prefix}${delimiter}${field.field}`;
      const optional = way.optional || field.optional === true;
      const preset = field.default ?? way.preset?.[field.field] ?? null;
      const path = [...way.path, field.field];
      const presets = [...way.presets, field.default ?? null];
      if (field.type === 'struct') {
        walk(field, { prefix: name, optional, preset: fieldsOrNull(preset), path, presets });
        continue;
      }
      if (field.type === 'map') throw notFlat(transform, name);
      const flat = {
        ...(optional ? { optional: true } : {}),
        ...(preset === null ? {} : { default: preset }),
      };
      fields.push({ ...copyBasics(field, flat), field: name });
      leaves.push({ name, path, presets });
    }
  };
  walk(schema, {
    prefix: '',
    optional: schema.optional === true,
    preset: fieldsOrNull(schema.default),
    path: [],
    presets: [],
  });
  return {
    schema: copyBasics(schema, { fields }),
    flatten: (struct) => {
      const out: Record<string, unknown> = {};
      for (const leaf of leaves) out[leaf.name] = leafOf(struct, leaf);
      return out;
    },
  };
}

function leafOf(struct: Fields, { path, presets }: Leaf): unknown {
  let current: unknown = struct;
  for (let depth = 0; depth < path.length; depth++) {
    current = (current as Fields)[path[depth] as string] ?? presets[depth];
    if (current === null) return null;
  }
  return current;
}

const notFlat = (transform: string, name: string) =>
  poison(
    'FIELD_NOT_FLATTENED',
    `${transform} can't flatten the field "${name}", which is a map.`,
    'Drop the field by ReplaceField before, or keep the record as it is.',
    name,
  );
