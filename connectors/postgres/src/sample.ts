import type { ConnectRecord } from '@millrace/sdk';
import { type CatalogTable, listTables } from './catalog.ts';
import { databaseOf, type SourceConfig, sourceConnection } from './config.ts';
import { type Session, withSession } from './connection.ts';
import { columnRules, recordForm, valueModes } from './record-options.ts';
import { Snapshot } from './snapshot.ts';
import { capturedBy } from './table-filter.ts';
import { topicName } from './topic-name.ts';
import { TypeCatalog } from './type-catalog.ts';

/**
 * The first rows of the captured tables, a fair share of each, as a snapshot gives them: read in read-only transactions, without
 * slot and publication, so that nothing in the database tells of it.
 * @throws {MillraceError} where the database can't be read
 */
export async function sampleRows(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const settings = sourceConnection(config);
  const read = async (catalog: Session, rows: Session) => {
    const filter = capturedBy(config);
    const tables = (await listTables(catalog)).filter(({ table }) => filter.includes(table)).slice(0, limit);
    const types = new TypeCatalog(catalog, valueModes(config));
    const records: ConnectRecord[] = [];
    for (const [index, table] of tables.entries()) {
      const share = Math.ceil((limit - records.length) / (tables.length - index));
      if (share > 0) records.push(...(await firstRows(config, { rows, types, table, share })));
    }
    return records;
  };
  return await withSession(settings, signal, (catalog) =>
    withSession(settings, signal, (rows) => read(catalog, rows)),
  );
}

async function firstRows(
  config: SourceConfig,
  from: {
    readonly rows: Session;
    readonly types: TypeCatalog;
    readonly table: CatalogTable;
    readonly share: number;
  },
): Promise<readonly ConnectRecord[]> {
  const { rows, types, table, share } = from;
  const snapshot = new Snapshot({
    session: rows,
    types,
    partition: {},
    topicOf: (name) => topicName(config['topic.prefix'], name),
    rules: columnRules(config),
    form: recordForm(config, databaseOf(config), () => undefined),
    tables: [{ ...table, published: undefined }],
    from: { lsn: 0n, event: 0 },
    exported: null,
    // The last record that was fetched is held back until the next one is known.
    fetchRowsMax: share + 1,
  });
  await snapshot.begin();
  const records = (await snapshot.next()) ?? [];
  await rows.query('ROLLBACK', [], 'Closing the sample');
  return records
    .slice(0, share)
    .map(({ sourcePartition: _partition, sourceOffset: _offset, ...record }) => record);
}
