import { columnText } from './column-text.ts';
import { logicalValue } from './logical-value.ts';
import { type RowWrite, schemaOf } from './row-write.ts';
import type { TargetTable } from './target-table.ts';

/** A row as text, ready to be sent. */
export interface TextRow {
  readonly key: readonly string[];
  readonly deletes: boolean;
  readonly truncates: boolean;
  /** Of its columns; one list for all rows in turn that have the same ones in the same order. */
  readonly names: readonly string[];
  /** Values, as `names` are. */
  readonly texts: readonly (string | null)[];
}

/** Rows as text; fields without a column are left out. */
export function textRows(writes: readonly RowWrite[], table: TargetTable): readonly TextRow[] {
  let last: readonly string[] = [];
  return writes.map((write) => {
    const names: string[] = [];
    const texts: (string | null)[] = [];
    for (const [name, value] of write.fields) {
      const column = table.columns.get(name);
      if (!column) continue;
      names.push(name);
      texts.push(columnText(logicalValue(value, schemaOf(write, name)), column));
    }
    if (!equal(last, names)) last = names;
    return { key: write.key, deletes: write.deletes, truncates: write.truncates, names: last, texts };
  });
}

/** Null where the row does not have the column. */
export function textOf({ names, texts }: TextRow, name: string): string | null {
  return texts[names.indexOf(name)] ?? null;
}

/** Whether two rows write the same columns; those that have them in another order are only told so by their names. */
export function sameColumns(a: TextRow, b: TextRow): boolean {
  return a.names === b.names && a.deletes === b.deletes && equal(a.key, b.key);
}

/**
 * One row for each key, with the effect of all its rows in their order. A row that lacks fields leaves those of the
 * rows before as they are, unless the key was deleted in between: its deletion is kept in front then.
 */
export function lastOfEachKey(rows: readonly TextRow[], mode: string): readonly TextRow[] {
  const last = new Map<string, TextRow>();
  const gone = new Map<string, TextRow>();
  for (const row of rows) {
    const [name = ''] = row.key;
    const id =
      row.key.length === 1
        ? (textOf(row, name) ?? '')
        : JSON.stringify(row.key.map((one) => textOf(row, one)));
    const before = last.get(id);
    // What is gone can't be updated.
    if (before?.deletes && mode === 'update') continue;
    const merges = before && !before.deletes && !row.deletes && before.names !== row.names;
    if (row.deletes) gone.delete(id);
    else if (before?.deletes) gone.set(id, before);
    last.set(id, merges ? merged(before, row) : row);
  }
  return [...gone.values(), ...last.values()];
}

function merged(before: TextRow, row: TextRow): TextRow {
  const values = new Map(before.names.map((name, index) => [name, before.texts[index] ?? null]));
  for (const [index, name] of row.names.entries()) values.set(name, row.texts[index] ?? null);
  return { ...row, names: [...values.keys()], texts: [...values.values()] };
}

const equal = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
