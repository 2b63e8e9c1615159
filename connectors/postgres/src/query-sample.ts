import { type AlteredConnector, type ConnectRecord, MillraceError, type WantedOffset } from '@millrace/sdk';
import { addressedConnection } from './address-options.ts';
import { withSession } from './connection.ts';
import type { QueryConfig } from './query-config.ts';
import { fromQueryOffset } from './query-position.ts';
import { QueryReader } from './query-reader.ts';
import { findRelations } from './query-relation.ts';
import { columnRules, valueModes } from './record-options.ts';
import { TypeCatalog } from './type-catalog.ts';

/**
 * The first rows of the chosen tables, a fair share of each, or of the query, in no order.
 * @throws {MillraceError} where the database can't be read
 */
export async function sampleQuery(
  config: QueryConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  return await withSession(addressedConnection(config), signal, async (session) => {
    const relations = (await findRelations(session, config)).slice(0, limit);
    const records: ConnectRecord[] = [];
    for (const [index, relation] of relations.entries()) {
      const share = Math.ceil((limit - records.length) / (relations.length - index));
      // Without a cursor nothing is sorted and nothing is waited for. A reading holds one row back, which closing it gives.
      const reader = new QueryReader({
        ...{ session, logger: null, from: {} },
        relation: { ...relation, sql: `(SELECT * FROM ${relation.sql} s LIMIT ${share})` },
        config: { ...config, mode: 'bulk', 'batch.max.rows': share + 1 },
        types: new TypeCatalog(session, valueModes(config)),
        rules: columnRules(config),
      });
      await reader.begin();
      while (reader.isOpen)
        for (const { sourcePartition: _partition, sourceOffset: _offset, ...record } of await reader.next())
          records.push(record);
    }
    return records;
  });
}

/**
 * Whether these are positions of this source.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config)
 */
export async function checkAlteredQuery(
  config: QueryConfig,
  wanted: readonly WantedOffset[],
  _of: AlteredConnector,
): Promise<boolean> {
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    const [key, ...more] = Object.keys(partition);
    const isOurs = more.length === 0 && (config.query === null ? key === 'table' : key === 'query');
    if (!isOurs)
      throw refused(
        'A partition',
        config.query === null ? '{"table": "public.orders"}' : '{"query": "query"}',
      );
    if (fromQueryOffset(offset) === null)
      throw refused(
        'An offset',
        '{"timestamp": "2024-02-29 12:00:00+00", "incrementing": "42"}, or one of the two',
      );
  }
  return true;
}

function refused(what: string, form: string): MillraceError {
  return new MillraceError(`${what} of PostgresQuerySource looks like ${form}.`, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to read everything again.',
  });
}
