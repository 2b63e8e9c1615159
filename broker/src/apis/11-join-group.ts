import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  joinGroup as api,
  type JoinGroupRequest,
  type JoinGroupResponseInit,
} from '@millrace/protocol/messages';
import { type JoinResult, joinFailed } from '../core/group/results.ts';
import { defineApi } from './api.ts';
import { groupCaller, membershipProblem } from './group-caller.ts';

const REBALANCE_TIMEOUT_VERSION = 1;
const KNOWN_MEMBER_VERSION = 4;
const NULLABLE_PROTOCOL_VERSION = 7;
const SKIP_ASSIGNMENT_VERSION = 9;

/**
 * JoinGroup v0-9
 *
 * - Parked until all members have joined or the rebalance times out; an empty group first waits
 *   `group.initial.rebalance.delay.ms` for more members.
 * - Any protocol type; the protocol is the one that most members prefer among those that all offer.
 * - The leader gets everybody's metadata, the others nobody's.
 * - In a group of the consumer protocol nobody waits and nobody leads: the coordinator assigns, and heartbeats say when to
 *   join again.
 *
 * Versions: v1 rebalance timeout; v4 new members get their id first (MEMBER_ID_REQUIRED); v5 static members;
 * v7 protocol type in the answer; v8 a reason; v9 a leader that need not assign.
 *
 * Not implemented: nothing.
 */
export const joinGroup = defineApi({
  api,
  versions: [0, 9],
  access: [['READ', 'GROUP']],
  async handle(context, request): Promise<JoinGroupResponseInit> {
    const { version } = context;
    const { groupId, memberId, sessionTimeoutMs } = request;
    const problem = membershipProblem(context, groupId);
    if (problem !== null) return failed(request, problem, version);
    const result = await context.services.groups.joinGroup({
      ...groupCaller(context),
      group: groupId,
      memberId,
      instanceId: request.groupInstanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs:
        version >= REBALANCE_TIMEOUT_VERSION ? request.rebalanceTimeoutMs : sessionTimeoutMs,
      protocolType: request.protocolType,
      // The group keeps them for longer than the request's buffer may live.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
      requiresKnownMemberId: version >= KNOWN_MEMBER_VERSION,
      canSkipAssignment: version >= SKIP_ASSIGNMENT_VERSION,
    });
    return response(result, version);
  },
  refuse: failed,
});

function failed({ memberId }: JoinGroupRequest, error: ErrorName, version: number): JoinGroupResponseInit {
  return response(joinFailed(error, memberId), version);
}

function response({ error, protocolName, ...rest }: JoinResult, version: number): JoinGroupResponseInit {
  const name = protocolName ?? (version < NULLABLE_PROTOCOL_VERSION ? '' : null);
  return { ...rest, errorCode: errorCode(error ?? 'NONE'), protocolName: name };
}
