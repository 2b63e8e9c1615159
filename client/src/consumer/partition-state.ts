import type { Uuid } from '@millrace/foundation';
import type { ConsumerRecord, TopicPartition } from '../types.ts';
import type { FetchedRecords } from './fetched-records.ts';

/** Where a position comes from when there is none. */
export type Missing = 'committed' | 'reset';

/** One assigned partition: where it is read, and what was read ahead. */
export class PartitionState implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Of the topic that it is a partition of; null where none is known. Another topic of the same name has another one. */
  topicId: Uuid | null;
  paused = false;
  /** Why there is no position; null where there is one. */
  missing: Missing | null;
  /** Not to be fetched or looked up before this, monotonic ms. */
  retryAtMs = 0;
  /** Counts what makes a fetch under way worthless. */
  version = 0;
  leaderEpoch = -1;
  /** Who the leader has said to read from (KIP-392), until that has to be asked anew, monotonic ms; null: the leader. */
  preferred: { readonly node: number; readonly untilMs: number } | null = null;
  /** Offset behind the last record that may be read, as the last fetch said; null before one. */
  endOffset: number | null = null;
  #position: number | null = null;
  #fetchOffset = 0;
  #fetched: FetchedRecords[] = [];
  #bufferedBytes = 0;

  constructor({ topic, partition }: TopicPartition, missing: Missing, topicId: Uuid | null) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = topicId;
    this.missing = missing;
  }

  /** Offset of the next record to hand out. */
  get position(): number | null {
    return this.#position;
  }

  /** Offset at which the next fetch begins. */
  get fetchOffset(): number {
    return this.#fetchOffset;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get hasRecords(): boolean {
    return this.#fetched.length > 0;
  }

  seek(offset: number): void {
    this.#discard();
    this.#position = offset;
    this.#fetchOffset = offset;
    this.missing = null;
    this.retryAtMs = 0;
  }

  /** The position is of no use (out of range): `autoOffsetReset` says where to go on. */
  reset(): void {
    this.#discard();
    this.#position = null;
    this.missing = 'reset';
    this.endOffset = null;
  }

  /** Takes a fetch in; `nextOffset` is where the one after it begins. */
  buffer(fetched: FetchedRecords, nextOffset: number): void {
    this.#fetched.push(fetched);
    this.#bufferedBytes += fetched.sizeBytes;
    this.#fetchOffset = nextOffset;
  }

  /** Hands out up to `max` records. @throws {MillraceError} CORRUPT_MESSAGE, ... with the position before the bad batch */
  take(max: number, out: ConsumerRecord[]): void {
    const upTo = out.length + max;
    while (out.length < upTo) {
      const head = this.#fetched[0];
      if (head === undefined) return;
      let more = true;
      try {
        more = head.take(upTo - out.length, out);
      } finally {
        this.#position = head.position;
        if (head.leaderEpoch >= 0) this.leaderEpoch = head.leaderEpoch;
      }
      if (more) continue;
      this.#fetched.shift();
      this.#bufferedBytes -= head.sizeBytes;
    }
  }

  #discard(): void {
    this.#fetched = [];
    this.#bufferedBytes = 0;
    this.version += 1;
  }
}
