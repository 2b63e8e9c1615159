import type { Schema, SchemaField, SinkRecord } from '@millrace/sdk';
import { changeEventOf, isStruct } from './change-event.ts';
import type { SinkConfig } from './config.ts';
import type { NewColumn } from './ddl.ts';
import { quoteTableName, refused, type TableName, type TargetTable, tableOf } from './target-table.ts';

/** What a record asks of its table. */
export interface RowWrite {
  readonly record: SinkRecord;
  readonly deletes: boolean;
  /** Empties the table: no key and no fields. */
  readonly truncates: boolean;
  /** Names of the key's columns; empty with pk.mode=none. */
  readonly key: readonly string[];
  /** Values by column; of a deletion only the key's. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** Of the row that the fields come from. */
  readonly schema: Schema | undefined;
}

/** What records ask of each table, in their order. @throws {MillraceError} as `rowWrite` and `tableOf` */
export function writesByTable(
  records: readonly SinkRecord[],
  config: SinkConfig,
): ReadonlyMap<TableName, readonly RowWrite[]> {
  const format = config['table.name.format'];
  const names = new Map<string, TableName>();
  const groups = new Map<TableName, RowWrite[]>();
  for (const record of records) {
    const write = rowWrite(record, config);
    if (!write) continue;
    const name = names.get(record.topic) ?? sameName(names.values(), tableOf(record.topic, format));
    names.set(record.topic, name);
    const group = groups.get(name);
    if (group) group.push(write);
    else groups.set(name, [write]);
  }
  return groups;
}

/** Topics may share a table. */
function sameName(names: Iterable<TableName>, made: TableName): TableName {
  const quoted = quoteTableName(made);
  return [...names].find((name) => quoteTableName(name) === quoted) ?? made;
}

/**
 * Reads a record as a write, in Debezium's envelope or as a row; null for what is passed over.
 *
 * @throws {MillraceError} class poison where the record lacks a key or is no struct
 */
function rowWrite(record: SinkRecord, config: SinkConfig): RowWrite | null {
  const { value } = record;
  if (value === null || value === undefined) return tombstone(record, config);
  if (!isStruct(value)) {
    throw refused(
      record,
      'has a value that is no struct, and its fields would be the columns',
      'Have the records made with a struct as their value.',
    );
  }
  const event = changeEventOf(value, record.valueSchema);
  if (event === null) return rowOf(record, value, record.valueSchema, config);
  if (event.operation === 'truncate') return truncation(record, config);
  if (event.operation === 'delete') return deletion(record, event.row, config);
  return event.row === null ? null : rowOf(record, event.row, event.rowSchema, config);
}

function rowOf(
  record: SinkRecord,
  row: Readonly<Record<string, unknown>>,
  schema: Schema | undefined,
  config: SinkConfig,
): RowWrite {
  const placeholder = config['unavailable.value.placeholder'];
  const fields = new Map<string, unknown>();
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (value !== undefined && !standsFor(placeholder, value)) fields.set(name, value);
  }
  const mode = config['pk.mode'];
  if (mode === 'none') return { record, deletes: false, truncates: false, schema, key: [], fields };
  const key =
    mode === 'record_key'
      ? keyFields(record, config['pk.fields'])
      : pick(record, row, config['pk.fields'], 'value');
  for (const [name, value] of key) fields.set(name, value);
  return { record, deletes: false, truncates: false, schema, key: [...key.keys()], fields };
}

/** A null: the row with its key is gone. A truncation in flat form is one that has no key. */
function tombstone(record: SinkRecord, config: SinkConfig): RowWrite | null {
  const flat = record.headers.find(({ key }) => key === '__op')?.value;
  if (flat === 't') return truncation(record, config);
  return config['pk.mode'] === 'record_key' ? deletion(record, null, config) : null;
}

function deletion(
  record: SinkRecord,
  row: Readonly<Record<string, unknown>> | null,
  config: SinkConfig,
): RowWrite | null {
  const mode = config['pk.mode'];
  if (!config['delete.enabled'] || mode === 'none') return null;
  if (mode === 'record_value' && row === null) return null;
  const fields =
    mode === 'record_key'
      ? keyFields(record, config['pk.fields'])
      : pick(record, row ?? {}, config['pk.fields'], 'value before');
  return { record, deletes: true, truncates: false, key: [...fields.keys()], fields, schema: undefined };
}

function truncation(record: SinkRecord, config: SinkConfig): RowWrite | null {
  if (!config['truncate.enabled']) return null;
  return { record, deletes: false, truncates: true, key: [], fields: new Map(), schema: undefined };
}

/** Whether a value only says that nobody knows it: a TOASTed one that an update did not touch. */
function standsFor(placeholder: string, value: unknown): boolean {
  if (typeof value === 'string') return value === placeholder;
  if (Array.isArray(value)) return value.length === 1 && value[0] === placeholder;
  if (value instanceof Uint8Array) {
    return value.length === placeholder.length && Buffer.from(value).toString('latin1') === placeholder;
  }
  return false;
}

function keyFields(record: SinkRecord, names: readonly string[]): Map<string, unknown> {
  const { key } = record;
  if (isStruct(key)) return pick(record, key, names.length > 0 ? names : Object.keys(key), 'key');
  if (key === null || key === undefined)
    throw refused(record, 'has no key', 'Set pk.mode=record_value, or have the records made with a key.');
  const [name] = names;
  if (name === undefined)
    throw refused(record, 'has a key that is no struct', 'Name its column with pk.fields.');
  return new Map([[name, key]]);
}

function pick(
  record: SinkRecord,
  struct: Readonly<Record<string, unknown>>,
  names: readonly string[],
  where: string,
): Map<string, unknown> {
  const picked = new Map<string, unknown>();
  for (const name of names) {
    const value = Object.hasOwn(struct, name) ? struct[name] : undefined;
    if (value === null || value === undefined)
      throw refused(record, `has no ${name} in its ${where}`, 'Choose pk.fields that every record has.');
    picked.set(name, value);
  }
  return picked;
}

/** The fields that have no column yet. */
export function newColumns(writes: readonly RowWrite[], table: TargetTable | null): readonly NewColumn[] {
  const found = new Map<string, NewColumn>();
  for (const write of writes) {
    const { fields, key } = write;
    for (const [name, value] of fields) {
      if (table?.columns.has(name)) continue;
      const known = found.get(name);
      if (known && (known.schema || known.sample !== null)) continue;
      found.set(name, { name, schema: schemaOf(write, name), sample: value, isKey: key.includes(name) });
    }
  }
  return [...found.values()];
}

/** Of one of its fields. */
export function schemaOf({ record, schema }: RowWrite, name: string): Schema | undefined {
  const { keySchema } = record;
  const field =
    (schema && fieldsOf(schema).get(name)) ?? (keySchema?.fields && fieldsOf(keySchema).get(name));
  if (field) return field;
  return keySchema && keySchema.type !== 'struct' ? keySchema : undefined;
}

const fieldsBySchema = new WeakMap<Schema, ReadonlyMap<string, SchemaField>>();

/** The fields of a struct's schema by name. Converters give the same schema object again, so they are sorted out once. */
function fieldsOf(schema: Schema): ReadonlyMap<string, SchemaField> {
  const known = fieldsBySchema.get(schema);
  if (known) return known;
  const fields = new Map((schema.fields ?? []).map((field) => [field.field, field]));
  fieldsBySchema.set(schema, fields);
  return fields;
}
