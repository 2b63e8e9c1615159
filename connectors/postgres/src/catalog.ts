import { quoteIdent, type Row, type Session } from './connection.ts';

/** A table that can be captured, as the catalog has it now. */
export interface CatalogTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `schema.name` */
  readonly table: string;
  readonly partitioned: boolean;
  /** Whether updates and deletes can be published: a primary key, a chosen index or FULL. */
  readonly identified: boolean;
  /** Whether the log has all of a row that was changed or deleted: REPLICA IDENTITY FULL. */
  readonly logsWhole: boolean;
  readonly owned: boolean;
  /** Whether this user may read all of it. */
  readonly readable: boolean;
  /** Whether this user may use its schema. */
  readonly reachable: boolean;
}

export interface CatalogColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typmod: number;
  /** For a cast in SQL; without the modifier, whose cast would cut values off. */
  readonly typeName: string;
  /** Of its texts, quoted for SQL: a value that stands alone would be compared by that of the database. Null: of none. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** Place in the index that identifies rows, from 1; 0: not in it. */
  readonly keyOrder: number;
}

/** All ordinary and partitioned tables outside of the system's schemas, in the order of their names. */
export async function listTables(session: Session): Promise<readonly CatalogTable[]> {
  const rows = await session.query(
    `SELECT c.oid, n.nspname, c.relname, c.relkind = 'p' AS partitioned,
            pg_has_role(c.relowner, 'USAGE') AS owned, has_table_privilege(c.oid, 'SELECT') AS readable,
            has_schema_privilege(n.oid, 'USAGE') AS reachable,
            c.relreplident = 'f' AS logs_whole, c.relreplident = 'f' OR EXISTS (
              SELECT FROM pg_index i WHERE i.indrelid = c.oid
                AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
            ) AS identified
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'`,
    [],
    'Listing tables',
  );
  return rows.map(toTable).sort((a, b) => compareNames(a.table, b.table));
}

/** By code units, so that it does not depend on the server's collation. */
export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function toTable(row: Row): CatalogTable {
  const [schema, name] = [row.nspname ?? '', row.relname ?? ''];
  return {
    oid: Number(row.oid),
    schema,
    name,
    table: `${schema}.${name}`,
    partitioned: row.partitioned === 't',
    identified: row.identified === 't',
    logsWhole: row.logs_whole === 't',
    owned: row.owned === 't',
    readable: row.readable === 't',
    reachable: row.reachable === 't',
  };
}

/**
 * A table's columns in their order, without generated ones, which logical replication does not carry. The key is
 * that of the replica identity's index where one was chosen, else the primary key.
 */
export async function listColumns(session: Session, oid: number): Promise<readonly CatalogColumn[]> {
  const rows = await session.query(
    `SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull, format_type(a.atttypid, -1) AS type_name,
            coalesce(k.ord, 0) AS key_order, quote_ident(ns.nspname) || '.' || quote_ident(co.collname) AS collation
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_collation co ON co.oid = a.attcollation
       LEFT JOIN pg_namespace ns ON ns.oid = co.collnamespace
       LEFT JOIN pg_index i ON i.indrelid = c.oid
            AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END
       LEFT JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, ord)
            ON k.attnum = a.attnum AND k.ord <= i.indnkeyatts
      WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY a.attnum`,
    [oid],
    'Reading a table’s columns',
  );
  return rows.map((row) => ({
    name: row.attname ?? '',
    typeOid: Number(row.atttypid),
    typmod: Number(row.atttypmod),
    typeName: row.type_name ?? 'text',
    collation: row.collation ?? null,
    notNull: row.attnotnull === 't',
    keyOrder: Number(row.key_order),
  }));
}

export const quoteTable = (table: { readonly schema: string; readonly name: string }): string =>
  `${quoteIdent(table.schema)}.${quoteIdent(table.name)}`;
