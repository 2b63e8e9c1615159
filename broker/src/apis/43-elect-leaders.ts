import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  electLeaders as api,
  type ElectLeadersRequest,
  type ElectLeadersResponseInit,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

const TOP_LEVEL_ERROR_VERSION = 1;
const ELECTION_TYPES = ['preferred', 'unclean'] as const;

/**
 * ElectLeaders v0-2
 *
 * - Null asks for all partitions: those that have the wanted leader are left out of the answer then, else
 *   ELECTION_NOT_NEEDED.
 * - PREFERRED_LEADER_NOT_AVAILABLE or ELIGIBLE_LEADERS_NOT_AVAILABLE where nobody who may lead is alive.
 *
 * Versions: v1 the type of election (0 preferred, 1 unclean) and an error for the whole answer.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const electLeaders = defineApi({
  api,
  versions: [0, 2],
  access: [['ALTER', 'CLUSTER']],
  forwards: true,
  async handle(context, request): Promise<ElectLeadersResponseInit> {
    if (!context.authorize('ALTER', CLUSTER))
      return failed(request, 'CLUSTER_AUTHORIZATION_FAILED', context.version);
    const type = ELECTION_TYPES[request.electionType];
    if (type === undefined) return failed(request, 'INVALID_REQUEST', context.version);
    const topics = request.topicPartitions;
    const results = await context.services.controller.electLeaders({ type, topics });
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      replicaElectionResults: results.map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map(({ partition, error, message }) => ({
          partitionId: partition,
          errorCode: errorCode(error ?? 'NONE'),
          errorMessage: message,
        })),
      })),
    };
  },
  refuse: failed,
});

function failed(
  { topicPartitions }: ElectLeadersRequest,
  error: ErrorName,
  version: number,
): ElectLeadersResponseInit {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(version >= TOP_LEVEL_ERROR_VERSION ? error : 'NONE'),
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({
        partitionId,
        errorCode: errorCode(error),
        errorMessage: null,
      })),
    })),
  };
}
