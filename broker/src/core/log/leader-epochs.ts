import { assert } from '@millrace/foundation/assert';

const UNDEFINED_EPOCH = -1;

export interface LeaderEpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** The leader epochs of a log with the offset each began at, oldest first (KIP-101). Both only go up. */
export class LeaderEpochs {
  #starts: LeaderEpochStart[] = [];

  constructor(starts: readonly LeaderEpochStart[] = []) {
    for (const start of starts) this.assign(start.epoch, start.startOffset);
  }

  get starts(): readonly LeaderEpochStart[] {
    return this.#starts;
  }

  /** The newest epoch, or -1. */
  get latest(): number {
    return this.#starts.at(-1)?.epoch ?? -1;
  }

  /**
   * Says that `epoch` begins at `startOffset`. Epochs that began at or after that offset hold no record, and go.
   * @returns whether anything changed
   */
  assign(epoch: number, startOffset: number): boolean {
    assert(epoch >= 0, 'a leader epoch is not negative');
    const latest = this.#starts.at(-1);
    if (latest?.epoch === epoch) return false;
    assert(latest === undefined || latest.epoch < epoch, 'leader epochs only go up within a log');
    this.#starts = this.#starts.filter((start) => start.startOffset < startOffset);
    this.#starts.push({ epoch, startOffset });
    return true;
  }

  /** As {@link assign}, for each batch that says its own. */
  assignAll(batches: Iterable<{ readonly leaderEpoch: number; readonly baseOffset: number }>): boolean {
    let isChanged = false;
    for (const { leaderEpoch, baseOffset } of batches)
      if (leaderEpoch > this.latest) isChanged = this.assign(leaderEpoch, baseOffset) || isChanged;
    return isChanged;
  }

  /** Drops what began at or after the new end of the log. */
  truncateFromEnd(endOffset: number): boolean {
    const kept = this.#starts.filter((start) => start.startOffset < endOffset);
    const changed = kept.length !== this.#starts.length;
    this.#starts = kept;
    return changed;
  }

  /** Drops what ended before the new start of the log; the epoch that holds it begins there from now on. */
  truncateFromStart(startOffset: number): boolean {
    const first = this.#starts.findLastIndex((start) => start.startOffset <= startOffset);
    if (first < 0) return false;
    const holder = this.#starts[first];
    if (holder === undefined || (first === 0 && holder.startOffset === startOffset)) return false;
    this.#starts = [{ epoch: holder.epoch, startOffset }, ...this.#starts.slice(first + 1)];
    return true;
  }

  /** The epoch of the record at `offset`, or -1 where none is known. */
  epochOf(offset: number): number {
    return this.#starts.findLast((start) => start.startOffset <= offset)?.epoch ?? -1;
  }
}

/**
 * Where an epoch ended, and which one it really was: the newest at or before the asked one that has records. Epoch and
 * offset -1 where the log knows of none that is newer or the same (KIP-320, OffsetForLeaderEpoch).
 * @param starts oldest first
 */
export function epochEnd(
  starts: readonly LeaderEpochStart[],
  endOffset: number,
  epoch: number,
): { readonly epoch: number; readonly offset: number } {
  if (starts.at(-1)?.epoch === epoch) return { epoch, offset: endOffset };
  const next = starts.find((start) => start.epoch > epoch);
  if (epoch === UNDEFINED_EPOCH || next === undefined) return { epoch: UNDEFINED_EPOCH, offset: -1 };
  const floor = starts.findLast((start) => start.epoch <= epoch);
  return { epoch: floor?.epoch ?? epoch, offset: next.startOffset };
}

/**
 * To where a follower cuts its log back whose leader says that `diverging.epoch` ended there: below, both logs agree.
 * @param starts of the follower's log, oldest first
 */
export function truncationOffset(
  starts: readonly LeaderEpochStart[],
  endOffset: number,
  diverging: { readonly epoch: number; readonly endOffset: number },
): number {
  const own = epochEnd(starts, endOffset, diverging.epoch);
  if (own.epoch < 0) return Math.min(diverging.endOffset, endOffset);
  return own.epoch === diverging.epoch ? Math.min(own.offset, diverging.endOffset) : own.offset;
}
