import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  createTopics as api,
  type CreateTopicsResponseInit,
  type CreateTopicsResponseTopicInit,
} from '@millrace/protocol/messages';
import type { CreateTopicResult } from '../core/controller/commands.ts';
import { describeTopicConfigs } from '../runtime/config-description.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { configSourceIds } from './config-wire.ts';
import { MutationCharge } from './mutation-charge.ts';

const STRICT_QUOTA_VERSION = 6;

/**
 * CreateTopics v2-7
 *
 * - Each topic is decided by itself; a name that stands twice is refused, and answered once.
 * - Answered when the topics are committed and this broker has their logs, so that produce and fetch work at once.
 * - Refused: `__cluster_metadata` (INVALID_REQUEST), a bad or colliding name
 *   (INVALID_TOPIC_EXCEPTION), unknown or wrong configs (INVALID_CONFIG, with the key), and what Kafka refuses else.
 * - Who has made or deleted more partitions than their quota allows: THROTTLING_QUOTA_EXCEEDED (before v6: a wait).
 *
 * Versions: v4 defaults for partitions and replication factor (-1); v5 the topic's configs in the answer; v7 its id.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const createTopics = defineApi({
  api,
  versions: [2, 7],
  access: [
    ['CREATE', 'CLUSTER'],
    ['CREATE', 'TOPIC'],
    ['DESCRIBE_CONFIGS', 'TOPIC'],
  ],
  forwards: true,
  async handle(context, request): Promise<CreateTopicsResponseInit> {
    const everything = context.authorize('CREATE', CLUSTER);
    const allowed = request.topics.filter(
      ({ name }) => everything || context.authorize('CREATE', { type: 'TOPIC', name }),
    );
    const topics = allowed.map((topic) => ({
      ...topic,
      assignments: topic.assignments.map(({ partitionIndex, brokerIds }) => ({
        partition: partitionIndex,
        brokerIds,
      })),
    }));
    const { validateOnly } = request;
    const charge = new MutationCharge(context, STRICT_QUOTA_VERSION);
    const { admits } = charge;
    const results = await context.services.controller.createTopics({ topics, validateOnly, admits });
    const byName = new Map(results.map((result) => [result.name, result]));
    const names = new Set(request.topics.map(({ name }) => name));
    return {
      throttleTimeMs: charge.settle(),
      topics: [...names].map((name) => {
        const result = byName.get(name);
        return result ? answer(context, result) : failed(name, 'TOPIC_AUTHORIZATION_FAILED', null);
      }),
    };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name }) => failed(name, error, null)),
  }),
});

function answer(context: RequestContext, result: CreateTopicResult): CreateTopicsResponseTopicInit {
  const { name } = result;
  if (result.error !== null) return failed(name, result.error, result.message);
  const ok = { name, topicId: result.topicId, errorCode: errorCode('NONE'), errorMessage: null };
  if (!context.authorize('DESCRIBE_CONFIGS', { type: 'TOPIC', name })) {
    return { ...ok, topicConfigErrorCode: errorCode('TOPIC_AUTHORIZATION_FAILED') };
  }
  return {
    ...ok,
    numPartitions: result.numPartitions,
    replicationFactor: result.replicationFactor,
    configs: describeTopicConfigs(
      { config: context.services.config, image: context.services.metadata.image() },
      result.configs,
    ).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: config.readOnly,
      configSource: configSourceIds[config.source],
      isSensitive: config.sensitive,
    })),
  };
}

function failed(name: string, error: ErrorName, errorMessage: string | null): CreateTopicsResponseTopicInit {
  return { name, errorCode: errorCode(error), errorMessage, configs: [] };
}
