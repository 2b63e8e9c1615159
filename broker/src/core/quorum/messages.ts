import type { Voter } from './election.ts';
import type { FetchPosition } from './quorum-log.ts';

export interface VoteRequest {
  readonly candidate: Voter;
  readonly epoch: number;
  readonly lastEpoch: number;
  readonly endOffset: number;
  readonly isPreVote: boolean;
}

/** Whether such a candidate can be: it has nothing of the epoch yet that it stands for; before it stands, it may (KIP-996). */
export function isCandidacy({ epoch, lastEpoch, endOffset, isPreVote }: VoteRequest): boolean {
  return endOffset >= 0 && lastEpoch >= 0 && (isPreVote ? lastEpoch <= epoch : lastEpoch < epoch);
}

/** Whom the asked node knows as leader, and in which epoch: every answer of the quorum says it. */
export interface LeaderAndEpoch {
  readonly leaderId: number | null;
  readonly epoch: number;
}

export type QuorumError =
  | 'FENCED_LEADER_EPOCH'
  | 'UNKNOWN_LEADER_EPOCH'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'INCONSISTENT_VOTER_SET'
  | 'INVALID_VOTER_KEY'
  | 'INVALID_REQUEST';

export interface VoteReply extends LeaderAndEpoch {
  readonly error: QuorumError | null;
  readonly isGranted: boolean;
}

export interface EpochReply extends LeaderAndEpoch {
  readonly error: QuorumError | null;
}

export interface FetchFrom {
  readonly replicaId: number;
  /** What the reader takes for the leader's epoch. */
  readonly leaderEpoch: number;
  /** Its log is on its disk up to here. */
  readonly endOffset: number;
  readonly lastEpoch: number;
  /** For news, where it has everything. */
  readonly maxWaitMs: number;
}

export interface FetchReply extends LeaderAndEpoch {
  readonly error: QuorumError | null;
  readonly position: FetchPosition;
}
