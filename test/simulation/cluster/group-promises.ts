/** What a group promises, told by its members: one owner per partition in a generation, offsets that never go back, nothing passed over. */
export class GroupPromises {
  readonly #isMixed: boolean;
  readonly #owners = new Map<string, string>();
  /** By partition: the highest offset whose commit was acknowledged. */
  readonly #committed = new Map<number, number>();
  /** By partition: up to where anybody has read. */
  readonly #read = new Map<number, number>();

  /** @param isMixed members of both protocols come: the classic group that follows an empty one of the other kind counts from 1 again */
  constructor({ isMixed }: { readonly isMixed: boolean }) {
    this.#isMixed = isMixed;
  }

  /** A member was given partitions in a generation, or member epoch. */
  assigned(memberId: string, generation: number, partitions: Iterable<number>): void {
    if (this.#isMixed) return;
    for (const partition of partitions) {
      const key = `${generation} ${partition}`;
      const owner = this.#owners.get(key) ?? memberId;
      if (owner !== memberId)
        throw new Error(
          `partition ${partition} is given to ${owner} and ${memberId} in generation ${generation}`,
        );
      this.#owners.set(key, owner);
    }
  }

  committed(partition: number, offset: number): void {
    this.#committed.set(partition, Math.max(offset, this.committedOffset(partition)));
  }

  /** What a fetch that begins now must not come below; 0 where nothing was acknowledged. */
  committedOffset(partition: number): number {
    return this.#committed.get(partition) ?? 0;
  }

  /** A fetch of the group's offset said so. */
  told(partition: number, offset: number, atLeast: number): void {
    if (offset < atLeast)
      throw new Error(
        `the offset of partition ${partition} is ${offset}, ${atLeast} was acknowledged before`,
      );
    if (offset > this.read(partition))
      throw new Error(
        `the offset of partition ${partition} is ${offset}, read is up to ${this.read(partition)}`,
      );
  }

  hasRead(partition: number, nextOffset: number): void {
    this.#read.set(partition, Math.max(nextOffset, this.read(partition)));
  }

  read(partition: number): number {
    return this.#read.get(partition) ?? 0;
  }
}
