import type { ErrorName } from '@millrace/protocol';
import type { ClassicGroup } from './classic-group.ts';
import { classicSync } from './consumer/classic-members.ts';
import { appendErrorToMember, collect, type GroupEffect, type Outbox, type ReplyTo } from './effects.ts';
import type { GroupShard } from './group-shard.ts';
import { failAssignment, prepareRebalance, propagateAssignment, syncArrived } from './rebalance.ts';
import { EMPTY_BYTES, type SyncResult, syncFailed } from './results.ts';

export interface SyncCommand {
  readonly reply: ReplyTo<SyncResult>;
  readonly group: string;
  readonly generation: number;
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Null: not said (before v5). */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** From the leader; others send none. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/** SyncGroup: members wait for the leader's assignment, which is stored before anybody gets it. */
export function syncGroup(shard: GroupShard, command: SyncCommand): readonly GroupEffect[] {
  return collect((out) => {
    const consumer = shard.consumer(command.group);
    if (consumer) {
      classicSync(shard, consumer, command, out);
      return;
    }
    const group = shard.classic(command.group);
    const problem = group ? syncProblem(group, command) : 'UNKNOWN_MEMBER_ID';
    const member = group?.members.get(command.memberId);
    if (!group || !member || problem !== null) {
      out.reply(command.reply, syncFailed(problem ?? 'UNKNOWN_MEMBER_ID'));
      return;
    }
    switch (group.state) {
      case 'PreparingRebalance':
        out.reply(command.reply, syncFailed('REBALANCE_IN_PROGRESS'));
        return;
      case 'CompletingRebalance':
        // The client has given up on the one that is parked.
        if (member.syncing !== null) out.reply(member.syncing, syncFailed('REBALANCE_IN_PROGRESS'));
        member.syncing = command.reply;
        syncArrived(group, member.id, out);
        if (group.leader === member.id) storeAssignment(shard, group, command, out);
        return;
      case 'Stable': {
        syncArrived(group, member.id, out);
        const { protocolType, protocolName } = group;
        out.reply(command.reply, { error: null, protocolType, protocolName, assignment: member.assignment });
        return;
      }
      case 'Empty':
        out.reply(command.reply, syncFailed('UNKNOWN_MEMBER_ID'));
        return;
    }
  });
}

function syncProblem(group: ClassicGroup, command: SyncCommand): ErrorName | null {
  const problem = group.memberProblem(command.memberId, command.instanceId);
  if (problem !== null) return problem;
  if (command.generation !== group.generation) return 'ILLEGAL_GENERATION';
  const inconsistent =
    differs(command.protocolType, group.protocolType) || differs(command.protocolName, group.protocolName);
  return inconsistent ? 'INCONSISTENT_GROUP_PROTOCOL' : null;
}

function differs(said: string | null, is: string | null): boolean {
  return said !== null && is !== null && said !== is;
}

function storeAssignment(shard: GroupShard, group: ClassicGroup, command: SyncCommand, out: Outbox): void {
  const assignments = new Map<string, Buffer>();
  for (const id of group.members.keys()) assignments.set(id, command.assignments.get(id) ?? EMPTY_BYTES);
  const record = { kind: 'group', group: group.id, value: group.toRecord(assignments) } as const;
  out.append([record], (error, now, later) => {
    // While the record was on its way the group may have moved on: then its members are told by that.
    if (shard.groups.get(group.id) !== group) return;
    if (group.state !== 'CompletingRebalance' || group.generation !== command.generation) return;
    if (error === null) {
      propagateAssignment(shard, group, assignments, now, later);
      return;
    }
    failAssignment(shard, group, appendErrorToMember(error), now, later);
    prepareRebalance(shard, group, now, later);
  });
}
