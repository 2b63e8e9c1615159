import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeTopicPartitions as api,
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponseInit,
  type DescribeTopicPartitionsResponseTopicInit,
} from '@millrace/protocol/messages';
import { isInternalTopic, topicNameProblem } from '../core/controller/topic-names.ts';
import type { MetadataImage, PartitionImage, TopicImage } from '../core/metadata/image.ts';
import { defineApi, type RequestContext } from './api.ts';
import { authorizedOperations } from './authorized-operations.ts';

/** Kafka's default of `max.request.partition.size.limit`. */
const PAGE_PARTITIONS_MAX = 2_000;

/**
 * DescribeTopicPartitions v0
 *
 * - Topics in the order of their names, from the cursor on; none named are all. A page ends at the limit, at most
 *   2,000 partitions, and then says where the next one begins.
 * - UNKNOWN_TOPIC_OR_PARTITION and INVALID_TOPIC_EXCEPTION only for topics that were named; TOPIC_AUTHORIZATION_FAILED
 *   for named ones that may not be described, while "all" leaves those out.
 * - INVALID_REQUEST where the cursor's partition is negative, or its topic not among those that are named.
 *
 * Versions: there is one.
 *
 * Not implemented: the last known eligible replicas, which are not kept.
 */
export const describeTopicPartitions = defineApi({
  api,
  versions: [0, 0],
  access: [['DESCRIBE', 'TOPIC']],
  handle(context, request): DescribeTopicPartitionsResponseInit {
    const image = context.services.metadata.image();
    const { cursor } = request;
    const isAll = request.topics.length === 0;
    const named = isAll ? [...image.topicsByName.keys()] : request.topics.map(({ name }) => name);
    const names = [...new Set(named)]
      .filter((name) => cursor === null || name >= cursor.topicName)
      .sort((left, right) => (left < right ? -1 : 1));
    const isLost =
      cursor !== null && (cursor.partitionIndex < 0 || (!isAll && !names.includes(cursor.topicName)));
    if (isLost) return refused(request, 'INVALID_REQUEST');
    const allowed: string[] = [];
    const hidden: string[] = [];
    for (const name of names)
      (context.authorize('DESCRIBE', { type: 'TOPIC', name }) ? allowed : hidden).push(name);
    const page = pageOf(context, image, allowed, request);
    return {
      throttleTimeMs: 0,
      topics: isAll
        ? page.topics
        : [...hidden.map((name) => failed(name, 'TOPIC_AUTHORIZATION_FAILED')), ...page.topics],
      nextCursor: page.nextCursor,
    };
  },
  refuse: refused,
});

type Page = Required<Pick<DescribeTopicPartitionsResponseInit, 'topics' | 'nextCursor'>>;

function pageOf(
  context: RequestContext,
  image: MetadataImage,
  names: readonly string[],
  { cursor, responsePartitionLimit }: DescribeTopicPartitionsRequest,
): Page {
  const topics: DescribeTopicPartitionsResponseTopicInit[] = [];
  let left = Math.max(Math.min(responsePartitionLimit, PAGE_PARTITIONS_MAX), 1);
  for (const name of names) {
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } };
    const topic = image.topicsByName.get(name);
    if (!topic) {
      const isLegal = topicNameProblem(name) === null;
      const answer = failed(name, isLegal ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION');
      topics.push({ ...answer, topicAuthorizedOperations: operationsOn(context, name) });
      continue;
    }
    const from = cursor?.topicName === name ? cursor.partitionIndex : 0;
    const partitions = topic.partitions.slice(from, from + left);
    topics.push(described(context, image, topic, partitions));
    left -= partitions.length;
    const next = from + partitions.length;
    if (next < topic.partitions.length)
      return { topics, nextCursor: { topicName: name, partitionIndex: next } };
  }
  return { topics, nextCursor: null };
}

function described(
  context: RequestContext,
  image: MetadataImage,
  topic: TopicImage,
  partitions: readonly PartitionImage[],
): DescribeTopicPartitionsResponseTopicInit {
  const isFenced = (id: number) => image.brokers.get(id)?.fenced !== false;
  return {
    errorCode: errorCode('NONE'),
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: partitions.map(({ partition, leader, leaderEpoch, replicas, isr, elr }) => ({
      errorCode: errorCode(leader >= 0 && !isFenced(leader) ? 'NONE' : 'LEADER_NOT_AVAILABLE'),
      partitionIndex: partition,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: isr,
      eligibleLeaderReplicas: elr,
      lastKnownElr: [],
      offlineReplicas: replicas.filter(isFenced),
    })),
    topicAuthorizedOperations: operationsOn(context, topic.name),
  };
}

function operationsOn(context: RequestContext, name: string): number {
  return authorizedOperations(context, { type: 'TOPIC', name });
}

function failed(name: string, error: ErrorName): DescribeTopicPartitionsResponseTopicInit {
  return { errorCode: errorCode(error), name, topicId: ZERO_UUID, isInternal: false, partitions: [] };
}

function refused(
  request: DescribeTopicPartitionsRequest,
  error: ErrorName,
): DescribeTopicPartitionsResponseInit {
  return { throttleTimeMs: 0, topics: request.topics.map(({ name }) => failed(name, error)) };
}
