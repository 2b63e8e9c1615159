import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { ClassicGroup } from './classic-group.ts';
import { leaveAsClassic } from './consumer/classic-members.ts';
import { collect, type GroupEffect, type Outbox, type ReplyTo } from './effects.ts';
import type { GroupShard } from './group-shard.ts';
import { completeJoinIfReady, rebalanceOrCompleteJoin, removeMember } from './rebalance.ts';
import type { LeaveResult } from './results.ts';
import { endSession } from './sessions.ts';

export interface LeaveCommand {
  readonly reply: ReplyTo<LeaveResult>;
  readonly group: string;
  readonly members: readonly LeavingMember[];
}

export interface LeavingMember {
  /** Empty: an administrator removes a static member by its instance id. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** LeaveGroup: each member is answered by itself; one rebalance follows for all. */
export function leaveGroup(shard: GroupShard, command: LeaveCommand, now: Now): readonly GroupEffect[] {
  return collect((out) => {
    const consumer = shard.consumer(command.group);
    if (consumer) {
      leaveAsClassic(shard, consumer, command.members, out, (errors, later) => {
        const members = command.members.map((one, index) => ({ ...one, error: errors[index] ?? null }));
        later.reply(command.reply, { error: null, members });
      });
      return;
    }
    const group = shard.classic(command.group);
    const members = command.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      error: group ? leave(group, { memberId, groupInstanceId }, out) : ('UNKNOWN_MEMBER_ID' as const),
    }));
    out.reply(command.reply, { error: null, members });
    if (!group || members.every((member) => member.error !== null)) return;
    if (group.state === 'PreparingRebalance') completeJoinIfReady(shard, group, now, out);
    else if (group.state !== 'Empty') rebalanceOrCompleteJoin(shard, group, now, out);
  });
}

function leave(group: ClassicGroup, leaving: LeavingMember, out: Outbox): ErrorName | null {
  const { groupInstanceId } = leaving;
  let { memberId } = leaving;
  if (memberId === '') {
    const current = groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId);
    if (current === undefined) return 'UNKNOWN_MEMBER_ID';
    memberId = current;
  } else if (group.pendingJoin.has(memberId)) {
    endSession(group, memberId, out);
    group.remove(memberId);
    return null;
  } else {
    const problem = group.memberProblem(memberId, groupInstanceId);
    if (problem !== null) return problem;
  }
  const member = group.members.get(memberId);
  if (!member) return 'UNKNOWN_MEMBER_ID';
  removeMember(group, member, out);
  return null;
}
