import { errorCode } from '@millrace/protocol';
import { heartbeat as api, type HeartbeatResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { membershipProblem } from './group-caller.ts';

/**
 * Heartbeat v0-4
 *
 * - Keeps the member's session; REBALANCE_IN_PROGRESS tells it to join again.
 * - While the coordinator loads its groups heartbeats are answered without an error, so that members stay.
 *
 * Versions: v3 static members.
 *
 * Not implemented: nothing.
 */
export const heartbeat = defineApi({
  api,
  versions: [0, 4],
  access: [['READ', 'GROUP']],
  async handle(context, request): Promise<HeartbeatResponseInit> {
    const { groupId, memberId } = request;
    const problem = membershipProblem(context, groupId);
    if (problem !== null) return { errorCode: errorCode(problem) };
    const { error } = await context.services.groups.heartbeat({
      group: groupId,
      generation: request.generationId,
      memberId,
      instanceId: request.groupInstanceId,
    });
    return { errorCode: errorCode(error ?? 'NONE') };
  },
  refuse: (_request, error) => ({ errorCode: errorCode(error) }),
});
