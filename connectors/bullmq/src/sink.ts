import {
  type ConnectionConfig,
  connect,
  endConnection,
  isLost,
  isSilence,
  loginKey,
  toRedisError,
} from '@millrace/connector-redis/client';
import {
  type ConfigProblem,
  connectionProblems,
  isMillraceError,
  MillraceError,
  type OpenedPartition,
  pause,
  type RateLimiter,
  rateLimiterOf,
  readAt,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { SinkConfig, sinkConfig } from './config.ts';
import { addJobs, type OffsetMove } from './job-batch.ts';
import { holdsOffset, jobOf, type WantedJob } from './job-of-record.ts';
import { keepsOffsets, offsetsPrefixOf } from './kept-offsets.ts';
import { OffsetFence } from './offset-fence.ts';
import { missingForSink } from './preflight.ts';
import { Queues } from './queues.ts';
import { TopicIds } from './topic-ids.ts';

/** How often it is looked whether a full queue has room, ms. */
const DEPTH_CHECK_MS = 100;

/** Problems of a sink's configuration that only the server knows. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.uri', async () => {
    const client = await connect(config, signal);
    try {
      return await missingForSink(client, config);
    } catch (error) {
      throw toRedisError(error, 'Asking the server what it allows', loginKey(config));
    } finally {
      endConnection(client);
    }
  });
}

interface RecordJob {
  readonly record: SinkRecord;
  /** Null: nothing is to be done for it. */
  readonly job: WantedJob | null;
}

/** Adds jobs in transactions; with `exactly_once` they move the offsets too. */
export class BullMqSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #limiter: RateLimiter | null;
  #client: Redis | null = null;
  #queues: Queues | null = null;
  #fence: OffsetFence | null = null;
  /** Null: ids of jobs have nothing to do with topics. */
  readonly #topicIds: TopicIds | null;

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#topicIds = holdsOffset(this.#config)
      ? new TopicIds(() => this.#connected, this.#config.prefix)
      : null;
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    await this.#reach();
    if (!keepsOffsets(this.#config)) return;
    const prefix = offsetsPrefixOf(this.#config, this.#context.connector);
    this.#fence = new OffsetFence(() => this.#connected, prefix);
  }

  async opened(partitions: readonly OpenedPartition[]): Promise<void> {
    this.#topicIds?.note(partitions);
    if (this.#fence) await this.#reach();
    for (const partition of partitions) await this.#asking(async () => this.#fence?.take(partition));
  }

  async closed(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.#fence?.drop(partition);
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    await this.#limiter?.take(batch.length, this.#context.signal);
    await this.#reach();
    await this.#settleTopics();
    const parts = this.#fence
      ? [...Map.groupBy(batch, (record) => `${readAt(record).topic}-${readAt(record).partition}`).values()]
      : [batch];
    for (const part of parts)
      for (let at = 0; at < part.length; ) at += await this.#writeSome(part.slice(at));
  }

  stop(): Promise<void> {
    if (this.#client) endConnection(this.#client);
    return Promise.resolve();
  }

  /** A connection that was lost is made anew: where errors are retried in place, it is this task that is given the batch again. */
  async #reach(): Promise<void> {
    if (this.#client && !isLost(this.#client)) return;
    this.#client = await connect(this.#config, this.#context.signal);
    this.#queues = new Queues(this.#client, this.#config.prefix);
  }

  async #settleTopics(): Promise<void> {
    const ids = this.#topicIds;
    if (!ids || (await this.#asking(() => ids.settle()))) return;
    const text = `The user may not use the key ${ids.key}: jobs of a topic that is made anew are taken for those of the old one, and are not added.`;
    this.#context.notice('topic_ids', text);
  }

  get #connected(): Redis {
    if (!this.#client) throw new TypeError('write before start');
    return this.#client;
  }

  /** Does the first of these records, with a fence all of one partition; gives how many are done with. */
  async #writeSome(records: readonly SinkRecord[]): Promise<number> {
    const { done, unfit } = this.#jobsOf(records.slice(0, this.#batchMax));
    const removal = done.findIndex(({ job }) => job?.data === null);
    const some = removal === -1 ? done : done.slice(0, Math.max(removal, 1));
    if (some.length === 0 && unfit) {
      if (!isMillraceError(unfit.error) || unfit.error.class !== 'poison') throw unfit.error;
      this.#context.reject(unfit.record, unfit.error);
      return 1;
    }
    await this.#makeRoom(some);
    await this.#asking(() => this.#send(some));
    return some.length;
  }

  /** Not more than fits into an empty queue. */
  get #batchMax(): number {
    const { 'batch.size': size, 'queue.max.depth': depth } = this.#config;
    return depth > 0 ? Math.min(size, depth) : size;
  }

  /** The jobs of records up to the first one that can't be one at all. */
  #jobsOf(records: readonly SinkRecord[]) {
    const done: RecordJob[] = [];
    for (const record of records) {
      try {
        const suffix = this.#topicIds?.suffixOf(readAt(record).topic);
        done.push({ record, job: jobOf(record, this.#config, suffix) });
      } catch (error) {
        return { done, unfit: { record, error } };
      }
    }
    return { done, unfit: null };
  }

  /** Either one removal, or additions only. */
  async #send(some: readonly RecordJob[]): Promise<void> {
    const queues = this.#queues;
    const [first] = some;
    if (!queues || !first) throw new TypeError('write before start');
    const fence = this.#fence;
    const last = readAt(some.at(-1)?.record ?? first.record);
    const watched = fence ? await fence.watch(last) : null;
    const fresh = watched ? some.filter(({ record }) => readAt(record).offset >= watched.next) : some;
    const move: OffsetMove | null =
      watched && fresh.length > 0 ? { ...watched, next: last.offset + 1 } : null;
    const jobs = fresh.flatMap(({ job }) => job ?? []);
    for (const { queue, id } of jobs.filter(({ data }) => data === null))
      await queues.of(queue).remove(id ?? '');
    const added = jobs.filter(({ data }) => data !== null);
    if (added.length === 0 && move === null) return;
    // Watched keys change when another task takes the partition, which the next look finds.
    if (!(await addJobs(queues, added, move))) await this.#send(some);
  }

  /** Waits until the queues have room for these jobs. @throws {MillraceError} BULLMQ_QUEUE_FULL (class throttled) */
  async #makeRoom(some: readonly RecordJob[]): Promise<void> {
    const max = this.#config['queue.max.depth'];
    if (max === 0) return;
    const { signal } = this.#context;
    const counts = Map.groupBy(
      some.flatMap(({ job }) => (job && job.data !== null ? job : [])),
      ({ queue }) => queue,
    );
    const endMs = performance.now() + this.#config['queue.full.timeout.ms'];
    for (const [name, jobs] of counts) {
      for (;;) {
        const depth = await this.#asking(async () => this.#queues?.depth(name) ?? 0);
        if (depth + jobs.length <= max) break;
        if (performance.now() >= endMs || signal.aborted) throw queueFull(name, depth);
        await pause(DEPTH_CHECK_MS, signal);
      }
    }
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
      throw toRedisError(error, 'Adding jobs', loginKey(this.#config satisfies ConnectionConfig));
    }
  }
}

function queueFull(queue: string, depth: number): MillraceError {
  return new MillraceError(`The queue ${queue} is full: ${depth} jobs wait in it.`, {
    code: 'BULLMQ_QUEUE_FULL',
    class: 'throttled',
    path: 'queue.max.depth',
    hint: 'Nothing is lost; it goes on once workers have taken some. Start more workers, or raise queue.max.depth.',
  });
}
