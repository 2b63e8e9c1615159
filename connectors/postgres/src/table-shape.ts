import { MillraceError, type Schema, type SchemaField } from '@millrace/sdk';
import type { Tuple } from './pgoutput.ts';
import type { ColumnType } from './type-map.ts';

export interface ShapeColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
  /** Part of what identifies the row in the database. */
  readonly isKey: boolean;
  /** Place in the record's key, from 1; 0: not in it. */
  readonly keyOrder: number;
  /** Left out of records, but for the key. */
  readonly hidden: boolean;
}

/** A value with the schema that describes exactly it. */
export interface Described {
  readonly value: Readonly<Record<string, unknown>>;
  readonly schema: Schema;
}

/** Gives what stands for a value that was not sent; undefined leaves its field out. */
export type Absent = (column: ShapeColumn) => unknown;

const leftOut: Absent = () => undefined;

/** A table at one moment of the log: turns its rows into keys and values. */
export class TableShape {
  readonly schemaName: string;
  readonly tableName: string;
  readonly topic: string;
  readonly columns: readonly ShapeColumn[];
  /** Of the record's key, in its order. */
  readonly #keyColumns: readonly { readonly column: ShapeColumn; readonly index: number }[];
  readonly #keySchema: Schema | null;
  readonly #valueSchema: Schema;
  /** Schemas of unusual rows, so that converters meet the same object again. */
  readonly #variants = new Map<string, Schema>();
  readonly #envelopes = new Map<Schema, Map<Schema, Schema>>();

  constructor(
    table: { readonly schema: string; readonly name: string },
    topic: string,
    columns: readonly ShapeColumn[],
  ) {
    this.schemaName = table.schema;
    this.tableName = table.name;
    this.topic = topic;
    this.columns = columns;
    this.#keyColumns = columns
      .map((column, index) => ({ column, index }))
      .filter(({ column }) => column.keyOrder > 0)
      .sort((a, b) => a.column.keyOrder - b.column.keyOrder);
    const keyFields = this.#keyColumns.map(({ column }) => field(column));
    this.#keySchema =
      keyFields.length === 0
        ? null
        : { type: 'struct', name: `${topic}.Key`, optional: false, fields: keyFields };
    const fields = columns.filter(({ hidden }) => !hidden).map((column) => field(column));
    this.#valueSchema = { type: 'struct', name: `${topic}.Value`, optional: false, fields };
  }

  /** `schema.table` */
  get table(): string {
    return `${this.schemaName}.${this.tableName}`;
  }

  get hasKey(): boolean {
    return this.#keySchema !== null;
  }

  /** The key of a row; null where the table has none. */
  key(row: Tuple): Described | null {
    if (!this.#keySchema) return null;
    const value: Record<string, unknown> = {};
    for (const { column, index } of this.#keyColumns)
      value[column.name] = this.#parsed(column, row[index] ?? null);
    return { value, schema: this.#keySchema };
  }

  /** Whether two rows have different keys, as far as both tell. */
  moves(old: Tuple, row: Tuple): boolean {
    return this.#keyColumns.some(
      ({ index }) => old[index] !== row[index] && old[index] !== undefined && row[index] !== undefined,
    );
  }

  /** What identifies the row in the database, as the server wrote it; null where nothing does. */
  keyText(row: Tuple): ReadonlyMap<string, string> | null {
    const texts = this.columns.flatMap((column, index): [string, string][] =>
      column.isKey ? [[column.name, row[index] ?? '']] : [],
    );
    return texts.length === 0 ? null : new Map(texts);
  }

  /**
   * The row as a struct. A TOASTed value that was not sent is what `absent` says, or left out, field and schema: there is no value that
   * could stand for it in every type.
   */
  value(row: Tuple, absent: Absent = leftOut): Described {
    const value: Record<string, unknown> = {};
    let unusual = false;
    for (const [index, column] of this.columns.entries()) {
      if (column.hidden) continue;
      const text = row[index];
      const item = text === undefined ? absent(column) : this.#parsed(column, text);
      if (item === undefined) unusual = true;
      else {
        value[column.name] = item;
        if ((item === null && !column.optional) || (Array.isArray(item) && item.some(Array.isArray)))
          unusual = true;
      }
    }
    return { value, schema: unusual ? this.#schemaOf(value) : this.#valueSchema };
  }

  #parsed(column: ShapeColumn, text: string | null): unknown {
    if (text === null) return column.type.whenNull ?? null;
    try {
      return column.type.parse(text);
    } catch (cause) {
      throw unreadable(this.table, column, cause);
    }
  }

  /** The schema of an envelope around such rows, made by `make` once for each pair. */
  envelope(
    before: Schema | undefined,
    after: Schema | undefined,
    make: (before: Schema, after: Schema) => Schema,
  ): Schema {
    const [first, second] = [before ?? this.#valueSchema, after ?? this.#valueSchema];
    let known = this.#envelopes.get(first);
    if (!known) {
      known = new Map();
      if (this.#envelopes.size < VARIANTS_MAX) this.#envelopes.set(first, known);
    }
    const schema = known.get(second) ?? make(first, second);
    if (known.size < VARIANTS_MAX) known.set(second, schema);
    return schema;
  }

  /** For one record: without the fields that are left out, with the array depths and nulls that it really has. */
  #schemaOf(value: Readonly<Record<string, unknown>>): Schema {
    const fields = this.columns
      .filter((column) => Object.hasOwn(value, column.name))
      .map((column) => {
        const item = value[column.name];
        return field(column, item === null || column.optional, nested(column.type.schema, item));
      });
    const mark = JSON.stringify(fields);
    const known = this.#variants.get(mark);
    if (known) return known;
    const schema = { ...this.#valueSchema, fields };
    if (this.#variants.size < VARIANTS_MAX) this.#variants.set(mark, schema);
    return schema;
  }
}

const VARIANTS_MAX = 100;

const field = (
  column: ShapeColumn,
  optional = column.optional,
  schema: Schema = column.type.schema,
): SchemaField => ({
  ...schema,
  field: column.name,
  optional,
});

const unreadable = (table: string, { name, type }: ShapeColumn, cause: unknown): MillraceError =>
  new MillraceError(
    `Column ${name} of ${table} has a value that can’t be given as ${type.schema.name ?? type.schema.type}.`,
    {
      code: 'POSTGRES_VALUE_UNREADABLE',
      class: 'config',
      path: 'column.exclude.list',
      hint: 'Leave the column out, or have its values given in another form (time.precision.mode and its like).',
      cause,
    },
  );

/** The declaration of a column does not say how deep its arrays are, only each value does. */
function nested(schema: Schema, value: unknown): Schema {
  const inner = Array.isArray(value) ? value.find(Array.isArray) : undefined;
  return inner === undefined
    ? schema
    : { type: 'array', items: { ...nested(schema, inner), optional: true } };
}
