import { type ErrorName, errorCode } from '@millrace/protocol';
import { syncGroup as api, type SyncGroupResponseInit } from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

/**
 * SyncGroup v0-5
 *
 * - Parked until the leader's assignment has come and is committed to `__consumer_offsets`.
 * - Members that the leader gives nothing get an empty assignment.
 *
 * Versions: v3 static members; v5 the protocol must be said, and is answered.
 *
 * Not implemented: nothing.
 */
export const syncGroup = defineApi({
  api,
  versions: [0, 5],
  access: [['READ', 'GROUP']],
  handle: (context, request) =>
    mayOnGroup(context, 'READ', request.groupId)
      ? context.services.groups.syncGroup(groupCaller(context), request)
      : failed('GROUP_AUTHORIZATION_FAILED'),
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): SyncGroupResponseInit {
  return { errorCode: errorCode(error), assignment: Buffer.alloc(0) };
}
