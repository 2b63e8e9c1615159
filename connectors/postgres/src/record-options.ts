import { type ConfigOf, type ConfigValue, defineConfig, nonEmpty, oneOf } from '@millrace/sdk';
import { ColumnRules, keysProblem, masksProblem } from './column-rules.ts';
import { EnvelopeForm } from './envelope-form.ts';
import { FlatForm } from './flat-form.ts';
import type { RecordForm } from './record-form.ts';
import { patterns } from './table-filter.ts';
import type { TypeModes } from './type-map.ts';

/** Of this connector. */
export const VERSION = '0.1.0';

/** A text that a function of its own finds fault with. */
function ruled(problem: (text: string) => string | null, allows: string) {
  return Object.assign((value: ConfigValue) => problem(String(value ?? '')), { allows });
}

/** Which columns rows have in records, and how their values are given. */
export const rowOptions = defineConfig({
  'column.include.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Records',
    docs: 'Columns in values: regular expressions for schema.table.column; empty: all. Keys have their columns in any case.',
    validate: patterns('schema.table.column'),
  },
  'column.exclude.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Records',
    docs: 'Columns that are left out of values: regular expressions for schema.table.column.',
    validate: patterns('schema.table.column'),
  },
  'column.masks': {
    type: 'password',
    default: '',
    importance: 'medium',
    group: 'Records',
    docs: 'What hides or shortens texts, with semicolons between: column=truncate(length), column=stars(length), column=hash(algorithm,salt) or hash-v2(algorithm,salt), columns as regular expressions for schema.table.column. Only columns given as text can be masked.',
    validate: ruled(masksProblem, 'schema.table.column=hash(SHA-256,salt);…'),
  },
  'decimal.handling.mode': {
    type: 'string',
    default: 'string',
    importance: 'low',
    group: 'Values',
    docs: 'numeric as exact text (string), as Connect’s Decimal (precise; without a scale as text, or in the envelope as VariableScaleDecimal; NaN becomes null), or as a floating point number that may not be exact (double).',
    validate: oneOf('string', 'precise', 'double'),
  },
  'time.precision.mode': {
    type: 'string',
    default: 'isostring',
    importance: 'low',
    group: 'Values',
    docs: 'Dates and times as ISO 8601 text with all their digits (isostring), as Connect’s Date, Time and Timestamp (connect; milliseconds, infinity becomes null), or as Debezium’s numbers of days, milliseconds or microseconds by the column’s precision (adaptive, adaptive_time_microseconds).',
    validate: oneOf('isostring', 'connect', 'adaptive', 'adaptive_time_microseconds'),
  },
  'interval.handling.mode': {
    type: 'string',
    default: 'string',
    importance: 'low',
    group: 'Values',
    docs: 'interval as ISO 8601 text (string), or as microseconds with months of 30.4375 days (numeric).',
    validate: oneOf('string', 'numeric'),
  },
  'binary.handling.mode': {
    type: 'string',
    default: 'bytes',
    importance: 'low',
    group: 'Values',
    docs: 'bytea as bytes, or as text: base64, base64-url-safe or hex.',
    validate: oneOf('bytes', 'base64', 'base64-url-safe', 'hex'),
  },
  'hstore.handling.mode': {
    type: 'string',
    default: 'json',
    importance: 'low',
    group: 'Values',
    docs: 'hstore as JSON text (json) or as a map.',
    validate: oneOf('json', 'map'),
  },
});

/** What the records of changes look like. */
export const recordOptions = defineConfig({
  'output.format': {
    type: 'string',
    default: 'flat',
    importance: 'medium',
    group: 'Records',
    docs: 'flat: a record’s value is the row, with the rest in headers; envelope: Debezium’s change events, with before, after, source and op.',
    validate: oneOf('flat', 'envelope'),
    recommend: ['flat', 'envelope'],
  },
  'tombstones.on.delete': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Records',
    docs: 'Whether a tombstone follows the event of a deletion, with output.format=envelope. In flat form a deletion is a tombstone.',
    validate: Object.assign(
      (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>) =>
        value === false && all['output.format'] !== 'envelope'
          ? 'must be true where output.format is flat; it is'
          : null,
      { allows: 'true where output.format is flat' },
    ),
  },
  'skipped.operations': {
    type: 'list',
    default: ['t'],
    importance: 'low',
    group: 'Records',
    docs: 'Operations that no records are made of: c (insert), u (update), d (delete), t (truncate), or none.',
    validate: Object.assign(
      (value: ConfigValue) =>
        Array.isArray(value) && value.every((one) => ['c', 'u', 'd', 't', 'none'].includes(one))
          ? null
          : 'must hold c, u, d, t or none; it is',
      { allows: 'c, u, d, t, none' },
    ),
  },
  'skip.messages.without.change': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'Records',
    docs: 'Whether updates that change none of the columns in records are passed over; it needs REPLICA IDENTITY FULL.',
  },
  'message.key.columns': {
    type: 'string',
    default: '',
    importance: 'medium',
    group: 'Records',
    docs: 'Columns of the record’s key, where it is not the row’s own: schema.table:column,column, as regular expressions for tables, with semicolons between them.',
    validate: ruled(keysProblem, 'schema.table:column,column;…'),
  },
  ...rowOptions,
  'unavailable.value.placeholder': {
    type: 'string',
    default: '__debezium_unavailable_value',
    importance: 'low',
    group: 'Values',
    docs: 'With output.format=envelope, what stands for a large value that an update did not touch and the log does not have. Where no text can stand, and in flat form, the field is left out.',
    validate: nonEmpty,
  },
});

type RowOptions = ConfigOf<typeof rowOptions>;
type RecordOptions = ConfigOf<typeof recordOptions>;

/** How values are given that have more than one form. */
export function valueModes(config: RowOptions & { readonly 'output.format'?: string }): TypeModes {
  // The definition holds each to these.
  return {
    form: (config['output.format'] ?? 'flat') as TypeModes['form'],
    decimals: config['decimal.handling.mode'] as TypeModes['decimals'],
    times: config['time.precision.mode'] as TypeModes['times'],
    intervals: config['interval.handling.mode'] as TypeModes['intervals'],
    binaries: config['binary.handling.mode'] as TypeModes['binaries'],
    hstores: config['hstore.handling.mode'] as TypeModes['hstores'],
  };
}

/** Which columns records have, and how. */
export function columnRules(config: RowOptions & { readonly 'message.key.columns'?: string }): ColumnRules {
  return new ColumnRules({
    include: config['column.include.list'],
    exclude: config['column.exclude.list'],
    masks: config['column.masks'],
    keys: config['message.key.columns'] ?? '',
  });
}

/** What the source makes of rows. */
export function recordForm(
  config: RecordOptions,
  from: { readonly server: string; readonly database: string },
  deletionLost: (table: string) => void,
): RecordForm {
  if (config['output.format'] === 'flat') return new FlatForm(deletionLost);
  return new EnvelopeForm({
    version: VERSION,
    ...from,
    tombstones: config['tombstones.on.delete'],
    placeholder: config['unavailable.value.placeholder'],
  });
}
