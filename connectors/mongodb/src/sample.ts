import type { ConnectRecord } from '@millrace/sdk';
import { CaptureFilter } from './capture-filter.ts';
import { bsonOptions, RecordMaker } from './change-record.ts';
import type { SourceConfig } from './config.ts';
import { connect, connectionOf } from './connection.ts';
import { toMongoError } from './errors.ts';
import { splitNamespace } from './namespace.ts';
import { listCollections } from './preflight.ts';

/**
 * The first documents of the captured collections, a fair share of each, as a copy gives them; leaves nothing behind.
 * @throws {MillraceError} where the servers can't be read
 */
export async function sampleDocuments(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const client = await connect(connectionOf(config), signal);
  const abort = () => void client.close().catch(() => undefined);
  signal.addEventListener('abort', abort);
  try {
    const filter = new CaptureFilter(config);
    const maker = new RecordMaker(config, {});
    const listed = (await listCollections(client, config, filter)).slice(0, limit);
    const records: ConnectRecord[] = [];
    for (const [index, { namespace }] of listed.entries()) {
      const share = Math.ceil((limit - records.length) / (listed.length - index));
      if (share <= 0) break;
      const { db, coll } = splitNamespace(namespace);
      const documents = await client
        .db(db)
        .collection(coll)
        .find({}, bsonOptions(config))
        .limit(share)
        .toArray();
      for (const document of documents) {
        const position = { time: null, token: null, copy: null };
        const {
          sourcePartition: _p,
          sourceOffset: _o,
          ...record
        } = maker.copied(namespace, document, position);
        records.push(record);
      }
    }
    return records;
  } catch (error) {
    throw toMongoError(error, 'Sampling MongoDB');
  } finally {
    signal.removeEventListener('abort', abort);
    await client.close();
  }
}
