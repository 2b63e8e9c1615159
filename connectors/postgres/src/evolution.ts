import { quoteIdent } from './connection.ts';
import { addColumnsStatement, type NewColumn } from './ddl.ts';
import { newColumns, type RowWrite } from './row-write.ts';
import type { TargetColumn, TargetTable } from './target-table.ts';

/** What a table lacks for rows to fit in. */
export interface Evolution {
  readonly added: readonly NewColumn[];
  readonly widened: readonly { readonly column: string; readonly type: string }[];
  /** Columns that are to take nulls. */
  readonly relaxed: readonly string[];
}

/** Integers by their size: the first one that a value fits in is taken. */
const INTEGERS: readonly { readonly type: string; readonly name: string; readonly max: bigint }[] = [
  { type: 'int2', name: 'smallint', max: 0x7fffn },
  { type: 'int4', name: 'integer', max: 0x7fffffffn },
  { type: 'int8', name: 'bigint', max: 0x7fffffffffffffffn },
];

/** What these rows need of the table that it has not; a table that is missing lacks all columns. */
export function evolutionFor(writes: readonly RowWrite[], table: TargetTable | null): Evolution {
  const added = newColumns(writes, table);
  if (!table) return { added, widened: [], relaxed: [] };
  const widened = new Map<string, string>();
  const relaxed = new Set<string>();
  const narrow = [...table.columns.values()].filter((column) => column.notNull || isNarrow(column));
  for (const column of narrow) {
    for (const { fields, key, deletes } of writes) {
      if (deletes || !fields.has(column.name)) continue;
      const value = fields.get(column.name);
      if (value === null || value === undefined) {
        if (column.notNull && !key.includes(column.name)) relaxed.add(column.name);
        continue;
      }
      const type = widerType(column, value, widened.get(column.name));
      if (type !== null) widened.set(column.name, type);
    }
  }
  return {
    added,
    widened: [...widened].map(([column, type]) => ({ column, type })),
    relaxed: [...relaxed],
  };
}

/** Whether nothing is lacking. */
export const fits = ({ added, widened, relaxed }: Evolution): boolean =>
  added.length + widened.length + relaxed.length === 0;

/** The statements that make the table fit, each with what it does in words. */
export function evolutionStatements(
  table: TargetTable,
  { added, widened, relaxed }: Evolution,
): readonly { readonly what: string; readonly statement: string }[] {
  const alter = (column: string, how: string) =>
    `ALTER TABLE ${table.quoted} ALTER COLUMN ${quoteIdent(column)} ${how}`;
  const count = added.length === 1 ? '1 column' : `${added.length} columns`;
  const names = added.map(({ name }) => name).join(', ');
  return [
    ...(added.length > 0
      ? [
          {
            what: `add ${count} to table ${table.quoted}: ${names}`,
            statement: addColumnsStatement(table.name, added),
          },
        ]
      : []),
    ...widened.map(({ column, type }) => ({
      what: `widen column ${column} of table ${table.quoted} to ${type}`,
      statement: alter(column, `TYPE ${type}`),
    })),
    ...relaxed.map((column) => ({
      what: `let column ${column} of table ${table.quoted} be null`,
      statement: alter(column, 'DROP NOT NULL'),
    })),
  ];
}

function isNarrow({ baseType, isArray, limit }: TargetColumn): boolean {
  if (isArray) return false;
  return INTEGERS.some(({ type }) => type === baseType) || limit !== null;
}

/** A type that holds the value where the column's, or the one found so far, does not; null where it fits. */
function widerType(column: TargetColumn, value: unknown, found: string | undefined): string | null {
  if (column.isArray) return null;
  const { baseType, limit } = column;
  const own = INTEGERS.findIndex(({ type, name }) =>
    found === undefined ? type === baseType : name === found,
  );
  if (own !== -1) return widerInteger(value, own);
  if (limit === null || found !== undefined) return null;
  if (baseType === 'varchar' || baseType === 'bpchar')
    return typeof value === 'string' && [...value.trimEnd()].length > limit.length ? 'text' : null;
  return baseType === 'numeric' && !isWithin(String(value), limit) ? 'numeric' : null;
}

function widerInteger(value: unknown, own: number): string | null {
  // As nearly all values are.
  if (Number.isSafeInteger(value) && Math.abs(value as number) <= Number(INTEGERS[own]?.max)) return null;
  const text =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? String(value) : '';
  if (/^-?\d+\.\d*[1-9]\d*$/.test(text)) return 'numeric';
  if (!/^-?\d+$/.test(text)) return null;
  const number = BigInt(text);
  const size = number < 0n ? -number - 1n : number;
  const needed = INTEGERS.findIndex(({ max }) => size <= max);
  if (needed === -1) return 'numeric';
  return needed > own ? (INTEGERS[needed]?.name ?? null) : null;
}

/** Whether a decimal has no more digits than its column, which would round what lies behind the point. */
function isWithin(
  text: string,
  { length, scale }: { readonly length: number; readonly scale: number },
): boolean {
  const [, whole, fraction = ''] = /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (whole === undefined) return true;
  return whole.length <= length - scale && fraction.length <= scale;
}
