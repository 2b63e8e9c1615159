import type { ErrorName } from '@millrace/protocol';

/** Opens a share session, and ends it (KIP-932). */
export const INITIAL_EPOCH = 0;
export const FINAL_EPOCH = -1;
const EPOCH_MAX = 0x7fffffff;

export interface SessionPartition {
  readonly topicId: string;
  readonly partition: number;
}

/** What a member of a share group reads from this broker, remembered from one request to the next. */
export class ShareSession {
  readonly group: string;
  readonly memberId: string;
  readonly #partitions = new Map<string, SessionPartition>();
  #epoch = INITIAL_EPOCH + 1;
  #isOpen = true;

  constructor(group: string, memberId: string) {
    this.group = group;
    this.memberId = memberId;
  }

  /** Nothing may be acquired for a session that is over: nobody would give it back. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How many partitions are read. */
  get size(): number {
    return this.#partitions.size;
  }

  /** Everything that is read, another partition first each time: none is read at the cost of the others. */
  get partitions(): readonly SessionPartition[] {
    const all = [...this.#partitions.values()];
    const first = all.length === 0 ? 0 : this.#epoch % all.length;
    return first === 0 ? all : [...all.slice(first), ...all.slice(0, first)];
  }

  /** Takes a request of that epoch in, and counts it. */
  turn(epoch: number): ErrorName | null {
    if (epoch !== this.#epoch) return 'INVALID_SHARE_SESSION_EPOCH';
    this.#epoch = epoch === EPOCH_MAX ? INITIAL_EPOCH + 1 : epoch + 1;
    return null;
  }

  /** @returns whether it was not read before */
  add(partition: SessionPartition): boolean {
    const key = keyOf(partition);
    if (this.#partitions.has(key)) return false;
    this.#partitions.set(key, partition);
    return true;
  }

  forget(partition: SessionPartition): void {
    this.#partitions.delete(keyOf(partition));
  }

  end(): void {
    this.#isOpen = false;
    this.#partitions.clear();
  }
}

function keyOf({ topicId, partition }: SessionPartition): string {
  return `${topicId}-${partition}`;
}
