/** Batches that a producer may have in flight, and so batches remembered for telling repeats (KIP-98). */
export const REMEMBERED_BATCHES = 5;
const NO_EPOCH = -1;
const MAX_SEQUENCE = 0x7fffffff;

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

/** What the log knows of one producer: its epoch and its newest batches, oldest first. */
export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly batches: readonly ProducerBatch[];
  /** The transaction coordinator that wrote the last marker; -1 where there was none. */
  readonly coordinatorEpoch: number;
  /** First offset of the open transaction; -1 where there is none. */
  readonly transactionFirstOffset: number;
}

export type SequenceVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly of: ProducerBatch }
  | {
      readonly kind: 'refused';
      readonly error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER';
      readonly message: string;
    };

/** The last sequence of a batch; sequences wrap to 0 after 2^31 - 1. */
export function lastSequenceOf(firstSequence: number, recordCount: number): number {
  const last = firstSequence + recordCount - 1;
  return last > MAX_SEQUENCE ? last - MAX_SEQUENCE - 1 : last;
}

/**
 * The idempotent producers of one log, as replaying its batches in order gives them (KIP-98, KIP-360). `check` says what
 * a leader answers to a batch; only `replay` changes anything.
 */
export class ProducerTable {
  readonly #entries = new Map<number, ProducerEntry>();

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<ProducerEntry> {
    return this.#entries.values();
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  /**
   * As Kafka's leader judges a batch of a client. A producer that is not known may begin anywhere: its earlier records
   * may have been deleted. A new epoch begins at sequence 0.
   */
  check(batch: Omit<ProducerBatch, 'firstOffset' | 'lastOffset' | 'timestampMs'>): SequenceVerdict {
    const entry = this.#entries.get(batch.producerId);
    if (entry === undefined || entry.producerEpoch === NO_EPOCH) return { kind: 'next' };
    const who = `producer ${batch.producerId}`;
    if (batch.producerEpoch < entry.producerEpoch) {
      const message = `${who} came with epoch ${batch.producerEpoch}, but epoch ${entry.producerEpoch} has begun`;
      return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH', message };
    }
    if (batch.producerEpoch > entry.producerEpoch) {
      if (batch.firstSequence === 0) return { kind: 'next' };
      const message = `${who} began epoch ${batch.producerEpoch} with sequence ${batch.firstSequence}, not 0`;
      return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message };
    }
    const same = entry.batches.find(
      (known) => known.firstSequence === batch.firstSequence && known.lastSequence === batch.lastSequence,
    );
    if (same !== undefined) return { kind: 'duplicate', of: same };
    const lastSequence = entry.batches.at(-1)?.lastSequence ?? -1;
    if (batch.firstSequence === lastSequenceOf(lastSequence + 1, 1)) return { kind: 'next' };
    const message = `${who} came with sequence ${batch.firstSequence} after ${lastSequence}`;
    return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message };
  }

  /** Takes in a batch that stands in the log; called in the order of offsets. */
  replay(batch: ProducerBatch): void {
    const entry = this.#entries.get(batch.producerId);
    const kept = entry?.producerEpoch === batch.producerEpoch ? entry.batches : [];
    const batches = kept.length < REMEMBERED_BATCHES ? [...kept, batch] : [...kept.slice(1), batch];
    this.#entries.set(batch.producerId, {
      producerId: batch.producerId,
      producerEpoch: batch.producerEpoch,
      batches,
      coordinatorEpoch: entry?.coordinatorEpoch ?? -1,
      transactionFirstOffset: entry?.transactionFirstOffset ?? -1,
    });
  }

  /** Puts back what a snapshot held, instead of everything that is here. */
  restore(entries: Iterable<ProducerEntry>): void {
    this.#entries.clear();
    for (const entry of entries) this.#entries.set(entry.producerId, entry);
  }

  /** Forgets producers whose newest record is older than `beforeMs` (producer.id.expiration.ms). */
  expire(beforeMs: number): void {
    for (const [id, entry] of this.#entries) {
      const last = entry.batches.at(-1);
      if (entry.transactionFirstOffset < 0 && (last === undefined || last.timestampMs < beforeMs)) {
        this.#entries.delete(id);
      }
    }
  }
}
