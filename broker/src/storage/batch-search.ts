import { forEachRecord } from '@millrace/protocol/records';
import type { TimestampedOffset } from './log.ts';

/** What one batch may unpack to while a timestamp is looked for in it; the door lets no larger one in. */
const MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024;

/** The first record of a batch at or after `timestampMs`, or null. The batch is decoded. */
export function firstAtOrAfter(batch: Buffer, timestampMs: number): TimestampedOffset | null {
  let found: { timestampMs: number; offset: number } | null = null;
  const header = forEachRecord(
    batch,
    0,
    { maxDecompressedBytes: MAX_DECOMPRESSED_BYTES, verifyCrc: false },
    (record) => {
      if (found === null && record.timestamp >= timestampMs) {
        found = { timestampMs: record.timestamp, offset: record.offset };
      }
    },
  );
  const hit = found as { timestampMs: number; offset: number } | null;
  return hit === null ? null : { ...hit, leaderEpoch: header.partitionLeaderEpoch };
}
