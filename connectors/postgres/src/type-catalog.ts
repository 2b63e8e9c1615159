import type { Session } from './connection.ts';
import { type ColumnType, columnType, type TypeModes, type TypeRow } from './type-map.ts';

/** What `pg_type` says, asked once for each type. */
export class TypeCatalog {
  readonly #session: Session;
  readonly #modes: TypeModes;
  readonly #rows = new Map<number, TypeRow | undefined>();

  constructor(session: Session, modes: TypeModes) {
    this.#session = session;
    this.#modes = modes;
  }

  /** The types of a table's columns, in their order. @throws {MillraceError} when the server can't be asked */
  async columnTypes(
    columns: readonly { readonly typeOid: number; readonly typmod: number }[],
  ): Promise<readonly ColumnType[]> {
    await this.#load(columns.map((column) => column.typeOid));
    return columns.map((column) =>
      columnType(column.typeOid, column.typmod, this.#modes, (oid) => this.#rows.get(oid)),
    );
  }

  /** Elements and base types too. */
  async #load(oids: readonly number[]): Promise<void> {
    let missing = oids.filter((oid) => !this.#rows.has(oid));
    while (missing.length > 0) {
      const rows = await this.#session.query(
        `SELECT oid, typname, typtype, CASE WHEN typcategory = 'A' THEN typelem ELSE 0 END AS element, typbasetype, typtypmod,
                (SELECT to_json(array_agg(enumlabel ORDER BY enumsortorder)) FROM pg_enum WHERE enumtypid = pg_type.oid) AS labels
           FROM pg_type WHERE oid = ANY($1::oid[])`,
        [missing],
        'Reading column types',
      );
      for (const oid of missing) this.#rows.set(oid, undefined);
      for (const row of rows) {
        this.#rows.set(Number(row.oid), {
          name: row.typname ?? '',
          kind: row.typtype ?? '',
          element: Number(row.element),
          base: Number(row.typbasetype),
          baseTypmod: Number(row.typtypmod),
          ...(row.labels ? { labels: JSON.parse(row.labels) as string[] } : {}),
        });
      }
      missing = [...this.#rows.values()]
        .flatMap((row) => (row ? [row.element, row.base] : []))
        .filter((oid) => oid !== 0 && !this.#rows.has(oid));
    }
  }
}
