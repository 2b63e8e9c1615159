import { forEachRecord } from '@millrace/protocol/records';
import type { TimestampedOffset } from './log.ts';
import { UNPACKED_BATCH_MAX_BYTES } from './unpacked-batch.ts';

/** The first record of a batch at or after `timestampMs`, from `startOffset` on, or null: a log may begin inside a batch. The batch is decoded. */
export function firstAtOrAfter(
  batch: Buffer,
  timestampMs: number,
  startOffset = 0,
): TimestampedOffset | null {
  let found: { timestampMs: number; offset: number } | null = null;
  const header = forEachRecord(
    batch,
    0,
    { maxDecompressedBytes: UNPACKED_BATCH_MAX_BYTES, verifyCrc: false },
    (record) => {
      if (found === null && record.timestamp >= timestampMs && record.offset >= startOffset) {
        found = { timestampMs: record.timestamp, offset: record.offset };
      }
    },
  );
  const hit = found as { timestampMs: number; offset: number } | null;
  return hit === null ? null : { ...hit, leaderEpoch: header.partitionLeaderEpoch };
}
