/**
 * Which source offsets may be committed: for each source partition the offset of the last record of the acknowledged
 * prefix. A record that is not acknowledged holds back everything behind it in its own source partition, and nothing in
 * others.
 */
export class SubmittedRecords<Offset> {
  readonly #queues = new Map<string, Submitted<Offset>[]>();
  #unacknowledged = 0;

  /** Records sent and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Call in the order of reading. `partition` is a key that is the same for the same source partition. */
  submit(partition: string, offset: Offset): Submitted<Offset> {
    const submitted: Submitted<Offset> = { offset, acknowledged: false };
    const queue = this.#queues.get(partition);
    if (queue) queue.push(submitted);
    else this.#queues.set(partition, [submitted]);
    this.#unacknowledged++;
    return submitted;
  }

  acknowledge(submitted: Submitted<Offset>): void {
    if (submitted.acknowledged) return;
    submitted.acknowledged = true;
    this.#unacknowledged--;
  }

  /** Takes out the acknowledged prefixes; answers the last offset of each, by partition. */
  takeCommittable(): ReadonlyMap<string, Offset> {
    const committable = new Map<string, Offset>();
    for (const [partition, queue] of this.#queues) {
      let count = 0;
      while (queue[count]?.acknowledged) count++;
      const last = queue[count - 1];
      if (!last) continue;
      committable.set(partition, last.offset);
      if (count === queue.length) this.#queues.delete(partition);
      else queue.splice(0, count);
    }
    return committable;
  }
}

export interface Submitted<Offset> {
  readonly offset: Offset;
  acknowledged: boolean;
}
