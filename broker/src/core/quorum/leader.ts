import { assert } from '@millrace/foundation/assert';
import { majorityOf, type Voter } from './election.ts';

/** Leads its epoch and knows how far each voter's log is on disk. */
export interface LeaderState {
  readonly kind: 'leader';
  readonly epoch: number;
  /** Where the epoch's LeaderChange record stands. */
  readonly epochStartOffset: number;
  /** End offsets (exclusive) by voter; -1 until it is heard of. */
  readonly endOffsets: ReadonlyMap<number, number>;
  /** -1 until something of this epoch is committed. */
  readonly highWatermark: number;
}

export function newLeader(epoch: number, epochStartOffset: number, voters: readonly Voter[]): LeaderState {
  const endOffsets = new Map(voters.map((voter) => [voter.id, -1]));
  return { kind: 'leader', epoch, epochStartOffset, endOffsets, highWatermark: -1 };
}

/**
 * The high watermark is what a majority has on disk, once that takes in a record of the leader's own epoch: older ones
 * could still be overwritten (Raft, 5.4.2). It never goes back.
 */
export function replicatedTo(leader: LeaderState, voter: number, endOffset: number): LeaderState {
  assert(leader.endOffsets.has(voter), 'only the voters count for the high watermark');
  const endOffsets = new Map(leader.endOffsets).set(voter, endOffset);
  const descending = [...endOffsets.values()].sort((left, right) => right - left);
  const onMajority = descending[majorityOf(endOffsets.size) - 1] ?? -1;
  const committed = onMajority > leader.epochStartOffset ? onMajority : -1;
  return { ...leader, endOffsets, highWatermark: Math.max(leader.highWatermark, committed) };
}
