import {
  isOfAnotherTopic,
  MillraceError,
  type OpenedPartition,
  type RecordPlace,
  type TopicPartition,
} from '@millrace/sdk';
import type { Redis } from 'ioredis';

/** What a transaction that adds jobs has to find unchanged, and to leave behind. */
export interface PartitionOffset {
  /**
   * The hash with `next`, the offset of the record to be written next, `epoch`, which counts the tasks that have taken the partition, and
   * `topic`, the id of the topic that `next` was written of.
   */
  readonly key: string;
  readonly next: number;
  /** Of the topic as it is now; null: not known. */
  readonly topicId: string | null;
}

interface Claim {
  readonly epoch: number;
  readonly topicId: string | null;
}

/**
 * Offsets of one connector at the server, a hash for each partition. A transaction watches it: a task that was declared dead and lives on
 * adds nothing more. A topic that was made anew begins anew, by its id, and takes the hash over with what is added of it first.
 */
export class OffsetFence {
  readonly #connected: () => Redis;
  readonly #prefix: string;
  readonly #claims = new Map<string, Claim>();

  /** @param connected the connection as it is now: a lost one is made anew */
  constructor(connected: () => Redis, prefix: string) {
    this.#connected = connected;
    this.#prefix = prefix;
  }

  get #client(): Redis {
    return this.#connected();
  }

  /** Takes a partition from whoever had it. */
  async take(partition: OpenedPartition): Promise<Claim> {
    const key = this.#keyOf(partition);
    const { topicId } = partition;
    const [known] = await this.#client.hmget(key, 'topic');
    if (known == null && topicId !== null) await this.#client.hset(key, 'topic', topicId);
    const claim = { epoch: await this.#client.hincrby(key, 'epoch', 1), topicId };
    this.#claims.set(key, claim);
    return claim;
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#claims.delete(this.#keyOf(partition));
  }

  /**
   * Begins to watch a partition: the next transaction of this connection fails where another task has taken it meanwhile.
   * @throws {MillraceError} BULLMQ_TASK_FENCED (class transient)
   */
  async watch(partition: TopicPartition): Promise<PartitionOffset> {
    const key = this.#keyOf(partition);
    const claim = this.#claims.get(key) ?? (await this.take({ ...partition, topicId: null }));
    await this.#client.watch(key);
    const [epoch, next, topic] = await this.#client.hmget(key, 'epoch', 'next', 'topic');
    if (Number(epoch) !== claim.epoch) {
      await this.#client.unwatch();
      throw fenced(partition);
    }
    const { topicId } = claim;
    return { key, next: isOfAnotherTopic(topic, topicId) ? 0 : Number(next ?? 0), topicId };
  }

  /** Sets offsets, for whoever takes the partitions next, and of whichever topic: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const position of positions) {
      const key = this.#keyOf(position);
      await this.#setNext(key, position.offset);
    }
  }

  /** Takes back to the beginning what is known of all partitions of the connector. */
  async reset(): Promise<void> {
    for await (const keys of this.#client.scanStream({
      match: `${escaped(this.#prefix)}:*`,
      count: 1_000,
    }))
      for (const key of keys as readonly string[]) await this.#setNext(key, 0);
  }

  async #setNext(key: string, next: number): Promise<void> {
    await this.#connected()
      .multi()
      .hset(key, 'next', next)
      .hdel(key, 'topic')
      .hincrby(key, 'epoch', 1)
      .exec();
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
