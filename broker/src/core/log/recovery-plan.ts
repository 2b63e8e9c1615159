/** What a log's folder holds when it is opened. */
export interface FolderFacts {
  /** By base offset, ascending. */
  readonly segments: readonly SegmentFiles[];
  /** Offsets of producer snapshots, ascending. */
  readonly snapshotOffsets: readonly number[];
  /** Whether the broker wrote its clean-shutdown marker. */
  readonly cleanShutdown: boolean;
  /** Everything below was on disk at the last checkpoint. */
  readonly recoveryPoint: number;
}

export interface SegmentFiles {
  readonly baseOffset: number;
  readonly sizeBytes: number;
  /** Sizes of the index files; null where the file is missing. */
  readonly offsetIndexBytes: number | null;
  readonly timeIndexBytes: number | null;
}

export interface RecoveryPlan {
  readonly segments: readonly {
    readonly baseOffset: number;
    /**
     * `trust`: opened as it is. `reindex`: its bytes are synced, but an index is missing or of an impossible size.
     * `scan`: every batch is checked; the first bad one ends the log there, and later segments go.
     */
    readonly action: 'trust' | 'reindex' | 'scan';
  }[];
  /** The producer snapshots to try, newest first; batches after the one that loads are replayed. */
  readonly snapshotOffsets: readonly number[];
}

export const OFFSET_INDEX_ENTRY_BYTES = 8;
export const TIME_INDEX_ENTRY_BYTES = 12;

/**
 * What has to be done to a log's files before they can be believed. After a crash only those segments are read that may
 * hold anything past the recovery point; the last one always, because its indexes are written when it is rolled.
 */
export function planRecovery(facts: FolderFacts): RecoveryPlan {
  const last = facts.segments.at(-1);
  const segments = facts.segments.map((segment, index) => {
    const nextBase = facts.segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY;
    const mayBeTorn = !facts.cleanShutdown && (segment === last || nextBase > facts.recoveryPoint);
    const action: 'trust' | 'reindex' | 'scan' = mayBeTorn
      ? 'scan'
      : hasPlausibleIndexes(segment)
        ? 'trust'
        : 'reindex';
    return { baseOffset: segment.baseOffset, action };
  });
  return { segments, snapshotOffsets: facts.snapshotOffsets.toReversed() };
}

/** A segment of few bytes has no index entries; its index files may be missing. */
function hasPlausibleIndexes(segment: SegmentFiles): boolean {
  if (segment.sizeBytes === 0) return true;
  const { offsetIndexBytes, timeIndexBytes } = segment;
  if (offsetIndexBytes === null || timeIndexBytes === null) return false;
  return offsetIndexBytes % OFFSET_INDEX_ENTRY_BYTES === 0 && timeIndexBytes % TIME_INDEX_ENTRY_BYTES === 0;
}
