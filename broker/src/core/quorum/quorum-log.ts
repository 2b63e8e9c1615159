/** A snapshot by what it holds: everything below the offset, of which the last record is of that epoch. */
export interface SnapshotId {
  readonly endOffset: number;
  readonly epoch: number;
}

/** What the quorum's core must know of this node's log; it only looks. */
export interface QuorumLog {
  readonly startOffset: number;
  readonly endOffset: number;
  /** Epoch of the last record, of the snapshot where the log behind it is empty, or -1. */
  readonly lastEpoch: number;
  /** The newest one on disk. */
  readonly snapshot: SnapshotId | null;
  /** As `epochEnd` of the log core, the snapshot's epoch included. */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly offset: number };
}

/** Whether a log that ends there has all that one of ours that ends at `log.endOffset` can have committed (Raft, 5.4.1). */
export function isUpToDate(
  offered: { readonly lastEpoch: number; readonly endOffset: number },
  log: QuorumLog,
): boolean {
  if (offered.lastEpoch !== log.lastEpoch) return offered.lastEpoch > log.lastEpoch;
  return offered.endOffset >= log.endOffset;
}

/** Where a log ends, as others are told: an empty one in epoch 0, in which nobody leads. */
export function placeOf(log: QuorumLog): { readonly lastEpoch: number; readonly endOffset: number } {
  return { lastEpoch: Math.max(log.lastEpoch, 0), endOffset: log.endOffset };
}

/** What a fetch from that position comes to: records, or that the reader's log is another than ours. */
export type FetchPosition =
  | { readonly kind: 'records' }
  /** The reader cuts its log back to where this epoch ended here. */
  | { readonly kind: 'diverging'; readonly epoch: number; readonly endOffset: number }
  /** What it asks for is only in the snapshot. */
  | { readonly kind: 'snapshot'; readonly id: SnapshotId };

/** KIP-595 and KIP-630: whether a log that ends at `offset` in `lastEpoch` is a prefix of ours. */
export function positionOf(log: QuorumLog, offset: number, lastEpoch: number): FetchPosition {
  const { snapshot, startOffset } = log;
  if (offset === 0 && startOffset === 0) return { kind: 'records' };
  if (snapshot !== null) {
    const isBelow = offset < startOffset || lastEpoch < snapshot.epoch;
    const isOther = offset === startOffset && lastEpoch !== snapshot.epoch;
    if (isBelow || isOther) return { kind: 'snapshot', id: snapshot };
  }
  const end = log.endOfEpoch(lastEpoch);
  if (end.epoch === lastEpoch && offset <= end.offset) return { kind: 'records' };
  return { kind: 'diverging', epoch: Math.max(end.epoch, 0), endOffset: Math.max(end.offset, 0) };
}
