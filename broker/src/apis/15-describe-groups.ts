import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeGroups as api,
  type DescribeGroupsResponseGroupInit,
  type DescribeGroupsResponseInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { authorizedOperations, OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts';
import { groupCaller, groupResource, mayOnGroup } from './group-caller.ts';

const AUTHORIZED_OPERATIONS_VERSION = 3;

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
      if (!mayOnGroup(context, 'DESCRIBE', groupId)) return failed(groupId, 'GROUP_AUTHORIZATION_FAILED');
      const group = await context.services.groups.describeGroup(groupCaller(context), groupId);
      const operations =
        withOperations && group.errorCode === 0
          ? authorizedOperations(context, groupResource(groupId))
          : OPERATIONS_NOT_ASKED_FOR;
      return { ...group, authorizedOperations: operations };
    });
    return { groups: await Promise.all(groups) };
  },
  refuse: (request, error) => ({ groups: request.groups.map((groupId) => failed(groupId, error)) }),
});

function failed(groupId: string, error: ErrorName): DescribeGroupsResponseGroupInit {
  return {
    groupId,
    errorCode: errorCode(error),
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
  };
}
