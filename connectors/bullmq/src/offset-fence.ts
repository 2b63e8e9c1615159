import { MillraceError, type RecordPlace, type TopicPartition } from '@millrace/sdk';
import type { Redis } from 'ioredis';

/** What a transaction that adds jobs has to find unchanged, and to leave behind. */
export interface PartitionOffset {
  /** The hash with `next`, the offset of the record to be written next, and `epoch`, which counts the tasks that have taken the partition. */
  readonly key: string;
  readonly next: number;
}

/**
 * Offsets of one connector at the server, a hash for each partition. A transaction watches it: a task that was declared dead and lives on
 * adds nothing more.
 */
export class OffsetFence {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #epochs = new Map<string, number>();

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** Takes a partition from whoever had it. */
  async take(partition: TopicPartition): Promise<void> {
    const key = this.#keyOf(partition);
    this.#epochs.set(key, await this.#client.hincrby(key, 'epoch', 1));
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#epochs.delete(this.#keyOf(partition));
  }

  /**
   * Begins to watch a partition: the next transaction of this connection fails where another task has taken it meanwhile.
   * @throws {MillraceError} BULLMQ_TASK_FENCED (class transient)
   */
  async watch(partition: TopicPartition): Promise<PartitionOffset> {
    const key = this.#keyOf(partition);
    if (!this.#epochs.has(key)) await this.take(partition);
    await this.#client.watch(key);
    const [epoch, next] = await this.#client.hmget(key, 'epoch', 'next');
    if (Number(epoch) === this.#epochs.get(key)) return { key, next: Number(next ?? 0) };
    await this.#client.unwatch();
    throw fenced(partition);
  }

  /** Sets offsets, for whoever takes the partitions next: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const position of positions) {
      const key = this.#keyOf(position);
      await this.#client.multi().hset(key, 'next', position.offset).hincrby(key, 'epoch', 1).exec();
    }
  }

  /** Takes back to the beginning what is known of all partitions of the connector. */
  async reset(): Promise<void> {
    for await (const keys of this.#client.scanStream({ match: `${escaped(this.#prefix)}:*`, count: 1_000 }))
      for (const key of keys as readonly string[])
        await this.#client.multi().hset(key, 'next', 0).hincrby(key, 'epoch', 1).exec();
  }

  #keyOf({ topic, partition }: TopicPartition): string {
    return `${this.#prefix}:${topic}-${partition}`;
  }
}

/** For a pattern of `SCAN`. */
const escaped = (text: string): string => text.replaceAll(/[*?[\]\\^]/g, '\\$&');

function fenced({ topic, partition }: TopicPartition): MillraceError {
  return new MillraceError(`Another task has taken over partition ${partition} of ${topic}.`, {
    code: 'BULLMQ_TASK_FENCED',
    class: 'transient',
    hint: 'Nothing, if it happens once: the partition went to another task. If it goes on, two connectors of one name write to this server.',
  });
}
