import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  listPartitionReassignments as api,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponseInit,
} from '@millrace/protocol/messages';
import { isReassigned } from '../core/controller/reassignment.ts';
import type { MetadataImage, PartitionImage } from '../core/metadata/image.ts';
import { CLUSTER, defineApi } from './api.ts';

/**
 * ListPartitionReassignments v0
 *
 * - The partitions asked for, all of them where none are named, that are being reassigned; others are left out.
 *
 * Versions: there is one.
 *
 * Not implemented: nothing.
 */
export const listPartitionReassignments = defineApi({
  api,
  versions: [0, 0],
  access: [['DESCRIBE', 'CLUSTER']],
  forwards: true,
  handle: (context, request): ListPartitionReassignmentsResponseInit =>
    context.authorize('DESCRIBE', CLUSTER)
      ? answer('NONE', underWay(context.services.metadata.image(), request))
      : answer('CLUSTER_AUTHORIZATION_FAILED', []),
  refuse: (_request, error) => answer(error, []),
});

function underWay(
  image: MetadataImage,
  { topics: named }: ListPartitionReassignmentsRequest,
): ListPartitionReassignmentsResponseInit['topics'] {
  const asked =
    named === null
      ? [...image.topicsByName.values()].map((topic) => ({ topic, partitions: topic.partitions }))
      : named.map(({ name, partitionIndexes }) => {
          const topic = image.topicsByName.get(name);
          return { topic, partitions: partitionIndexes.map((index) => topic?.partitions[index]) };
        });
  return asked.flatMap(({ topic, partitions }) => {
    const moving = partitions.flatMap((partition) =>
      partition !== undefined && isReassigned(partition) ? [described(partition)] : [],
    );
    return topic === undefined || moving.length === 0 ? [] : [{ name: topic.name, partitions: moving }];
  });
}

function described({ partition, replicas, adding, removing }: PartitionImage) {
  return { partitionIndex: partition, replicas, addingReplicas: adding, removingReplicas: removing };
}

function answer(
  error: ErrorName,
  topics: ListPartitionReassignmentsResponseInit['topics'],
): ListPartitionReassignmentsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: null, topics };
}
