import { errorCode } from '@millrace/protocol';
import { heartbeat as api } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

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
  handle: (context, request) =>
    mayOnGroup(context, 'READ', request.groupId)
      ? context.services.groups.heartbeat(groupCaller(context), request)
      : { errorCode: errorCode('GROUP_AUTHORIZATION_FAILED') },
  refuse: (_request, error) => ({ errorCode: errorCode(error) }),
});
