import { type ErrorName, errorCode } from '@millrace/protocol';
import type { SharePartitionKey } from '../core/share/share-state-record.ts';
import { CLUSTER, type RequestContext } from './api.ts';

interface ShareStateRequest<P extends { readonly partition: number }> {
  readonly groupId: string;
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly P[] }[];
}

/** What every answer of the share coordinator says of a partition. */
export interface ShareStateError {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * Answers a request to the share coordinator partition by partition. All of them are for the cluster's brokers alone: with
 * CLUSTER_AUTHORIZATION_FAILED in each partition for anybody else. As in Kafka, nothing is said where no group is named, nor of
 * topics of which no partition is.
 */
export async function eachSharePartition<P extends { readonly partition: number }, R>(
  context: RequestContext,
  request: ShareStateRequest<P>,
  answer: (key: SharePartitionKey, asked: P) => Promise<R>,
) {
  if (!context.authorize('CLUSTER_ACTION', CLUSTER))
    return noSharePartition(request, 'CLUSTER_AUTHORIZATION_FAILED');
  if (request.groupId === '') return { results: [] };
  const topics = request.topics.filter(({ partitions }) => partitions.length > 0);
  const results = topics.map(async ({ topicId, partitions }) => ({
    topicId,
    partitions: await Promise.all(
      partitions.map((asked) =>
        answer({ group: request.groupId, topicId, partition: asked.partition }, asked),
      ),
    ),
  }));
  return { results: await Promise.all(results) };
}

/** The same error for each partition. */
export function noSharePartition(
  { topics }: ShareStateRequest<{ readonly partition: number }>,
  error: ErrorName,
) {
  return {
    results: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition }) => shareStateError(partition, error)),
    })),
  };
}

export function shareStateError(partition: number, error: ErrorName | null): ShareStateError {
  return { partition, errorCode: errorCode(error ?? 'NONE'), errorMessage: null };
}
