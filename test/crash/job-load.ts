import { createAdmin, createProducer, type Producer } from '@millrace/client';
import { RedisServer } from '@millrace/connector-redis/testing';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { StagedLoad } from './staged-run.ts';

const TOPIC = 'work';
const PARTITIONS = 3;
const CHUNK = 200;
/** Longer than any of the two is away. */
const DELIVERY_TIMEOUT_MS = 120_000;

/** A topic to BullMQ, each job once, whose workers are done with them, and leave nothing of them, all the while. */
export class JobLoad implements StagedLoad {
  readonly server = 'Redis';
  readonly #redis = new RedisServer();
  /** By the id that BullMQ counts: a worker that loses its connection does a job twice, which is its own matter. */
  readonly #done = new Map<string, number>();
  #producer: Producer | null = null;
  #client: Redis | null = null;
  #worker: Worker | null = null;
  #changes = 0;

  get changes(): number {
    return this.#changes;
  }

  get connectors() {
    return {
      jobs: {
        ...{ 'connector.class': 'BullMqSink', 'tasks.max': '2', topics: TOPIC, queue: TOPIC },
        ...{ 'connection.uri': this.#redis.uri, 'delivery.guarantee': 'exactly_once', 'job.id': 'auto' },
        ...{ 'remove.on.complete': '0', 'queue.max.depth': '1000', 'errors.retry.timeout': '-1' },
        'key.converter': 'StringConverter',
        'value.converter': 'JsonConverter',
        'value.converter.schemas.enable': 'false',
      },
    };
  }

  async begin(_folder: string, bootstrapServers: readonly string[]): Promise<void> {
    await this.#redis.start();
    const admin = createAdmin({ bootstrapServers });
    await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: 1 }]);
    await admin.close();
    this.#producer = createProducer({ bootstrapServers, deliveryTimeoutMs: DELIVERY_TIMEOUT_MS });
    this.#client = new Redis(this.#redis.uri, { maxRetriesPerRequest: null });
    this.#client.on('error', () => undefined);
    const work = async (job: { readonly id?: string; readonly data: { readonly n: number } }) =>
      void this.#done.set(job.id ?? '', job.data.n);
    this.#worker = new Worker(TOPIC, work, {
      ...{ connection: this.#client, concurrency: 50, lockDuration: 2_000, stalledInterval: 1_000 },
      maxStalledCount: 1_000,
    });
    this.#worker.on('error', () => undefined);
  }

  async writeUpTo(changes: number): Promise<void> {
    while (this.#changes < changes) {
      const from = this.#changes;
      const records = Array.from({ length: Math.min(CHUNK, Math.ceil(changes) - from) }, (_, index) => ({
        topic: TOPIC,
        partition: (from + index) % PARTITIONS,
        key: null,
        value: Buffer.from(JSON.stringify({ n: from + index })),
      }));
      await this.#producer?.send(records);
      this.#changes += records.length;
    }
  }

  async arrived(): Promise<number> {
    return this.#done.size;
  }

  async kill(): Promise<void> {
    await this.#redis.kill();
    await this.#redis.start();
  }

  async differences(): Promise<readonly string[]> {
    const times = Map.groupBy(this.#done.values(), (n) => n);
    const all = Array.from({ length: this.#changes }, (_, n) => ({ n, count: times.get(n)?.length ?? 0 }));
    return all
      .filter(({ count }) => count !== 1)
      .map(({ n, count }) => (count === 0 ? `record ${n} has no job` : `record ${n} has ${count} jobs`));
  }

  async compared(): Promise<number> {
    return this.#done.size;
  }

  async end(): Promise<void> {
    await this.#worker?.close();
    this.#client?.disconnect();
    await this.#producer?.close();
    await this.#redis.close();
  }
}
