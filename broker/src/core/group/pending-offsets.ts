import type { StoredOffset } from './offset-table.ts';

interface PendingOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: StoredOffset;
}

/** Offsets that were committed in transactions which are not decided. Changed only by replay. */
export class PendingOffsets {
  readonly #byProducer = new Map<number, Map<string, PendingOffset>>();
  /** How many transactions have an offset of it pending, by its key; and how many offsets a group has so. */
  readonly #counts = new Map<string, number>();

  /** Whether a transaction may still change this offset. */
  has(group: string, topic: string, partition: number): boolean {
    return this.#counts.has(keyOf(group, topic, partition));
  }

  hasGroup(group: string): boolean {
    return this.#counts.has(groupKey(group));
  }

  /** What is pending of a group. */
  *of(group: string): Iterable<{ readonly topic: string; readonly partition: number }> {
    for (const pending of this.#byProducer.values())
      for (const offset of pending.values()) if (offset.group === group) yield offset;
  }

  set(producerId: number, offset: PendingOffset): void {
    const pending = this.#byProducer.get(producerId) ?? new Map<string, PendingOffset>();
    const key = keyOf(offset.group, offset.topic, offset.partition);
    if (!pending.has(key)) this.#count(offset, 1);
    this.#byProducer.set(producerId, pending.set(key, offset));
  }

  /** Takes out what the producer has pending, in the order in which it was committed. */
  take(producerId: number): readonly PendingOffset[] {
    const pending = [...(this.#byProducer.get(producerId)?.values() ?? [])];
    this.#byProducer.delete(producerId);
    for (const offset of pending) this.#count(offset, -1);
    return pending;
  }

  /** The offset was deleted: no transaction brings it back. */
  delete(group: string, topic: string, partition: number): void {
    const key = keyOf(group, topic, partition);
    if (!this.#counts.has(key)) return;
    for (const [producerId, pending] of this.#byProducer) {
      const offset = pending.get(key);
      if (offset === undefined) continue;
      pending.delete(key);
      this.#count(offset, -1);
      if (pending.size === 0) this.#byProducer.delete(producerId);
    }
  }

  #count({ group, topic, partition }: PendingOffset, by: number): void {
    for (const key of [keyOf(group, topic, partition), groupKey(group)]) {
      const count = (this.#counts.get(key) ?? 0) + by;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
    }
  }
}

/** Neither a number nor a topic's name has a line end in it; a group's may. */
function keyOf(group: string, topic: string, partition: number): string {
  return `${partition}\n${topic}\n${group}`;
}

function groupKey(group: string): string {
  return `\n${group}`;
}
