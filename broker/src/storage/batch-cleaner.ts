import {
  type BatchHeader,
  decodeBatch,
  decodeControlKey,
  emptiedBatch,
  filterBatch,
  forEachStoredRecord,
} from '@millrace/protocol/records';
import { isRecordKept, type LastOfProducer, retentionOf } from '../core/log/batch-retention.ts';
import { type AbortedRange, CleanedTransactions, type MarkerType } from '../core/log/cleaned-transactions.ts';
import type { OffsetMap } from '../core/log/offset-map.ts';
import type { ProducerTable } from '../core/log/producer-table.ts';
import { UNPACKED_BATCH_MAX_BYTES } from './unpacked-batch.ts';

export interface CleaningRound<Range extends AbortedRange> {
  /** Keys from here on are what the round knows; see `CleaningPlan`. */
  readonly firstDirtyOffset: number;
  readonly endBefore: number;
  /** Wall clock. */
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly map: OffsetMap;
  readonly aborted: readonly Range[];
  readonly lastOfProducers: ReadonlyMap<number, LastOfProducer>;
}

/**
 * Compaction of a log's batches, whatever they are kept in: first all from `firstDirtyOffset` on are shown to `index`,
 * in their order and as far as the map takes them, then all from the start of the log to `clean`.
 */
export class BatchCleaner<Range extends AbortedRange> {
  readonly #round: CleaningRound<Range>;
  readonly #indexed: CleanedTransactions;
  readonly #cleaned: CleanedTransactions<Range>;

  constructor(round: CleaningRound<Range>) {
    this.#round = round;
    // What ended before the walk begins would be taken for open.
    this.#indexed = new CleanedTransactions(
      round.aborted.filter(({ lastOffset }) => lastOffset >= round.firstDirtyOffset),
    );
    this.#cleaned = new CleanedTransactions(round.aborted);
  }

  /**
   * @returns false where the map is full: the round ends before the record that found no room, which may be inside the batch. So one with
   *   more keys than the map holds takes several rounds.
   */
  index(batch: Buffer, header: BatchHeader): boolean {
    const { map, firstDirtyOffset } = this.#round;
    let hasRoom = true;
    if (!isSpent(this.#indexed, batch, header) && !header.isControl) {
      forEachStoredRecord(batch, header, UNPACKED_BATCH_MAX_BYTES, (record) => {
        if (record.keyStart < 0 || record.offset < firstDirtyOffset) return true;
        hasRoom = map.put(record.bytes, record.keyStart, record.keyEnd, record.offset);
        if (!hasRoom) map.latestOffset = Math.max(map.latestOffset, record.offset - 1);
        return hasRoom;
      });
    }
    if (hasRoom && header.lastOffset >= firstDirtyOffset) map.latestOffset = header.lastOffset;
    return hasRoom;
  }

  /** @returns what stays of the batch: itself, a smaller one, or null */
  clean(batch: Buffer, header: BatchHeader): Buffer | null {
    const { endBefore, nowMs, lastOfProducers } = this.#round;
    const spent = isSpent(this.#cleaned, batch, header);
    const deleteHorizonMs = header.hasDeleteHorizon ? header.baseTimestamp : null;
    const { records, whenEmpty } = retentionOf({
      batch: { ...header, deleteHorizonMs },
      isSpent: spent,
      lastOfProducer: lastOfProducers.get(header.producerId),
      endBefore,
      nowMs,
    });
    const left = records === 'all-go' ? null : this.#filtered(batch, header, deleteHorizonMs, spent);
    return left ?? (whenEmpty === 'keep' ? emptiedBatch(header) : null);
  }

  /** Of the aborted transactions whose marker was cleaned since the last call, those that the index must go on naming. */
  takeStillAborted(): readonly Range[] {
    return this.#cleaned.takeStillNeeded();
  }

  #filtered(
    batch: Buffer,
    header: BatchHeader,
    deleteHorizonMs: number | null,
    spent: boolean,
  ): Buffer | null {
    const { map, nowMs, deleteRetentionMs } = this.#round;
    const { latestOffset } = map;
    return filterBatch(batch, header, {
      maxDecompressedBytes: UNPACKED_BATCH_MAX_BYTES,
      keep: ({ bytes, keyStart, keyEnd, offset, hasValue }) =>
        header.isControl ||
        isRecordKept({
          offset,
          hasKey: keyStart >= 0,
          hasValue,
          newestOffset: keyStart < 0 ? -1 : map.get(bytes, keyStart, keyEnd),
          latestOffset,
          deleteHorizonMs,
          nowMs,
        }),
      deleteHorizonMs: ({ anyTombstone }) =>
        deleteHorizonMs === null && (header.isControl ? spent : anyTombstone)
          ? nowMs + deleteRetentionMs
          : null,
    });
  }
}

/** The newest batch of each producer, for `CleaningRound`. */
export function lastBatches(producers: ProducerTable): ReadonlyMap<number, LastOfProducer> {
  const last = new Map<number, LastOfProducer>();
  for (const { producerId, producerEpoch, batches } of producers.entries())
    last.set(producerId, { producerEpoch, lastDataOffset: batches.at(-1)?.lastOffset ?? null });
  return last;
}

/** Whether a batch is part of an aborted transaction, or a marker that has nothing left to decide. */
function isSpent(transactions: CleanedTransactions, batch: Buffer, header: BatchHeader): boolean {
  if (!header.isControl) return transactions.data(header);
  return transactions.marker({ ...header, type: markerTypeOf(batch, header) });
}

function markerTypeOf(batch: Buffer, header: BatchHeader): MarkerType {
  const { records } = decodeBatch(batch, header.position, {
    maxDecompressedBytes: UNPACKED_BATCH_MAX_BYTES,
    verifyCrc: false,
  });
  const [record] = records;
  if (record === undefined) return 'EMPTY';
  const type = decodeControlKey(record.key);
  return type === 'ABORT' || type === 'COMMIT' ? type : 'OTHER';
}
