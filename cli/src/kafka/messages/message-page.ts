/** One partition of a look at a topic: what there is of it, and how far the look has come. */
export interface Lane {
  readonly partition: number;
  /** Of the log when the look began. */
  readonly start: number;
  readonly end: number;
  /** Reading on: the next offset. Reading back: everything from here on was looked at. */
  at: number;
}

export interface Found<Message> {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  /** What it takes, bytes. */
  readonly size: number;
  readonly message: Message;
}

export type Direction = 'back' | 'on';

/** What is kept for one page, bytes: it ends early where its messages are large. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/**
 * The messages of one page, merged by time from what partitions give, however they come in. What does not fit is let go, and its place remembered: the next
 * page begins there, so that none is left out and none comes twice.
 */
export class MessagePageBuilder<Message> {
  readonly #direction: Direction;
  readonly #limit: number;
  #found: Found<Message>[] = [];
  /** By partition, the offset nearest to where the look began of those let go. */
  readonly #letGo = new Map<number, number>();

  constructor(direction: Direction, limit: number) {
    this.#direction = direction;
    this.#limit = limit;
  }

  /** Whether there is nothing to gain by looking on. */
  get isFull(): boolean {
    this.#trim();
    return this.#found.length >= this.#limit || this.#letGo.size > 0;
  }

  add(found: Found<Message>): void {
    this.#found.push(found);
    if (this.#found.length >= 2 * this.#limit) this.#trim();
  }

  /** In the order of the page. */
  messages(): readonly Message[] {
    this.#trim();
    return this.#found.map(({ message }) => message);
  }

  /** Where the next page begins in a partition, of which this one has looked at everything up to `lane.at`. */
  next(lane: Lane): number {
    const letGo = this.#letGo.get(lane.partition);
    if (letGo === undefined) return lane.at;
    return this.#direction === 'back' ? letGo + 1 : letGo;
  }

  #trim(): void {
    const byPartition = Map.groupBy(this.#found, ({ partition }) => partition);
    const lists = [...byPartition.values()].map((list) => list.sort(this.#byOffset));
    const kept: Found<Message>[] = [];
    let bytes = 0;
    for (;;) {
      const first = this.#takeFirst(lists, kept.length < this.#limit && bytes < MAX_PAGE_BYTES);
      if (first === null) break;
      kept.push(first);
      bytes += first.size;
    }
    for (const [rest] of lists) if (rest) this.#rememberLetGo(rest);
    this.#found = kept;
  }

  /** Of the heads of all lists the one that comes first by time. */
  #takeFirst(lists: readonly Found<Message>[][], hasRoom: boolean): Found<Message> | null {
    if (!hasRoom) return null;
    let best: Found<Message>[] | null = null;
    for (const list of lists) {
      const [head] = list;
      if (head === undefined || this.#isLetGo(head)) continue;
      const [other] = best ?? [];
      if (other === undefined || this.#before(head, other)) best = list;
    }
    return best?.shift() ?? null;
  }

  #isLetGo({ partition, offset }: Found<Message>): boolean {
    const letGo = this.#letGo.get(partition);
    return letGo !== undefined && (this.#direction === 'back' ? offset <= letGo : offset >= letGo);
  }

  #rememberLetGo({ partition, offset }: Found<Message>): void {
    const known = this.#letGo.get(partition) ?? offset;
    this.#letGo.set(
      partition,
      this.#direction === 'back' ? Math.max(known, offset) : Math.min(known, offset),
    );
  }

  #before(a: Found<Message>, b: Found<Message>): boolean {
    if (a.timestamp !== b.timestamp)
      return this.#direction === 'back' ? a.timestamp > b.timestamp : a.timestamp < b.timestamp;
    return a.partition < b.partition;
  }

  readonly #byOffset = (a: Found<Message>, b: Found<Message>) =>
    this.#direction === 'back' ? b.offset - a.offset : a.offset - b.offset;
}

/** The part of a lane that is looked at next: `width` offsets, from `from` to before `to`; null where there is nothing left. */
export function windowOf(
  { start, end, at }: Lane,
  direction: Direction,
  width: number,
): { readonly from: number; readonly to: number } | null {
  const from = direction === 'back' ? Math.max(start, at - width) : at;
  const to = direction === 'back' ? at : Math.min(end, at + width);
  return from < to ? { from, to } : null;
}
