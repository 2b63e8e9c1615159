import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  fetchSnapshot as api,
  type FetchSnapshotResponseInit,
  type FetchSnapshotResponsePartitionInit,
} from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { leaderEndpoints } from './quorum-wire.ts';

/** Of one piece. */
const MAX_BYTES = 16 * 1024 * 1024;
const ENDPOINTS_VERSION = 1;
const NO_SNAPSHOT = { endOffset: 0, epoch: 0 };

/**
 * FetchSnapshot v0-1
 *
 * - A piece of the snapshot of the metadata log that a fetch was sent to, from the leader.
 * - SNAPSHOT_NOT_FOUND where a newer one has taken its place, POSITION_OUT_OF_RANGE, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
 *   NOT_LEADER_OR_FOLLOWER; UNKNOWN_TOPIC_OR_PARTITION for any but `__cluster_metadata-0`. No piece is read further than it is asked for.
 *
 * Versions: v1 directory ids.
 *
 * Not implemented: nothing.
 */
export const fetchSnapshot = defineApi({
  api,
  versions: [0, 1],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<FetchSnapshotResponseInit> {
    const { quorum, clusterId } = context.services;
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if (request.clusterId !== null && request.clusterId !== clusterId)
      return failed('INCONSISTENT_CLUSTER_ID');
    const [topic] = request.topics;
    const [asked] = topic?.partitions ?? [];
    if (topic === undefined || asked === undefined) return failed('INVALID_REQUEST');
    if (topic.name !== CLUSTER_METADATA_TOPIC || asked.partition !== 0)
      return unknown(context, topic.name, asked.partition);
    const { snapshotId, position, currentLeaderEpoch: leaderEpoch } = asked;
    const id = { endOffset: snapshotId.endOffset, epoch: snapshotId.epoch };
    const maxBytes = Math.max(1, Math.min(request.maxBytes, MAX_BYTES));
    const { replicaId } = request;
    const piece = await quorum.fetchSnapshot({ replicaId, leaderEpoch, id, position, maxBytes });
    const { leaderId, leaderEpoch: epoch } = quorum.state();
    const isThere = piece.error === null;
    return answer(context, topic.name, {
      index: 0,
      errorCode: errorCode(piece.error ?? 'NONE'),
      snapshotId: isThere ? id : NO_SNAPSHOT,
      currentLeader: { leaderId, leaderEpoch: epoch },
      size: piece.sizeBytes,
      position: isThere ? position : 0,
      unalignedRecords: piece.bytes,
    });
  },
  refuse: (_request, error) => failed(error),
});

function unknown(context: RequestContext, name: string, index: number): FetchSnapshotResponseInit {
  return answer(context, name, {
    index,
    errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
    snapshotId: NO_SNAPSHOT,
    size: 0,
    position: 0,
    unalignedRecords: Buffer.alloc(0),
  });
}

function answer(
  context: RequestContext,
  name: string,
  partition: FetchSnapshotResponsePartitionInit,
): FetchSnapshotResponseInit {
  const { leaderId } = context.services.quorum.state();
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    topics: [{ name, partitions: [partition] }],
    nodeEndpoints: leaderEndpoints(context, leaderId, ENDPOINTS_VERSION),
  };
}

function failed(error: ErrorName): FetchSnapshotResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), topics: [] };
}
