import { type CatalogColumn, listColumns } from './catalog.ts';
import type { Session } from './connection.ts';
import type { Relation } from './pgoutput.ts';
import type { TableFilter } from './table-filter.ts';
import { TableShape } from './table-shape.ts';
import type { TypeCatalog } from './type-catalog.ts';

/** Finds the shape of a table that the stream describes. */
export class RelationShapes {
  readonly #session: Session;
  readonly #types: TypeCatalog;
  readonly #filter: TableFilter;
  readonly #topicOf: (table: string) => string;

  constructor(session: Session, types: TypeCatalog, filter: TableFilter, topicOf: (table: string) => string) {
    this.#session = session;
    this.#types = types;
    this.#filter = filter;
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
    const keys = keyColumns(relation, catalog);
    const columns = relation.columns.flatMap((column, index) => {
      const type = types[index];
      const isKey = keys.has(column.name);
      const optional = !isKey && known.get(column.name)?.notNull !== true;
      return type ? [{ name: column.name, type, optional, isKey }] : [];
    });
    return new TableShape(table, this.#topicOf(table), columns);
  };
}

function keyColumns(relation: Relation, catalog: readonly CatalogColumn[]): ReadonlySet<string> {
  // With FULL every column is marked, and with NOTHING none.
  if (relation.identity === 'd' || relation.identity === 'i')
    return new Set(relation.columns.filter((column) => column.isKey).map((column) => column.name));
  return new Set(catalog.filter((column) => column.keyOrder > 0).map((column) => column.name));
}
