/** What decides whether the next batch still goes into the active segment. */
export interface RollQuestion {
  readonly limits: RollLimits;
  /** From 0 to 1, chosen by chance for each segment: how much of the jitter is its own. */
  readonly jitterShare: number;
  readonly activeSizeBytes: number;
  /** The larger one of its two indexes. */
  readonly activeIndexBytes: number;
  readonly activeBaseOffset: number;
  /** Milliseconds of the active segment's first batch; null while it is empty. */
  readonly firstTimestampMs: number | null;
  readonly batchSizeBytes: number;
  readonly batchMaxTimestampMs: number;
  readonly batchLastOffset: number;
}

/** The topic configs that segments go by. */
export interface RollLimits {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly cleanupPolicy: readonly string[];
  /** A compacted topic's segments end by then too: the active one is not compacted (KIP-354). */
  readonly maxCompactionLagMs: number;
}

/** Room for one more entry in either index. */
const INDEX_ENTRY_MAX_BYTES = 12;
/** Offsets and positions inside a segment are int32 in its indexes. */
const MAX_RELATIVE = 0x7fffffff;

/**
 * Whether a new segment has to begin before the batch: the active one or its indexes are full, it is too old by
 * the records' own time (segment.ms), or its indexes could not hold the offset. An empty segment never rolls.
 */
export function mustRoll(question: RollQuestion): boolean {
  if (question.activeSizeBytes === 0) return false;
  const { limits } = question;
  const limit = Math.min(limits.segmentBytes, MAX_RELATIVE);
  if (question.activeSizeBytes + question.batchSizeBytes > limit) return true;
  if (question.batchLastOffset - question.activeBaseOffset > MAX_RELATIVE) return true;
  if (question.activeIndexBytes + INDEX_ENTRY_MAX_BYTES > limits.segmentIndexBytes) return true;
  const first = question.firstTimestampMs;
  return first !== null && first >= 0 && question.batchMaxTimestampMs - first > ageLimitMs(question);
}

function ageLimitMs({ limits, jitterShare }: RollQuestion): number {
  const { segmentMs, segmentJitterMs, maxCompactionLagMs, cleanupPolicy } = limits;
  const limitMs = cleanupPolicy.includes('compact') ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
  return limitMs - Math.floor(jitterShare * Math.min(segmentJitterMs, segmentMs));
}
