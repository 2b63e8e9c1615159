import {
  type ConfigProblem,
  connectionProblems,
  isMillraceError,
  MillraceError,
  type OpenedPartition,
  type RateLimiter,
  rateLimiterOf,
  readAt,
  retry,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@millrace/sdk';
import type { ClientSession, MongoClient } from 'mongodb';
import { bulksOf, type RecordWrite, type Refusal, writeBulk } from './bulk.ts';
import { CollectionNames } from './collection-names.ts';
import type { SinkConfig, sinkConfig } from './config.ts';
import { connect, connectionOf, endClient, loginKey } from './connection.ts';
import { toMongoError } from './errors.ts';
import { FENCED, type Move, OffsetFence } from './offset-fence.ts';
import { sinkProblems } from './sink-preflight.ts';
import { writeOf } from './write-model.ts';

/** A transaction that met another one is tried again in place. */
const CONFLICT_RETRIES = { tries: 4, backoffMs: 50, backoffMaxMs: 1_000 };

/** Problems of a sink's configuration that only the server knows. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const settings = connectionOf(config);
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(settings, signal);
    try {
      return await sinkProblems(client, config, loginKey(settings));
    } finally {
      await client.close();
    }
  });
}

/** Who is fenced is not to come back by itself. */
const passes = (error: unknown): boolean =>
  isMillraceError(error) && ['transient', 'throttled'].includes(error.class) && error.code !== FENCED;

/** Writes each batch in bulks; with `exactly_once` in one transaction that stores its offsets. */
export class MongoDbSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #names: CollectionNames;
  readonly #limiter: RateLimiter | null;
  #client: MongoClient | null = null;
  #fence: OffsetFence | null = null;

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#names = new CollectionNames(context.config);
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    const client = await connect(connectionOf(this.#config), this.#context.signal);
    this.#client = client;
    const [problem] = await sinkProblems(client, this.#config, loginKey(connectionOf(this.#config)));
    if (problem)
      throw new MillraceError(problem.message, {
        ...{ code: 'INVALID_CONFIG', class: 'config', path: problem.key },
        hint: `Correct "${problem.key}", or what it says about the server.`,
      });
    if (this.#config['delivery.guarantee'] !== 'exactly_once') return;
    const offsets = client.db(this.#config.database).collection(this.#config['offsets.collection']);
    this.#fence = new OffsetFence(offsets as never, this.#context.connector);
  }

  async opened(partitions: readonly OpenedPartition[]): Promise<void> {
    for (const partition of partitions) await this.#asking(async () => this.#fence?.take(partition));
  }

  async closed(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#fence?.drop(partition);
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    const { signal } = this.#context;
    await this.#limiter?.take(batch.length, signal);
    if (this.#fence) {
      const fence = this.#fence;
      await retry(() => this.#writeOnce(fence, batch), { ...CONFLICT_RETRIES, signal, retryable: passes });
    } else await this.#reject(await this.#writeBulks(this.#writesOf(batch)));
  }

  async stop(): Promise<void> {
    if (this.#client) await endClient(this.#client);
  }

  get #connected(): MongoClient {
    if (!this.#client) throw new TypeError('write before start');
    return this.#client;
  }

  /** Records that are no documents go to the dead letters here. */
  #writesOf(batch: readonly SinkRecord[]): readonly RecordWrite[] {
    const writes: RecordWrite[] = [];
    const nowMs = Date.now();
    for (const record of batch) {
      try {
        const write = writeOf(record, this.#config, nowMs);
        if (write) writes.push({ ...write, record, namespace: this.#names.of(record.topic) });
      } catch (error) {
        const failure = toMongoError(error, 'Making a document');
        if (failure.class !== 'poison') throw failure;
        this.#context.reject(record, failure);
      }
    }
    return writes;
  }

  async #writeBulks(writes: readonly RecordWrite[], session?: ClientSession): Promise<readonly Refusal[]> {
    const refused: Refusal[] = [];
    for (const bulk of bulksOf(writes, this.#config)) {
      refused.push(...(await writeBulk(this.#connected, bulk, this.#config, session)));
      // The transaction is over with the first of them.
      if (session && refused.length > 0) break;
    }
    return refused;
  }

  #reject(refused: readonly Refusal[]): void {
    for (const { write, error } of refused) if (error) this.#context.reject(write.record, error);
  }

  async #asking<T>(answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      throw toMongoError(error, 'Reading the stored offset');
    }
  }

  /** In one transaction with its offsets; records that were written before are passed over. */
  async #writeOnce(fence: OffsetFence, batch: readonly SinkRecord[]): Promise<void> {
    const fresh: SinkRecord[] = [];
    const moves = new Map<string, Move>();
    for (const record of batch) {
      const { topic, partition, offset } = readAt(record);
      const from = await this.#asking(() => fence.standing({ topic, partition }));
      if (offset < from.next) continue;
      fresh.push(record);
      moves.set(`${topic}-${partition}`, { topic, partition, from, to: offset + 1 });
    }
    let writes = this.#writesOf(fresh);
    for (;;) {
      const refused = await this.#transact(fence, writes, [...moves.values()]);
      if (refused.length === 0) break;
      this.#reject(refused);
      const out = new Set(refused.map(({ write }) => write));
      writes = writes.filter((write) => !out.has(write));
    }
  }

  /** All or nothing: gives the records that kept it from being committed. */
  async #transact(
    fence: OffsetFence,
    writes: readonly RecordWrite[],
    moves: readonly Move[],
  ): Promise<readonly Refusal[]> {
    if (moves.length === 0) return [];
    const session = this.#connected.startSession();
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
      for (const move of moves) await fence.advance(session, move);
      const refused = await this.#writeBulks(writes, session);
      if (refused.length === 0) await session.commitTransaction();
      else await session.abortTransaction();
      return refused;
    } catch (error) {
      await session.abortTransaction().catch(() => undefined);
      throw isMillraceError(error) ? error : toMongoError(error, 'Writing to MongoDB in a transaction');
    } finally {
      fence.doubt();
      await session.endSession().catch(() => undefined);
    }
  }
}
