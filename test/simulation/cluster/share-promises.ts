/** What a share group promises, told by its members: what was accepted is accepted once, and in the end nothing is left out. */
export class SharePromises {
  /** By partition: offsets whose acceptance was acknowledged. */
  readonly #accepted = new Map<number, Set<number>>();
  /** By partition: offsets that somebody accepted, and does not know whether it counts. */
  readonly #maybe = new Map<number, Set<number>>();

  /** By partition and offset: how often it was delivered. */
  readonly #delivered = new Map<string, number>();
  /** Fetches whose answer was lost, with all that they may have delivered. */
  #unanswered = 0;
  readonly #deliveriesMax: number;

  /** @param deliveriesMax what was delivered so often may be given up */
  constructor(deliveriesMax: number) {
    this.#deliveriesMax = deliveriesMax;
  }

  delivered(partition: number, first: number, last: number): void {
    for (let offset = first; offset <= last; offset += 1) {
      const key = `${partition} ${offset}`;
      this.#delivered.set(key, (this.#delivered.get(key) ?? 0) + 1);
    }
  }

  unanswered(): void {
    this.#unanswered += 1;
  }

  /** The leader has stored it. */
  accepted(partition: number, first: number, last: number): void {
    const known = setOf(this.#accepted, partition);
    for (let offset = first; offset <= last; offset += 1) {
      if (known.has(offset)) throw new Error(`${offset} of partition ${partition} is accepted twice`);
      known.add(offset);
    }
  }

  /** No answer came, or one that leaves it open. */
  maybeAccepted(partition: number, first: number, last: number): void {
    const known = setOf(this.#maybe, partition);
    for (let offset = first; offset <= last; offset += 1) known.add(offset);
  }

  /** The first offset below `end` that nobody has accepted, and that cannot have been given up; null where there is none. */
  firstLeft(partition: number, end: number): number | null {
    const [accepted, maybe] = [setOf(this.#accepted, partition), setOf(this.#maybe, partition)];
    for (let offset = 0; offset < end; offset += 1)
      if (!accepted.has(offset) && !maybe.has(offset) && !this.#mayBeGivenUp(partition, offset))
        return offset;
    return null;
  }

  #mayBeGivenUp(partition: number, offset: number): boolean {
    const delivered = this.#delivered.get(`${partition} ${offset}`) ?? 0;
    return delivered + this.#unanswered >= this.#deliveriesMax;
  }
}

function setOf(sets: Map<number, Set<number>>, partition: number): Set<number> {
  const known = sets.get(partition) ?? new Set();
  sets.set(partition, known);
  return known;
}
