import type { SegmentFacts } from './retention.ts';

/** The topic configs that compaction goes by. Milliseconds; Infinity where there is no limit. */
export interface CleaningLimits {
  readonly cleanupPolicy: readonly string[];
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
}

/** What is known of a log when its compaction is thought about. */
export interface CleaningQuestion {
  /** Oldest first; the last one is active. */
  readonly segments: readonly SegmentFacts[];
  readonly startOffset: number;
  readonly endOffset: number;
  readonly lastStableOffset: number;
  /** How far compaction came the last time; null where it never began. */
  readonly cleanedOffset: number | null;
  readonly limits: CleaningLimits;
  /** Wall clock. */
  readonly nowMs: number;
}

export interface CleaningPlan {
  /** From here on, compaction has not seen the records. */
  readonly firstDirtyOffset: number;
  /** Nothing from here on is touched: the active segment, one that is not all stable, one that is too young. */
  readonly endBefore: number;
  readonly cleanableBytes: number;
  /** Of the bytes that could be compacted, the share that never was: 0 to 1. */
  readonly dirtyRatio: number;
  /** How much longer than `max.compaction.lag.ms` a record has waited, ms; 0 where none has. */
  readonly overdueMs: number;
  /** Whether the log should be compacted now. */
  readonly isDue: boolean;
}

/** What there is to compact in a log, as Kafka's cleaner judges it (KIP-58, KIP-354); null where nothing may be. */
export function planCleaning(question: CleaningQuestion): CleaningPlan | null {
  const { segments, startOffset, endOffset, limits, nowMs } = question;
  if (!limits.cleanupPolicy.includes('compact')) return null;
  const known = question.cleanedOffset ?? startOffset;
  // A checkpoint beyond the end was noted of what is lost: all is looked at again.
  const firstDirtyOffset = known < startOffset || known > endOffset ? startOffset : known;
  const bound = firstUncleanable(question, firstDirtyOffset);
  const inactive = segments.slice(0, -1);
  const whole = inactive.filter((segment) => segment.nextOffset <= bound);
  const endBefore = whole.at(-1)?.nextOffset ?? startOffset;
  if (endBefore <= firstDirtyOffset) return null;
  const cleanBytes = bytesOf(whole.filter((segment) => segment.nextOffset <= firstDirtyOffset));
  const cleanableBytes = bytesOf(whole.filter((segment) => segment.nextOffset > firstDirtyOffset));
  const totalBytes = cleanBytes + cleanableBytes;
  if (cleanableBytes === 0) return null;
  const dirtyRatio = cleanableBytes / totalBytes;
  const overdueMs = Math.max(0, longestWaitMs(whole, firstDirtyOffset, nowMs) - limits.maxCompactionLagMs);
  const isDue = overdueMs > 0 || dirtyRatio > limits.minCleanableDirtyRatio;
  return { firstDirtyOffset, endBefore, cleanableBytes, dirtyRatio, overdueMs, isDue };
}

/** Neither the active segment nor what is not stable nor, from the first segment with a record that is too young, the rest. */
function firstUncleanable(question: CleaningQuestion, firstDirtyOffset: number): number {
  const { segments, limits, nowMs, lastStableOffset, endOffset } = question;
  const active = segments.at(-1)?.baseOffset ?? endOffset;
  const tooYoung =
    limits.minCompactionLagMs > 0
      ? segments
          .slice(0, -1)
          .find(
            (segment) =>
              segment.nextOffset > firstDirtyOffset &&
              segment.maxTimestampMs > nowMs - limits.minCompactionLagMs,
          )
      : undefined;
  return Math.min(lastStableOffset, active, tooYoung?.baseOffset ?? Number.POSITIVE_INFINITY);
}

/** How long the oldest record that was never compacted has waited. Where a segment's first time is not known, the newest before it stands in. */
function longestWaitMs(segments: readonly SegmentFacts[], firstDirtyOffset: number, nowMs: number): number {
  let longestMs = 0;
  for (const [index, segment] of segments.entries()) {
    if (segment.nextOffset <= firstDirtyOffset) continue;
    const firstMs = segment.firstTimestampMs ?? segments[index - 1]?.maxTimestampMs ?? segment.maxTimestampMs;
    if (firstMs > 0) longestMs = Math.max(longestMs, nowMs - firstMs);
  }
  return longestMs;
}

function bytesOf(segments: readonly SegmentFacts[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}

/** A segment as it is put together with its neighbours. */
export interface GroupedSegment {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly sizeBytes: number;
  /** The larger one of its two indexes. */
  readonly indexBytes: number;
}

/** Offsets inside a segment are int32 in its indexes. */
const MAX_RELATIVE = 0x7fffffff;

/** Neighbours that become one segment: as many as fit by their sizes now, so that segments do not shrink for ever. */
export function groupSegments<S extends GroupedSegment>(
  segments: readonly S[],
  limits: { readonly segmentBytes: number; readonly segmentIndexBytes: number },
): readonly (readonly S[])[] {
  const groups: S[][] = [];
  let sizeBytes = 0;
  let indexBytes = 0;
  for (const segment of segments) {
    const group = groups.at(-1);
    const first = group?.[0];
    const fits =
      first !== undefined &&
      sizeBytes + segment.sizeBytes <= limits.segmentBytes &&
      indexBytes + segment.indexBytes <= limits.segmentIndexBytes &&
      segment.nextOffset - 1 - first.baseOffset <= MAX_RELATIVE;
    if (!fits || group === undefined) {
      groups.push([segment]);
      sizeBytes = 0;
      indexBytes = 0;
    } else group.push(segment);
    sizeBytes += segment.sizeBytes;
    indexBytes += segment.indexBytes;
  }
  return groups;
}
