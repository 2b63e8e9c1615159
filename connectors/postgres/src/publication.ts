import { MillraceError } from '@millrace/sdk';
import { type CatalogTable, quoteTable } from './catalog.ts';
import { quoteIdent, type Session } from './connection.ts';

/** What a publication sends of one table. */
export interface PublishedTable {
  /** Null: all columns. */
  readonly columns: readonly string[] | null;
  /** A condition in SQL; null: all rows. */
  readonly rowFilter: string | null;
}

export interface Publication {
  readonly name: string;
  readonly allTables: boolean;
  /** Whether changes of partitions are sent under the name of their root. */
  readonly viaRoot: boolean;
  /** By `schema.table`. */
  readonly tables: ReadonlyMap<string, PublishedTable>;
}

/** The publication of this name, or null. */
export async function findPublication(session: Session, name: string): Promise<Publication | null> {
  const [found] = await session.query(
    'SELECT puballtables, pubviaroot, current_setting($2)::int >= 150000 AS filters FROM pg_publication WHERE pubname = $1',
    [name, 'server_version_num'],
    'Looking for the publication',
  );
  if (!found) return null;
  const filters = found.filters === 't' ? ', to_json(attnames) AS columns, rowfilter' : '';
  const rows = await session.query(
    `SELECT schemaname || '.' || tablename AS name ${filters} FROM pg_publication_tables WHERE pubname = $1`,
    [name],
    'Reading the publication',
  );
  const tables = rows.map((row): [string, PublishedTable] => [
    row.name ?? '',
    {
      columns: row.columns ? JSON.parse(row.columns) : null,
      rowFilter: row.rowfilter ?? null,
    },
  ]);
  return {
    name,
    allTables: found.puballtables === 't',
    viaRoot: found.pubviaroot === 't',
    tables: new Map(tables),
  };
}

/** Tables that the publication would have to send and does not. */
export function unpublished(
  publication: Publication | null,
  captured: readonly CatalogTable[],
): readonly CatalogTable[] {
  return captured.filter((table) => !publication?.tables.has(table.table));
}

/**
 * Makes the publication, or adds the tables that it lacks; with mode `disabled` it only looks. It must be there before
 * the slot: a slot decodes with the catalog of the time, and a publication made later is unknown in it.
 *
 * @throws {MillraceError} class config or auth
 */
export async function ensurePublication(
  session: Session,
  name: string,
  mode: string,
  captured: readonly CatalogTable[],
): Promise<Publication> {
  const present = await findPublication(session, name);
  const missing = unpublished(present, captured);
  if (present && missing.length === 0) return present;
  if (mode === 'disabled') throw publicationError(name, missing);
  const quoted = quoteIdent(name);
  if (present) {
    await session.query(
      `ALTER PUBLICATION ${quoted} ADD TABLE ${missing.map(quoteTable).join(', ')}`,
      [],
      `Adding tables to publication ${name}`,
    );
  } else {
    const what = mode === 'all_tables' ? 'ALL TABLES' : `TABLE ${captured.map(quoteTable).join(', ')}`;
    await session.query(
      `CREATE PUBLICATION ${quoted} FOR ${what} WITH (publish_via_partition_root = true)`,
      [],
      `Creating publication ${name}`,
    );
  }
  const made = await findPublication(session, name);
  if (!made) throw publicationError(name, captured);
  return made;
}

function publicationError(name: string, missing: readonly CatalogTable[]): MillraceError {
  const tables = missing.map((table) => table.table).join(', ');
  return new MillraceError(`Publication ${name} does not send ${tables}.`, {
    code: 'POSTGRES_PUBLICATION_INCOMPLETE',
    class: 'config',
    path: 'publication.name',
    hint: 'Create the publication for these tables, or set publication.autocreate.mode=filtered.',
  });
}
