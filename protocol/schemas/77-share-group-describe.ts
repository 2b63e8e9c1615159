/**
 * ShareGroupDescribe v1
 * State, members and assignment of share groups (KIP-932).
 *
 * 1  the only version: 0 was early access
 */
import { api, array, bool, int16, int32, one, string, structure, uuid } from '../src/schema/schema.ts';

const topicPartitions = structure('TopicPartitions', {
  topicId: uuid(),
  topicName: string(),
  partitions: array('int32'),
});

const assignment = structure('Assignment', {
  topicPartitions: array(topicPartitions),
});

export const shareGroupDescribe = api({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: '1',
  flexible: '1+',
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
        errorMessage: string({ nullable: '1+', default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        assignorName: string(),
        members: array(
          structure('Member', {
            memberId: string(),
            rackId: string({ nullable: '1+', default: null }),
            memberEpoch: int32(),
            clientId: string(),
            clientHost: string(),
            subscribedTopicNames: array('string'),
            assignment: one(assignment),
          }),
        ),
        authorizedOperations: int32({ default: -2147483648 }),
      }),
    ),
  },
});
