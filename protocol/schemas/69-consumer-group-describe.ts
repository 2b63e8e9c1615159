/**
 * ConsumerGroupDescribe v0-1
 * State, epochs, members and assignments of consumer groups (KIP-848).
 *
 * 1   which protocol each member speaks (KIP-1099)
 */
import { api, array, bool, int8, int16, int32, one, string, structure, uuid } from '../src/schema/schema.ts';

const topicPartitions = structure('TopicPartitions', {
  topicId: uuid(),
  topicName: string(),
  partitions: array('int32'),
});

const assignment = structure('Assignment', {
  topicPartitions: array(topicPartitions),
});

export const consumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    groupIds: array('string'),
    includeAuthorizedOperations: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    groups: array(
      structure('Group', {
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          structure('Member', {
            memberId: string(),
            instanceId: string({ nullable: '0+', default: null }),
            rackId: string({ nullable: '0+', default: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array('string'),
            subscribedTopicRegex: string({ nullable: '0+', default: null }),
            assignment: one(assignment),
            targetAssignment: one(assignment),
            memberType: int8({ versions: '1+', default: -1, ignorable: true }),
          }),
        ),
        authorizedOperations: int32({ default: -2147483648 }),
      }),
    ),
  },
});
