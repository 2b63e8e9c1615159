/**
 * ShareGroupHeartbeat v1
 * A member of a share group joins, says that it is there, or leaves, and learns its assignment (KIP-932).
 *
 * 1  the only version: 0 was early access
 */
import { api, array, int16, int32, one, string, structure, uuid } from '../src/schema/schema.ts';

const topicPartitions = structure('TopicPartitions', {
  topicId: uuid(),
  partitions: array('int32'),
});

export const shareGroupHeartbeat = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: '1',
  flexible: '1+',
  listeners: ['broker'],
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    rackId: string({ nullable: '1+', default: null }),
    subscribedTopicNames: array('string', { nullable: '1+', default: null }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '1+', default: null }),
    memberId: string({ nullable: '1+', default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: one(
      structure('Assignment', {
        topicPartitions: array(topicPartitions),
      }),
      { nullable: '1+', default: null },
    ),
  },
});
