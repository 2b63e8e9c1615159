/**
 * ConsumerGroupHeartbeat v0-1
 * A member of a consumer group joins, says what it owns, or leaves, and learns its assignment (KIP-848).
 *
 * 1   regular expressions; the member makes its own id (KIP-1082)
 */
import { api, array, int16, int32, one, string, structure, uuid } from '../src/schema/schema.ts';

const topicPartitions = structure('TopicPartitions', {
  topicId: uuid(),
  partitions: array('int32'),
});

export const consumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullable: '0+', default: null }),
    rackId: string({ nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array('string', { nullable: '0+', default: null }),
    subscribedTopicRegex: string({ versions: '1+', nullable: '1+', default: null }),
    serverAssignor: string({ nullable: '0+', default: null }),
    topicPartitions: array(topicPartitions, { nullable: '0+', default: null }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    memberId: string({ nullable: '0+', default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: one(
      structure('Assignment', {
        topicPartitions: array(topicPartitions),
      }),
      { nullable: '0+', default: null },
    ),
  },
});
