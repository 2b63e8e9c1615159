import { errorCode } from '@millrace/protocol';
import {
  listPartitionReassignments as api,
  type ListPartitionReassignmentsResponseInit,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * ListPartitionReassignments v0
 *
 * - Nothing is ever under way on one node, whatever is asked for.
 *
 * Versions: there is one.
 *
 * Not implemented: moves, for which there is no second broker.
 */
export const listPartitionReassignments = defineApi({
  api,
  versions: [0, 0],
  access: [['DESCRIBE', 'CLUSTER']],
  forwards: true,
  handle: (context): ListPartitionReassignmentsResponseInit =>
    answer(context.authorize('DESCRIBE', CLUSTER) ? 'NONE' : 'CLUSTER_AUTHORIZATION_FAILED'),
  refuse: (_request, error) => answer(error),
});

function answer(error: Parameters<typeof errorCode>[0]): ListPartitionReassignmentsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: null, topics: [] };
}
