import { type ErrorName, errorCode } from '@millrace/protocol';
import type { FetchRequest, FetchResponseInit } from '@millrace/protocol/messages';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import { METADATA_TOPIC_ID } from '../runtime/metadata-quorum.ts';
import { CLUSTER, type RequestContext } from './api.ts';

/** Of one answer. */
const MAX_BYTES = 8 * 1024 * 1024;
const NOBODY = -1;
const NOTHING = -1;
/** Before, topics had names only, and a follower was not told where logs part. */
const TOPIC_IDS_VERSION = 13;
const ENDPOINTS_VERSION = 17;

/** Fetch of `__cluster_metadata-0`, at a listener of the controller: followers and observers of the quorum (KIP-595). */
export async function fetchMetadata(
  context: RequestContext,
  request: FetchRequest,
): Promise<FetchResponseInit> {
  const { quorum, clusterId } = context.services;
  const { version } = context;
  if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
  if (request.clusterId !== null && request.clusterId !== clusterId) return failed('INCONSISTENT_CLUSTER_ID');
  const asked = version < TOPIC_IDS_VERSION ? null : askedOf(request);
  if (asked === null) return failed('INVALID_REQUEST');
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
    highWatermark: reply.error === null ? highWatermark : NOTHING,
    lastStableOffset: NOTHING,
    logStartOffset: 0,
    currentLeader: { leaderId: reply.leaderId ?? NOBODY, leaderEpoch: reply.epoch },
    ...(position.kind === 'snapshot' && { snapshotId: position.id }),
    ...(position.kind === 'diverging' && {
      divergingEpoch: { epoch: position.epoch, endOffset: position.endOffset },
    }),
    abortedTransactions: [],
    records,
  };
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    sessionId: 0,
    responses: [{ topic: CLUSTER_METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    ...(version >= ENDPOINTS_VERSION && {
      nodeEndpoints: [...nodes].map(([nodeId, { host, port }]) => ({ nodeId, host, port })),
    }),
  };
}

/** The one partition that there is, where nothing else is asked for. */
function askedOf({ topics }: FetchRequest) {
  const [topic, ...others] = topics;
  const [asked, ...more] = topic?.partitions ?? [];
  const isOne = others.length === 0 && more.length === 0 && asked?.partition === 0;
  return isOne && topic?.topicId === METADATA_TOPIC_ID ? asked : null;
}

function failed(error: ErrorName): FetchResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId: 0, responses: [] };
}
