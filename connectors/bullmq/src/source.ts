import { connect, endConnection, isLost, loginKey, toRedisError } from '@millrace/connector-redis/client';
import {
  type ConfigProblem,
  connectionProblems,
  type DurableOffset,
  type JsonObject,
  type MillraceError,
  pause,
  type RateLimiter,
  rateLimiterOf,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { SourceConfig, sourceConfig } from './config.ts';
import { FailedJobs } from './failed-jobs.ts';
import type { Feed } from './feed.ts';
import { JobTaker } from './job-taker.ts';
import { sourcePartition } from './offsets.ts';
import { missingForSource } from './preflight.ts';
import { QueueEventFeed } from './queue-events.ts';
import { recordOf } from './source-record.ts';

/** How long a task that holds all it may hold waits before it looks again, ms. */
const FULL_WAIT_MS = 20;

/** Problems of a source's configuration that only the server knows. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(config, signal);
    try {
      return await missingForSource(client, config);
    } catch (error) {
      throw toRedisError(error, 'Asking the server what it allows', loginKey(config));
    } finally {
      endConnection(client);
    }
  });
}

/** Reads a queue: its jobs, its failed jobs or its events. */
export class BullMqSourceTask implements SourceTask {
  readonly commitIntervalMs: number | null;
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #partition: JsonObject;
  readonly #limiter: RateLimiter | null;
  readonly #clients: Redis[] = [];
  #feed: Feed | null = null;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#partition = sourcePartition(this.#config, context.task);
    this.commitIntervalMs =
      this.#config['read.mode'] === 'events' ? null : this.#config['commit.interval.ms'];
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    try {
      this.#feed = await this.#open();
      await this.#feed.start();
    } catch (error) {
      throw this.#failure(error, 'Starting to read the queue');
    }
  }

  async #open(): Promise<Feed> {
    const { connector, task, logger, signal } = this.#context;
    const stored = await this.#context.offset(this.#partition);
    const config = this.#config;
    if (config['read.mode'] === 'events')
      return new QueueEventFeed(await this.#connect(signal), config, logger, stored);
    const lasting = await this.#connect();
    if (config['read.mode'] === 'failed') return new FailedJobs(lasting, config, signal, stored);
    const clients = { taking: lasting, waiting: await this.#connect(signal) };
    return new JobTaker(clients, config, logger, { name: `millrace:${connector}:${task}`, stored });
  }

  /** @param signal left out: the connection lasts until the task has stopped, since what is durable is told after the signal */
  async #connect(signal?: AbortSignal): Promise<Redis> {
    const client = await connect(this.#config, signal);
    this.#clients.push(client);
    return client;
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    const feed = this.#feed;
    if (!feed) throw new TypeError('poll before start');
    try {
      const count = await this.#room(feed);
      if (signal.aborted) return [];
      const items = await feed.read(count);
      await this.#limiter?.take(items.length, signal);
      return items.map((item) => ({
        ...recordOf(this.#config, item),
        sourcePartition: this.#partition,
        sourceOffset: item.offset,
      }));
    } catch (error) {
      // Stopping ends the connection that waits, which fails what was under way.
      if (signal.aborted) return [];
      throw this.#failure(error, 'Reading the queue');
    }
  }

  /** How much may be read now; waits while too much is in flight. @throws where a connection is lost */
  async #room(feed: Feed): Promise<number> {
    const { signal } = this.#context;
    for (;;) {
      // What is in flight is completed over it: who waits for that would wait for ever.
      if (!signal.aborted && this.#clients.some(isLost)) throw new Error('A connection was lost.');
      const room = this.#config['max.in.flight'] - feed.pending;
      if (room > 0 || signal.aborted) return Math.max(1, Math.min(room, this.#config['batch.size']));
      await pause(FULL_WAIT_MS, signal);
    }
  }

  async commit(offsets: readonly DurableOffset[]): Promise<void> {
    try {
      for (const { offset } of offsets) await this.#feed?.durable(offset);
    } catch (error) {
      throw this.#failure(error, 'Completing jobs');
    }
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
    for (const client of this.#clients) endConnection(client);
  }

  #failure(error: unknown, doing: string): MillraceError {
    return toRedisError(error, doing, loginKey(this.#config));
  }
}
