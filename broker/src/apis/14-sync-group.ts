import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  syncGroup as api,
  type SyncGroupRequest,
  type SyncGroupResponseInit,
} from '@millrace/protocol/messages';
import { type SyncResult, syncFailed } from '../core/group/results.ts';
import { defineApi, type RequestContext } from './api.ts';
import { membershipProblem } from './group-caller.ts';

const PROTOCOL_VERSION = 5;

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
  async handle(context, request): Promise<SyncGroupResponseInit> {
    const problem = problemOf(context, request);
    if (problem !== null) return response(syncFailed(problem));
    const result = await context.services.groups.syncGroup({
      group: request.groupId,
      generation: request.generationId,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      protocolType: request.protocolType,
      protocolName: request.protocolName,
      // The group keeps them for longer than the request's buffer may live.
      assignments: new Map(
        request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
      ),
    });
    return response(result);
  },
  refuse: (_request, error) => response(syncFailed(error)),
});

function problemOf(context: RequestContext, request: SyncGroupRequest): ErrorName | null {
  const problem = membershipProblem(context, request.groupId);
  if (problem !== null || context.version < PROTOCOL_VERSION) return problem;
  const said = request.protocolType !== null && request.protocolName !== null;
  return said ? null : 'INCONSISTENT_GROUP_PROTOCOL';
}

function response({ error, ...rest }: SyncResult): SyncGroupResponseInit {
  return { ...rest, errorCode: errorCode(error ?? 'NONE') };
}
