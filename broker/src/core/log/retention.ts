/** A segment as retention sees it. */
export interface SegmentFacts {
  readonly baseOffset: number;
  /** Offset after its last record. */
  readonly nextOffset: number;
  readonly sizeBytes: number;
  /** Newest record, ms; where no record has a timestamp, the time the file was changed last; -1 without records. */
  readonly maxTimestampMs: number;
  /** Of its first batch, ms; null where it is not known. */
  readonly firstTimestampMs: number | null;
}

export interface RetentionLimits {
  /** -1: for ever. */
  readonly retentionMs: number;
  /** -1: without limit. */
  readonly retentionBytes: number;
  readonly cleanupPolicy: readonly string[];
}

/**
 * The log start offset that retention asks for: whole segments go, oldest first, while they are too old, or while the
 * log without them still has `retention.bytes`; never anything at or above `highWatermark`.
 * @param segments oldest first; the last one is active
 * @param nowMs wall clock
 */
export function retainedFrom(
  segments: readonly SegmentFacts[],
  limits: RetentionLimits,
  startOffset: number,
  highWatermark: number,
  nowMs: number,
): number {
  const deletes = limits.cleanupPolicy.includes('delete');
  let excessBytes = Number.NEGATIVE_INFINITY;
  if (deletes && limits.retentionBytes >= 0) {
    excessBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0) - limits.retentionBytes;
  }
  let from = startOffset;
  for (const [index, segment] of segments.entries()) {
    // Compaction may leave nothing of a segment; the active one without records stays.
    const isActive = index === segments.length - 1;
    if ((segment.sizeBytes === 0 && isActive) || segment.nextOffset > highWatermark) break;
    const tooOld = deletes && limits.retentionMs >= 0 && nowMs - segment.maxTimestampMs > limits.retentionMs;
    const tooMuch = excessBytes >= segment.sizeBytes;
    const belowStart = segment.nextOffset <= startOffset;
    if (!tooOld && !tooMuch && !belowStart) break;
    excessBytes -= segment.sizeBytes;
    from = Math.max(from, segment.nextOffset);
  }
  return from;
}
