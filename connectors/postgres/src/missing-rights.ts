import { isMillraceError, listed } from '@millrace/sdk';
import { type CatalogTable, quoteTable } from './catalog.ts';
import type { SourceConfig } from './config.ts';
import { connect, disconnect, quoteIdent, type Session } from './connection.ts';
import type { Obstacle } from './preflight.ts';
import type { Publication } from './publication.ts';

/** What the user lacks for capturing these tables, each with the statement that gives it. @throws {MillraceError} when the server can't be asked */
export async function rightObstacles(
  session: Session,
  config: SourceConfig,
  found: { readonly publication: Publication | null; readonly captured: readonly CatalogTable[] },
): Promise<readonly Obstacle[]> {
  const user = config['database.user'];
  const grantee = quoteIdent(user);
  const lacks = (what: string, hint: string): Obstacle => ({
    key: 'database.user',
    class: 'auth',
    code: 'POSTGRES_RIGHT_MISSING',
    message: `"database.user" names ${user}, who ${what}.`,
    hint,
  });
  const obstacles: Obstacle[] = [];
  if (!(await mayReplicate(session)))
    obstacles.push(
      lacks(
        'may not replicate',
        `Run ALTER ROLE ${grantee} REPLICATION (on RDS: GRANT rds_replication TO ${grantee}).`,
      ),
    );
  obstacles.push(...(await publicationRights(session, config, found.publication, lacks)));
  // What is streamed needs no right to read the table; what is read does.
  if (config['snapshot.mode'] !== 'initial') return obstacles;
  const closed = found.captured.filter(({ reachable }) => !reachable);
  for (const schema of new Set(closed.map((table) => quoteIdent(table.schema))))
    obstacles.push(
      lacks(`may not use schema ${schema}`, `Run GRANT USAGE ON SCHEMA ${schema} TO ${grantee}.`),
    );
  const unreadable = found.captured.filter(({ readable }) => !readable);
  if (unreadable.length > 0) {
    const tables = unreadable.map(quoteTable);
    obstacles.push(
      lacks(
        `may not read ${listed(tables, TABLES_SHOWN)}`,
        `Run GRANT SELECT ON ${tables.slice(0, TABLES_SHOWN).join(', ')} TO ${grantee}, or set snapshot.mode=no_data.`,
      ),
    );
  }
  return obstacles;
}

const TABLES_SHOWN = 5;

/** Only trying tells: platforms have roles of their own for it. */
async function mayReplicate(session: Session): Promise<boolean> {
  try {
    disconnect(await connect(session.settings, 'replication'));
    return true;
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    // That there are too many connections now says nothing of rights.
    if (error.code === 'POSTGRES_TOO_MANY_CONNECTIONS') return true;
    if (error.code === 'POSTGRES_RIGHT_MISSING') return false;
    throw error;
  }
}

async function publicationRights(
  session: Session,
  config: SourceConfig,
  publication: Publication | null,
  lacks: (what: string, hint: string) => Obstacle,
): Promise<readonly Obstacle[]> {
  const mode = config['publication.autocreate.mode'];
  if (mode === 'disabled' || publication) return [];
  const [row] = await session.query(
    `SELECT has_database_privilege(current_database(), 'CREATE') AS creates, quote_ident(current_database()) AS database,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super`,
    [],
    'Looking at rights',
  );
  const instead = 'or have the publication made and set publication.autocreate.mode=disabled.';
  const obstacles: Obstacle[] = [];
  if (row?.creates !== 't')
    obstacles.push(
      lacks(
        `may not create a publication in database ${row?.database}`,
        `Run GRANT CREATE ON DATABASE ${row?.database} TO ${quoteIdent(config['database.user'])}, ${instead}`,
      ),
    );
  if (mode === 'all_tables' && row?.super !== 't')
    obstacles.push(
      lacks(
        'is no superuser, as a publication of all tables asks for',
        `Set publication.autocreate.mode=filtered, ${instead}`,
      ),
    );
  return obstacles;
}
