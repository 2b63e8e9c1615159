import { type CompletedTransaction, OpenTransactions } from './open-transactions.ts';

/** Batches that a producer may have in flight, and so batches remembered for telling repeats (KIP-98). */
export const REMEMBERED_BATCHES = 5;
/** Of batches that a coordinator writes in the name of a producer. */
const NO_SEQUENCE = -1;
const NO_EPOCH = -1;
const MAX_SEQUENCE = 0x7fffffff;
/** From this version of transactions on, each ends by a marker of the next epoch (KIP-890). */
const EPOCH_PER_TRANSACTION_VERSION = 2;

/** A batch of an idempotent producer, as it stands or will stand in the log. */
export interface ProducerBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Milliseconds; the newest of the batch. */
  readonly timestampMs: number;
}

/** A batch on its way into the log. */
export type OfferedBatch = Omit<ProducerBatch, 'firstOffset' | 'lastOffset' | 'timestampMs'> & {
  readonly isTransactional?: boolean;
};

/** The control record that ends a producer's transaction in one log. */
export interface EndMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isAbort: boolean;
  readonly coordinatorEpoch: number;
}

/** What a batch in the log says about its producer. */
export type ProducerChange =
  | { readonly kind: 'batch'; readonly batch: ProducerBatch; readonly isTransactional: boolean }
  | {
      readonly kind: 'marker';
      readonly marker: EndMarker;
      readonly offset: number;
      /** Milliseconds. */
      readonly timestampMs: number;
    };

/** What the log knows of one producer: its epoch and its newest batches, oldest first. */
export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly batches: readonly ProducerBatch[];
  /** Of its newest batch or marker, ms; -1 where it is not known. */
  readonly lastTimestampMs: number;
  /** The transaction coordinator that wrote the last marker; -1 where there was none. */
  readonly coordinatorEpoch: number;
  /** First offset of the open transaction; -1 where there is none. */
  readonly transactionFirstOffset: number;
}

export interface Refused<Error extends string> {
  readonly kind: 'refused';
  readonly error: Error;
  readonly message: string;
}

export type SequenceVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly of: ProducerBatch }
  | Refused<'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'INVALID_TXN_STATE'>;

export type EpochVerdict =
  | { readonly kind: 'next' }
  | Refused<'INVALID_PRODUCER_EPOCH' | 'TRANSACTION_COORDINATOR_FENCED'>;

/** The last sequence of a batch; sequences wrap to 0 after 2^31 - 1. A batch without sequences has none. */
export function lastSequenceOf(firstSequence: number, recordCount: number): number {
  if (firstSequence === NO_SEQUENCE) return NO_SEQUENCE;
  const last = firstSequence + recordCount - 1;
  return last > MAX_SEQUENCE ? last - MAX_SEQUENCE - 1 : last;
}

/**
 * The idempotent producers of one log, as replaying its batches in order gives them (KIP-98, KIP-360), with their open
 * transactions. The checks say what a leader answers; only `replay`, `restore` and `expire` change anything.
 */
export class ProducerTable {
  readonly #entries = new Map<number, ProducerEntry>();
  readonly #transactions = new OpenTransactions();

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<ProducerEntry> {
    return this.#entries.values();
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  /** Whether this epoch of the producer has records here that no marker has decided on. */
  hasOpenTransaction(producerId: number, producerEpoch: number): boolean {
    const entry = this.#entries.get(producerId);
    return entry?.producerEpoch === producerEpoch && entry.transactionFirstOffset >= 0;
  }

  /** First offset of the oldest transaction that has no marker below the high watermark; null where there is none. */
  firstUnstable(highWatermark: number): number | null {
    return this.#transactions.firstUnstable(highWatermark);
  }

  /**
   * As Kafka's leader judges a batch of a client. A producer that is not known may begin anywhere: its earlier records
   * may have been deleted; but not one whose transactions each have an epoch, since each begins at sequence 0 (`beginsAtZero`).
   * A new epoch begins at sequence 0 too.
   */
  check(batch: OfferedBatch, beginsAtZero = false): SequenceVerdict {
    const entry = this.#entries.get(batch.producerId);
    const who = `producer ${batch.producerId}`;
    if (entry === undefined || entry.producerEpoch === NO_EPOCH) {
      if (batch.producerEpoch < NO_EPOCH) return olderThan(NO_EPOCH, batch.producerEpoch, who);
      if (!beginsAtZero || batch.firstSequence === 0) return { kind: 'next' };
      return outOfOrder(`${who} began with sequence ${batch.firstSequence}, not 0`);
    }
    const older = olderEpoch(entry, batch.producerEpoch, who);
    if (older !== null) return older;
    if (batch.producerEpoch > entry.producerEpoch && batch.firstSequence !== 0)
      return outOfOrder(
        `${who} began epoch ${batch.producerEpoch} with sequence ${batch.firstSequence}, not 0`,
      );
    if (batch.producerEpoch === entry.producerEpoch) {
      const same = entry.batches.find(
        (known) => known.firstSequence === batch.firstSequence && known.lastSequence === batch.lastSequence,
      );
      if (same !== undefined) return { kind: 'duplicate', of: same };
      const lastSequence = entry.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
      if (batch.firstSequence !== followingSequence(lastSequence))
        return outOfOrder(`${who} came with sequence ${batch.firstSequence} after ${lastSequence}`);
    }
    if (entry.transactionFirstOffset < 0 || batch.isTransactional === true) return { kind: 'next' };
    const message = `${who} has a transaction open since offset ${entry.transactionFirstOffset}, and this batch is not in it`;
    return { kind: 'refused', error: 'INVALID_TXN_STATE', message };
  }

  /** As Kafka's leader judges what a coordinator writes for a producer: its epoch alone. */
  checkCoordinatorBatch(batch: OfferedBatch): EpochVerdict {
    const entry = this.#entries.get(batch.producerId);
    if (entry === undefined) return { kind: 'next' };
    return olderEpoch(entry, batch.producerEpoch, `producer ${batch.producerId}`) ?? { kind: 'next' };
  }

  /**
   * As Kafka's leader judges a marker (KIP-1228). Where each transaction has an epoch, its marker is of a higher one than
   * its records; the same epoch is a marker that comes again, and passes when no transaction is open.
   */
  checkMarker(marker: EndMarker, transactionVersion: number): EpochVerdict {
    const entry = this.#entries.get(marker.producerId);
    if (entry === undefined) return { kind: 'next' };
    const who = `producer ${marker.producerId}`;
    const older = olderEpoch(entry, marker.producerEpoch, who);
    if (older !== null) return older;
    if (
      transactionVersion >= EPOCH_PER_TRANSACTION_VERSION &&
      marker.producerEpoch === entry.producerEpoch &&
      entry.transactionFirstOffset >= 0
    ) {
      const message = `${who} has a transaction open in epoch ${entry.producerEpoch}, which a marker of the same epoch cannot end`;
      return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH', message };
    }
    if (marker.coordinatorEpoch >= entry.coordinatorEpoch) return { kind: 'next' };
    const message = `a marker of coordinator epoch ${marker.coordinatorEpoch} came, but epoch ${entry.coordinatorEpoch} has begun`;
    return { kind: 'refused', error: 'TRANSACTION_COORDINATOR_FENCED', message };
  }

  /**
   * Takes in what stands in the log; called in the order of offsets.
   * @returns the transaction that a marker has ended; null for all else
   */
  replay(change: ProducerChange): CompletedTransaction | null {
    if (change.kind === 'marker') return this.#replayMarker(change);
    const { batch, isTransactional } = change;
    const entry = this.#entries.get(batch.producerId);
    const kept = entry?.producerEpoch === batch.producerEpoch ? entry.batches : [];
    const open = entry?.transactionFirstOffset ?? -1;
    const begins = isTransactional && open < 0;
    if (begins) this.#transactions.begin(batch.firstOffset, batch.producerId);
    this.#entries.set(batch.producerId, {
      producerId: batch.producerId,
      producerEpoch: batch.producerEpoch,
      batches: kept.length < REMEMBERED_BATCHES ? [...kept, batch] : [...kept.slice(1), batch],
      lastTimestampMs: batch.timestampMs,
      coordinatorEpoch: entry?.coordinatorEpoch ?? -1,
      transactionFirstOffset: begins ? batch.firstOffset : open,
    });
    return null;
  }

  /** Puts back what a snapshot held, instead of everything that is here. */
  restore(entries: Iterable<ProducerEntry>): void {
    this.#entries.clear();
    for (const entry of entries) this.#entries.set(entry.producerId, entry);
    const open = [...this.#entries.values()].filter((entry) => entry.transactionFirstOffset >= 0);
    this.#transactions.restore(open.map((entry) => [entry.transactionFirstOffset, entry.producerId]));
  }

  /** Forgets producers that were not heard of since `beforeMs` (producer.id.expiration.ms) and have nothing open. */
  expire(beforeMs: number): void {
    for (const [id, entry] of this.#entries)
      if (entry.transactionFirstOffset < 0 && entry.lastTimestampMs < beforeMs) this.#entries.delete(id);
  }

  #replayMarker({
    marker,
    offset,
    timestampMs,
  }: ProducerChange & { kind: 'marker' }): CompletedTransaction | null {
    const { producerId, producerEpoch, isAbort, coordinatorEpoch } = marker;
    const entry = this.#entries.get(producerId);
    this.#entries.set(producerId, {
      producerId,
      producerEpoch,
      batches: entry?.producerEpoch === producerEpoch ? entry.batches : [],
      lastTimestampMs: timestampMs,
      coordinatorEpoch,
      transactionFirstOffset: -1,
    });
    const firstOffset = entry?.transactionFirstOffset ?? -1;
    if (firstOffset < 0) return null;
    return this.#transactions.complete({ producerId, firstOffset, lastOffset: offset, isAborted: isAbort });
  }
}

function followingSequence(sequence: number): number {
  return sequence === MAX_SEQUENCE ? 0 : sequence + 1;
}

function olderEpoch(
  entry: ProducerEntry,
  producerEpoch: number,
  who: string,
): Refused<'INVALID_PRODUCER_EPOCH'> | null {
  if (producerEpoch >= entry.producerEpoch) return null;
  return olderThan(entry.producerEpoch, producerEpoch, who);
}

function olderThan(known: number, producerEpoch: number, who: string): Refused<'INVALID_PRODUCER_EPOCH'> {
  const message = `${who} came with epoch ${producerEpoch}, but epoch ${known} has begun`;
  return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH', message };
}

function outOfOrder(message: string): Refused<'OUT_OF_ORDER_SEQUENCE_NUMBER'> {
  return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message };
}
