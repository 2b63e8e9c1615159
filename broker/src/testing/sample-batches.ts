import { RecordBatchBuilder } from '@millrace/protocol/records';
import type { LogConfig } from '../storage/log.ts';

/** Settings under which nothing rolls, expires or syncs by itself; what the suites of storage begin with. */
export const SAMPLE_LOG_CONFIG: LogConfig = {
  segmentBytes: 1_073_741_824,
  segmentMs: Number.MAX_SAFE_INTEGER,
  indexIntervalBytes: 64,
  retentionMs: -1,
  retentionBytes: -1,
  cleanupPolicy: ['delete'],
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  messageTimestampAfterMaxMs: Number.POSITIVE_INFINITY,
  maxMessageBytes: 1_048_588,
  flushMessages: Number.POSITIVE_INFINITY,
  flushMs: Number.POSITIVE_INFINITY,
};

export interface SampleBatch {
  readonly values: readonly string[];
  /** Of the first record, ms; each next one is 1 ms later. */
  readonly timestampMs?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
}

/** A batch as a producer sends it. */
export function sampleBatch(sample: SampleBatch): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 1_048_576 });
  for (const [index, value] of sample.values.entries()) {
    builder.tryAppend({
      key: null,
      value: Buffer.from(value),
      timestamp: (sample.timestampMs ?? 1000) + index,
    });
  }
  return builder.build({
    compression: 'none',
    producerId: sample.producerId ?? -1,
    producerEpoch: sample.producerEpoch ?? -1,
    baseSequence: sample.baseSequence ?? -1,
  });
}
