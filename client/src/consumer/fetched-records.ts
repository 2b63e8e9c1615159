import {
  type BatchHeader,
  decodeTransactionMarker,
  forEachRecord,
  peekBatchSize,
  readBatchHeader,
} from '@millrace/protocol/records';
import type { ConsumerRecord } from '../types.ts';

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchedInit {
  readonly topic: string;
  readonly partition: number;
  /** As they came: whole batches, perhaps a cut one at the end, perhaps records before `fetchOffset` in the first. */
  readonly records: Buffer;
  readonly fetchOffset: number;
  /** Null under read_uncommitted. */
  readonly aborted: readonly AbortedTransaction[] | null;
}

/** The most that one compressed batch may unpack to: as much as our broker ever lets in. */
const MAX_DECOMPRESSED_BYTES = 512 * 1024 * 1024;
const NO_EPOCH = -1;

/** The records of one partition from one fetch, decoded batch by batch as they are asked for. */
export class FetchedRecords {
  readonly #init: FetchedInit;
  /** Aborted transactions that begin further on, by first offset. */
  readonly #aborted: AbortedTransaction[];
  readonly #aborting = new Set<number>();
  #at = 0;
  #decoded: ConsumerRecord[] = [];
  #next = 0;
  #batchEnd: number;
  #leaderEpoch = NO_EPOCH;

  constructor(init: FetchedInit) {
    this.#init = init;
    this.#aborted = [...(init.aborted ?? [])].sort((a, b) => a.firstOffset - b.firstOffset);
    this.#batchEnd = init.fetchOffset;
  }

  get sizeBytes(): number {
    return this.#init.records.length;
  }

  /** Offset of the next record to be taken, or behind the last where all are. */
  get position(): number {
    return this.#decoded[this.#next]?.offset ?? this.#batchEnd;
  }

  /** Of the batch last taken from; -1 where none is known. */
  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  /**
   * Moves up to `max` records to `out`. Answers false when there are no more.
   * @throws {MillraceError} CORRUPT_MESSAGE, ... naming the partition's batch; `position` stays before it
   */
  take(max: number, out: ConsumerRecord[]): boolean {
    let left = max;
    while (left > 0) {
      if (this.#next >= this.#decoded.length && !this.#decodeNext()) return false;
      const end = Math.min(this.#decoded.length, this.#next + left);
      for (; this.#next < end; this.#next++, left--) {
        const record = this.#decoded[this.#next];
        if (record) out.push(record);
      }
    }
    return this.#next < this.#decoded.length || this.#hasBatch();
  }

  #hasBatch(): boolean {
    const size = peekBatchSize(this.#init.records, this.#at);
    return size !== undefined && size <= this.#init.records.length - this.#at;
  }

  /** Decodes the next batch that has records to show; false where none is left. */
  #decodeNext(): boolean {
    this.#decoded = [];
    this.#next = 0;
    while (this.#hasBatch()) {
      const header = readBatchHeader(this.#init.records, this.#at);
      const decoded = this.#visible(header) ? this.#decode(header) : this.#passOver(header);
      this.#at += header.sizeInBytes;
      this.#batchEnd = Math.max(this.#batchEnd, header.lastOffset + 1);
      this.#leaderEpoch = header.partitionLeaderEpoch;
      if (decoded.length > 0) {
        this.#decoded = decoded;
        return true;
      }
    }
    return false;
  }

  /** Keeps track of which producers' transactions are aborted (KIP-98): the list says where one begins, a marker where it ends. */
  #visible(header: BatchHeader): boolean {
    while (this.#aborted[0] !== undefined && this.#aborted[0].firstOffset <= header.lastOffset) {
      const begun = this.#aborted.shift();
      if (begun) this.#aborting.add(begun.producerId);
    }
    if (header.isControl) return false;
    return !(header.isTransactional && this.#aborting.has(header.producerId));
  }

  #passOver(header: BatchHeader): ConsumerRecord[] {
    if (!header.isControl || !this.#aborting.has(header.producerId)) return [];
    forEachRecord(
      this.#init.records,
      this.#at,
      { maxDecompressedBytes: MAX_DECOMPRESSED_BYTES },
      ({ key, value }) => {
        if (decodeTransactionMarker(key, value)?.type === 'ABORT') this.#aborting.delete(header.producerId);
      },
    );
    return [];
  }

  #decode(header: BatchHeader): ConsumerRecord[] {
    const { topic, partition, records, fetchOffset } = this.#init;
    const decoded: ConsumerRecord[] = [];
    const options = { maxDecompressedBytes: MAX_DECOMPRESSED_BYTES };
    forEachRecord(records, header.position, options, ({ offset, timestamp, key, value, headers }) => {
      if (offset >= fetchOffset) decoded.push({ topic, partition, offset, timestamp, key, value, headers });
    });
    return decoded;
  }
}

/** The offset behind the last whole batch of a records field: where the next fetch goes on. */
export function offsetBehind(records: Buffer, fetchOffset: number): number {
  let next = fetchOffset;
  for (let at = 0; ; ) {
    const size = peekBatchSize(records, at);
    if (size === undefined || size > records.length - at) return next;
    next = Math.max(next, readBatchHeader(records, at).lastOffset + 1);
    at += size;
  }
}
