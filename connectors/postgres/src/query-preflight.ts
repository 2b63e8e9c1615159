import { isMillraceError } from '@millrace/sdk';
import { listTables } from './catalog.ts';
import type { Session } from './connection.ts';
import { quoteIdent } from './connection.ts';
import type { Obstacle } from './preflight.ts';
import { cursorParts, type QueryConfig } from './query-config.ts';
import {
  cursorOf,
  describeRelation,
  NUMBER_TYPES,
  type QueryColumn,
  type QueryCursor,
  serialColumn,
  TIMESTAMP,
  TIMESTAMPTZ,
} from './query-cursor.ts';
import type { QueryRelation } from './query-relation.ts';
import { entriesWithoutTable } from './table-filter.ts';

/** An obstacle, and the tables that it keeps from being read; none: all of them. */
export interface QueryObstacle extends Obstacle {
  readonly tables: readonly string[];
}

/** How the server answers where a table has gone a moment ago. */
export const TABLE_MISSING = 'POSTGRES_TABLE_MISSING';

const obstacle = (key: string, code: string, message: string, hint: string): Obstacle => ({
  ...{ key, code, message, hint },
  class: code === 'POSTGRES_RIGHT_MISSING' ? 'auth' : 'config',
});

/**
 * All that keeps relations from being read as the config wants it. Changes nothing.
 * @param fresh those that are looked at for themselves, and may be at fault
 * @throws {MillraceError} when the server can't be asked, or refuses the query
 */
export async function inspectQuery(
  session: Session,
  config: QueryConfig,
  relations: readonly QueryRelation[],
  fresh: readonly QueryRelation[] = relations,
): Promise<readonly QueryObstacle[]> {
  const general = [
    ...(await standbyObstacles(session, config)),
    ...(await tableObstacles(session, config, relations)),
    ...(cursorParts(config).time ? await zoneObstacles(session, config) : []),
  ];
  const found: QueryObstacle[] = general.map((one) => ({ ...one, tables: [] }));
  found.push(...topicObstacles(relations, fresh));
  for (const relation of fresh)
    for (const one of await relationObstacles(session, config, relation))
      found.push({ ...one, tables: [relation.title] });
  return found;
}

async function relationObstacles(
  session: Session,
  config: QueryConfig,
  relation: QueryRelation,
): Promise<readonly Obstacle[]> {
  const rights = await rightObstacles(session, config, relation);
  if (rights.length > 0) return rights;
  try {
    return await columnObstacles(session, config, relation);
  } catch (error) {
    // One that has gone since it was listed keeps nobody from anything.
    if (relation.oid === null || !isMillraceError(error) || error.code !== TABLE_MISSING) throw error;
    return [];
  }
}

/** A standby shows what the primary has committed, but not which transactions run there: nobody could say what is still to come. */
async function standbyObstacles(session: Session, config: QueryConfig): Promise<readonly Obstacle[]> {
  if (config.mode === 'bulk') return [];
  const [row] = await session.query('SELECT pg_is_in_recovery() AS standby', [], 'Looking at the server');
  if (row?.standby !== 't') return [];
  const key = session.settings.keys.host;
  return [
    obstacle(
      key,
      'POSTGRES_STANDBY',
      `"${key}" names a standby, which does not know the transactions that are open on the primary: with mode=${config.mode} rows that commit late would be passed over.`,
      'Name the primary server, or set mode=bulk, which reads everything each time.',
    ),
  ];
}

async function tableObstacles(
  session: Session,
  config: QueryConfig,
  relations: readonly QueryRelation[],
): Promise<readonly Obstacle[]> {
  if (config.query !== null) return [];
  const { database } = session.settings;
  const include = config['table.include.list'];
  const names = include.length === 0 ? [] : (await listTables(session)).map(({ table }) => table);
  const unmatched = entriesWithoutTable(include, names);
  if (unmatched.length > 0)
    return [
      obstacle(
        'table.include.list',
        TABLE_MISSING,
        `"table.include.list" names ${unmatched.join(', ')}, and no such table is in database ${database}.`,
        'Name tables as schema.table.',
      ),
    ];
  if (relations.length > 0) return [];
  return [
    obstacle(
      'table.include.list',
      TABLE_MISSING,
      `"table.include.list" and "table.exclude.list" leave no table of database ${database}.`,
      'Create a table first, or choose other tables.',
    ),
  ];
}

function topicObstacles(
  relations: readonly QueryRelation[],
  fresh: readonly QueryRelation[],
): readonly QueryObstacle[] {
  return [...Map.groupBy(relations, ({ topic }) => topic)].flatMap(([topic, group]) => {
    const tables = group.filter((one) => fresh.includes(one)).map(({ title }) => title);
    if (group.length === 1 || tables.length === 0) return [];
    const shared = obstacle(
      'topic.name.format',
      'POSTGRES_TOPIC_SHARED',
      `"topic.name.format" gives ${group.map(({ title }) => title).join(' and ')} the same topic ${topic}.`,
      'Put more of their names into it, or leave one of them out.',
    );
    return [{ ...shared, tables }];
  });
}

async function zoneObstacles(session: Session, config: QueryConfig): Promise<readonly Obstacle[]> {
  const zone = config['db.timezone'];
  const [row] = await session.query(
    'SELECT EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower($1)) AS known',
    [zone],
    'Looking for the time zone',
  );
  if (row?.known === 't') return [];
  return [
    obstacle(
      'db.timezone',
      'POSTGRES_TIME_ZONE',
      `"db.timezone" names ${zone}, which the server does not know.`,
      'Give a name of pg_timezone_names, such as UTC or Europe/Berlin.',
    ),
  ];
}

async function rightObstacles(
  session: Session,
  config: QueryConfig,
  { oid, title, sql }: QueryRelation,
): Promise<readonly Obstacle[]> {
  if (oid === null) return [];
  const [row] = await session.query(
    `SELECT has_table_privilege(c.oid, 'SELECT') AS readable, has_schema_privilege(c.relnamespace, 'USAGE') AS reachable,
            quote_ident(n.nspname) AS schema
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1`,
    [oid],
    'Looking at rights',
  );
  if (!row) return [];
  const key = session.settings.keys.user;
  const user = session.settings.user;
  const missing = [
    ...(row.reachable === 't' ? [] : [['USAGE', `SCHEMA ${row.schema}`]]),
    ...(row.readable === 't' ? [] : [['SELECT', sql]]),
  ];
  return missing.map(([right, on]) =>
    obstacle(
      key,
      'POSTGRES_RIGHT_MISSING',
      `"${key}" names ${user}, who lacks ${right} for table ${title}.`,
      `Run GRANT ${right} ON ${on} TO ${quoteIdent(user)}, or leave the table out${config['table.include.list'].length === 0 ? ' by table.include.list' : ''}.`,
    ),
  );
}

async function columnObstacles(
  session: Session,
  config: QueryConfig,
  relation: QueryRelation,
): Promise<readonly Obstacle[]> {
  const columns = await describeRelation(session, relation);
  const serial = relation.oid === null ? null : await serialColumn(session, relation.oid);
  const cursor = cursorOf(config, columns, serial);
  return [
    ...duplicates(columns),
    ...keyObstacles(config, relation, columns),
    ...timeObstacles(config, relation, columns, cursor),
    ...(cursorParts(config).number
      ? await numberObstacles(session, config, { relation, columns, cursor })
      : []),
  ];
}

function duplicates(columns: readonly QueryColumn[]): readonly Obstacle[] {
  const twice = [...Map.groupBy(columns, ({ name }) => name)].filter(([, group]) => group.length > 1);
  return twice.map(([name]) =>
    obstacle(
      'query',
      'POSTGRES_COLUMN_TWICE',
      `"query" gives more than one column ${name}.`,
      'Name them apart with AS.',
    ),
  );
}

function keyObstacles(
  config: QueryConfig,
  relation: QueryRelation,
  columns: readonly QueryColumn[],
): readonly Obstacle[] {
  const chosen = config['key.columns'].filter((name, _, all) => all.length > 1 || name !== 'none');
  return missingOf(chosen, columns).map((name) => missingColumn('key.columns', relation, name));
}

function timeObstacles(
  config: QueryConfig,
  relation: QueryRelation,
  columns: readonly QueryColumn[],
  cursor: QueryCursor,
): readonly Obstacle[] {
  const key = 'timestamp.column.name';
  if (cursor.timestamps === null) return [];
  const missing = missingOf(cursor.timestamps, columns);
  if (missing.length > 0) return missing.map((name) => missingColumn(key, relation, name));
  const chosen = columns.filter(({ name }) => cursor.timestamps?.includes(name));
  const types = new Set(chosen.map(({ typeOid }) => typeOid));
  const isTime = [...types].every((type) => type === TIMESTAMP || type === TIMESTAMPTZ);
  if (!isTime || types.size > 1)
    return [
      obstacle(
        key,
        'POSTGRES_CURSOR_TYPE',
        `"${key}" names ${cursor.timestamps.join(', ')} of ${relation.title}, and not all of one of the types timestamp and timestamp with time zone.`,
        'Name columns of one of these types.',
      ),
    ];
  if (!config['validate.non.null'] || relation.oid === null || chosen.some(({ notNull }) => notNull))
    return [];
  return [nullable(key, relation, cursor.timestamps.join(', '))];
}

async function numberObstacles(
  session: Session,
  config: QueryConfig,
  found: {
    readonly relation: QueryRelation;
    readonly columns: readonly QueryColumn[];
    readonly cursor: QueryCursor;
  },
): Promise<readonly Obstacle[]> {
  const key = 'incrementing.column.name';
  const { relation, columns, cursor } = found;
  if (cursor.incrementing === null)
    return [
      obstacle(
        key,
        'POSTGRES_CURSOR_MISSING',
        `"${key}" is not given, and ${relation.title} has no identity or serial column.`,
        'Name a column of whole numbers that grow, or leave the table out.',
      ),
    ];
  const column = columns.find(({ name }) => name === cursor.incrementing);
  if (!column) return [missingColumn(key, relation, cursor.incrementing)];
  if (!NUMBER_TYPES.has(column.typeOid))
    return [
      obstacle(
        key,
        'POSTGRES_CURSOR_TYPE',
        `"${key}" names ${column.name} of ${relation.title}, which is of none of the types smallint, integer, bigint and numeric.`,
        'Name a column of whole numbers.',
      ),
    ];
  const isNullable = config['validate.non.null'] && relation.oid !== null && !column.notNull;
  return [
    ...(isNullable ? [nullable(key, relation, column.name)] : []),
    ...(config.mode === 'incrementing' ? await cacheObstacles(session, relation, column.name) : []),
  ];
}

/** Sessions that take numbers in advance give them out in no order, at any time later. */
async function cacheObstacles(
  session: Session,
  { oid, title }: QueryRelation,
  column: string,
): Promise<readonly Obstacle[]> {
  if (oid === null) return [];
  const [row] = await session.query(
    `SELECT s.seqrelid::regclass AS sequence, s.seqcache AS cache FROM pg_sequence s
      WHERE s.seqcache > 1 AND s.seqrelid = pg_get_serial_sequence($1::oid::regclass::text, $2)::regclass`,
    [oid, column],
    'Looking at the sequence',
  );
  if (!row) return [];
  return [
    obstacle(
      'incrementing.column.name',
      'POSTGRES_SEQUENCE_CACHE',
      `"incrementing.column.name" names ${column} of ${title}, whose sequence hands out ${row.cache} numbers at a time to each session, so that rows come in no order.`,
      `Run ALTER SEQUENCE ${row.sequence} CACHE 1, or use mode=timestamp+incrementing.`,
    ),
  ];
}

const missingOf = (names: readonly string[], columns: readonly QueryColumn[]): readonly string[] =>
  names.filter((name) => !columns.some((column) => column.name === name));

const missingColumn = (key: string, { title }: QueryRelation, name: string): Obstacle =>
  obstacle(
    key,
    'POSTGRES_COLUMN_MISSING',
    `"${key}" names ${name}, and ${title} has no such column.`,
    'Name a column as the database writes it, or leave the table out.',
  );

const nullable = (key: string, { title }: QueryRelation, names: string): Obstacle =>
  obstacle(
    key,
    'POSTGRES_CURSOR_NULLABLE',
    `"${key}" names ${names} of ${title}, which may be null, and rows with null are never read.`,
    'Declare it NOT NULL, or set validate.non.null=false.',
  );
