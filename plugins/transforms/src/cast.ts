import { type ConfigValue, defineConfig, type Schema } from '@millrace/sdk';
import { type CastType, castTypes, castValue, schemaTypeOf } from './cast-value.ts';
import { checksPaths, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { changeFields, copyBasics, type FieldTree, fieldTree, planStruct } from './field-tree.ts';
import {
  type Apply,
  defineSided,
  perSchema,
  type RecordSide,
  requireFields,
  requireStruct,
} from './record-side.ts';

const isCastType = (type: string): type is CastType => castTypes.some((known) => known === type);

/** `path:type`, or a type alone for the value as a whole; V2 paths may hold colons. */
function parseCast(item: string, version: string): { readonly path: string | null; readonly type: string } {
  const colon = version.toUpperCase() === 'V1' ? item.indexOf(':') : item.lastIndexOf(':');
  if (colon === -1) return { path: null, type: item.trim().toLowerCase() };
  return {
    path: item.slice(0, colon).trim(),
    type: item
      .slice(colon + 1)
      .trim()
      .toLowerCase(),
  };
}

function checkSpec(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const items = value as readonly string[];
  if (items.length === 0) return 'must name at least one field to cast';
  const version = String(all['field.syntax.version']);
  for (const item of items) {
    const { path, type } = parseCast(item, version);
    if (!isCastType(type)) return `must cast to ${castTypes.join(', ')}`;
    if (path === null && items.length > 1) return 'may hold one cast alone where it is for the whole value';
  }
  return checksPaths((item) => parseCast(item, version).path ?? '')(value, all);
}

/** Kafka Connect's Cast, for nested fields too. */
export const cast = defineSided({
  name: 'Cast',
  docs: 'Casts fields of the {side}, or all of it, to other types.',
  config: defineConfig({
    spec: {
      type: 'list',
      importance: 'high',
      docs: 'field:type pairs, or one type for the whole. Types: int8, int16, int32, int64, float32, float64, boolean, string. Bytes can be cast to string only (base64).',
      validate: Object.assign(checkSpec, { allows: 'field1:type,field2:type or a type' }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const casts = config.spec.map((item) => parseCast(item, config['field.syntax.version']));
    const whole = casts.find(({ path }) => path === null);
    if (whole) return castWhole(side, whole.type as CastType);
    const tree = fieldTree(
      casts.map(
        ({ path, type }) =>
          [parseFieldPath(path ?? '', config['field.syntax.version']), type as CastType] as const,
      ),
    );
    return castStruct(side, tree, config['replace.null.with.default']);
  },
});

function castWhole(side: RecordSide, type: CastType): Apply {
  const schemaFor = perSchema((schema) => castSchema(schema, copyBasics(schema, {}), type));
  return (record) => {
    const value = side.value(record);
    if (value === null || value === undefined) return record;
    const schema = side.schema(record);
    return side.replace(
      record,
      castValue(schema, value, type),
      schema === undefined ? undefined : schemaFor(schema),
    );
  };
}

function castStruct(side: RecordSide, tree: FieldTree<CastType>, nullsToDefaults: boolean): Apply {
  const plan = perSchema((schema) =>
    planStruct(
      schema,
      tree,
      (field, type) => ({
        schema: castSchema(field, {}, type),
        change: (value) => castValue(field, value, type),
      }),
      nullsToDefaults,
    ),
  );
  return (record) => {
    const value = side.value(record);
    if (value === null || value === undefined) return record;
    const schema = side.schema(record);
    if (schema === undefined) {
      const fields = requireFields(side.transform, value);
      const changed = changeFields(fields, tree, (field, type) => castValue(undefined, field, type));
      return side.replace(record, changed, undefined);
    }
    const struct = requireStruct(side.transform, schema, value);
    const planned = plan(schema);
    return side.replace(record, planned.change(struct), planned.schema);
  };
}

/** The name and the parameters of a logical type go with it, but for a cast of the whole, as in Kafka. */
function castSchema(schema: Schema, basics: Partial<Schema>, type: CastType): Schema {
  const { fields: _fields, items: _items, keys: _keys, values: _values, ...kept } = basics;
  const preset = schema.default ?? null;
  return {
    ...kept,
    type: schemaTypeOf[type],
    ...(schema.optional === true ? { optional: true } : {}),
    ...(preset === null ? {} : { default: castValue(schema, preset, type) }),
  };
}
