import { errorCode } from '@millrace/protocol';
import {
  type AlterPartitionReassignmentsResponseInit,
  alterPartitionReassignments as api,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * AlterPartitionReassignments v0-1
 *
 * - On one node every partition is where it can be: asking for that is taken and changes nothing.
 * - INVALID_REPLICA_ASSIGNMENT for brokers that are not registered, none, or one twice; NO_REASSIGNMENT_IN_PROGRESS for
 *   null, which would take a move back.
 *
 * Versions: v1 whether the number of replicas may change.
 *
 * Not implemented: moves, for which there is no second broker.
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
