import type { ConnectRecord, PlannedChange } from '@millrace/sdk';
import { CollectionNames } from './collection-names.ts';
import type { SinkConfig } from './config.ts';
import { connect, connectionOf } from './connection.ts';
import { toMongoError } from './errors.ts';
import { namespaceOf, splitNamespace } from './namespace.ts';

/**
 * The collections that writing these records would make; none is made.
 * @throws {MillraceError} where the servers can't be asked
 */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const names = new CollectionNames(config);
  const wanted = new Set(records.map(({ topic }) => names.of(topic)));
  if (config['delivery.guarantee'] === 'exactly_once')
    wanted.add(namespaceOf(config.database, config['offsets.collection']));
  const client = await connect(connectionOf(config), signal);
  try {
    const changes: PlannedChange[] = [];
    for (const namespace of wanted) {
      const { db, coll } = splitNamespace(namespace);
      const found = await client.db(db).listCollections({ name: coll }, { nameOnly: true }).toArray();
      if (found.length === 0) changes.push({ what: `create collection ${namespace}` });
    }
    return changes;
  } catch (error) {
    throw toMongoError(error, 'Planning for MongoDB');
  } finally {
    await client.close();
  }
}
