import { type ErrorName, errorCode } from '@millrace/protocol';
import type { FetchRequest, FetchResponseInit } from '@millrace/protocol/messages';
import { METADATA_TOPIC_ID } from '../runtime/metadata-quorum.ts';
import { CLUSTER, type RequestContext } from './api.ts';

/** Of one answer. */
const MAX_BYTES = 8 * 1024 * 1024;
const NOBODY = -1;

/** Fetch of `__cluster_metadata-0`, at a listener of the controller: followers and observers of the quorum (KIP-595). */
export async function fetchMetadata(
  context: RequestContext,
  request: FetchRequest,
): Promise<FetchResponseInit> {
  const { quorum, clusterId } = context.services;
  if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
  if (request.clusterId !== null && request.clusterId !== clusterId) return failed('INCONSISTENT_CLUSTER_ID');
  const [topic] = request.topics;
  const [asked] = topic?.partitions ?? [];
  if (topic?.topicId !== METADATA_TOPIC_ID || asked === undefined) return failed('INVALID_REQUEST');
  const { replicaState, replicaId } = request;
  const { reply, highWatermark, records, nodes } = await quorum.fetch(
    {
      replicaId: replicaState.replicaId >= 0 ? replicaState.replicaId : replicaId,
      leaderEpoch: asked.currentLeaderEpoch,
      endOffset: asked.fetchOffset,
      lastEpoch: asked.lastFetchedEpoch,
      maxWaitMs: request.maxWaitMs,
      maxBytes: Math.min(request.maxBytes, asked.partitionMaxBytes, MAX_BYTES),
      highWatermark: asked.highWatermark,
    },
    context.signal,
  );
  const { position } = reply;
  const partition = {
    partitionIndex: 0,
    errorCode: errorCode(reply.error ?? 'NONE'),
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset: 0,
    currentLeader: { leaderId: reply.leaderId ?? NOBODY, leaderEpoch: reply.epoch },
    ...(position.kind === 'snapshot' && { snapshotId: position.id }),
    ...(position.kind === 'diverging' && {
      divergingEpoch: { epoch: position.epoch, endOffset: position.endOffset },
    }),
    abortedTransactions: null,
    records,
  };
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    sessionId: 0,
    responses: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    nodeEndpoints: [...nodes].map(([nodeId, { host, port }]) => ({ nodeId, host, port })),
  };
}

function failed(error: ErrorName): FetchResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId: 0, responses: [] };
}
