import {
  type ConfigProblem,
  connectionProblems,
  isMillraceError,
  MillraceError,
  type OpenedPartition,
  type RateLimiter,
  rateLimiterOf,
  readAt,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { connect, endConnection, isLost } from './client/connect.ts';
import { loginKey } from './client/connection-options.ts';
import { answerError, isSilence, toRedisError } from './client/redis-error.ts';
import type { SinkConfig, sinkConfig } from './config.ts';
import { keepsOffsets, offsetsKeyOf } from './kept-offsets.ts';
import { OffsetFence } from './offset-fence.ts';
import { sinkProblems } from './sink-preflight.ts';
import { type Command, commandsOf } from './write-commands.ts';
import { type OffsetPlace, runWrites } from './write-script.ts';

/** Problems of a sink's configuration that only the server knows. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(config, signal);
    try {
      return await sinkProblems(client, config);
    } catch (error) {
      throw toRedisError(error, 'Asking the server what it allows', loginKey(config));
    } finally {
      endConnection(client);
    }
  });
}

interface RecordWrite {
  readonly record: SinkRecord;
  readonly commands: readonly Command[];
}

/** Writes each batch by scripts, in order; with `exactly_once` they move the offsets too. */
export class RedisSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #limiter: RateLimiter | null;
  #client: Redis | null = null;
  #fence: OffsetFence | null = null;

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    await this.#reach();
    if (!keepsOffsets(this.#config)) return;
    const key = offsetsKeyOf(this.#config, this.#context.connector);
    this.#fence = new OffsetFence(() => this.#connected, key);
  }

  async opened(partitions: readonly OpenedPartition[]): Promise<void> {
    if (this.#fence) await this.#reach();
    for (const partition of partitions) await this.#asking(async () => this.#fence?.take(partition));
  }

  async closed(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#fence?.drop(partition);
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    await this.#limiter?.take(batch.length, this.#context.signal);
    await this.#reach();
    const parts = this.#fence
      ? [...Map.groupBy(batch, (record) => `${readAt(record).topic}-${readAt(record).partition}`).values()]
      : [batch];
    for (const part of parts) await this.#writePart(part);
    await this.#asking(() => this.#waitForReplicas());
  }

  async stop(): Promise<void> {
    if (this.#client) endConnection(this.#client);
  }

  /** A connection that was lost is made anew: where errors are retried in place, it is this task that is given the batch again. */
  async #reach(): Promise<void> {
    if (!this.#client || isLost(this.#client))
      this.#client = await connect(this.#config, this.#context.signal);
  }

  get #connected(): Redis {
    if (!this.#client) throw new TypeError('write before start');
    return this.#client;
  }

  /** Records in order, with a fence all of one partition. */
  async #writePart(part: readonly SinkRecord[]): Promise<void> {
    const [first] = part;
    if (!first) return;
    const place = this.#fence ? await this.#asking(async () => this.#fence?.place(readAt(first))) : undefined;
    const fresh = place ? part.filter((record) => readAt(record).offset >= place.next) : part;
    for (let at = 0; at < fresh.length; )
      at += await this.#writeSome(fresh.slice(at, at + this.#config['batch.size']), place ?? null);
  }

  /** Writes records up to one that is refused, which goes to the dead letters; gives how many are done with. */
  async #writeSome(records: readonly SinkRecord[], place: OffsetPlace | null): Promise<number> {
    const { writes, unfit } = this.#writesOf(records);
    const refused = await this.#asking(() =>
      runWrites(
        this.#connected,
        writes.map(({ record, commands }) => ({ commands, next: readAt(record).offset + 1 })),
        place,
      ),
    );
    const culprit = refused ? writes[refused.index]?.record : undefined;
    if (refused && culprit) {
      this.#reject(culprit, answerError(refused.answer, 'Writing to Redis', loginKey(this.#config)));
      return refused.index + 1;
    }
    if (!unfit) return writes.length;
    this.#reject(unfit.record, unfit.error);
    return writes.length + 1;
  }

  /** The writes of records up to the first one that can't be written at all. */
  #writesOf(records: readonly SinkRecord[]) {
    const writes: RecordWrite[] = [];
    for (const record of records) {
      try {
        writes.push({ record, commands: commandsOf(record, this.#config) });
      } catch (error) {
        return { writes, unfit: { record, error } };
      }
    }
    return { writes, unfit: null };
  }

  #reject(record: SinkRecord, error: unknown): void {
    if (!isMillraceError(error) || error.class !== 'poison') throw error;
    this.#context.reject(record, error);
  }

  async #waitForReplicas(): Promise<void> {
    const wanted = this.#config['wait.replicas'];
    if (wanted === 0) return;
    const have = await this.#connected.wait(wanted, this.#config['wait.timeout.ms']);
    if (have >= wanted) return;
    throw new MillraceError(`Only ${have} of ${wanted} replicas have the batch.`, {
      code: 'REDIS_REPLICAS_BEHIND',
      class: 'transient',
      path: 'wait.replicas',
      hint: 'Look at the replicas (INFO replication), or give them more time (wait.timeout.ms).',
    });
  }

  async #asking<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      // Who did not answer in time is not asked again over the same connection.
      if (this.#client && isSilence(error)) {
        endConnection(this.#client);
        this.#client = null;
      }
      throw toRedisError(error, 'Writing to Redis', loginKey(this.#config));
    }
  }
}
