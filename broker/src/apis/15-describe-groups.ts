import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeGroups as api,
  type DescribeGroupsResponseGroupInit,
  type DescribeGroupsResponseInit,
} from '@millrace/protocol/messages';
import type { DescribeResult } from '../runtime/services.ts';
import { defineApi } from './api.ts';
import { authorizedOperations, OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts';
import { groupResource, mayOnGroup } from './group-caller.ts';

const AUTHORIZED_OPERATIONS_VERSION = 3;
const GROUP_ID_NOT_FOUND_VERSION = 6;

/**
 * DescribeGroups v0-6
 *
 * - Metadata and assignments of members are shown while the group is Stable.
 * - A group that does not exist is Dead; from v6 it is GROUP_ID_NOT_FOUND besides.
 *
 * Versions: v3 authorized operations; v4 instance ids; v6 error messages.
 *
 * Not implemented: nothing.
 */
export const describeGroups = defineApi({
  api,
  versions: [0, 6],
  access: [['DESCRIBE', 'GROUP']],
  async handle(context, request): Promise<DescribeGroupsResponseInit> {
    const withOperations =
      request.includeAuthorizedOperations && context.version >= AUTHORIZED_OPERATIONS_VERSION;
    const groups = request.groups.map(async (groupId) => {
      if (!mayOnGroup(context, 'DESCRIBE', groupId)) return memberless(groupId, 'GROUP_AUTHORIZATION_FAILED');
      const group = described(groupId, await context.services.groups.describeGroup(groupId), context.version);
      const operations =
        withOperations && group.errorCode === 0
          ? authorizedOperations(context, groupResource(groupId))
          : OPERATIONS_NOT_ASKED_FOR;
      return { ...group, authorizedOperations: operations };
    });
    return { groups: await Promise.all(groups) };
  },
  refuse: (request, error) => ({ groups: request.groups.map((groupId) => memberless(groupId, error)) }),
});

function described(
  groupId: string,
  result: DescribeResult,
  version: number,
): DescribeGroupsResponseGroupInit {
  if (result.error === 'GROUP_ID_NOT_FOUND') return dead(groupId, version);
  if (result.error !== null) return memberless(groupId, result.error);
  const { state, protocolType, protocolName, members } = result.group;
  return {
    groupId,
    errorCode: errorCode('NONE'),
    groupState: state,
    protocolType,
    protocolData: protocolName,
    members: members.map(({ metadata, assignment, ...member }) => ({
      ...member,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
  };
}

function dead(groupId: string, version: number): DescribeGroupsResponseGroupInit {
  if (version < GROUP_ID_NOT_FOUND_VERSION) return { ...memberless(groupId, 'NONE'), groupState: 'Dead' };
  const errorMessage = `There is no group "${groupId}".`;
  return { ...memberless(groupId, 'GROUP_ID_NOT_FOUND'), groupState: 'Dead', errorMessage };
}

function memberless(groupId: string, error: ErrorName): DescribeGroupsResponseGroupInit {
  return {
    groupId,
    errorCode: errorCode(error),
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
  };
}
