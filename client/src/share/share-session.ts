import type { Uuid } from '@millrace/foundation';

export interface SharePartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

/** What one ShareFetch says of the session: its epoch, partitions that are new to it, and such as are no longer read. */
export interface SessionChange {
  readonly epoch: number;
  readonly added: readonly SharePartition[];
  readonly forgotten: readonly SharePartition[];
}

const INITIAL_EPOCH = 0;
/** Ends the session: what is still held is released (KIP-932). */
export const FINAL_EPOCH = -1;
const MAX_EPOCH = 0x7fffffff;

/**
 * A member's session with one broker (KIP-932): the first request names all partitions, later ones the difference. Each
 * request, ShareAcknowledge too, moves the epoch on, so there is one at a time. Records belong to the session that they were
 * acquired in: when it is lost, so are they.
 */
export class ShareSession {
  readonly nodeId: number;
  /** Whether the broker renews locks (KIP-1222). */
  canRenew = true;
  #epoch = INITIAL_EPOCH;
  #partitions = new Map<string, SharePartition>();

  constructor(nodeId: number) {
    this.nodeId = nodeId;
  }

  /** Whether the broker knows of it: before that nothing can be acknowledged. */
  get isOpen(): boolean {
    return this.#epoch !== INITIAL_EPOCH;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** What a request must say so that the session reads `wanted` and nothing else. */
  change(wanted: readonly SharePartition[]): SessionChange {
    const keys = new Set(wanted.map(keyOf));
    return {
      epoch: this.#epoch,
      added: wanted.filter((partition) => !this.#partitions.has(keyOf(partition))),
      forgotten: [...this.#partitions].flatMap(([key, partition]) => (keys.has(key) ? [] : [partition])),
    };
  }

  /** The broker has taken a request in. Left out: one that acknowledged only. */
  answered(reads?: readonly SharePartition[]): void {
    if (reads !== undefined) this.#partitions = new Map(reads.map((one) => [keyOf(one), one]));
    this.#epoch = this.#epoch === MAX_EPOCH ? INITIAL_EPOCH + 1 : this.#epoch + 1;
  }
}

function keyOf({ topicId, partition }: SharePartition): string {
  return `${topicId}-${partition}`;
}
