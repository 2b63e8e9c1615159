import { type CatalogColumn, listColumns } from './catalog.ts';
import type { ColumnRules } from './column-rules.ts';
import type { Session } from './connection.ts';
import type { Relation } from './pgoutput.ts';
import type { TableFilter } from './table-filter.ts';
import type { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

/** Finds the shape of a table that the stream describes. */
export class RelationShapes {
  readonly #session: Session;
  readonly #types: TypeCatalog;
  readonly #filter: TableFilter;
  readonly #rules: ColumnRules;
  readonly #topicOf: (table: string) => string;

  constructor(
    session: Session,
    types: TypeCatalog,
    chosen: { readonly filter: TableFilter; readonly rules: ColumnRules },
    topicOf: (table: string) => string,
  ) {
    this.#session = session;
    this.#types = types;
    this.#filter = chosen.filter;
    this.#rules = chosen.rules;
    this.#topicOf = topicOf;
  }

  /**
   * Names, types and identity come from the message, as they were when the change was made. What it does not carry is
   * asked of the catalog, which may be newer: which columns are not null, and the primary key where the replica
   * identity is not it.
   */
  readonly shapeOf = async (relation: Relation): Promise<TableShape | null> => {
    const table = `${relation.schema}.${relation.table}`;
    if (!this.#filter.includes(table)) return null;
    const types = await this.#types.columnTypes(relation.columns);
    const catalog = await listColumns(this.#session, relation.oid);
    const known = new Map(catalog.map((column) => [column.name, column]));
    const orderOf = keyOrders(relation, catalog);
    const columns = relation.columns.flatMap((column, index) => {
      const type = types[index];
      const keyOrder = orderOf(column.name);
      const optional = keyOrder === 0 && known.get(column.name)?.notNull !== true;
      return type ? [{ name: column.name, type, optional, keyOrder }] : [];
    });
    return this.#rules.shape(
      { schema: relation.schema, name: relation.table },
      this.#topicOf(table),
      columns,
    );
  };
}

/** The places of columns in the key: of those that the message marks, in the catalog's order as far as it knows them. */
function keyOrders(relation: Relation, catalog: readonly CatalogColumn[]): (name: string) => number {
  const known = new Map(catalog.map(({ name, keyOrder }) => [name, keyOrder]));
  // With FULL every column is marked, and with NOTHING none.
  if (relation.identity !== 'd' && relation.identity !== 'i') return (name) => known.get(name) ?? 0;
  const marked = relation.columns.filter(({ isKey }) => isKey).map(({ name }) => name);
  const current = marked.every((name) => (known.get(name) ?? 0) > 0);
  return (name) =>
    marked.includes(name) ? (current ? (known.get(name) ?? 0) : marked.indexOf(name) + 1) : 0;
}
