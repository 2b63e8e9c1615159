import { formatArrayText } from './array-text.ts';
import { quoteIdent } from './connection.ts';
import type { TargetColumn, TargetTable } from './target-table.ts';
import { lastOfEachKey, sameColumns, type TextRow, textOf } from './text-row.ts';

/** A statement with one array of texts for each column, as PostgreSQL writes arrays. */
export interface Statement {
  readonly text: string;
  readonly values: readonly string[];
}

/**
 * The statements that have the effect of these rows in their order. Every value goes as text in an array for its column, and the
 * server's own input functions make values of it: the text of a statement depends on the columns only, never on the number of rows, so
 * that it is prepared once.
 */
export function writeStatements(
  table: TargetTable,
  rows: readonly TextRow[],
  mode: string,
  rowsMax: number,
): readonly Statement[] {
  const emptied = rows.findLastIndex(({ truncates }) => truncates);
  const left = rows.slice(emptied + 1);
  const runs = mode === 'insert' ? runsOf(left) : [lastOfEachKey(left, mode)];
  const writes = runs.flatMap((run) => runStatements(table, run, mode, rowsMax));
  return emptied === -1 ? writes : [{ text: `TRUNCATE ${table.quoted}`, values: [] }, ...writes];
}

/** Insertions and deletions by turns, as they came: the first insertion of a key counts until it is deleted. */
function runsOf(rows: readonly TextRow[]): readonly (readonly TextRow[])[] {
  const runs: TextRow[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run?.[0]?.deletes === row.deletes) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function runStatements(
  table: TargetTable,
  rows: readonly TextRow[],
  mode: string,
  rowsMax: number,
): readonly Statement[] {
  const groups = new Map<string, TextRow[]>();
  let group: TextRow[] = [];
  for (const row of rows) {
    // Mostly a row has the columns of the one before.
    if (!group[0] || !sameColumns(group[0], row)) {
      const id = JSON.stringify([row.deletes, row.key, [...row.names].sort()]);
      group = groups.get(id) ?? [];
      groups.set(id, group);
    }
    group.push(row);
  }
  // Deletions go first: they may free values of other unique columns.
  const ordered = [...groups.values()].sort((a, b) => Number(b[0]?.deletes) - Number(a[0]?.deletes));
  return ordered
    .flatMap((group) => [...chunks(group, rowsMax)])
    .flatMap((chunk) => statementsOf(table, chunk, mode));
}

function* chunks(rows: readonly TextRow[], size: number): Generator<readonly TextRow[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

function statementsOf(table: TargetTable, rows: readonly TextRow[], mode: string): readonly Statement[] {
  const [first] = rows;
  if (!first) return [];
  const columns = [...first.names].sort().flatMap((name) => table.columns.get(name) ?? []);
  const values = columns.map(({ name }) => formatArrayText(textsOf(rows, name)));
  const key = columns.filter((column) => first.key.includes(column.name));
  if (first.deletes) return [{ text: deleteText(table, columns), values }];
  if (mode === 'update') {
    const update = updateText(table, columns, key);
    return update === null ? [] : [{ text: update, values }];
  }
  if (mode === 'insert') return [{ text: insertText(table, columns, 'ON CONFLICT DO NOTHING'), values }];
  const present = new Set(first.names);
  const partial = [...table.columns.values()].some((column) => column.required && !present.has(column.name));
  if (!partial) return [{ text: insertText(table, columns, onConflict(columns, key)), values }];
  // INSERT ... ON CONFLICT checks NOT NULL before it looks for the row, so a partial row is an UPDATE first.
  const update = updateText(table, columns, key);
  const insert = { text: insertText(table, columns, 'ON CONFLICT DO NOTHING', key), values };
  return update === null ? [insert] : [{ text: update, values }, insert];
}

/** Values of one column; mostly it stands at the same place in all rows. */
function textsOf(rows: readonly TextRow[], name: string): readonly (string | null)[] {
  const names = rows[0]?.names;
  const at = names?.indexOf(name) ?? -1;
  return rows.map((row) => (row.names === names ? (row.texts[at] ?? null) : textOf(row, name)));
}

/** Columns as `v.c1::type`; the cast has no modifier, so that what is too long is refused and not cut off. */
const cast = (column: TargetColumn, index: number): string => `v.c${index + 1}::${column.typeName}`;

function input(columns: readonly TargetColumn[]): string {
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`);
  const names = columns.map((_, index) => `c${index + 1}`);
  return `unnest(${arrays.join(', ')}) AS v(${names.join(', ')})`;
}

const keyMatches = (columns: readonly TargetColumn[], key: readonly TargetColumn[]): string =>
  key
    .map((column) => `t.${quoteIdent(column.name)} = ${cast(column, columns.indexOf(column))}`)
    .join(' AND ');

function insertText(
  table: TargetTable,
  columns: readonly TargetColumn[],
  conflict: string,
  absentKey: readonly TargetColumn[] = [],
): string {
  const names = columns.map((column) => quoteIdent(column.name)).join(', ');
  const absent =
    absentKey.length > 0
      ? ` WHERE NOT EXISTS (SELECT FROM ${table.quoted} AS t WHERE ${keyMatches(columns, absentKey)})`
      : '';
  return `INSERT INTO ${table.quoted} (${names}) OVERRIDING SYSTEM VALUE SELECT ${columns.map(cast).join(', ')} FROM ${input(columns)}${absent} ${conflict}`;
}

const settable = (columns: readonly TargetColumn[], key: readonly TargetColumn[]): readonly TargetColumn[] =>
  columns.filter((column) => !key.includes(column) && !column.identityAlways);

function onConflict(columns: readonly TargetColumn[], key: readonly TargetColumn[]): string {
  const target = `ON CONFLICT (${key.map((column) => quoteIdent(column.name)).join(', ')})`;
  const sets = settable(columns, key).map(
    (column) => `${quoteIdent(column.name)} = EXCLUDED.${quoteIdent(column.name)}`,
  );
  return sets.length > 0 ? `${target} DO UPDATE SET ${sets.join(', ')}` : `${target} DO NOTHING`;
}

/** Null where there is nothing to set beside the key. */
function updateText(
  table: TargetTable,
  columns: readonly TargetColumn[],
  key: readonly TargetColumn[],
): string | null {
  const sets = settable(columns, key).map(
    (column) => `${quoteIdent(column.name)} = ${cast(column, columns.indexOf(column))}`,
  );
  if (sets.length === 0) return null;
  return `UPDATE ${table.quoted} AS t SET ${sets.join(', ')} FROM ${input(columns)} WHERE ${keyMatches(columns, key)}`;
}

function deleteText(table: TargetTable, columns: readonly TargetColumn[]): string {
  return `DELETE FROM ${table.quoted} AS t USING ${input(columns)} WHERE ${keyMatches(columns, columns)}`;
}
