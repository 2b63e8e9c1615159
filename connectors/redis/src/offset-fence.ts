import { isOfAnotherTopic, type OpenedPartition, type RecordPlace, type TopicPartition } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { OffsetPlace } from './write-script.ts';

interface Claim {
  readonly epoch: number;
  /** Of the topic as it is now; null: not known. */
  readonly topicId: string | null;
}

/**
 * Offsets of one connector in a hash at the server: `topic-partition` is the offset of the record to be written next, and
 * `topic-partition:epoch` counts the tasks that have taken the partition. The script that writes checks the epoch, so that a task that
 * was declared dead and lives on writes nothing more. `topic-partition:topic` is the id of the topic that the offset was written of: one that
 * was made anew begins anew, and takes it over with what is written of it first.
 */
export class OffsetFence {
  readonly #connected: () => Redis;
  readonly #key: string;
  readonly #claims = new Map<string, Claim>();

  /** @param connected the connection as it is now: a lost one is made anew */
  constructor(connected: () => Redis, key: string) {
    this.#connected = connected;
    this.#key = key;
  }

  get #client(): Redis {
    return this.#connected();
  }

  /** Takes a partition from whoever had it. */
  async take(partition: OpenedPartition): Promise<Claim> {
    const field = fieldOf(partition);
    const { topicId } = partition;
    const [known] = await this.#client.hmget(this.#key, `${field}:topic`);
    if (known == null && topicId !== null) await this.#client.hset(this.#key, `${field}:topic`, topicId);
    const claim = { epoch: await this.#client.hincrby(this.#key, `${field}:epoch`, 1), topicId };
    this.#claims.set(field, claim);
    return claim;
  }

  /** Sets offsets, for whoever takes the partitions next, and of whichever topic: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const position of positions) {
      const field = fieldOf(position);
      const set = this.#client.multi().hset(this.#key, field, position.offset);
      await set.hdel(this.#key, `${field}:topic`).hincrby(this.#key, `${field}:epoch`, 1).exec();
    }
  }

  /** The same with all partitions, to the beginning. */
  async reset(): Promise<void> {
    const multi = this.#client.multi();
    for (const field of await this.#client.hkeys(this.#key)) {
      if (field.endsWith(':epoch')) multi.hincrby(this.#key, field, 1);
      else if (field.endsWith(':topic')) multi.hdel(this.#key, field);
      else multi.hset(this.#key, field, 0);
    }
    await multi.exec();
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#claims.delete(fieldOf(partition));
  }

  /** Where the offset lies, and which record is to be written next; what is in front of that was written before. */
  async place(partition: TopicPartition): Promise<OffsetPlace & { readonly next: number }> {
    const field = fieldOf(partition);
    const claim = this.#claims.get(field) ?? (await this.take({ ...partition, topicId: null }));
    const [next, topicId] = await this.#client.hmget(this.#key, field, `${field}:topic`);
    const isOfOther = isOfAnotherTopic(topicId, claim.topicId);
    return { key: this.#key, field, ...claim, next: isOfOther ? 0 : Number(next ?? 0) };
  }
}

const fieldOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
