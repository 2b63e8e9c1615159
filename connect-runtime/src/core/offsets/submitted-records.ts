/**
 * Which source offsets may be committed: for each source partition the offset of the last record of the acknowledged
 * prefix. A record that is not acknowledged holds back everything behind it in its own source partition, and nothing in
 * others. Holds what is not acknowledged, and one offset for each partition.
 */
export class SubmittedRecords<Offset> {
  readonly #queues = new Map<string, Queue<Offset>>();
  #committable = new Map<string, Offset>();
  #unacknowledged = 0;

  /** Records sent and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Call in the order of reading. `partition` is a key that is the same for the same source partition. */
  submit(partition: string, offset: Offset): Submitted<Offset> {
    const submitted: Submitted<Offset> = { partition, offset, acknowledged: false, next: null };
    const queue = this.#queues.get(partition);
    if (queue) {
      queue.last.next = submitted;
      queue.last = submitted;
    } else this.#queues.set(partition, { first: submitted, last: submitted });
    this.#unacknowledged++;
    return submitted;
  }

  acknowledge(submitted: Submitted<Offset>): void {
    if (submitted.acknowledged) return;
    submitted.acknowledged = true;
    this.#unacknowledged--;
    const queue = this.#queues.get(submitted.partition);
    if (queue?.first !== submitted) return;
    // Invariant 6: what is not acknowledged holds back all that was read after it.
    let first: Submitted<Offset> | null = submitted;
    for (; first?.acknowledged; first = first.next) this.#committable.set(first.partition, first.offset);
    if (first) queue.first = first;
    else this.#queues.delete(submitted.partition);
  }

  /** Takes out what the acknowledged prefixes allow: the last offset of each, by partition. */
  takeCommittable(): ReadonlyMap<string, Offset> {
    const committable = this.#committable;
    this.#committable = new Map();
    return committable;
  }
}

export interface Submitted<Offset> {
  readonly partition: string;
  readonly offset: Offset;
  acknowledged: boolean;
  /** The record read after it from the same source partition. */
  next: Submitted<Offset> | null;
}

interface Queue<Offset> {
  first: Submitted<Offset>;
  last: Submitted<Offset>;
}
