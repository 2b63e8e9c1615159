import {
  type BatchHeader,
  decodeBatch,
  decodeTransactionMarker,
  iterateBatches,
} from '@millrace/protocol/records';
import type { AcquiredRange, FetchedBatch } from '../core/share/share-partition.ts';
import type { AbortedTransaction } from '../storage/log.ts';

const MARKER_MAX_BYTES = 4096;

/** A batch of a log with its place in what was read. */
export interface PlacedBatch extends FetchedBatch {
  readonly position: number;
  readonly sizeBytes: number;
  readonly recordCount: number;
}

/** The batches of a buffer. @param aborted which transactions in it were aborted; null where all records are delivered */
export function placedBatches(
  buffer: Buffer,
  aborted: readonly AbortedTransaction[] | null,
): readonly PlacedBatch[] {
  const isAborted = abortedFilter(buffer, aborted ?? []);
  const batches: PlacedBatch[] = [];
  for (const header of iterateBatches(buffer)) {
    const { baseOffset: firstOffset, lastOffset, position, sizeInBytes: sizeBytes, recordCount } = header;
    const isDelivered = !isAborted(header) && !header.isControl;
    batches.push({ firstOffset, lastOffset, isDelivered, position, sizeBytes, recordCount });
  }
  return batches;
}

/** The bytes of the batches that hold what was acquired, from the first of them to the last. */
export function batchesOf(
  buffer: Buffer,
  batches: readonly PlacedBatch[],
  ranges: readonly AcquiredRange[],
): Buffer {
  const from = ranges[0]?.firstOffset ?? 0;
  const to = ranges.at(-1)?.lastOffset ?? -1;
  const first = batches.find(({ lastOffset }) => lastOffset >= from);
  const last = batches.findLast(({ firstOffset }) => firstOffset <= to);
  if (first === undefined || last === undefined || last.position < first.position)
    return buffer.subarray(0, 0);
  return buffer.subarray(first.position, last.position + last.sizeBytes);
}

/** Told batch after batch, says which belong to an aborted transaction: from its first offset to its marker. */
function abortedFilter(
  buffer: Buffer,
  aborted: readonly AbortedTransaction[],
): (header: BatchHeader) => boolean {
  if (aborted.length === 0) return () => false;
  const coming = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset);
  const open = new Set<number>();
  return (header) => {
    while (coming[0] !== undefined && coming[0].firstOffset <= header.lastOffset) {
      open.add(coming[0].producerId);
      coming.shift();
    }
    if (!header.isTransactional) return false;
    if (!header.isControl) return open.has(header.producerId);
    if (isAbort(buffer, header)) open.delete(header.producerId);
    return false;
  };
}

function isAbort(buffer: Buffer, { position }: BatchHeader): boolean {
  const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: MARKER_MAX_BYTES });
  const [record] = records;
  return record !== undefined && decodeTransactionMarker(record.key, record.value)?.type === 'ABORT';
}
