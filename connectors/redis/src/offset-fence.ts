import type { RecordPlace, TopicPartition } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { OffsetPlace } from './write-script.ts';

/**
 * Offsets of one connector in a hash at the server: `topic-partition` is the offset of the record to be written next, and
 * `topic-partition:epoch` counts the tasks that have taken the partition. The script that writes checks the epoch, so that a task that
 * was declared dead and lives on writes nothing more.
 */
export class OffsetFence {
  readonly #client: Redis;
  readonly #key: string;
  readonly #epochs = new Map<string, number>();

  constructor(client: Redis, key: string) {
    this.#client = client;
    this.#key = key;
  }

  /** Takes a partition from whoever had it. */
  async take(partition: TopicPartition): Promise<void> {
    const field = fieldOf(partition);
    this.#epochs.set(field, await this.#client.hincrby(this.#key, `${field}:epoch`, 1));
  }

  /** Sets offsets, for whoever takes the partitions next: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const position of positions) {
      const field = fieldOf(position);
      const set = this.#client.multi().hset(this.#key, field, position.offset);
      await set.hincrby(this.#key, `${field}:epoch`, 1).exec();
    }
  }

  /** The same with all partitions, to the beginning. */
  async reset(): Promise<void> {
    const multi = this.#client.multi();
    for (const field of await this.#client.hkeys(this.#key)) {
      if (field.endsWith(':epoch')) multi.hincrby(this.#key, field, 1);
      else multi.hset(this.#key, field, 0);
    }
    await multi.exec();
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#epochs.delete(fieldOf(partition));
  }

  /** Where the offset lies, and which record is to be written next; what is in front of that was written before. */
  async place(partition: TopicPartition): Promise<OffsetPlace & { readonly next: number }> {
    const field = fieldOf(partition);
    if (!this.#epochs.has(field)) await this.take(partition);
    const next = await this.#client.hget(this.#key, field);
    return { key: this.#key, field, epoch: this.#epochs.get(field) ?? 0, next: Number(next ?? 0) };
  }
}

const fieldOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
