import { createIORedisClient, type IRedisClient, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

const QUEUES_MAX = 1_000;

/** The queues that a task has to do with, on one connection that is not theirs to end. */
export class Queues {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #byName = new Map<string, Queue>();

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  of(name: string): Queue {
    const known = this.#byName.get(name);
    if (known) return known;
    if (this.#byName.size >= QUEUES_MAX) this.#forgetOldest();
    const queue = new Queue(name, { connection: this.#client, prefix: this.#prefix });
    queue.on('error', () => undefined);
    this.#byName.set(name, queue);
    return queue;
  }

  /** Names can come from records: queues are cheap, and made again when they are needed again. Each listens to the connection until it is closed. */
  #forgetOldest(): void {
    for (const [name, queue] of this.#byName) {
      this.#byName.delete(name);
      queue.close().catch(() => undefined);
      return;
    }
  }

  /** The connection, as BullMQ's own functions take it. */
  client(): Promise<IRedisClient> {
    return Promise.resolve(createIORedisClient(this.#client));
  }

  /** Jobs that wait for a worker, whatever they wait for. */
  depth(name: string): Promise<number> {
    return this.of(name).getJobCountByTypes('wait', 'prioritized', 'delayed');
  }
}
