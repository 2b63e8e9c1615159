import type { Voter } from '../core/quorum/election.ts';
import type { EpochReply, FetchFrom, FetchReply, VoteReply, VoteRequest } from '../core/quorum/messages.ts';
import type { SnapshotId } from '../core/quorum/quorum-log.ts';
import type { NodeEndpoint } from './node-endpoint.ts';

/** A fetch of the metadata log. */
export interface MetadataFetch extends FetchFrom {
  readonly maxBytes: number;
  /** Up to which the reader knows of commits: news of them is worth an answer too. */
  readonly highWatermark: number;
}

/** A leader tells that its epoch has begun. */
export interface EpochBegun {
  readonly leaderId: number;
  readonly epoch: number;
  /** Where it says that it is reached. */
  readonly endpoint: NodeEndpoint | null;
  /** Whom it takes the asked node for. */
  readonly addressee: Voter | null;
}

export interface MetadataFetched {
  readonly reply: FetchReply;
  /** -1 where the leader does not know it yet. */
  readonly highWatermark: number;
  /** Whole batches. */
  readonly records: Buffer;
  /** Where the nodes are that the answer speaks of. */
  readonly nodes: ReadonlyMap<number, NodeEndpoint>;
}

export interface SnapshotFetch {
  readonly replicaId: number;
  readonly leaderEpoch: number;
  readonly id: SnapshotId;
  readonly position: number;
  readonly maxBytes: number;
}

export interface SnapshotPiece {
  /** SNAPSHOT_NOT_FOUND: another one has taken its place. */
  readonly error:
    | 'SNAPSHOT_NOT_FOUND'
    | 'NOT_LEADER_OR_FOLLOWER'
    | 'FENCED_LEADER_EPOCH'
    | 'UNKNOWN_LEADER_EPOCH'
    | 'POSITION_OUT_OF_RANGE'
    | null;
  /** Of the whole snapshot. */
  readonly sizeBytes: number;
  readonly bytes: Buffer;
}

/**
 * What a node of the quorum asks others for. A call rejects where there is no answer: PEER_GONE where nobody listens at the
 * address, which says that the process is not there.
 */
export interface QuorumPeers {
  vote(to: NodeEndpoint, voterId: number, request: VoteRequest): Promise<VoteReply>;
  beginEpoch(
    to: NodeEndpoint,
    voterId: number,
    leader: { leaderId: number; epoch: number },
  ): Promise<EpochReply>;
  endEpoch(
    to: NodeEndpoint,
    leader: { leaderId: number; epoch: number; candidates: readonly number[] },
  ): Promise<EpochReply>;
  fetch(to: NodeEndpoint, request: MetadataFetch): Promise<MetadataFetched>;
  fetchSnapshot(to: NodeEndpoint, request: SnapshotFetch): Promise<SnapshotPiece>;
}

/** The code of an error that says: nobody listens there. */
export const PEER_GONE = 'CONNECTION_REFUSED';
