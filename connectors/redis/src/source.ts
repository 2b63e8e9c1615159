import {
  type ConfigProblem,
  connectionProblems,
  type DurableOffset,
  type JsonObject,
  MillraceError,
  pause,
  type RateLimiter,
  rateLimiterOf,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { connect, endConnection, isLost } from './client/connect.ts';
import { loginKey } from './client/connection-options.ts';
import { PositionReader } from './client/position-reader.ts';
import { toRedisError } from './client/redis-error.ts';
import { fromOffset } from './client/stream-info.ts';
import type { SourceConfig, sourceConfig } from './config.ts';
import { GroupReader } from './group-reader.ts';
import { groupOf } from './offsets.ts';
import { sourceProblems } from './source-preflight.ts';
import { recordOf } from './source-record.ts';
import type { StreamReader } from './stream-reader.ts';

/** How long a task that holds all it may hold waits before it looks again, ms. */
const FULL_WAIT_MS = 50;

/** Problems of a source's configuration that only the server knows. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(config, signal);
    try {
      return await sourceProblems(client, config);
    } catch (error) {
      throw toRedisError(error, 'Looking at the streams', loginKey(config));
    } finally {
      endConnection(client);
    }
  });
}

/** Reads streams of Redis. */
export class RedisSourceTask implements SourceTask {
  readonly commitIntervalMs: number | null;
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #partitions: ReadonlyMap<string, JsonObject>;
  readonly #limiter: RateLimiter | null;
  #clients: Redis[] = [];
  #reader: StreamReader | null = null;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#partitions = new Map(this.#config.streams.map((stream) => [stream, { stream }]));
    this.commitIntervalMs = this.#config['read.mode'] === 'group' ? this.#config['ack.interval.ms'] : null;
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    try {
      this.#reader = await this.#open();
      await this.#reader.start();
    } catch (error) {
      throw this.#failure(error, 'Starting to read');
    }
  }

  async #open(): Promise<StreamReader> {
    const { connector, task, logger } = this.#context;
    const reading = await this.#connect(this.#context.signal);
    if (this.#config['read.mode'] === 'position')
      return new PositionReader(reading, this.#config, logger, async (stream) => {
        const offset = await this.#context.offset({ stream });
        return offset === null ? null : requirePosition(offset);
      });
    const acknowledging = await this.#connect();
    const group = groupOf(this.#config, connector);
    const consumer = `${this.#config['consumer.name'] || connector}-${task}`;
    return new GroupReader({ reading, acknowledging }, { group, consumer }, this.#config, logger);
  }

  /** @param signal left out: the connection lasts until the task has stopped, since what is durable is told after the signal */
  async #connect(signal?: AbortSignal): Promise<Redis> {
    const client = await connect(this.#config, signal);
    this.#clients.push(client);
    return client;
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    const reader = this.#reader;
    if (!reader) throw new TypeError('poll before start');
    try {
      const entries = await reader.read(await this.#room(reader));
      await this.#limiter?.take(entries.length, signal);
      return entries.map((entry) =>
        recordOf(this.#config, entry, this.#partitions.get(entry.stream) ?? {}, reader.offsetOf(entry)),
      );
    } catch (error) {
      // Stopping ends the connections, which fails whatever was under way.
      if (signal.aborted) return [];
      throw this.#failure(error, 'Reading from Redis');
    }
  }

  /** How many entries may be read now; waits while too many are pending. @throws where a connection is lost */
  async #room(reader: StreamReader): Promise<number> {
    const { signal } = this.#context;
    for (;;) {
      // Where only the connection of acknowledgements is lost, reading would go on until nothing more may wait for them.
      if (!signal.aborted && this.#clients.some(isLost)) throw new Error('A connection was lost.');
      const room = this.#config['max.pending'] - reader.pending;
      if (room > 0 || signal.aborted) return Math.max(1, Math.min(room, this.#config['batch.size']));
      await pause(FULL_WAIT_MS, signal);
    }
  }

  async commit(offsets: readonly DurableOffset[]): Promise<void> {
    try {
      for (const { partition, offset } of offsets)
        await this.#reader?.acknowledge(String(partition.stream), String(offset.id));
    } catch (error) {
      throw this.#failure(error, 'Acknowledging entries');
    }
  }

  stop(): Promise<void> {
    for (const client of this.#clients) endConnection(client);
    return Promise.resolve();
  }

  #failure(error: unknown, doing: string): MillraceError {
    const failure = toRedisError(error, doing, loginKey(this.#config));
    if (failure.code !== 'REDIS_WRONG_TYPE') return failure;
    return new MillraceError('A key of "streams" holds something else than a stream.', {
      code: 'REDIS_NO_STREAM',
      class: 'config',
      path: 'streams',
      hint: 'Name keys of streams, or keys that are not there yet.',
      cause: error,
    });
  }
}

function requirePosition(offset: JsonObject) {
  const position = fromOffset(offset);
  if (position) return position;
  throw new MillraceError(`The stored offset ${JSON.stringify(offset)} is not one of RedisSource.`, {
    code: 'REDIS_OFFSET_UNKNOWN',
    class: 'config',
    hint: 'Delete the connector’s offsets and let it begin anew.',
  });
}
