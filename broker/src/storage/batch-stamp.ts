import { assert } from '@millrace/foundation/assert';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  decodeBatch,
  decodeTransactionMarker,
  peekBatchSize,
  readBatchHeader,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from '@millrace/protocol/records';
import type { CompletedTransaction } from '../core/log/open-transactions.ts';
import { lastSequenceOf, type ProducerChange, type ProducerTable } from '../core/log/producer-table.ts';

/** More than any control record takes. */
const CONTROL_MAX_BYTES = 1024 * 1024;

/** One batch of a log, with what the log needs to know of it. */
export interface StoredBatch {
  readonly bytes: Buffer;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  /** Milliseconds; -1 where no record has one. */
  readonly maxTimestampMs: number;
}

/** An append's batches in order, and what they say of their producers. */
export interface StampedBatches {
  readonly stored: readonly StoredBatch[];
  readonly changes: readonly ProducerChange[];
}

/** Gives offsets and leader epoch to each batch in `batches`, in place. */
export function stampBatches(batches: Buffer, firstOffset: number, leaderEpoch: number): StampedBatches {
  let nextOffset = firstOffset;
  return eachBatch(batches, (at) => {
    setBaseOffset(batches, at, nextOffset);
    setPartitionLeaderEpoch(batches, at, leaderEpoch);
    const header = readBatchHeader(batches, at);
    nextOffset = header.lastOffset + 1;
    return header;
  });
}

/** Takes batches as a leader has stamped them; offsets go up from `firstOffset`, with gaps where compaction was. */
export function stampedBatches(batches: Buffer, firstOffset: number): StampedBatches {
  let nextOffset = firstOffset;
  return eachBatch(batches, (at) => {
    const header = readBatchHeader(batches, at);
    assert(header.baseOffset >= nextOffset, 'replicated batches follow on the log');
    nextOffset = header.lastOffset + 1;
    return header;
  });
}

function eachBatch(batches: Buffer, headerAt: (at: number) => BatchHeader): StampedBatches {
  const stored: StoredBatch[] = [];
  const changes: ProducerChange[] = [];
  for (let at = 0; at < batches.length; ) {
    const sizeBytes = peekBatchSize(batches, at) ?? 0;
    assert(
      sizeBytes >= BATCH_HEADER_BYTES && sizeBytes <= batches.length - at,
      'only whole batches are appended',
    );
    const header = headerAt(at);
    const bytes = sizeBytes === batches.length ? batches : batches.subarray(at, at + sizeBytes);
    stored.push({
      bytes,
      baseOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      leaderEpoch: header.partitionLeaderEpoch,
      maxTimestampMs: header.maxTimestamp,
    });
    const change = producerChangeOf(header, bytes);
    if (change !== null) changes.push(change);
    at += sizeBytes;
  }
  assert(stored.length > 0, 'an append has a batch');
  return { stored, changes };
}

/**
 * Lets `producers` take in a batch that is in the log; one without idempotence, or a control batch of another kind than
 * a transaction's marker, changes nothing.
 * @returns the transaction that it has ended
 */
export function replayProducer(
  header: BatchHeader,
  bytes: Buffer,
  producers: ProducerTable,
): CompletedTransaction | null {
  const change = producerChangeOf(header, bytes);
  return change === null ? null : producers.replay(change);
}

function producerChangeOf(header: BatchHeader, bytes: Buffer): ProducerChange | null {
  const { producerId, producerEpoch } = header;
  if (producerId < 0) return null;
  if (header.isControl) return markerOf(header, bytes);
  return {
    kind: 'batch',
    isTransactional: header.isTransactional,
    batch: {
      producerId,
      producerEpoch,
      firstSequence: header.baseSequence,
      // Compaction may have taken records; the sequences that they had are counted by the offsets.
      lastSequence: lastSequenceOf(header.baseSequence, header.lastOffsetDelta + 1),
      firstOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      timestampMs: header.maxTimestamp,
    },
  };
}

/** Null also where compaction has left a control batch without its record. */
function markerOf(header: BatchHeader, bytes: Buffer): ProducerChange | null {
  const { producerId, producerEpoch } = header;
  const { records } = decodeBatch(bytes, 0, { maxDecompressedBytes: CONTROL_MAX_BYTES, verifyCrc: false });
  const [record] = records;
  const marker = record && decodeTransactionMarker(record.key, record.value);
  if (marker === undefined) return null;
  return {
    kind: 'marker',
    marker: {
      producerId,
      producerEpoch,
      isAbort: marker.type === 'ABORT',
      coordinatorEpoch: marker.coordinatorEpoch,
    },
    offset: header.baseOffset,
    timestampMs: header.maxTimestamp,
  };
}
