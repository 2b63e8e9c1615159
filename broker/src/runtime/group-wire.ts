import { ZERO_UUID } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import type {
  JoinGroupRequest,
  JoinGroupResponseInit,
  LeaveGroupRequest,
  LeaveGroupResponseInit,
  OffsetCommitRequest,
  OffsetCommitResponseInit,
  OffsetFetchRequestGroup,
  OffsetFetchResponseGroupInit,
  SyncGroupResponseInit,
} from '@millrace/protocol/messages';
import type { CommitResult } from '../core/group/commit-offsets.ts';
import type { LeavingMember } from '../core/group/leave-group.ts';
import type { OffsetTable } from '../core/group/offset-table.ts';
import type { JoinResult, LeaveResult, SyncResult } from '../core/group/results.ts';

/** Answers of the group core as the responses say them. */

/** First version of JoinGroup that may leave the protocol's name out. */
const JOIN_NULLABLE_PROTOCOL_VERSION = 7;
/** First version of LeaveGroup that takes several members. */
const LEAVE_MANY_VERSION = 3;
const NO_OFFSET = -1;
const NO_LEADER_EPOCH = -1;

export function code(error: ErrorName | null): number {
  return errorCode(error ?? 'NONE');
}

export function joinResponse(result: JoinResult, version: number): JoinGroupResponseInit {
  const { error, protocolName, ...rest } = result;
  const name = protocolName ?? (version < JOIN_NULLABLE_PROTOCOL_VERSION ? '' : null);
  return { ...rest, errorCode: code(error), protocolName: name };
}

export function syncResponse(result: SyncResult): SyncGroupResponseInit {
  const { error, ...rest } = result;
  return { ...rest, errorCode: code(error) };
}

/** v0 says one timeout for both. */
export function rebalanceTimeoutMs(request: JoinGroupRequest, version: number): number {
  return version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs;
}

export function leavingMembers(request: LeaveGroupRequest, version: number): readonly LeavingMember[] {
  return version < LEAVE_MANY_VERSION
    ? [{ memberId: request.memberId, groupInstanceId: null }]
    : request.members;
}

export function leaveResponse(result: LeaveResult, version: number): LeaveGroupResponseInit {
  if (version < LEAVE_MANY_VERSION) return { errorCode: code(result.members[0]?.error ?? null) };
  return {
    errorCode: code(null),
    members: result.members.map(({ memberId, groupInstanceId, error }) => ({
      memberId,
      groupInstanceId,
      errorCode: code(error),
    })),
  };
}

export function commitResponse(request: OffsetCommitRequest, result: CommitResult): OffsetCommitResponseInit {
  const errors = result.error === null ? result.offsets.values() : undefined;
  return {
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: code(errors ? (errors.next().value ?? null) : result.error),
      })),
    })),
  };
}

/** The committed offsets that are asked for, -1 where there is none; all of the group's where no topic is named. */
export function fetchedOffsets(
  request: OffsetFetchRequestGroup,
  offsets: OffsetTable,
): OffsetFetchResponseGroupInit {
  const { groupId } = request;
  const all = offsets.of(groupId);
  const asked =
    request.topics ??
    [...all].map(([name, partitions]) => ({
      name,
      topicId: ZERO_UUID,
      partitionIndexes: [...partitions.keys()],
    }));
  return {
    groupId,
    errorCode: code(null),
    topics: asked.map(({ name, topicId, partitionIndexes }) => ({
      name,
      topicId,
      partitions: partitionIndexes.map((partitionIndex) => {
        const committed = all.get(name)?.get(partitionIndex);
        return {
          partitionIndex,
          committedOffset: committed?.offset ?? NO_OFFSET,
          committedLeaderEpoch: committed?.leaderEpoch ?? NO_LEADER_EPOCH,
          metadata: committed?.metadata ?? '',
          errorCode: code(null),
        };
      }),
    })),
  };
}
