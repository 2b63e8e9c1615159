/**
 * ShareGroup…Key v0, ShareGroup…Value v0
 * `__consumer_offsets`: a share group (KIP-932), its members, their assignments, and which partitions it has begun to read.
 * Tags from 10000 are Millrace's own: what a group adds to its epoch for the epochs of its state, so that a group that is made
 * again under its name has others.
 */
import { array, int8, int32, int64, stored, string, structure, uuid } from '../../src/schema/schema.ts';

const groupKey = { groupId: string() };
const memberKey = { groupId: string(), memberId: string() };

const topicPartitions = structure('TopicPartitions', { topicId: uuid(), partitions: array('int32') });

const topicPartitionsInfo = structure('TopicPartitionsInfo', {
  topicId: uuid(),
  topicName: string(),
  partitions: array('int32'),
});

const topicInfo = structure('TopicInfo', { topicId: uuid(), topicName: string() });

export const shareGroupMemberMetadataKey = stored({
  name: 'ShareGroupMemberMetadataKey',
  family: 'coordinator-key',
  type: 10,
  versions: '0',
  flexible: 'none',
  fields: memberKey,
});

export const shareGroupMemberMetadataValue = stored({
  name: 'ShareGroupMemberMetadataValue',
  family: 'coordinator-value',
  type: 10,
  versions: '0',
  flexible: '0+',
  fields: {
    rackId: string({ nullable: '0+' }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array('string'),
  },
});

export const shareGroupMetadataKey = stored({
  name: 'ShareGroupMetadataKey',
  family: 'coordinator-key',
  type: 11,
  versions: '0',
  flexible: 'none',
  fields: groupKey,
});

export const shareGroupMetadataValue = stored({
  name: 'ShareGroupMetadataValue',
  family: 'coordinator-value',
  type: 11,
  versions: '0',
  flexible: '0+',
  fields: { epoch: int32(), metadataHash: int64(), stateEpochBase: int32({ tag: 10_000 }) },
});

export const shareGroupTargetAssignmentMetadataKey = stored({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  family: 'coordinator-key',
  type: 12,
  versions: '0',
  flexible: 'none',
  fields: groupKey,
});

export const shareGroupTargetAssignmentMetadataValue = stored({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  family: 'coordinator-value',
  type: 12,
  versions: '0',
  flexible: '0+',
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ tag: 0, default: 0, ignorable: true }),
  },
});

export const shareGroupTargetAssignmentMemberKey = stored({
  name: 'ShareGroupTargetAssignmentMemberKey',
  family: 'coordinator-key',
  type: 13,
  versions: '0',
  flexible: 'none',
  fields: memberKey,
});

export const shareGroupTargetAssignmentMemberValue = stored({
  name: 'ShareGroupTargetAssignmentMemberValue',
  family: 'coordinator-value',
  type: 13,
  versions: '0',
  flexible: '0+',
  fields: { topicPartitions: array(topicPartitions) },
});

export const shareGroupCurrentMemberAssignmentKey = stored({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  family: 'coordinator-key',
  type: 14,
  versions: '0',
  flexible: 'none',
  fields: memberKey,
});

export const shareGroupCurrentMemberAssignmentValue = stored({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  family: 'coordinator-value',
  type: 14,
  versions: '0',
  flexible: '0+',
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
  },
});

export const shareGroupStatePartitionMetadataKey = stored({
  name: 'ShareGroupStatePartitionMetadataKey',
  family: 'coordinator-key',
  type: 15,
  versions: '0',
  flexible: 'none',
  fields: groupKey,
});

export const shareGroupStatePartitionMetadataValue = stored({
  name: 'ShareGroupStatePartitionMetadataValue',
  family: 'coordinator-value',
  type: 15,
  versions: '0',
  flexible: '0+',
  fields: {
    initializingTopics: array(topicPartitionsInfo),
    initializedTopics: array(topicPartitionsInfo),
    deletingTopics: array(topicInfo),
  },
});
