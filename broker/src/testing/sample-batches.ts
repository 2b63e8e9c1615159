import { type CompressionType, RecordBatchBuilder } from '@millrace/protocol/records';
import type { LogConfig } from '../storage/log.ts';
import { UNLIMITED_LOG_CONFIG } from '../storage/unlimited-log-config.ts';

/** Settings under which nothing rolls, expires or syncs by itself; what the suites of storage begin with. */
export const SAMPLE_LOG_CONFIG: LogConfig = {
  ...UNLIMITED_LOG_CONFIG,
  indexIntervalBytes: 64,
  cleanupPolicy: ['delete'],
  maxMessageBytes: 1_048_588,
};

export interface SampleBatch {
  /** Null for a tombstone. */
  readonly values: readonly (string | null)[];
  /** Of the records, one each; without them records have no key. */
  readonly keys?: readonly string[];
  /** Of the first record, ms; each next one is 1 ms later. */
  readonly timestampMs?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly compression?: CompressionType;
}

/** A batch as a producer sends it. */
export function sampleBatch(sample: SampleBatch): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 1_048_576 });
  for (const [index, value] of sample.values.entries()) {
    const key = sample.keys?.[index];
    builder.tryAppend({
      key: key === undefined ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      timestamp: (sample.timestampMs ?? 1000) + index,
    });
  }
  return builder.build({
    compression: sample.compression ?? 'none',
    producerId: sample.producerId ?? -1,
    producerEpoch: sample.producerEpoch ?? -1,
    baseSequence: sample.baseSequence ?? -1,
    isTransactional: sample.isTransactional ?? false,
  });
}
