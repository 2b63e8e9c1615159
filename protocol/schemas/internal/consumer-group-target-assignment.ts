/**
 * ConsumerGroupTargetAssignmentMetadataKey v0, ConsumerGroupTargetAssignmentMetadataValue v0,
 * ConsumerGroupTargetAssignmentMemberKey v0, ConsumerGroupTargetAssignmentMemberValue v0
 * `__consumer_offsets`: which partitions each member of a consumer group shall come to have, and of which group epoch
 * that is.
 */
import { array, int32, int64, stored, string, structure, uuid } from '../../src/schema/schema.ts';

export const consumerGroupTargetAssignmentMetadataKey = stored({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  family: 'coordinator-key',
  type: 6,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
  },
});

export const consumerGroupTargetAssignmentMetadataValue = stored({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  family: 'coordinator-value',
  type: 6,
  versions: '0',
  flexible: '0+',
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ default: 0, tag: 0, ignorable: true }),
  },
});

export const consumerGroupTargetAssignmentMemberKey = stored({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  family: 'coordinator-key',
  type: 7,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
    memberId: string(),
  },
});

export const consumerGroupTargetAssignmentMemberValue = stored({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  family: 'coordinator-value',
  type: 7,
  versions: '0',
  flexible: '0+',
  fields: {
    topicPartitions: array(
      structure('TopicPartition', {
        topicId: uuid(),
        partitions: array('int32'),
      }),
    ),
  },
});
