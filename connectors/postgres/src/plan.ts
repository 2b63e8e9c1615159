import type { ConnectRecord, PlannedChange, SinkRecord } from '@millrace/sdk';
import { addressedConnection } from './address-options.ts';
import type { SinkConfig } from './config.ts';
import { type Session, withSession } from './connection.ts';
import { createTableStatements, type NewColumn } from './ddl.ts';
import { evolutionFor, evolutionStatements } from './evolution.ts';
import { newColumns, type RowWrite, writesByTable } from './row-write.ts';
import { findTable, quoteTableName, type TableName } from './target-table.ts';

/**
 * What writing these records would define in the database, as the statements that the task would run; none is run. What the config
 * forbids is said as that.
 * @throws {MillraceError} where the database can't be asked, or a record is no row
 */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  return await withSession(addressedConnection(config), signal, async (session) => {
    const changes: PlannedChange[] = [];
    for (const [name, writes] of writesByTable(records.map(asRead), config))
      changes.push(...(await changesOf(session, config, name, writes)));
    return changes;
  });
}

async function changesOf(
  session: Session,
  config: SinkConfig,
  name: TableName,
  writes: readonly RowWrite[],
): Promise<readonly PlannedChange[]> {
  const table = await findTable(session, name);
  const quoted = quoteTableName(name);
  if (table) {
    const allowed = config['auto.evolve'];
    return evolutionStatements(table, evolutionFor(writes, table)).flatMap(({ what, statement }) => {
      if (allowed) return [{ what, statement }];
      // What is not added makes the write fail; whether a value fits is seen when it is written.
      return what.startsWith('add ') ? [{ what: `${what} (refused: auto.evolve=false)` }] : [];
    });
  }
  const missing = newColumns(writes, null);
  const what = `create table ${quoted} (${count(missing)})`;
  if (!config['auto.create']) return [{ what: `${what} (refused: auto.create=false)` }];
  if (missing.length === 0) return [{ what: `${what} (refused: its records have no columns)` }];
  return [{ what, statement: createTableStatements(name, missing).join(';\n') }];
}

const count = (columns: readonly NewColumn[]): string =>
  columns.length === 1 ? '1 column' : `${columns.length} columns`;

/** Records of a preview may not have been read from anywhere. */
function asRead(record: ConnectRecord, index: number): SinkRecord {
  return { ...record, partition: record.partition ?? 0, offset: index };
}
