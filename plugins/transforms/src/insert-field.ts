import {
  type ConfigValue,
  type ConnectRecord,
  defineConfig,
  logicalType,
  type Schema,
  type SchemaField,
} from '@millrace/sdk';
import { poison, wrongShape } from './failures.ts';
import { checksPaths, type FieldPath, fieldSyntaxOption, nullOption, parseFieldPath } from './field-path.ts';
import { copyBasics } from './field-tree.ts';
import {
  defineSided,
  type Fields,
  fieldOf,
  fieldsOrNull,
  perSchema,
  requireFields,
  requireStruct,
} from './record-side.ts';

const place = (what: string) =>
  ({
    type: 'string',
    default: null,
    importance: 'medium',
    docs: `The field for ${what}; with ! behind it a required one, with ? an optional one, which it is by default.`,
    validate: Object.assign(
      checksPaths((item) => item.replace(/[?!]$/, '')),
      { allows: 'a field' },
    ),
  }) as const;

const PLACES = ['topic', 'partition', 'offset', 'timestamp', 'static'].map((what) => `${what}.field`);

function checkValue(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  if (PLACES.every((key) => all[key] === null)) return `has no field to go with: one of ${PLACES.join(', ')}`;
  return all['static.field'] !== null && value === null ? 'is needed where there is a static.field' : null;
}

const TIMESTAMP: Schema = { type: 'int64', name: logicalType.timestamp, version: 1 };

/** Kafka Connect's InsertField; nested places are made where they are missing. */
export const insertField = defineSided({
  name: 'InsertField',
  docs: 'Adds topic, partition, offset or time of the record, or a fixed text, as fields of the {side}.',
  config: defineConfig({
    'topic.field': place('the topic'),
    'partition.field': place('the partition'),
    'offset.field': place('the offset, in sinks only'),
    'timestamp.field': place("the record's time"),
    'static.field': place('a fixed text'),
    'static.value': {
      type: 'string',
      default: null,
      importance: 'medium',
      docs: 'The fixed text.',
      validate: Object.assign(checkValue, { allows: 'a text, with static.field' }),
    },
    'field.syntax.version': fieldSyntaxOption,
    'replace.null.with.default': nullOption,
  }),
  create: (config, side) => {
    const insertions = insertionsOf(side.transform, config);
    const plan = perSchema((schema) => planInsert(schema, insertions, config['replace.null.with.default']));
    return (record) => {
      const value = side.value(record);
      if (value === null || value === undefined) return record;
      const schema = side.schema(record);
      const into: Record<string, unknown> =
        schema === undefined
          ? { ...requireFields(side.transform, value) }
          : plan(schema).copy(requireStruct(side.transform, schema, value));
      for (const { path, read } of insertions) {
        const inserted = read(record, schema !== undefined);
        if (inserted !== null) put(side.transform, into, path, inserted);
      }
      return side.replace(record, into, schema === undefined ? undefined : plan(schema).schema);
    };
  },
});

interface Insertion {
  readonly path: FieldPath;
  readonly schema: Schema;
  /** Null where the record has nothing of the kind. */
  readonly read: (record: ConnectRecord, hasSchema: boolean) => unknown;
}

type Options = {
  readonly [key in `${'topic' | 'partition' | 'offset' | 'timestamp' | 'static'}.field`]: string | null;
} & {
  readonly 'static.value': string | null;
  readonly 'field.syntax.version': string;
};

function insertionsOf(transform: string, config: Options): readonly Insertion[] {
  const all: readonly (readonly [string | null, Schema, Insertion['read']])[] = [
    [config['topic.field'], { type: 'string' }, (record) => record.topic],
    [config['partition.field'], { type: 'int32' }, (record) => record.partition],
    [config['offset.field'], { type: 'int64' }, (record) => offsetOf(transform, record)],
    [
      config['timestamp.field'],
      TIMESTAMP,
      ({ timestamp }, hasSchema) => (hasSchema && timestamp !== null ? new Date(timestamp) : timestamp),
    ],
    [config['static.field'], { type: 'string' }, () => config['static.value']],
  ];
  return all.flatMap(([spec, schema, read]) => {
    if (spec === null) return [];
    const path = parseFieldPath(spec.replace(/[?!]$/, ''), config['field.syntax.version']);
    return [{ path, schema: spec.endsWith('!') ? schema : { ...schema, optional: true }, read }];
  });
}

function offsetOf(transform: string, record: ConnectRecord): unknown {
  if ('offset' in record) return record.offset;
  throw poison(
    'NO_OFFSET',
    `${transform} can't insert an offset: the records of a source have none yet.`,
    'Remove offset.field from this source connector.',
  );
}

interface Plan {
  readonly schema: Schema;
  readonly copy: (struct: Fields) => Record<string, unknown>;
}

function planInsert(schema: Schema, insertions: readonly Insertion[], nullsToDefaults: boolean): Plan {
  let fields: readonly SchemaField[] = schema.fields ?? [];
  for (const { path, schema: inserted } of insertions) fields = withField(fields, path, inserted);
  const presets = nullsToDefaults
    ? (schema.fields ?? []).filter((field) => (field.default ?? null) !== null)
    : [];
  return {
    schema: copyBasics(schema, { fields }),
    copy: (struct) => {
      const out: Record<string, unknown> = { ...struct };
      for (const { field, default: preset } of presets) out[field] ??= preset;
      return out;
    },
  };
}

function withField(fields: readonly SchemaField[], path: FieldPath, schema: Schema): readonly SchemaField[] {
  const [step = '', ...rest] = path;
  const at = fields.findIndex(({ field }) => field === step);
  if (rest.length === 0) {
    const added = { ...schema, field: step };
    if (at === -1) return [...fields, added];
    throw poison(
      'FIELD_EXISTS',
      `InsertField can't add the field "${step}", which the record's schema has already.`,
      'Choose another name, or drop the field by ReplaceField before.',
      path.join('.'),
    );
  }
  const parent = fields[at] ?? { type: 'struct', optional: true, fields: [], field: step };
  if (parent.type !== 'struct') throw wrongShape('InsertField', `a struct in the field "${step}"`, null);
  const grown = { ...parent, fields: withField(parent.fields ?? [], rest, schema) };
  return at === -1 ? [...fields, grown] : fields.with(at, grown);
}

/** Copies what it goes through: only the top is ours already. */
function put(transform: string, into: Record<string, unknown>, path: FieldPath, value: unknown): void {
  let fields = into;
  for (const step of path.slice(0, -1)) {
    const existing = fieldOf(fields, step);
    const nested = existing === null ? {} : fieldsOrNull(existing);
    if (nested === null) throw wrongShape(transform, `fields in "${step}"`, existing);
    const copy = { ...nested };
    fields[step] = copy;
    fields = copy;
  }
  fields[path.at(-1) as string] = value;
}
