import type { Schema, SinkRecord } from '@millrace/sdk';
import { columnText } from './column-text.ts';
import type { SinkConfig } from './config.ts';
import type { NewColumn } from './ddl.ts';
import { quoteTableName, refused, type TableName, type TargetTable, tableOf } from './target-table.ts';

/** What a record asks of its table. */
export interface RowWrite {
  readonly record: SinkRecord;
  readonly deletes: boolean;
  /** Names of the key's columns; empty with pk.mode=none. */
  readonly key: readonly string[];
  /** Values by column; of a deletion only the key's. */
  readonly fields: ReadonlyMap<string, unknown>;
}

/** What records ask of each table, in their order. @throws {MillraceError} as `rowWrite` and `tableOf` */
export function writesByTable(
  records: readonly SinkRecord[],
  config: SinkConfig,
): ReadonlyMap<TableName, readonly RowWrite[]> {
  const names = new Map<string, TableName>();
  const groups = new Map<TableName, RowWrite[]>();
  for (const record of records) {
    const write = rowWrite(record, config);
    if (!write) continue;
    const made = tableOf(record.topic, config['table.name.format']);
    const quoted = quoteTableName(made);
    const name = names.get(quoted) ?? made;
    names.set(quoted, name);
    const group = groups.get(name);
    if (group) group.push(write);
    else groups.set(name, [write]);
  }
  return groups;
}

/**
 * Reads a record as a write; null for a tombstone that is passed over.
 *
 * @throws {MillraceError} class poison where the record lacks a key or is no struct
 */
function rowWrite(record: SinkRecord, config: SinkConfig): RowWrite | null {
  const fromKey = config['pk.mode'] === 'record_key';
  if (record.value === null || record.value === undefined) {
    if (!fromKey || !config['delete.enabled']) return null;
    const fields = keyFields(record, config['pk.fields']);
    return { record, deletes: true, key: [...fields.keys()], fields };
  }
  if (!isStruct(record.value)) {
    throw refused(
      record,
      'has a value that is no struct, and its fields would be the columns',
      'Have the records made with a struct as their value.',
    );
  }
  const values = Object.entries(record.value).filter(([, value]) => value !== undefined);
  if (config['pk.mode'] === 'none') return { record, deletes: false, key: [], fields: new Map(values) };
  const key = fromKey
    ? keyFields(record, config['pk.fields'])
    : pick(record, record.value, config['pk.fields'], 'value');
  return { record, deletes: false, key: [...key.keys()], fields: new Map([...values, ...key]) };
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

const isStruct = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Date);

/** The fields that have no column yet. */
export function newColumns(writes: readonly RowWrite[], table: TargetTable | null): readonly NewColumn[] {
  const found = new Map<string, NewColumn>();
  for (const { record, fields, key } of writes) {
    for (const [name, value] of fields) {
      if (table?.columns.has(name)) continue;
      const known = found.get(name);
      if (known && (known.schema || known.sample !== null)) continue;
      found.set(name, { name, schema: schemaOf(record, name), sample: value, isKey: key.includes(name) });
    }
  }
  return [...found.values()];
}

function schemaOf(record: SinkRecord, name: string): Schema | undefined {
  const { keySchema, valueSchema } = record;
  const field =
    valueSchema?.fields?.find((candidate) => candidate.field === name) ??
    keySchema?.fields?.find((candidate) => candidate.field === name);
  if (field) return field;
  return keySchema && keySchema.type !== 'struct' ? keySchema : undefined;
}

/** A row as text, ready to be sent. */
export interface TextRow {
  readonly key: readonly string[];
  readonly deletes: boolean;
  readonly values: ReadonlyMap<string, string | null>;
}

export function textRow(write: RowWrite, table: TargetTable): TextRow {
  const values = new Map<string, string | null>();
  for (const [name, value] of write.fields) {
    const column = table.columns.get(name);
    if (column) values.set(name, columnText(value, column));
  }
  return { key: write.key, deletes: write.deletes, values };
}

/**
 * One row for each key, with the effect of all its rows in their order. A row that lacks fields leaves those of the
 * rows before as they are.
 */
export function lastOfEachKey(rows: readonly TextRow[]): readonly TextRow[] {
  const last = new Map<string, TextRow>();
  for (const row of rows) {
    const id = JSON.stringify(row.key.map((name) => row.values.get(name)));
    const before = last.get(id);
    const merges = before && !before.deletes && !row.deletes;
    last.set(id, merges ? { ...row, values: new Map([...before.values, ...row.values]) } : row);
  }
  return [...last.values()];
}
