/**
 * ConsumerGroupCurrentMemberAssignmentKey v0, ConsumerGroupCurrentMemberAssignmentValue v0
 * `__consumer_offsets`: what a member of a consumer group has, and what it is giving up.
 */
import { array, int8, int32, stored, string, structure, uuid } from '../../src/schema/schema.ts';

export const consumerGroupCurrentMemberAssignmentKey = stored({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  family: 'coordinator-key',
  type: 8,
  versions: '0',
  flexible: 'none',
  fields: {
    groupId: string(),
    memberId: string(),
  },
});

const topicPartitions = structure('TopicPartitions', {
  topicId: uuid(),
  partitions: array('int32'),
  assignmentEpochs: array('int32', { nullable: '0+', default: null, tag: 0 }),
});

export const consumerGroupCurrentMemberAssignmentValue = stored({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  family: 'coordinator-value',
  type: 8,
  versions: '0',
  flexible: '0+',
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
});
