/** How many fit in what others may wait: making a log takes a third of a millisecond. On a busy broker turns are long: with fewer, thousands take minutes. */
const PARTS_IN_A_TURN = 128;

/** Lets others be served between the parts of work that is made of many synchronous ones: each part asks before it begins. */
export class TurnLimit {
  #left = PARTS_IN_A_TURN;
  #next: Promise<void> | null = null;

  /** Resolves at once while the turn has room; of those who wait, as many as fit go on in the next one. */
  async turn(): Promise<void> {
    while (this.#left === 0) {
      this.#next ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        this.#next = null;
        this.#left = PARTS_IN_A_TURN;
      });
      await this.#next;
    }
    this.#left -= 1;
  }
}
