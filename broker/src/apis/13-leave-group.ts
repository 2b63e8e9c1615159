import { errorCode } from '@millrace/protocol';
import { leaveGroup as api } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

/**
 * LeaveGroup v0-5
 *
 * - One member, from v3 several, each answered by itself; the others rebalance once.
 * - A static member is removed by its instance id alone.
 *
 * Versions: v3 several members; v5 reasons.
 *
 * Not implemented: nothing.
 */
export const leaveGroup = defineApi({
  api,
  versions: [0, 5],
  access: [['READ', 'GROUP']],
  handle: (context, request) =>
    mayOnGroup(context, 'READ', request.groupId)
      ? context.services.groups.leaveGroup(groupCaller(context), request)
      : { errorCode: errorCode('GROUP_AUTHORIZATION_FAILED') },
  refuse: (_request, error) => ({ errorCode: errorCode(error) }),
});
