import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  shareGroupDescribe as api,
  type ShareGroupDescribeResponseGroupInit,
  type ShareGroupDescribeResponseInit,
} from '@millrace/protocol/messages';
import type { ShareMember } from '../core/share/share-group.ts';
import { defineApi, type RequestContext } from './api.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { groupResource, mayOnGroup } from './group-caller.ts';

/**
 * ShareGroupDescribe v1
 *
 * - Members of share groups with what they subscribe to and read; GROUP_ID_NOT_FOUND for what is no share group.
 * - TOPIC_AUTHORIZATION_FAILED for a group with a topic that the caller may not describe.
 *
 * Versions: v1 is the first stable one.
 *
 * Not implemented: nothing.
 */
export const shareGroupDescribe = defineApi({
  api,
  versions: [1, 1],
  access: [
    ['DESCRIBE', 'GROUP'],
    ['DESCRIBE', 'TOPIC'],
  ],
  async handle(context, request): Promise<ShareGroupDescribeResponseInit> {
    const groups = request.groupIds.map((groupId) =>
      describe(context, groupId, request.includeAuthorizedOperations),
    );
    return { throttleTimeMs: 0, groups: await Promise.all(groups) };
  },
  refuse: (request, error) => ({
    throttleTimeMs: 0,
    groups: request.groupIds.map((groupId) => failed(groupId, error)),
  }),
});

async function describe(
  context: RequestContext,
  groupId: string,
  withOperations: boolean,
): Promise<ShareGroupDescribeResponseGroupInit> {
  if (!mayOnGroup(context, 'DESCRIBE', groupId)) return failed(groupId, 'GROUP_AUTHORIZATION_FAILED');
  if (groupId === '') return failed(groupId, 'INVALID_GROUP_ID');
  const group = await context.services.shareGroups.describe(groupId);
  if (group.error !== null) return failed(groupId, group.error, group.message);
  const members = group.members.map((member) => memberOf(context, member));
  const topics = members.flatMap(({ subscribedTopicNames, assignment }) => [
    ...subscribedTopicNames,
    ...assignment.topicPartitions.map(({ topicName }) => topicName),
  ]);
  if (!topics.every((name) => context.authorize('DESCRIBE', { type: 'TOPIC', name })))
    return failed(groupId, 'TOPIC_AUTHORIZATION_FAILED', 'The group has a topic that may not be described.');
  return {
    errorCode: errorCode('NONE'),
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: 'simple',
    members,
    ...(withOperations && { authorizedOperations: authorizedOperations(context, groupResource(groupId)) }),
  };
}

function memberOf({ services }: RequestContext, member: ShareMember) {
  const {
    id: memberId,
    epoch: memberEpoch,
    rackId,
    clientId,
    clientHost,
    subscribedTopics,
    assigned,
  } = member;
  const { topicsById } = services.metadata.image();
  return {
    memberId,
    memberEpoch,
    rackId,
    clientId,
    clientHost,
    subscribedTopicNames: [...subscribedTopics],
    assignment: {
      topicPartitions: [...assigned].flatMap(([topicId, partitions]) => {
        const topicName = topicsById.get(topicId)?.name;
        return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...partitions] }];
      }),
    },
  };
}

function failed(
  groupId: string,
  error: ErrorName,
  errorMessage: string | null = null,
): ShareGroupDescribeResponseGroupInit {
  return {
    errorCode: errorCode(error),
    errorMessage,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}
