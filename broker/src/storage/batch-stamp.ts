import { assert } from '@millrace/foundation/assert';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  peekBatchSize,
  readBatchHeader,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from '@millrace/protocol/records';
import { lastSequenceOf, type ProducerBatch, type ProducerTable } from '../core/log/producer-table.ts';

/** One batch of a log, with what the log needs to know of it. */
export interface StoredBatch {
  readonly bytes: Buffer;
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Milliseconds; -1 where no record has one. */
  readonly maxTimestampMs: number;
}

/** An append's batches in order, and those of them that belong to an idempotent producer. */
export interface StampedBatches {
  readonly stored: readonly StoredBatch[];
  readonly sequenced: readonly ProducerBatch[];
}

/** Gives offsets and leader epoch to each batch in `batches`, in place. */
export function stampBatches(batches: Buffer, firstOffset: number, leaderEpoch: number): StampedBatches {
  const stored: StoredBatch[] = [];
  const sequenced: ProducerBatch[] = [];
  let nextOffset = firstOffset;
  for (let at = 0; at < batches.length; ) {
    const sizeBytes = peekBatchSize(batches, at) ?? 0;
    assert(
      sizeBytes >= BATCH_HEADER_BYTES && sizeBytes <= batches.length - at,
      'only whole batches are appended',
    );
    setBaseOffset(batches, at, nextOffset);
    setPartitionLeaderEpoch(batches, at, leaderEpoch);
    const header = readBatchHeader(batches, at);
    const bytes = sizeBytes === batches.length ? batches : batches.subarray(at, at + sizeBytes);
    stored.push({
      bytes,
      baseOffset: nextOffset,
      lastOffset: header.lastOffset,
      maxTimestampMs: header.maxTimestamp,
    });
    if (isSequenced(header)) sequenced.push(producerBatchOf(header));
    nextOffset = header.lastOffset + 1;
    at += sizeBytes;
  }
  assert(stored.length > 0, 'an append has a batch');
  return { stored, sequenced };
}

/** Lets `producers` take in a batch that is in the log; batches without idempotence and control batches change nothing. */
export function replayProducer(header: BatchHeader, producers: ProducerTable): void {
  if (isSequenced(header)) producers.replay(producerBatchOf(header));
}

function isSequenced(header: BatchHeader): boolean {
  return header.producerId >= 0 && !header.isControl;
}

function producerBatchOf(header: BatchHeader): ProducerBatch {
  return {
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    firstSequence: header.baseSequence,
    lastSequence: lastSequenceOf(header.baseSequence, header.recordCount),
    firstOffset: header.baseOffset,
    lastOffset: header.lastOffset,
    timestampMs: header.maxTimestamp,
  };
}
