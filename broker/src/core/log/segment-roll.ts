/** What decides whether the next batch still goes into the active segment. */
export interface RollQuestion {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly activeSizeBytes: number;
  readonly activeBaseOffset: number;
  /** Milliseconds of the active segment's first batch; null while it is empty. */
  readonly firstTimestampMs: number | null;
  readonly batchSizeBytes: number;
  readonly batchMaxTimestampMs: number;
  readonly batchLastOffset: number;
}

/** Offsets and positions inside a segment are int32 in its indexes. */
const MAX_RELATIVE = 0x7fffffff;

/**
 * Whether a new segment has to begin before the batch: the active one is full, too old by the records' own time
 * (segment.ms), or its indexes could not hold the offset. An empty segment never rolls.
 */
export function mustRoll(question: RollQuestion): boolean {
  if (question.activeSizeBytes === 0) return false;
  const limit = Math.min(question.segmentBytes, MAX_RELATIVE);
  if (question.activeSizeBytes + question.batchSizeBytes > limit) return true;
  if (question.batchLastOffset - question.activeBaseOffset > MAX_RELATIVE) return true;
  const first = question.firstTimestampMs;
  return first !== null && first >= 0 && question.batchMaxTimestampMs - first > question.segmentMs;
}
