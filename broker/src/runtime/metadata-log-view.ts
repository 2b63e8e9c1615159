import { epochEnd } from '../core/log/leader-epochs.ts';
import type { QuorumLog, SnapshotId } from '../core/quorum/quorum-log.ts';
import type { Log } from '../storage/log.ts';

/** The metadata log as the quorum's core sees it: what a snapshot has taken the place of still counts. */
export class MetadataLogView implements QuorumLog {
  readonly #log: Log;
  snapshot: SnapshotId | null;

  constructor(log: Log, snapshot: SnapshotId | null) {
    this.#log = log;
    this.snapshot = snapshot;
  }

  get startOffset(): number {
    return this.#log.startOffset;
  }

  get endOffset(): number {
    return this.#log.endOffset;
  }

  get lastEpoch(): number {
    return this.#log.leaderEpochs.at(-1)?.epoch ?? this.snapshot?.epoch ?? -1;
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly offset: number } {
    const { leaderEpochs, endOffset } = this.#log;
    const { snapshot } = this;
    const before = leaderEpochs[0]?.epoch ?? Number.POSITIVE_INFINITY;
    const own =
      snapshot === null || snapshot.epoch >= before ? leaderEpochs : withSnapshot(snapshot, leaderEpochs);
    return epochEnd(own, endOffset, epoch);
  }
}

function withSnapshot(snapshot: SnapshotId, starts: Log['leaderEpochs']): Log['leaderEpochs'] {
  return [{ epoch: snapshot.epoch, startOffset: snapshot.endOffset }, ...starts];
}
