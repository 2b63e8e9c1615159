import { type AlteredConnector, MillraceError, type StoredOffset, type WantedOffset } from '@millrace/sdk';
import { connect, endConnection } from './client/connect.ts';
import { toRedisError } from './client/redis-error.ts';
import { fromOffset, idTimeMs } from './client/stream-info.ts';
import type { SourceConfig } from './config.ts';

/** In a person's words. */
export function inWords({ partition, offset }: StoredOffset): string {
  const position = fromOffset(offset);
  if (!position) return 'no position of RedisSource';
  const ms = idTimeMs(position.id);
  const when = ms === null ? '' : `, added ${new Date(ms).toISOString()}`;
  return `behind entry ${position.id} of ${String(partition.stream ?? 'the stream')}${when}`;
}

/**
 * Whether the source could go on from these positions. In a group it is the group that knows where to go on, and it is set there.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config); where the server can't be asked
 */
export async function alterOffsets(
  config: SourceConfig,
  wanted: readonly WantedOffset[],
  { connector }: AlteredConnector,
): Promise<boolean> {
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    const isOurs = Object.keys(partition).length === 1 && config.streams.includes(String(partition.stream));
    if (!isOurs) throw refused('A partition of RedisSource is {"stream": "one of those that it reads"}.');
    if (!fromOffset(offset)) throw refused('An offset of RedisSource is {"id": "1700000000000-0"}.');
  }
  if (config['read.mode'] === 'group') await moveGroup(config, groupOf(config, connector), wanted);
  return true;
}

/** A group that is not there yet begins where `start.from` says. */
async function moveGroup(
  config: SourceConfig,
  group: string,
  wanted: readonly WantedOffset[],
): Promise<void> {
  const client = await connect(config);
  try {
    for (const { partition, offset } of wanted) {
      const stream = String(partition.stream);
      if (!config.streams.includes(stream)) continue;
      const id = offset ? String(offset.id) : groupStart(config);
      await client.xgroup('SETID', stream, group, id).catch((error: Error) => {
        if (!/NOGROUP|requires the key to exist/.test(error.message)) throw error;
      });
    }
  } catch (error) {
    throw toRedisError(error, 'Setting the position of the consumer group');
  } finally {
    endConnection(client);
  }
}

/** The consumer group of a connector. */
export const groupOf = (config: SourceConfig, connector: string): string =>
  config['consumer.group'] || connector;

/** `start.from` in the words of `XGROUP`. */
export function groupStart(config: SourceConfig): string {
  const from = config['start.from'];
  return from === 'earliest' ? '0' : from === 'latest' ? '$' : from;
}

function refused(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to begin anew.',
  });
}
