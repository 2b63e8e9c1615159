import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorByCode } from '@millrace/protocol';
import { beginQuorumEpoch, endQuorumEpoch, fetch, fetchSnapshot, vote } from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import type { EpochReply, QuorumError, VoteReply, VoteRequest } from '../core/quorum/messages.ts';
import type { FetchPosition } from '../core/quorum/quorum-log.ts';
import { METADATA_TOPIC_ID } from '../runtime/metadata-quorum.ts';
import type { NodeEndpoint } from '../runtime/node-endpoint.ts';
import type {
  MetadataFetch,
  MetadataFetched,
  QuorumPeers,
  SnapshotFetch,
  SnapshotPiece,
} from '../runtime/quorum-peers.ts';
import type { PeerPool } from './peer-pool.ts';
import { peerRefused } from './peer-refused.ts';

const TIMEOUT_MS = 1_000;
/** Beyond what the asked node may wait. */
const FETCH_GRACE_MS = 1_500;
const SNAPSHOT_TIMEOUT_MS = 10_000;

const QUORUM_ERRORS: ReadonlySet<string> = new Set<QuorumError>([
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'NOT_LEADER_OR_FOLLOWER',
  'INCONSISTENT_VOTER_SET',
  'INVALID_VOTER_KEY',
]);

export interface QuorumPeersOptions {
  readonly pool: PeerPool;
  readonly clusterId: string;
  readonly directoryId: string;
  /** Where this node's own controller is reached, by the name of its listener. */
  readonly own: () => { readonly name: string; readonly host: string; readonly port: number } | null;
}

/** The quorum's questions, over the wire. */
export class WireQuorumPeers implements QuorumPeers {
  readonly #options: QuorumPeersOptions;

  constructor(options: QuorumPeersOptions) {
    this.#options = options;
  }

  async vote(to: NodeEndpoint, voterId: number, request: VoteRequest): Promise<VoteReply> {
    const { pool, clusterId } = this.#options;
    const { candidate, epoch, lastEpoch, endOffset, isPreVote } = request;
    const partition = {
      partitionIndex: 0,
      replicaEpoch: epoch,
      replicaId: candidate.id,
      replicaDirectoryId: candidate.directoryId,
      voterDirectoryId: ZERO_UUID,
      lastOffsetEpoch: lastEpoch,
      lastOffset: endOffset,
      preVote: isPreVote,
    };
    const body = {
      clusterId,
      voterId,
      topics: [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [partition] }],
    };
    const answer = await pool.request(to, 'quorum', { api: vote, body, timeoutMs: TIMEOUT_MS });
    const told = partitionOf(answer);
    return { ...leaderOf(told), error: quorumError(told.errorCode), isGranted: told.voteGranted };
  }

  async beginEpoch(
    to: NodeEndpoint,
    voterId: number,
    { leaderId, epoch }: { leaderId: number; epoch: number },
  ): Promise<EpochReply> {
    const { pool, clusterId } = this.#options;
    const partition = { partitionIndex: 0, voterDirectoryId: ZERO_UUID, leaderId, leaderEpoch: epoch };
    const topics = [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [partition] }];
    const body = { clusterId, voterId, topics, leaderEndpoints: this.#leaderEndpoints() };
    const answer = await pool.request(to, 'quorum', { api: beginQuorumEpoch, body, timeoutMs: TIMEOUT_MS });
    const told = partitionOf(answer);
    return { ...leaderOf(told), error: quorumError(told.errorCode) };
  }

  async endEpoch(
    to: NodeEndpoint,
    { leaderId, epoch, candidates }: { leaderId: number; epoch: number; candidates: readonly number[] },
  ): Promise<EpochReply> {
    const { pool, clusterId } = this.#options;
    const preferredCandidates = candidates.map((id) => ({
      candidateId: id,
      candidateDirectoryId: ZERO_UUID,
    }));
    const partition = { partitionIndex: 0, leaderId, leaderEpoch: epoch, preferredCandidates };
    const topics = [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [partition] }];
    const body = { clusterId, topics, leaderEndpoints: this.#leaderEndpoints() };
    const answer = await pool.request(to, 'quorum', { api: endQuorumEpoch, body, timeoutMs: TIMEOUT_MS });
    const told = partitionOf(answer);
    return { ...leaderOf(told), error: quorumError(told.errorCode) };
  }

  async fetch(to: NodeEndpoint, request: MetadataFetch): Promise<MetadataFetched> {
    const { pool, clusterId, directoryId } = this.#options;
    const partition = {
      partition: 0,
      currentLeaderEpoch: request.leaderEpoch,
      fetchOffset: request.endOffset,
      lastFetchedEpoch: request.lastEpoch,
      partitionMaxBytes: request.maxBytes,
      replicaDirectoryId: directoryId,
      highWatermark: Math.max(request.highWatermark, 0),
    };
    const body = {
      clusterId,
      replicaState: { replicaId: request.replicaId, replicaEpoch: -1 },
      maxWaitMs: request.maxWaitMs,
      minBytes: 1,
      maxBytes: request.maxBytes,
      topics: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
      forgottenTopicsData: [],
    };
    const timeoutMs = request.maxWaitMs + FETCH_GRACE_MS;
    const answer = await pool.request(to, 'metadata', { api: fetch, body, timeoutMs });
    const told = answer.responses[0]?.partitions[0];
    if (told === undefined) throw peerRefused(fetch.name, nameOf(answer.errorCode));
    return {
      reply: {
        ...leaderOf(told.currentLeader),
        error: quorumError(told.errorCode),
        position: positionOf(told),
      },
      highWatermark: told.highWatermark,
      records: told.records ?? Buffer.alloc(0),
      nodes: new Map(answer.nodeEndpoints.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
    };
  }

  async fetchSnapshot(to: NodeEndpoint, request: SnapshotFetch): Promise<SnapshotPiece> {
    const { pool, clusterId } = this.#options;
    const { replicaId, leaderEpoch, id, position, maxBytes } = request;
    const partition = { partition: 0, currentLeaderEpoch: leaderEpoch, snapshotId: id, position };
    const topics = [{ name: CLUSTER_METADATA_TOPIC, partitions: [partition] }];
    const body = { clusterId, replicaId, maxBytes, topics };
    const answer = await pool.request(to, 'metadata', {
      api: fetchSnapshot,
      body,
      timeoutMs: SNAPSHOT_TIMEOUT_MS,
    });
    const told = partitionOf(answer);
    return {
      error: told.errorCode === 0 ? null : snapshotError(told.errorCode),
      sizeBytes: told.size,
      bytes: told.unalignedRecords,
    };
  }

  #leaderEndpoints() {
    const endpoint = this.#options.own();
    return endpoint === null ? [] : [endpoint];
  }
}

function snapshotError(code: number): NonNullable<SnapshotPiece['error']> {
  const name = nameOf(code);
  switch (name) {
    case 'SNAPSHOT_NOT_FOUND':
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'FENCED_LEADER_EPOCH':
    case 'UNKNOWN_LEADER_EPOCH':
    case 'POSITION_OUT_OF_RANGE':
      return name;
    default:
      throw peerRefused(fetchSnapshot.name, name);
  }
}

interface PositionTold {
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number };
  readonly snapshotId: { readonly endOffset: number; readonly epoch: number };
}

function positionOf({ divergingEpoch, snapshotId }: PositionTold): FetchPosition {
  if (snapshotId.endOffset >= 0) {
    const { endOffset, epoch } = snapshotId;
    return { kind: 'snapshot', id: { endOffset, epoch } };
  }
  if (divergingEpoch.endOffset < 0) return { kind: 'records' };
  return { kind: 'diverging', epoch: divergingEpoch.epoch, endOffset: divergingEpoch.endOffset };
}

/** The one partition of an answer of the quorum's APIs. */
function partitionOf<Partition>(answer: {
  readonly errorCode: number;
  readonly topics: readonly { readonly partitions: readonly Partition[] }[];
}): Partition {
  const told = answer.topics[0]?.partitions[0];
  if (answer.errorCode !== 0 || told === undefined) throw peerRefused('the quorum', nameOf(answer.errorCode));
  return told;
}

function leaderOf(told: { readonly leaderId: number; readonly leaderEpoch: number }) {
  return { leaderId: told.leaderId < 0 ? null : told.leaderId, epoch: told.leaderEpoch };
}

function quorumError(code: number): QuorumError | null {
  if (code === 0) return null;
  const name = nameOf(code);
  if (QUORUM_ERRORS.has(name)) return name as QuorumError;
  throw peerRefused('the quorum', name);
}

function nameOf(code: number): ErrorName {
  return errorByCode(code).name;
}
