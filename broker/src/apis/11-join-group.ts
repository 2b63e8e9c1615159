import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  joinGroup as api,
  type JoinGroupRequest,
  type JoinGroupResponseInit,
} from '@millrace/protocol/messages';
import { defineApi } from './api.ts';
import { groupCaller, mayOnGroup } from './group-caller.ts';

const NULLABLE_PROTOCOL_VERSION = 7;

/**
 * JoinGroup v0-9
 *
 * - Parked until all members have joined or the rebalance times out; an empty group first waits
 *   `group.initial.rebalance.delay.ms` for more members.
 * - Any protocol type; the protocol is the one that most members prefer among those that all offer.
 * - The leader gets everybody's metadata, the others nobody's.
 *
 * Versions: v1 rebalance timeout; v4 new members get their id first (MEMBER_ID_REQUIRED); v5 static members;
 * v7 protocol type in the answer; v8 a reason; v9 a leader that need not assign.
 *
 * Not implemented: joining a group of the KIP-848 protocol.
 */
export const joinGroup = defineApi({
  api,
  versions: [0, 9],
  access: [['READ', 'GROUP']],
  handle: (context, request) =>
    mayOnGroup(context, 'READ', request.groupId)
      ? context.services.groups.joinGroup(groupCaller(context), request)
      : failed(request, 'GROUP_AUTHORIZATION_FAILED', context.version),
  refuse: failed,
});

function failed(request: JoinGroupRequest, error: ErrorName, version: number): JoinGroupResponseInit {
  return {
    errorCode: errorCode(error),
    memberId: request.memberId,
    protocolName: version < NULLABLE_PROTOCOL_VERSION ? '' : null,
    leader: '',
    members: [],
  };
}
