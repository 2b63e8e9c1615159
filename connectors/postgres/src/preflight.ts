import { type ConfigProblem, type ErrorClass, listed, MillraceError } from '@millrace/sdk';
import { type CatalogTable, listColumns, listTables } from './catalog.ts';
import type { SourceConfig } from './config.ts';
import type { Session } from './connection.ts';
import { rightObstacles } from './missing-rights.ts';
import { findPublication, type Publication, unpublished } from './publication.ts';
import { columnRules } from './record-options.ts';
import { findSlot, type ReplicationSlot } from './replication-slot.ts';
import { capturedBy, entriesWithoutTable } from './table-filter.ts';
import { tablesThatShareATopic } from './topic-name.ts';

/** Something that keeps the source from running, found before it changes anything. */
export interface Obstacle extends ConfigProblem {
  readonly code: string;
  readonly hint: string;
  readonly class: ErrorClass;
}

export interface Findings {
  readonly obstacles: readonly Obstacle[];
  /** Tables to capture. */
  readonly captured: readonly CatalogTable[];
  /** The table of signals, where one is configured. */
  readonly signals: readonly CatalogTable[];
  readonly slot: ReplicationSlot | null;
}

/** Null where a name is not known yet, because it follows from the connector's. */
export interface Names {
  readonly slot: string | null;
  readonly publication: string | null;
}

/**
 * Looks at everything that the source needs from the server. Changes nothing.
 *
 * @throws {MillraceError} when the server can't be asked
 */
export async function inspect(session: Session, config: SourceConfig, names: Names): Promise<Findings> {
  const tables = await listTables(session);
  const filter = capturedBy(config);
  const captured = tables.filter((table) => filter.includes(table.table));
  const publication = names.publication === null ? null : await findPublication(session, names.publication);
  const slot = names.slot === null ? null : await findSlot(session, names.slot);
  const signals = tables.filter(({ table }) => table === config['signal.data.collection']);
  const published = [...captured, ...signals];
  const obstacles = [
    ...signalObstacles(config, signals),
    ...(await serverObstacles(session, slot)),
    ...tableObstacles(config, tables, captured, publication),
    ...publicationObstacles(config, names.publication, publication, published),
    ...(slot ? slotObstacles(slot, session.settings.database) : []),
    ...(config['slot.failover'] ? await failoverObstacles(session) : []),
    ...(await keyObstacles(session, config, captured)),
    ...(await rightObstacles(session, config, { publication, captured })),
  ];
  return { obstacles, captured, signals, slot };
}

/** All obstacles as the one error that stops the task; of several it has the key of the first. */
export function obstacleError(first: Obstacle, ...more: readonly Obstacle[]): MillraceError {
  const { code, key } = first;
  const all = [first, ...more];
  const numbered = (text: (one: Obstacle) => string) =>
    all.map((one, index) => (more.length === 0 ? text(one) : `(${index + 1}) ${text(one)}`)).join(' ');
  return new MillraceError(
    numbered(({ message }) => message),
    { code, class: first.class, hint: numbered(({ hint }) => hint), path: key },
  );
}

async function serverObstacles(session: Session, slot: ReplicationSlot | null): Promise<readonly Obstacle[]> {
  const [row] = await session.query(
    `SELECT current_setting('wal_level') AS wal_level, pg_is_in_recovery() AS standby,
            (SELECT count(*) FROM pg_replication_slots) >= current_setting('max_replication_slots')::int AS full,
            current_setting('max_wal_senders') = '0' AS mute,
            current_setting('output_plugin_libraries', true) AS plugins`,
    [],
    'Reading the server’s settings',
  );
  const obstacles: Obstacle[] = [];
  if (row?.wal_level !== 'logical') {
    obstacles.push({
      key: 'database.hostname',
      class: 'config',
      code: 'POSTGRES_WAL_LEVEL',
      message: `The server at "database.hostname" runs with wal_level=${row?.wal_level}, and logical replication needs wal_level=logical.`,
      hint: 'Run ALTER SYSTEM SET wal_level = logical and restart the server.',
    });
  }
  if (row?.mute === 't') {
    obstacles.push({
      key: 'database.hostname',
      class: 'config',
      code: 'POSTGRES_NO_WAL_SENDERS',
      message: 'The server at "database.hostname" runs with max_wal_senders=0, and a source needs one.',
      hint: 'Run ALTER SYSTEM SET max_wal_senders = 10 and restart the server.',
    });
  }
  const plugins = row?.plugins?.split(',').map((name) => name.trim().replaceAll('"', ''));
  if (plugins && !plugins.includes('pgoutput') && !plugins.includes('*')) {
    obstacles.push({
      key: 'plugin.name',
      class: 'config',
      code: 'POSTGRES_PLUGIN_REFUSED',
      message: `"plugin.name" names pgoutput, which the server does not allow: output_plugin_libraries is ${row?.plugins}.`,
      hint: 'Add pgoutput to output_plugin_libraries on the server.',
    });
  }
  if (row?.standby === 't') {
    obstacles.push({
      key: 'database.hostname',
      class: 'config',
      code: 'POSTGRES_STANDBY',
      message:
        'The server at "database.hostname" is a standby, where publications and slots can’t be set up together.',
      hint: 'Name the primary server.',
    });
  }
  if (!slot && row?.full === 't') {
    obstacles.push({
      key: 'slot.name',
      class: 'config',
      code: 'POSTGRES_NO_FREE_SLOT',
      message:
        '"slot.name" names a slot that is not there, and all of the server’s replication slots are taken.',
      hint: 'Drop unused replication slots or raise max_replication_slots on the server.',
    });
  }
  return obstacles;
}

function signalObstacles(config: SourceConfig, found: readonly CatalogTable[]): readonly Obstacle[] {
  const name = config['signal.data.collection'];
  if (name === null || found.length > 0) return [];
  return [
    {
      key: 'signal.data.collection',
      class: 'config',
      code: 'POSTGRES_TABLE_MISSING',
      message: `"signal.data.collection" names ${name}, and no such table is in database ${config['database.dbname']}.`,
      hint: `Run CREATE TABLE ${name} (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data text).`,
    },
  ];
}

function tableObstacles(
  config: SourceConfig,
  tables: readonly CatalogTable[],
  captured: readonly CatalogTable[],
  publication: Publication | null,
): readonly Obstacle[] {
  const obstacle = (code: string, message: string, hint: string): Obstacle => ({
    key: 'table.include.list',
    class: 'config',
    code,
    message,
    hint,
  });
  const names = tables.map((table) => table.table);
  const unmatched = entriesWithoutTable(config['table.include.list'], names);
  if (unmatched.length > 0) {
    const near = names.length > 0 ? `there are ${listed(names)}` : 'the database has no tables';
    return [
      obstacle(
        'POSTGRES_TABLE_MISSING',
        `"table.include.list" names ${listed(unmatched)}, and no such table is in database ${config['database.dbname']}.`,
        `Name tables as schema.table; ${near}.`,
      ),
    ];
  }
  if (captured.length === 0) {
    return [
      obstacle(
        'POSTGRES_TABLE_MISSING',
        `"table.include.list" and the other lists of tables and schemas leave no table of database ${config['database.dbname']}.`,
        'Create a table first, or choose other tables.',
      ),
    ];
  }
  const sharing = tablesThatShareATopic(captured.map((table) => table.table));
  if (sharing.length > 0) {
    return [
      obstacle(
        'POSTGRES_TOPIC_SHARED',
        `"table.include.list" has ${listed(sharing)}, which would share a topic: topic names have no such characters.`,
        'Leave one of them out, and capture it by a connector with another topic.prefix.',
      ),
    ];
  }
  const mode = config['publication.autocreate.mode'];
  const publishing = mode === 'all_tables' && !publication ? tables : unpublished(publication, captured);
  const anonymous = publishing.filter((table) => !table.identified).map((table) => table.table);
  if (mode === 'disabled' || anonymous.length === 0) return [];
  return [
    obstacle(
      'POSTGRES_NO_REPLICA_IDENTITY',
      `"table.include.list" has ${listed(anonymous)} without primary key or other replica identity: once published, PostgreSQL would refuse its UPDATE and DELETE.`,
      `Run ALTER TABLE ${anonymous[0]} REPLICA IDENTITY FULL, or leave it out.`,
    ),
  ];
}

function publicationObstacles(
  config: SourceConfig,
  name: string | null,
  publication: Publication | null,
  captured: readonly CatalogTable[],
): readonly Obstacle[] {
  const missing = unpublished(publication, captured);
  const obstacle = (key: string, code: string, message: string, hint: string): Obstacle => ({
    key,
    class: 'config',
    code,
    message,
    hint,
  });
  if (publication && !publication.viaRoot && captured.some((table) => table.partitioned)) {
    return [
      obstacle(
        'publication.name',
        'POSTGRES_PUBLICATION_PARTITIONS',
        `"publication.name" names ${name}, which sends partitioned tables partition by partition.`,
        `Run ALTER PUBLICATION ${name} SET (publish_via_partition_root = true).`,
      ),
    ];
  }
  if (missing.length === 0) return [];
  if (name !== null && config['publication.autocreate.mode'] === 'disabled') {
    return [
      obstacle(
        'publication.name',
        'POSTGRES_PUBLICATION_INCOMPLETE',
        `"publication.name" names ${name}, which ${publication ? 'does not send' : 'is missing, so that nothing sends'} ${listed(missing.map((table) => table.table))}.`,
        'Create the publication for these tables, or set publication.autocreate.mode=filtered.',
      ),
    ];
  }
  const foreign = missing.filter((table) => !table.owned).map((table) => table.table);
  if (foreign.length === 0) return [];
  return [
    obstacle(
      'database.user',
      'POSTGRES_RIGHT_MISSING',
      `"database.user" names ${config['database.user']}, who does not own ${listed(foreign)} and so can’t publish it.`,
      'Let the owner create the publication and set publication.autocreate.mode=disabled, or name the owner.',
    ),
  ];
}

function slotObstacles(slot: ReplicationSlot, database: string): readonly Obstacle[] {
  const obstacle = (kind: ErrorClass, code: string, what: string, hint: string): readonly Obstacle[] => [
    { key: 'slot.name', class: kind, code, hint, message: `"slot.name" names ${slot.name}, ${what}.` },
  ];
  const choose = 'Choose another slot.name.';
  if (slot.plugin !== 'pgoutput') {
    const what = slot.plugin ? `a slot of the plugin ${slot.plugin}` : 'a slot for physical replication';
    return obstacle('config', 'POSTGRES_SLOT_UNFIT', what, choose);
  }
  if (slot.database !== database)
    return obstacle('config', 'POSTGRES_SLOT_UNFIT', `a slot of database ${slot.database}`, choose);
  if (slot.walStatus === 'lost') {
    const hint = 'Drop the slot, delete the connector’s offsets and let it take a new snapshot.';
    return obstacle('config', 'POSTGRES_SLOT_LOST', 'whose log the server has removed', hint);
  }
  return [];
}

async function failoverObstacles(session: Session): Promise<readonly Obstacle[]> {
  const [row] = await session.query(
    "SELECT current_setting('server_version_num')::int >= 170000 AS able, current_setting('server_version') AS version",
    [],
    'Reading the server’s version',
  );
  if (row?.able === 't') return [];
  return [
    {
      ...{ key: 'slot.failover', class: 'config', code: 'POSTGRES_TOO_OLD' },
      message: `"slot.failover" is true, and standbys of PostgreSQL ${row?.version} can’t keep slots.`,
      hint: 'Set it to false, or upgrade the server to PostgreSQL 17.',
    },
  ];
}

/** Of a deleted row the log has its replica identity only: no key could be made of other columns. */
async function keyObstacles(
  session: Session,
  config: SourceConfig,
  captured: readonly CatalogTable[],
): Promise<readonly Obstacle[]> {
  const rules = columnRules(config);
  const obstacles: Obstacle[] = [];
  const key = 'message.key.columns';
  for (const { table, oid, logsWhole } of captured) {
    const chosen = rules.keyOf(table);
    if (chosen === null) continue;
    const columns = await listColumns(session, oid);
    const missing = chosen.filter((name) => !columns.some((column) => column.name === name));
    const unlogged = chosen.filter((name) => columns.some((one) => one.name === name && one.keyOrder === 0));
    if (missing.length > 0)
      obstacles.push({
        ...{ key, class: 'config', code: 'POSTGRES_COLUMN_MISSING' },
        message: `"${key}" names ${listed(missing)}, and ${table} has no such column.`,
        hint: 'Name columns as the database writes them.',
      });
    else if (unlogged.length > 0 && !logsWhole && !config['skipped.operations'].includes('d'))
      obstacles.push({
        ...{ key, class: 'config', code: 'POSTGRES_KEY_NOT_LOGGED' },
        message: `"${key}" names ${listed(unlogged)} of ${table}, which the log does not have of deleted rows.`,
        hint: `Run ALTER TABLE ${table} REPLICA IDENTITY FULL, or name columns of its primary key.`,
      });
  }
  return obstacles;
}
