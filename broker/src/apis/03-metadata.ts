import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  metadata as api,
  type MetadataRequest,
  type MetadataResponseInit,
  type MetadataResponsePartitionInit,
  type MetadataResponseTopicInit,
} from '@millrace/protocol/messages';
import { isInternalTopic, topicNameProblem } from '../core/controller/topic-names.ts';
import type { MetadataImage, PartitionImage, TopicImage } from '../core/metadata/image.ts';
import { autoCreatedTopic } from '../runtime/auto-created-topic.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { authorizedOperations, OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts';
import { nodesOn } from './broker-nodes.ts';

/**
 * Metadata v0-13
 *
 * - Null topics (v0: also none) ask for all, an empty list for none; topics are asked for by name or, from v12, by id.
 * - A topic that is not there is made where client and `auto.create.topics.enable` allow it, and answered with its
 *   leaders at once: Kafka makes it behind the answer and lets the client ask again.
 * - Topics that the caller may not describe are left out of "all", and answered TOPIC_AUTHORIZATION_FAILED by name.
 * - Addresses are those of the listener that the request came in by.
 *
 * Versions: v4 auto creation may be refused; v8-10 cluster operations, v8 topic operations; v10 topic ids; v12 null names.
 *
 * Not implemented: v0's REPLICA_NOT_AVAILABLE.
 */
export const metadata = defineApi({
  api,
  versions: [0, 13],
  access: [
    ['DESCRIBE', 'TOPIC'],
    ['CREATE', 'CLUSTER'],
    ['CREATE', 'TOPIC'],
    ['DESCRIBE', 'CLUSTER'],
  ],
  async handle(context, request): Promise<MetadataResponseInit> {
    const { services, version } = context;
    const topics = await topicsOf(context, request);
    const nodes = nodesOn(services.metadata.image(), context.listener);
    return {
      brokers: nodes.map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
      clusterId: services.clusterId,
      controllerId: nodes[0]?.id ?? -1,
      topics,
      clusterAuthorizedOperations:
        version >= 8 && version <= 10 && request.includeClusterAuthorizedOperations
          ? clusterOperations(context)
          : OPERATIONS_NOT_ASKED_FOR,
    };
  },
  refuse: (request, error) => ({
    brokers: [],
    errorCode: errorCode(error),
    topics: (request.topics ?? []).map(({ name, topicId }) => failedTopic(error, name, topicId)),
  }),
});

async function topicsOf(
  context: RequestContext,
  request: MetadataRequest,
): Promise<readonly MetadataResponseTopicInit[]> {
  const { services, version } = context;
  const image = services.metadata.image();
  const { topics: asked } = request;
  if (asked === null || (version === 0 && asked.length === 0)) {
    return [...image.topicsByName.values()]
      .filter((topic) => mayDescribe(context, topic.name))
      .map((topic) => describedTopic(context, request, image, topic));
  }
  if (version < 12 && asked.some(({ name, topicId }) => name === null || topicId !== ZERO_UUID))
    return asked.map(({ name, topicId }) => failedTopic('INVALID_REQUEST', name ?? '', topicId));
  const byId = asked.filter(({ topicId }) => topicId !== ZERO_UUID);
  // As in Kafka: where any topic is asked for by id, names are not looked at.
  if (byId.length > 0) {
    return [...new Set(byId.map(({ topicId }) => topicId))].map((topicId) => {
      const topic = image.topicsById.get(topicId);
      if (!topic) return failedTopic('UNKNOWN_TOPIC_ID', null, topicId);
      if (!mayDescribe(context, topic.name)) return failedTopic('TOPIC_AUTHORIZATION_FAILED', null, topicId);
      return describedTopic(context, request, image, topic);
    });
  }
  const names = new Set(asked.map(({ name }) => name ?? ''));
  const created = await createMissing(context, request, names);
  const now = services.metadata.image();
  return [...names].map((name) => {
    if (!mayDescribe(context, name)) return failedTopic('TOPIC_AUTHORIZATION_FAILED', name);
    const topic = now.topicsByName.get(name);
    if (topic) return describedTopic(context, request, now, topic);
    if (topicNameProblem(name) !== null) return failedTopic('INVALID_TOPIC_EXCEPTION', name);
    return failedTopic(created.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', name);
  });
}

/** @returns why topics could not be made, by name */
async function createMissing(
  context: RequestContext,
  request: MetadataRequest,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ErrorName>> {
  const { config, controller, metadata: access } = context.services;
  const refused = new Map<string, ErrorName>();
  if (!request.allowAutoTopicCreation || !config.values['auto.create.topics.enable']) return refused;
  const image = access.image();
  const missing = [...names].filter(
    (name) => !image.topicsByName.has(name) && topicNameProblem(name) === null && mayDescribe(context, name),
  );
  const allowed: string[] = [];
  for (const name of missing) {
    if (context.authorize('CREATE', CLUSTER) || context.authorize('CREATE', { type: 'TOPIC', name }))
      allowed.push(name);
    else refused.set(name, 'TOPIC_AUTHORIZATION_FAILED');
  }
  if (allowed.length === 0) return refused;
  const topics = allowed.map((name) => autoCreatedTopic(image, config, name));
  for (const result of await controller.createTopics({ topics, validateOnly: false })) {
    // Somebody else made it meanwhile: that is as good.
    if (result.error !== null && result.error !== 'TOPIC_ALREADY_EXISTS')
      refused.set(result.name, result.error);
  }
  return refused;
}

function mayDescribe(context: RequestContext, name: string): boolean {
  return context.authorize('DESCRIBE', { type: 'TOPIC', name });
}

function clusterOperations(context: RequestContext): number {
  return context.authorize('DESCRIBE', CLUSTER) ? authorizedOperations(context, CLUSTER) : 0;
}

function describedTopic(
  context: RequestContext,
  request: MetadataRequest,
  image: MetadataImage,
  topic: TopicImage,
): MetadataResponseTopicInit {
  return {
    errorCode: errorCode('NONE'),
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.map((partition) => describedPartition(context, image, partition)),
    topicAuthorizedOperations:
      context.version >= 8 && request.includeTopicAuthorizedOperations
        ? authorizedOperations(context, { type: 'TOPIC', name: topic.name })
        : OPERATIONS_NOT_ASKED_FOR,
  };
}

function describedPartition(
  context: RequestContext,
  image: MetadataImage,
  partition: PartitionImage,
): MetadataResponsePartitionInit {
  const { leader, leaderEpoch, replicas, isr } = partition;
  const broker = image.brokers.get(leader);
  const alive = broker !== undefined && !broker.fenced;
  const reachable = alive && broker.endpoints.some((endpoint) => endpoint.name === context.listener);
  const noListener = context.version >= 6 ? 'LISTENER_NOT_FOUND' : 'LEADER_NOT_AVAILABLE';
  const error = reachable ? 'NONE' : alive ? noListener : 'LEADER_NOT_AVAILABLE';
  return {
    errorCode: errorCode(error),
    partitionIndex: partition.partition,
    leaderId: reachable ? leader : -1,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: replicas.filter((id) => image.brokers.get(id)?.fenced !== false),
  };
}

function failedTopic(error: ErrorName, name: string | null, topicId = ZERO_UUID): MetadataResponseTopicInit {
  const isInternal = name !== null && isInternalTopic(name);
  return { errorCode: errorCode(error), name, topicId, isInternal, partitions: [] };
}
