/** Where a queue moves what is left of it to its front: below this the move costs more than the room is worth. */
const COMPACT_RECORDS_MIN = 1_024;

/**
 * Which source offsets may be committed: for each source partition the offset of the last record of the acknowledged
 * prefix. A record that is not acknowledged holds back everything behind it in its own source partition, and nothing in
 * others. Holds what is not acknowledged, and one offset for each partition; no object for a record, since tens of
 * thousands of them are under way at once.
 */
export class SubmittedRecords<Offset> {
  readonly #queues = new Map<string, Queue<Offset>>();
  #committable = new Map<string, Offset>();
  #unacknowledged = 0;
  /** No number is given twice in a partition, however often its queue comes and goes. */
  #nextFirst = 0;

  /** Records sent and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /**
   * Call in the order of reading. `partition` is a key that is the same for the same source partition; `bytes` is given back when the
   * record is acknowledged.
   * @returns the number by which the record is acknowledged
   */
  submit(partition: string, offset: Offset, bytes = 0): number {
    let queue = this.#queues.get(partition);
    if (!queue) {
      queue = { base: this.#nextFirst, from: 0, offsets: [], bytes: [] };
      this.#queues.set(partition, queue);
    }
    this.#unacknowledged++;
    queue.bytes.push(bytes);
    return queue.base + queue.offsets.push(offset) - 1;
  }

  /** @returns the record's bytes; null where it was acknowledged before */
  acknowledge(partition: string, number: number): number | null {
    const queue = this.#queues.get(partition);
    const index = queue ? number - queue.base : -1;
    const bytes = queue?.bytes[index] ?? ACKNOWLEDGED;
    if (!queue || index < queue.from || bytes === ACKNOWLEDGED) return null;
    queue.bytes[index] = ACKNOWLEDGED;
    this.#unacknowledged--;
    // Invariant 6: what is not acknowledged holds back all that was read after it.
    if (index === queue.from) this.#advance(partition, queue);
    return bytes;
  }

  /** Takes out what the acknowledged prefixes allow: the last offset of each, by partition. */
  takeCommittable(): ReadonlyMap<string, Offset> {
    const committable = this.#committable;
    this.#committable = new Map();
    return committable;
  }

  #advance(partition: string, queue: Queue<Offset>): void {
    const { offsets, bytes } = queue;
    while (bytes[queue.from] === ACKNOWLEDGED) queue.from++;
    this.#committable.set(partition, offsets[queue.from - 1] as Offset);
    if (queue.from === offsets.length) {
      this.#nextFirst = Math.max(this.#nextFirst, queue.base + queue.from);
      this.#queues.delete(partition);
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

/** The records of one source partition, in the order of reading; those before `from` are acknowledged. */
interface Queue<Offset> {
  /** The number of the first. */
  base: number;
  from: number;
  readonly offsets: Offset[];
  readonly bytes: number[];
}
