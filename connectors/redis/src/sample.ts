import type { ConnectRecord } from '@millrace/sdk';
import { connect, endConnection } from './client/connect.ts';
import { toRedisError } from './client/redis-error.ts';
import { entryList } from './client/stream-entry.ts';
import type { SourceConfig } from './config.ts';
import { recordOf } from './source-record.ts';

/**
 * The newest entries of the streams, a fair share of each; reads without a group and so leaves nothing behind.
 * @throws {MillraceError} where the server can't be read
 */
export async function sampleEntries(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const client = await connect(config, signal);
  try {
    const records: ConnectRecord[] = [];
    for (const [index, stream] of config.streams.entries()) {
      const share = Math.ceil((limit - records.length) / (config.streams.length - index));
      if (share <= 0) break;
      const newest = await client.xrevrangeBuffer(stream, '+', '-', 'COUNT', share);
      for (const entry of entryList(stream, newest).toReversed()) {
        const { sourcePartition: _p, sourceOffset: _o, ...record } = recordOf(config, entry, {}, {});
        records.push(record);
      }
    }
    return records;
  } catch (error) {
    throw toRedisError(error, 'Sampling Redis');
  } finally {
    endConnection(client);
  }
}
