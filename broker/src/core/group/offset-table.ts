import type { OffsetCommitValue } from '@millrace/protocol/internal';

/** A committed offset, with where its record stands in the log. */
export type StoredOffset = OffsetCommitValue & { readonly recordOffset: number };

/** Committed offsets by group, topic and partition. Changed only by replay. */
export class OffsetTable {
  readonly #groups = new Map<string, Map<string, Map<number, StoredOffset>>>();

  get(group: string, topic: string, partition: number): StoredOffset | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition);
  }

  /** Everything that a group has committed. */
  of(group: string): ReadonlyMap<string, ReadonlyMap<number, StoredOffset>> {
    return this.#groups.get(group) ?? new Map();
  }

  groups(): Iterable<string> {
    return this.#groups.keys();
  }

  set(group: string, topic: string, partition: number, value: StoredOffset): void {
    let topics = this.#groups.get(group);
    if (!topics) {
      topics = new Map();
      this.#groups.set(group, topics);
    }
    let partitions = topics.get(topic);
    if (!partitions) {
      partitions = new Map();
      topics.set(topic, partitions);
    }
    partitions.set(partition, value);
  }

  delete(group: string, topic: string, partition: number): void {
    const topics = this.#groups.get(group);
    const partitions = topics?.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) topics?.delete(topic);
    if (topics?.size === 0) this.#groups.delete(group);
  }
}
