import { errorCode } from '@millrace/protocol';
import {
  leaveGroup as api,
  type LeaveGroupRequest,
  type LeaveGroupResponseInit,
} from '@millrace/protocol/messages';
import type { LeavingMember } from '../core/group/leave-group.ts';
import type { LeaveResult } from '../core/group/results.ts';
import { defineApi } from './api.ts';
import { membershipProblem } from './group-caller.ts';

const MANY_MEMBERS_VERSION = 3;

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
  async handle(context, request): Promise<LeaveGroupResponseInit> {
    const { groupId } = request;
    const problem = membershipProblem(context, groupId);
    if (problem !== null) return { errorCode: errorCode(problem) };
    const members = leavingMembers(request, context.version);
    return response(await context.services.groups.leaveGroup({ group: groupId, members }), context.version);
  },
  refuse: (_request, error) => ({ errorCode: errorCode(error) }),
});

function leavingMembers(request: LeaveGroupRequest, version: number): readonly LeavingMember[] {
  return version >= MANY_MEMBERS_VERSION
    ? request.members
    : [{ memberId: request.memberId, groupInstanceId: null }];
}

/** Before v3 the error of the one member is that of the answer. */
function response({ error, members }: LeaveResult, version: number): LeaveGroupResponseInit {
  if (error !== null) return { errorCode: errorCode(error) };
  if (version < MANY_MEMBERS_VERSION) return { errorCode: errorCode(members[0]?.error ?? 'NONE') };
  return {
    errorCode: errorCode('NONE'),
    members: members.map(({ error: own, ...member }) => ({ ...member, errorCode: errorCode(own ?? 'NONE') })),
  };
}
