import { errorCode } from '@millrace/protocol';
import {
  type AlterPartitionReassignmentsResponseInit,
  alterPartitionReassignments as api,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * AlterPartitionReassignments v0-1
 *
 * - New replicas join; when all who stay are in sync, those that leave go, their logs are deleted, and a leader epoch begins. What can
 *   be had at once is there with the answer. A second reassignment replaces the first, measured from where the partition was before.
 * - Null takes a move back; NO_REASSIGNMENT_IN_PROGRESS where there is none. INVALID_REPLICA_ASSIGNMENT for brokers that are not
 *   registered, none, or one twice, and where nobody in sync would be left.
 * - Replicas that are out of sync are slowed down as `leader.` and `follower.replication.throttled.*` say (KIP-73).
 *
 * Versions: v1 whether the number of replicas may change.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const alterPartitionReassignments = defineApi({
  api,
  versions: [0, 1],
  access: [['ALTER', 'CLUSTER']],
  forwards: true,
  async handle(context, request): Promise<AlterPartitionReassignmentsResponseInit> {
    const { allowReplicationFactorChange, topics } = request;
    if (!context.authorize('ALTER', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const results = await context.services.controller.alterPartitionReassignments({
      allowReplicationFactorChange,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => ({
          partition: partitionIndex,
          replicas,
        })),
      })),
    });
    return {
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode: errorCode('NONE'),
      errorMessage: null,
      responses: results.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partition, error, message }) => ({
          partitionIndex: partition,
          errorCode: errorCode(error ?? 'NONE'),
          errorMessage: message,
        })),
      })),
    };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: Parameters<typeof errorCode>[0]): AlterPartitionReassignmentsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: null, responses: [] };
}
