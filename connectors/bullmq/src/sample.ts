import { connect, endConnection, entryList, toRedisError } from '@millrace/connector-redis/client';
import type { ConnectRecord } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { SourceConfig } from './config.ts';
import type { FeedItem } from './feed.ts';
import { itemOf } from './job-item.ts';
import { eventItem } from './queue-events.ts';
import { recordOf } from './source-record.ts';

interface Request {
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Jobs that wait or have failed, or the newest events; takes none and leaves nothing behind.
 * @throws {MillraceError} where the server can't be read
 */
export async function sampleQueue(
  config: SourceConfig,
  { limit, signal }: Request,
): Promise<readonly ConnectRecord[]> {
  const client = await connect(config, signal);
  try {
    const items =
      config['read.mode'] === 'events'
        ? await newestEvents(client, config, limit)
        : await listedJobs(client, config, limit);
    return items.map((item) => recordOf(config, item));
  } catch (error) {
    throw toRedisError(error, 'Sampling the queue');
  } finally {
    endConnection(client);
  }
}

async function newestEvents(
  client: Redis,
  { prefix, queue }: SourceConfig,
  limit: number,
): Promise<readonly FeedItem[]> {
  const stream = `${prefix}:${queue}:events`;
  const newest = await client.xrevrangeBuffer(stream, '+', '-', 'COUNT', limit);
  return entryList(stream, newest)
    .toReversed()
    .map((entry) => eventItem(queue, entry, {}));
}

/** Of a list the next job to be taken is the last one. */
async function listedJobs(client: Redis, config: SourceConfig, limit: number): Promise<readonly FeedItem[]> {
  const base = `${config.prefix}:${config.queue}:`;
  const ids =
    config['read.mode'] === 'failed'
      ? await client.zrange(`${base}failed`, '0', String(limit - 1))
      : [
          ...(await client.lrange(`${base}wait`, -limit, -1)).toReversed(),
          ...(await client.zrange(`${base}prioritized`, '0', String(limit - 1))),
        ];
  const items: FeedItem[] = [];
  for (const id of ids.slice(0, limit)) {
    const { data, name = '', timestamp, atm } = await client.hgetall(base + id);
    if (data === undefined) continue;
    items.push(
      itemOf(config, { id, name, data, timestamp: Number(timestamp), attempts: Number(atm ?? 0) }, {}),
    );
  }
  return items;
}
