import type { Uuid } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import { CLUSTER_METADATA_TOPIC } from '../core/controller/topic-names.ts';
import type { Voter } from '../core/quorum/election.ts';
import type { LeaderAndEpoch } from '../core/quorum/messages.ts';
import { CLUSTER, type RequestContext } from './api.ts';

/** Of Vote, BeginQuorumEpoch and EndQuorumEpoch. */
const ENDPOINTS_VERSION = 1;

/** The quorum's APIs name topics and partitions, though there is only one. */
interface NamesPartitions<Partition> {
  readonly clusterId: string | null;
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly Partition[] }[];
}

/** The one partition that is asked for, or why it is not answered. */
export function quorumPartition<Partition extends { readonly partitionIndex: number }>(
  context: RequestContext,
  request: NamesPartitions<Partition>,
): Partition | ErrorName {
  if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return 'CLUSTER_AUTHORIZATION_FAILED';
  if (request.clusterId !== null && request.clusterId !== context.services.clusterId)
    return 'INCONSISTENT_CLUSTER_ID';
  const [topic, ...others] = request.topics;
  const [partition, ...more] = topic?.partitions ?? [];
  if (topic?.topicName !== CLUSTER_METADATA_TOPIC || others.length > 0 || more.length > 0)
    return 'INVALID_REQUEST';
  return partition === undefined || partition.partitionIndex !== 0 ? 'INVALID_REQUEST' : partition;
}

/** Whom a request takes this node for; null where it does not say. */
export function addresseeOf(id: number, directoryId: Uuid): Voter | null {
  return id < 0 ? null : { id, directoryId };
}

/** Where the leader is reached that an answer names, where that is known: told from a version of each API on (KIP-853). */
export function leaderEndpoints(context: RequestContext, leaderId: number | null, sinceVersion: number) {
  const endpoint = leaderId === null ? undefined : context.services.quorum.endpointOf(leaderId);
  if (leaderId === null || endpoint === undefined || endpoint.port === 0) return [];
  if (context.version < sinceVersion) return [];
  return [{ nodeId: leaderId, host: endpoint.host, port: endpoint.port }];
}

/** The answer's one partition: whom this node knows as leader, and what else there is to say. */
export function quorumAnswer<More extends object>(
  context: RequestContext,
  reply: LeaderAndEpoch & { readonly error: ErrorName | null },
  more: More,
) {
  const partition = {
    partitionIndex: 0,
    errorCode: errorCode(reply.error ?? 'NONE'),
    leaderId: reply.leaderId ?? -1,
    leaderEpoch: reply.epoch,
    ...more,
  };
  return {
    errorCode: errorCode('NONE'),
    topics: [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [partition] }],
    nodeEndpoints: leaderEndpoints(context, reply.leaderId, ENDPOINTS_VERSION),
  };
}

export function quorumFailure(error: ErrorName) {
  return { errorCode: errorCode(error), topics: [] };
}
