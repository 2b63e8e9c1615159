/** Where a queue moves what is left of it to its front: below this the move costs more than the room is worth. */
const COMPACT_RECORDS_MIN = 1_024;

/** A source partition, and the key that is the same for it whenever it comes. */
export interface SubmittedPartition<Partition> {
  readonly key: string;
  readonly partition: Partition;
}

/** How far a source partition may be committed. */
export interface CommittableOffset<Partition, Offset> {
  readonly partition: Partition;
  readonly offset: Offset;
}

/**
 * Which source offsets may be committed: for each source partition the offset of the last record of the acknowledged
 * prefix. A record that is not acknowledged holds back everything behind it in its own source partition, and nothing in
 * others. Holds what is not acknowledged, and one offset for each partition; no object for a record, since tens of
 * thousands of them are under way at once.
 */
export class SubmittedRecords<Partition, Offset> {
  readonly #queues = new Map<string, Queue<Partition, Offset>>();
  #committable = new Map<string, Writable<CommittableOffset<Partition, Offset>>>();
  #unacknowledged = 0;
  /** No number is given twice in a partition, however often its queue comes and goes. */
  #nextFirst = 0;

  /** Records sent and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /**
   * Call in the order of reading. `bytes` is given back when the record is acknowledged.
   * @returns the number by which the record is acknowledged
   */
  submit({ key, partition }: SubmittedPartition<Partition>, offset: Offset, bytes = 0): number {
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = { partition, base: this.#nextFirst, from: 0, offsets: [], bytes: [] };
      this.#queues.set(key, queue);
    }
    this.#unacknowledged++;
    queue.bytes.push(bytes);
    return queue.base + queue.offsets.push(offset) - 1;
  }

  /** @returns the record's bytes; null where it was acknowledged before */
  acknowledge(key: string, number: number): number | null {
    const queue = this.#queues.get(key);
    const index = queue ? number - queue.base : -1;
    const bytes = queue?.bytes[index] ?? ACKNOWLEDGED;
    if (!queue || index < queue.from || bytes === ACKNOWLEDGED) return null;
    queue.bytes[index] = ACKNOWLEDGED;
    this.#unacknowledged--;
    // Invariant 6: what is not acknowledged holds back all that was read after it.
    if (index === queue.from) this.#advance(key, queue);
    return bytes;
  }

  /** Takes out what the acknowledged prefixes allow: the last offset of each, by the partition's key. */
  takeCommittable(): ReadonlyMap<string, CommittableOffset<Partition, Offset>> {
    const committable = this.#committable;
    this.#committable = new Map();
    return committable;
  }

  #advance(key: string, queue: Queue<Partition, Offset>): void {
    const { partition, offsets, bytes } = queue;
    while (bytes[queue.from] === ACKNOWLEDGED) queue.from++;
    const offset = offsets[queue.from - 1] as Offset;
    const committable = this.#committable.get(key);
    if (committable) committable.offset = offset;
    else this.#committable.set(key, { partition, offset });
    if (queue.from === offsets.length) {
      this.#nextFirst = Math.max(this.#nextFirst, queue.base + queue.from);
      this.#queues.delete(key);
    } else if (queue.from >= COMPACT_RECORDS_MIN && queue.from * 2 >= offsets.length) {
      offsets.splice(0, queue.from);
      bytes.splice(0, queue.from);
      queue.base += queue.from;
      queue.from = 0;
    }
  }
}

/** In place of the bytes of a record that was acknowledged. */
const ACKNOWLEDGED = -1;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The records of one source partition, in the order of reading; those before `from` are acknowledged. */
interface Queue<Partition, Offset> {
  readonly partition: Partition;
  /** The number of the first. */
  base: number;
  from: number;
  readonly offsets: Offset[];
  readonly bytes: number[];
}
