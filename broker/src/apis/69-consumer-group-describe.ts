import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  consumerGroupDescribe as api,
  type ConsumerGroupDescribeResponseAssignmentInit,
  type ConsumerGroupDescribeResponseGroupInit,
  type ConsumerGroupDescribeResponseInit,
} from '@millrace/protocol/messages';
import type {
  ConsumerGroupDescription,
  ConsumerMemberDescription,
  DescribeConsumerGroupResult,
} from '../core/group/consumer/describe-consumer-group.ts';
import type { PartitionList } from '../core/group/consumer/partitions.ts';
import { defineApi, type RequestContext } from './api.ts';
import { authorizedOperations, OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts';
import { groupResource, mayOnGroup } from './group-caller.ts';

const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

/**
 * ConsumerGroupDescribe v0-1
 *
 * - State and epochs of the group; of each member what it has, and what it shall come to have.
 * - A group that does not exist, or is of another kind, is GROUP_ID_NOT_FOUND: tools then ask DescribeGroups.
 * - Who may not describe a topic of the group's members is refused the group.
 *
 * Versions: v1 which protocol a member speaks.
 *
 * Not implemented: nothing.
 */
export const consumerGroupDescribe = defineApi({
  api,
  versions: [0, 1],
  access: [
    ['DESCRIBE', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<ConsumerGroupDescribeResponseInit> {
    const groups = request.groupIds.map(async (groupId) => {
      if (!mayOnGroup(context, 'DESCRIBE', groupId)) return refused(groupId, 'GROUP_AUTHORIZATION_FAILED');
      if (groupId === '') return refused(groupId, 'INVALID_GROUP_ID');
      const group = described(context, groupId, await context.services.groups.describeConsumerGroup(groupId));
      const operations =
        request.includeAuthorizedOperations && group.errorCode === 0
          ? authorizedOperations(context, groupResource(groupId))
          : OPERATIONS_NOT_ASKED_FOR;
      return { ...group, authorizedOperations: operations };
    });
    return { throttleTimeMs: 0, groups: await Promise.all(groups) };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    groups: request.groupIds.map((groupId) => refused(groupId, error)),
  }),
});

function described(
  context: RequestContext,
  groupId: string,
  result: DescribeConsumerGroupResult,
): ConsumerGroupDescribeResponseGroupInit {
  if (result.error !== null) return refused(groupId, result.error, result.message);
  const { group } = result;
  if (!maySeeTopics(context, group))
    return refused(
      groupId,
      'TOPIC_AUTHORIZATION_FAILED',
      'The group has described topic(s) that the client is not authorized to describe.',
    );
  return {
    groupId,
    errorCode: errorCode('NONE'),
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: group.members.map((member) => describedMember(context, member)),
  };
}

function describedMember(
  context: RequestContext,
  { member, assignment, targetAssignment }: ConsumerMemberDescription,
): ConsumerGroupDescribeResponseGroupInit['members'][number] {
  return {
    memberId: member.id,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.subscribedTopics,
    subscribedTopicRegex: member.subscribedRegex ?? '',
    assignment: named(context, assignment),
    targetAssignment: named(context, targetAssignment),
    memberType: member.classic === null ? CONSUMER_MEMBER : CLASSIC_MEMBER,
  };
}

/** Topics that are gone have no name, and are left out. */
function named(
  context: RequestContext,
  partitions: readonly PartitionList[],
): ConsumerGroupDescribeResponseAssignmentInit {
  const { topicsById } = context.services.metadata.image();
  return {
    topicPartitions: partitions.flatMap((list) => {
      const topicName = topicsById.get(list.topicId)?.name;
      return topicName === undefined ? [] : [{ ...list, topicName }];
    }),
  };
}

function maySeeTopics(context: RequestContext, group: ConsumerGroupDescription): boolean {
  const { topicsById } = context.services.metadata.image();
  const names = new Set<string>();
  for (const { member, assignment, targetAssignment } of group.members) {
    for (const name of member.subscribedTopics) names.add(name);
    for (const { topicId } of [...assignment, ...targetAssignment]) {
      const name = topicsById.get(topicId)?.name;
      if (name !== undefined) names.add(name);
    }
  }
  return [...names].every((name) => context.authorize('DESCRIBE', { type: 'TOPIC', name }));
}

function refused(
  groupId: string,
  error: ErrorName,
  errorMessage: string | null = null,
): ConsumerGroupDescribeResponseGroupInit {
  return {
    groupId,
    errorCode: errorCode(error),
    errorMessage,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}
