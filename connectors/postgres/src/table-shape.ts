import type { Schema, SchemaField } from '@millrace/sdk';
import type { Tuple } from './pgoutput.ts';
import type { ColumnType } from './type-map.ts';

export interface ShapeColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
  /** Part of the record's key. */
  readonly isKey: boolean;
}

/** A value with the schema that describes exactly it. */
export interface Described {
  readonly value: Readonly<Record<string, unknown>>;
  readonly schema: Schema;
}

/** A table at one moment of the log: turns its rows into keys and values. */
export class TableShape {
  /** `schema.table` */
  readonly table: string;
  readonly topic: string;
  readonly columns: readonly ShapeColumn[];
  readonly #keySchema: Schema | null;
  readonly #valueSchema: Schema;
  /** Schemas of unusual rows, so that converters meet the same object again. */
  readonly #variants = new Map<string, Schema>();

  constructor(table: string, topic: string, columns: readonly ShapeColumn[]) {
    this.table = table;
    this.topic = topic;
    this.columns = columns;
    const fields = columns.map((column) => field(column));
    const keyFields = fields.filter((_, index) => columns[index]?.isKey);
    this.#keySchema =
      keyFields.length === 0
        ? null
        : { type: 'struct', name: `${topic}.Key`, optional: false, fields: keyFields };
    this.#valueSchema = { type: 'struct', name: `${topic}.Value`, optional: false, fields };
  }

  get hasKey(): boolean {
    return this.#keySchema !== null;
  }

  /** The key of a row, in the order of the table's columns; null where the table has none. */
  key(row: Tuple): Described | null {
    if (!this.#keySchema) return null;
    const value: Record<string, unknown> = {};
    for (const [index, column] of this.columns.entries()) {
      if (column.isKey) value[column.name] = parsed(column, row[index]);
    }
    return { value, schema: this.#keySchema };
  }

  /** The key's columns as the server wrote them; null where the table has no key. */
  keyText(row: Tuple): ReadonlyMap<string, string> | null {
    if (!this.#keySchema) return null;
    const texts = this.columns.map((column, index): [string, string] => [column.name, row[index] ?? '']);
    return new Map(texts.filter((_, index) => this.columns[index]?.isKey));
  }

  /**
   * The row as a struct. A TOASTed value that was not sent is left out, field and schema: there is no value that
   * could stand for it in every type.
   */
  value(row: Tuple): Described {
    const value: Record<string, unknown> = {};
    let unusual = false;
    for (const [index, column] of this.columns.entries()) {
      const text = row[index];
      if (text === undefined) unusual = true;
      else {
        const item = parsed(column, text);
        value[column.name] = item;
        if ((item === null && !column.optional) || (Array.isArray(item) && item.some(Array.isArray)))
          unusual = true;
      }
    }
    return { value, schema: unusual ? this.#schemaOf(value) : this.#valueSchema };
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

const parsed = (column: ShapeColumn, text: string | null | undefined): unknown =>
  text === null || text === undefined ? null : column.type.parse(text);

/** The declaration of a column does not say how deep its arrays are, only each value does. */
function nested(schema: Schema, value: unknown): Schema {
  const inner = Array.isArray(value) ? value.find(Array.isArray) : undefined;
  return inner === undefined
    ? schema
    : { type: 'array', items: { ...nested(schema, inner), optional: true } };
}
