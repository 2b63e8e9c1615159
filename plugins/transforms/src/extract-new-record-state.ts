import {
  type ConfigOf,
  type ConfigValue,
  type ConnectRecord,
  defineConfig,
  defineTransform,
  type Header,
  matches,
  type Schema,
  type Transform,
} from '@millrace/sdk';
import {
  type EnvelopeField,
  envelopeFieldSchema,
  envelopeFieldValue,
  parseEnvelopeField,
} from './envelope-field.ts';
import { noSuchField, poison } from './failures.ts';
import { copyBasics } from './field-tree.ts';
import { type Fields, fieldOf, fieldsOrNull, perSchema } from './record-side.ts';
import { FieldRemoval } from './replace-field.ts';

function checkFields(value: ConfigValue): string | null {
  return (value as readonly string[]).every((item) => parseEnvelopeField(item, '') !== null)
    ? null
    : 'must hold fields such as op, source.ts_ms or lsn:position';
}

const fieldList = (docs: string) =>
  ({
    type: 'list',
    default: [],
    importance: 'low',
    docs,
    validate: Object.assign(checkFields, { allows: 'fields, each with :name or without' }),
  }) as const;

const MODES = ['drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'];

const config = defineConfig({
  'delete.tombstone.handling.mode': {
    type: 'string',
    default: 'tombstone',
    importance: 'medium',
    docs: 'What becomes of deletions and of the tombstones behind them. drop: both are dropped. tombstone: the deletion becomes a null, the tombstone is dropped. rewrite: the deletion becomes the old row with __deleted=true, the tombstone is dropped. rewrite-with-tombstone: so too, and the tombstone stays. delete-to-tombstone: as tombstone, and the null has no schema.',
    validate: matches(
      /^\s*(drop|tombstone|rewrite|rewrite-with-tombstone|delete-to-tombstone)\s*$/i,
      `one of ${MODES.join(', ')}`,
    ),
    recommend: MODES,
  },
  'drop.tombstones': {
    type: 'boolean',
    default: null,
    importance: 'low',
    docs: 'Of older versions, with delete.handling.mode; where one of them is set, delete.tombstone.handling.mode does not count. Tombstones are dropped (true where unset).',
  },
  'delete.handling.mode': {
    type: 'string',
    default: null,
    importance: 'low',
    docs: 'Of older versions. drop (where unset): deletions are dropped. none: they become nulls. rewrite: they become the old row with __deleted=true.',
    validate: matches(/^\s*(drop|none|rewrite)\s*$/i, 'one of drop, none, rewrite'),
    recommend: ['drop', 'none', 'rewrite'],
  },
  'add.fields': fieldList('Fields of the event that are added to the row, such as op, table, source.ts_ms.'),
  'add.fields.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    docs: 'What their names begin with.',
  },
  'add.headers': fieldList('Fields of the event that become headers.'),
  'add.headers.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    docs: 'What their names begin with.',
  },
  'route.by.field': {
    type: 'string',
    default: '',
    importance: 'low',
    docs: 'A field of the row whose value becomes the topic.',
  },
  'drop.fields.header.name': {
    type: 'string',
    default: null,
    importance: 'low',
    docs: 'A header that lists fields to be dropped from the row.',
  },
  'drop.fields.from.key': {
    type: 'boolean',
    default: false,
    importance: 'low',
    docs: 'They are dropped from the key too.',
  },
  'drop.fields.keep.schema.compatible': {
    type: 'boolean',
    default: true,
    importance: 'low',
    docs: 'Only fields that are optional are dropped.',
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    docs: 'A null becomes the default of its field where the row is rewritten.',
  },
});

/** What becomes of deletions, and whether tombstones pass. */
interface Handling {
  readonly deletions: 'drop' | 'null' | 'rewrite' | 'tombstone';
  readonly tombstonesPass: boolean;
}

function handlingOf(values: ConfigOf<typeof config>): Handling {
  const legacy = values['delete.handling.mode'];
  const dropTombstones = values['drop.tombstones'];
  if (legacy !== null || dropTombstones !== null) {
    const mode = (legacy ?? 'drop').trim().toLowerCase();
    return {
      deletions: mode === 'none' ? 'null' : mode === 'rewrite' ? 'rewrite' : 'drop',
      tombstonesPass: dropTombstones === false,
    };
  }
  switch (values['delete.tombstone.handling.mode'].trim().toLowerCase()) {
    case 'drop':
      return { deletions: 'drop', tombstonesPass: false };
    case 'rewrite':
      return { deletions: 'rewrite', tombstonesPass: false };
    case 'rewrite-with-tombstone':
      return { deletions: 'rewrite', tombstonesPass: true };
    case 'delete-to-tombstone':
      return { deletions: 'tombstone', tombstonesPass: false };
    default:
      return { deletions: 'null', tombstonesPass: false };
  }
}

/** Debezium's ExtractNewRecordState: the row itself of its change events, with a schema or without. */
export const extractNewRecordState = defineTransform({
  class: 'ExtractNewRecordState',
  aliases: ['io.debezium.transforms.ExtractNewRecordState'],
  version: '0.1.0',
  docs: "Makes the changed row of a change event in Debezium's format; other records pass as they are.",
  config,
  create: (values) => new RowExtraction(values),
});

type Side = 'before' | 'after';

/** How the row of one schema of events is made. */
interface RowPlan {
  /** As the event has it. */
  readonly inner: Schema | undefined;
  readonly row: Schema | undefined;
  readonly added: readonly EnvelopeField[];
  /** Of the row, where nulls become defaults: field and default. */
  readonly presets: readonly (readonly [string, unknown])[];
}

class RowExtraction implements Transform {
  readonly #values: ConfigOf<typeof config>;
  readonly #handling: Handling;
  readonly #fields: readonly EnvelopeField[];
  readonly #headers: readonly EnvelopeField[];
  readonly #plans: Readonly<Record<Side, (schema: Schema) => RowPlan>>;
  readonly #removals = new Map<string, FieldRemoval>();

  constructor(values: ConfigOf<typeof config>) {
    this.#values = values;
    this.#handling = handlingOf(values);
    const parsed = (items: readonly string[], prefix: string) =>
      items.flatMap((item) => parseEnvelopeField(item, prefix) ?? []);
    this.#fields = parsed(values['add.fields'], values['add.fields.prefix']);
    this.#headers = parsed(values['add.headers'], values['add.headers.prefix']);
    this.#plans = {
      before: perSchema((schema) => this.#plan(schema, 'before')),
      after: perSchema((schema) => this.#plan(schema, 'after')),
    };
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    if (record.value === null || record.value === undefined) {
      return this.#handling.tombstonesPass ? withHeaders(record, this.#tombstoneHeaders()) : null;
    }
    const envelope = envelopeOf(record);
    if (envelope === null) return record;
    const headed = withHeaders(record, this.#eventHeaders(envelope, record.valueSchema));
    const after = fieldsOrNull(fieldOf(envelope, 'after'));
    if (after !== null) {
      const routed = this.#routed(headed, after);
      return this.#withoutFields(this.#rowOf(routed, envelope, 'after', after));
    }
    const before = fieldsOrNull(fieldOf(envelope, 'before'));
    // A table that was truncated.
    if (before === null) return null;
    return this.#deletion(headed, envelope, before);
  }

  #deletion(record: ConnectRecord, envelope: Fields, before: Fields): ConnectRecord | null {
    const { deletions } = this.#handling;
    if (deletions === 'drop') return null;
    const routed = this.#routed(record, before);
    if (deletions === 'rewrite') return this.#withoutFields(this.#rowOf(routed, envelope, 'before', before));
    const schema = deletions === 'null' ? fieldSchema(record.valueSchema, 'after') : undefined;
    return this.#withoutFields({ ...routed, value: null, valueSchema: schema });
  }

  #plan(schema: Schema, side: Side): RowPlan {
    const inner = fieldSchema(schema, side);
    const added = this.#fields.filter((field) => envelopeFieldSchema(schema, field) !== undefined);
    const rewrites = this.#handling.deletions === 'rewrite';
    const fields = [
      ...(inner?.fields ?? []),
      ...(rewrites ? [{ type: 'string' as const, optional: true, field: DELETED }] : []),
      ...added.map((field) => ({ ...(envelopeFieldSchema(schema, field) as Schema), field: field.name })),
    ];
    const replaces = rewrites && this.#values['replace.null.with.default'];
    const presets = (replaces ? (inner?.fields ?? []) : [])
      .filter((field) => (field.default ?? null) !== null)
      .map((field) => [field.field, field.default] as const);
    return { inner, row: inner && copyBasics(inner, { fields }), added, presets };
  }

  #rowOf(record: ConnectRecord, envelope: Fields, side: Side, row: Fields): ConnectRecord {
    const schema = record.valueSchema;
    const plan = schema === undefined ? null : this.#plans[side](schema);
    const out: Record<string, unknown> = { ...row };
    for (const [field, preset] of plan?.presets ?? []) out[field] ??= preset;
    if (this.#handling.deletions === 'rewrite') out[DELETED] = String(side === 'before');
    for (const field of plan?.added ?? this.#fields) {
      const value = envelopeFieldValue(envelope, field);
      if (value !== undefined || plan !== null) out[field.name] = value ?? null;
    }
    return { ...record, value: out, valueSchema: plan?.row };
  }

  #eventHeaders(envelope: Fields, schema: Schema | undefined): readonly Header[] {
    if (this.#headers.length === 0) return [];
    return this.#headers.flatMap((field): Header[] => {
      const of = schema && envelopeFieldSchema(schema, field);
      const value = envelopeFieldValue(envelope, field);
      if (schema === undefined ? value === undefined : of === undefined) return [];
      return [{ key: field.name, value: value ?? null, schema: of }];
    });
  }

  #tombstoneHeaders(): readonly Header[] {
    return this.#headers.flatMap(({ field, name }): Header[] =>
      field === 'op' ? [{ key: name, value: 'd', schema: { type: 'string' } }] : [],
    );
  }

  #routed(record: ConnectRecord, row: Fields): ConnectRecord {
    const field = this.#values['route.by.field'];
    if (field === '') return record;
    const topic = fieldOf(row, field);
    const known = fieldSchema(record.valueSchema, 'after')?.fields ?? null;
    if (known !== null && !known.some((one) => one.field === field))
      throw noSuchField('ExtractNewRecordState', field);
    if (topic === null || (typeof topic === 'string' && topic.trim() === '')) return record;
    if (typeof topic === 'string') return { ...record, topic };
    throw poison(
      'ROUTE_NOT_TEXT',
      `ExtractNewRecordState can't route by the field "${field}", which holds no text.`,
      'Name a field of text as route.by.field.',
      field,
    );
  }

  /** Takes away the fields that the record's own header names. */
  #withoutFields(record: ConnectRecord): ConnectRecord {
    const header = this.#values['drop.fields.header.name'];
    if (header === null || header === '') return record;
    const names = record.headers.find(({ key }) => key === header)?.value;
    if (!Array.isArray(names) || names.length === 0) return record;
    const value = this.#without(names.map(String), record.valueSchema, record.value);
    const rest = { ...record, value: value.fields, valueSchema: value.schema };
    if (!this.#values['drop.fields.from.key']) return rest;
    const key = this.#without(names.map(String), record.keySchema, record.key);
    return { ...rest, key: key.fields, keySchema: key.schema };
  }

  #without(
    names: readonly string[],
    schema: Schema | undefined,
    value: unknown,
  ): { readonly schema: Schema | undefined; readonly fields: unknown } {
    const fields = fieldsOrNull(value);
    if (fields === null) return { schema, fields: value };
    const keeps = schema !== undefined && this.#values['drop.fields.keep.schema.compatible'];
    const dropped = keeps
      ? names.filter((name) => schema.fields?.some(({ field, optional }) => field === name && optional))
      : names;
    if (dropped.length === 0) return { schema, fields };
    const id = dropped.join('\n');
    let removal = this.#removals.get(id);
    if (removal === undefined) {
      removal = new FieldRemoval(
        dropped.map((name) => [name]),
        true,
      );
      if (this.#removals.size >= REMOVALS_KEPT_MAX) this.#removals.clear();
      this.#removals.set(id, removal);
    }
    return removal.apply(schema, fields);
  }
}

const DELETED = '__deleted';
const REMOVALS_KEPT_MAX = 64;

/** The event in a record; null where it is none. Without a schema it is told by its members. */
function envelopeOf({ value, valueSchema }: ConnectRecord): Fields | null {
  const fields = fieldsOrNull(value);
  if (fields === null) return null;
  if (valueSchema !== undefined) return valueSchema.name?.endsWith('.Envelope') ? fields : null;
  const isEvent =
    Object.hasOwn(fields, 'op') && (Object.hasOwn(fields, 'after') || Object.hasOwn(fields, 'before'));
  return isEvent ? fields : null;
}

function fieldSchema(schema: Schema | undefined, name: string): Schema | undefined {
  const found = schema?.fields?.find(({ field }) => field === name);
  if (found === undefined) return undefined;
  const { field: _name, ...plain } = found;
  return plain;
}

const withHeaders = (record: ConnectRecord, headers: readonly Header[]): ConnectRecord =>
  headers.length === 0 ? record : { ...record, headers: [...record.headers, ...headers] };
