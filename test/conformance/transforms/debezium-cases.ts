import type { Envelope, TransformCase } from './oracle.ts';

const field = (name: string, type: string, more: object = {}) => ({
  field: name,
  type,
  optional: false,
  ...more,
});
const struct = (fields: readonly object[], more: object = {}) => ({
  type: 'struct',
  optional: false,
  fields,
  ...more,
});

const ROW = [
  field('id', 'int32'),
  field('name', 'string', { optional: true }),
  field('stock', 'int32', { optional: true, default: 5 }),
];
const EVENT = struct(
  [
    struct(ROW, { field: 'before', optional: true, name: 'shop.public.pens.Value' }),
    struct(ROW, { field: 'after', optional: true, name: 'shop.public.pens.Value' }),
    struct(
      [
        field('table', 'string'),
        field('lsn', 'int64', { optional: true }),
        field('ts_ms', 'int64'),
        field('snapshot', 'string', { optional: true, default: 'false' }),
      ],
      { field: 'source', name: 'io.debezium.connector.postgresql.Source' },
    ),
    struct([field('id', 'string'), field('total_order', 'int64')], { field: 'transaction', optional: true }),
    field('op', 'string'),
    field('ts_ms', 'int64', { optional: true }),
  ],
  { name: 'shop.public.pens.Envelope', version: 2 },
);
const OLD = { id: 1, name: 'old', stock: null };
const NEW = { id: 1, name: 'new', stock: null };
const SOURCE = { table: 'pens', lsn: 99, ts_ms: 1_600_000_000_000, snapshot: null };

const event = (op: string, before: unknown, after: unknown, transaction: unknown = null): Envelope => ({
  schema: EVENT,
  payload: { before, after, source: SOURCE, transaction, op, ts_ms: 1_600_000_000_001 },
});

const RECORDS: readonly (readonly [string, Envelope])[] = [
  ['an insertion', event('c', null, NEW, { id: 'tx', total_order: 3 })],
  ['a change', event('u', OLD, NEW)],
  ['a deletion', event('d', OLD, null)],
  ['a truncation', event('t', null, null)],
  ['a tombstone', null],
  ['a row', { schema: struct(ROW), payload: NEW }],
  ['a map', { schema: null, payload: { id: 1 } }],
];

const KEY: Envelope = {
  schema: struct([field('id', 'int32'), field('name', 'string', { optional: true })]),
  payload: { id: 1, name: 'k' },
};
const LIST = { type: 'array', optional: false, items: { type: 'string', optional: false } };

const CONFIGS: readonly Readonly<Record<string, string>>[] = [
  {},
  ...['drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone', 'nothing'].flatMap(
    (mode) => [
      { 'delete.tombstone.handling.mode': mode },
      {
        'delete.tombstone.handling.mode': mode,
        'add.fields': 'op,table,lsn:position,source.ts_ms,transaction.id,total_order,nothing',
        'add.headers': 'op,source.lsn,ts_ms:at,id',
      },
      {
        'delete.tombstone.handling.mode': mode,
        'route.by.field': 'name',
        'replace.null.with.default': 'false',
      },
      { 'delete.tombstone.handling.mode': mode, 'drop.fields.header.name': 'unchanged' },
    ],
  ),
  { 'add.fields': 'op', 'add.fields.prefix': 'meta.', 'add.headers': 'op', 'add.headers.prefix': '' },
  { 'add.fields': 'before.name,snapshot' },
  { 'route.by.field': 'id' },
  { 'route.by.field': 'nothing' },
  { 'drop.fields.header.name': 'unchanged', 'drop.fields.from.key': 'true' },
  {
    'drop.fields.header.name': 'unchanged',
    'drop.fields.from.key': 'true',
    'drop.fields.keep.schema.compatible': 'false',
  },
  { 'add.fields': 'a:b:c' },
];

/** Debezium's own transform and ours on the same change events. */
export const debeziumCases: readonly TransformCase[] = CONFIGS.flatMap((config) =>
  RECORDS.map(
    ([what, value]): TransformCase => ({
      what: `${JSON.stringify(config)} on ${what}`,
      type: 'ExtractNewRecordState',
      config,
      key: KEY,
      value,
      headers: [{ key: 'unchanged', value: { schema: LIST, payload: ['name', 'id'] } }],
    }),
  ),
);
