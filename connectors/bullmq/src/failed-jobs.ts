import { type JsonObject, pause } from '@millrace/sdk';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { SourceConfig } from './config.ts';
import type { Feed, FeedItem } from './feed.ts';
import { itemOf } from './job-item.ts';

/** How long to wait where there is nothing new, ms. */
const IDLE_MS = 500;

/** Takes a job out of the list of failed ones, if it has not been tried again since. */
const CLAIM = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
`;

interface FailedJob {
  readonly id: string;
  /** When it failed, ms since the epoch, as its worker's clock had it. */
  readonly failedOn: string;
}

/**
 * The jobs that have failed for good, in the order of their failures. They stay, and the offset knows how far they were read; or they
 * leave the queue when their records are durable.
 */
export class FailedJobs implements Feed {
  readonly #client: Redis;
  readonly #config: SourceConfig;
  readonly #signal: AbortSignal;
  readonly #key: string;
  /** To be removed, in order; none where they stay. */
  readonly #pending = new Map<string, FailedJob>();
  #position: FailedJob;
  /** By which jobs are removed, once there are some. */
  #queue: Queue | null = null;

  constructor(client: Redis, config: SourceConfig, signal: AbortSignal, stored: JsonObject | null) {
    this.#client = client;
    this.#config = config;
    this.#signal = signal;
    this.#key = `${config.prefix}:${config.queue}:failed`;
    this.#position = { id: String(stored?.job ?? ''), failedOn: String(stored?.failedOn ?? 0) };
  }

  get pending(): number {
    return this.#pending.size;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async read(count: number): Promise<readonly FeedItem[]> {
    const removes = this.#config['failed.jobs'] === 'remove';
    const jobs = removes ? await this.#first(count) : await this.#behind(count);
    if (jobs.length === 0) await pause(IDLE_MS, this.#signal);
    const items: FeedItem[] = [];
    for (const job of jobs) {
      const item = await this.#itemOf(job);
      if (item) items.push(item);
      if (removes) this.#pending.set(nameOf(job), job);
    }
    return items;
  }

  async #first(count: number): Promise<readonly FailedJob[]> {
    const listed = await this.#client.zrange(
      this.#key,
      '0',
      String(count + this.#pending.size - 1),
      'WITHSCORES',
    );
    return inPairs(listed).filter((job) => !this.#pending.has(nameOf(job)));
  }

  /** Those behind the position, up to a while ago: clocks differ, and one moment may have several. */
  async #behind(count: number): Promise<readonly FailedJob[]> {
    const [seconds, microseconds] = await this.#client.time();
    const nowMs = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
    const upTo = nowMs - this.#config['failed.settle.ms'];
    const { failedOn } = this.#position;
    for (let at = 0; ; at += count) {
      const page = inPairs(
        await this.#client.zrangebyscore(this.#key, failedOn, upTo, 'WITHSCORES', 'LIMIT', at, count),
      );
      const fresh = page.filter((job) => this.#isBehind(job));
      const last = fresh.at(-1);
      if (last) this.#position = last;
      if (fresh.length > 0 || page.length < count) return fresh;
    }
  }

  /** Jobs of one moment are in the order of the bytes of their ids. */
  #isBehind({ id, failedOn }: FailedJob): boolean {
    if (failedOn !== this.#position.failedOn) return true;
    return Buffer.compare(Buffer.from(id), Buffer.from(this.#position.id)) > 0;
  }

  async #itemOf({ id, failedOn }: FailedJob): Promise<FeedItem | null> {
    const job = await this.#client.hgetall(`${this.#config.prefix}:${this.#config.queue}:${id}`);
    if (job.data === undefined) return null;
    const facts = {
      id,
      name: job.name ?? '',
      data: job.data,
      timestamp: Number(job.timestamp ?? failedOn),
      attempts: Number(job.atm ?? job.attemptsMade ?? 0),
    };
    return itemOf(this.#config, facts, { job: id, failedOn: Number(failedOn) }, [
      { key: 'bullmq.failed.reason', value: job.failedReason ?? '' },
      { key: 'bullmq.failed.on', value: failedOn },
      { key: 'bullmq.stacktrace', value: job.stacktrace ?? '[]' },
    ]);
  }

  async durable(offset: JsonObject): Promise<void> {
    const last = nameOf({ id: String(offset.job), failedOn: String(offset.failedOn) });
    if (!this.#pending.has(last)) return;
    this.#queue ??= this.#removing();
    for (const [name, { id, failedOn }] of this.#pending) {
      const claimed = await this.#client.eval(CLAIM, 1, this.#key, id, failedOn);
      if (claimed === 1) await this.#queue.remove(id, { removeChildren: false });
      this.#pending.delete(name);
      if (name === last) break;
    }
  }

  #removing(): Queue {
    const { queue: name, prefix } = this.#config;
    const queue = new Queue(name, { connection: this.#client, prefix, skipMetasUpdate: true });
    queue.on('error', () => undefined);
    return queue;
  }

  async stop(): Promise<void> {
    await this.#queue?.close().catch(() => undefined);
  }
}

const nameOf = ({ id, failedOn }: FailedJob): string => `${failedOn} ${id}`;

function inPairs(listed: readonly string[]): readonly FailedJob[] {
  const jobs: FailedJob[] = [];
  for (let at = 0; at + 1 < listed.length; at += 2)
    jobs.push({ id: listed[at] ?? '', failedOn: listed[at + 1] ?? '' });
  return jobs;
}
