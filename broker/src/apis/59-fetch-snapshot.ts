import { type ErrorName, errorCode } from '@millrace/protocol';
import { fetchSnapshot as api, type FetchSnapshotResponseInit } from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import { CLUSTER, defineApi } from './api.ts';

/** Of one piece. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * FetchSnapshot v0-1
 *
 * - A piece of the snapshot of the metadata log that a fetch was sent to, from the leader.
 * - SNAPSHOT_NOT_FOUND where a newer one has taken its place, POSITION_OUT_OF_RANGE, NOT_LEADER_OR_FOLLOWER.
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
    if (topic?.name !== CLUSTER_METADATA_TOPIC || asked === undefined) return failed('INVALID_REQUEST');
    const { snapshotId, position, currentLeaderEpoch: leaderEpoch } = asked;
    const id = { endOffset: snapshotId.endOffset, epoch: snapshotId.epoch };
    const maxBytes = Math.max(1, Math.min(request.maxBytes, MAX_BYTES));
    const { replicaId } = request;
    const piece = await quorum.fetchSnapshot({ replicaId, leaderEpoch, id, position, maxBytes });
    const { leaderId, leaderEpoch: epoch } = quorum.state();
    const partition = {
      index: 0,
      errorCode: errorCode(piece.error ?? 'NONE'),
      snapshotId: id,
      currentLeader: { leaderId, leaderEpoch: epoch },
      size: piece.sizeBytes,
      position,
      unalignedRecords: piece.bytes,
    };
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      topics: [{ name: CLUSTER_METADATA_TOPIC, partitions: [partition] }],
    };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): FetchSnapshotResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), topics: [] };
}
