import { RecordBatchBuilder } from '@millrace/protocol/records';
import type { ProducerIdentity } from '../core/coordinator/effects.ts';

/** Key and value of a record, as bytes. */
export interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** A batch of a coordinator's records: `count` of them, from the one at `first` on. */
export interface CoordinatorBatch {
  readonly bytes: Buffer;
  readonly first: number;
  readonly count: number;
}

export interface CoordinatorBatchOptions {
  /** Whether the records must be one batch. */
  readonly isOne: boolean;
  /** Whose transaction they are part of. */
  readonly producer: ProducerIdentity | null;
  readonly timestampMs: number;
  /** Of a batch, header included. */
  readonly maxBytes: number;
}

/** The records as they are appended; null where they, or one of them, are too large for it. */
export function coordinatorBatches(
  records: readonly EncodedRecord[],
  { isOne, producer, timestampMs, maxBytes }: CoordinatorBatchOptions,
): readonly CoordinatorBatch[] | null {
  const identity = producer === null ? {} : { ...producer, isTransactional: true };
  const batches: CoordinatorBatch[] = [];
  let builder = new RecordBatchBuilder({ maxBytes });
  const finished = (end: number): CoordinatorBatch => {
    const { recordCount: count } = builder;
    return { bytes: builder.build(identity), first: end - count, count };
  };
  for (const [index, { key, value }] of records.entries()) {
    const record = { key, value, timestamp: timestampMs };
    if (!builder.tryAppend(record)) {
      if (isOne) return null;
      batches.push(finished(index));
      builder = new RecordBatchBuilder({ maxBytes });
      // The first one is taken whatever its size.
      builder.tryAppend(record);
    }
    if (builder.sizeInBytes > maxBytes) return null;
  }
  batches.push(finished(records.length));
  return batches;
}
