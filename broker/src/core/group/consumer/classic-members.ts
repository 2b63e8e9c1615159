import type { ErrorName } from '@millrace/protocol';
import type { Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import type { HeartbeatCommand } from '../heartbeat.ts';
import type { LeavingMember } from '../leave-group.ts';
import { syncFailed } from '../results.ts';
import type { SyncCommand } from '../sync-group.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { beginSession, fenceAfter } from './consumer-timers.ts';
import { fenceMembers } from './fence-members.ts';
import { namedPartitions } from './named-partitions.ts';
import { timerKey } from './timer-keys.ts';

/** Heartbeat of a member that speaks the classic protocol: told to join again where there is a step to take. */
export function classicHeartbeat(
  shard: GroupShard,
  group: ConsumerGroup,
  command: HeartbeatCommand,
  out: Outbox,
): void {
  const member = classicMember(group, command.memberId, command.instanceId);
  if (typeof member === 'string') {
    out.reply(command.reply, { error: member });
    return;
  }
  if (command.generation !== member.epoch) {
    out.reply(command.reply, { error: 'ILLEGAL_GENERATION' });
    return;
  }
  beginSession(shard, group.id, member, out);
  const mustRejoin =
    member.epoch < group.epoch ||
    member.state === 'unrevoked' ||
    (member.state === 'unreleased' && !waitsForOthers(group, member));
  if (mustRejoin) askToRejoin(shard, group, member, out);
  out.appendOrSettle([], (error, _at, later) =>
    later.reply(command.reply, { error: error ?? (mustRejoin ? 'REBALANCE_IN_PROGRESS' : null) }),
  );
}

/** SyncGroup of such a member: what it has of its target up to now, in the bytes of the consumer protocol. */
export function classicSync(
  shard: GroupShard,
  group: ConsumerGroup,
  command: SyncCommand,
  out: Outbox,
): void {
  const member = classicMember(group, command.memberId, command.instanceId);
  const problem = typeof member === 'string' ? member : syncProblem(group, member, command);
  if (typeof member === 'string' || problem !== null) {
    if (typeof member !== 'string' && problem === 'REBALANCE_IN_PROGRESS')
      askToRejoin(shard, group, member, out);
    out.reply(command.reply, syncFailed(problem ?? 'UNKNOWN_MEMBER_ID'));
    return;
  }
  out.cancel(timerKey('sync', group.id, member.id));
  beginSession(shard, group.id, member, out);
  const metadata = member.classic?.protocols[0]?.metadata;
  const assignment = shard.rules.consumerProtocol.encodeAssignment(
    namedPartitions(shard.rules.metadata(), member.assigned),
    metadata,
  );
  out.appendOrSettle([], (error, _at, later) =>
    later.reply(
      command.reply,
      error === null
        ? { error, protocolType: command.protocolType, protocolName: command.protocolName, assignment }
        : syncFailed(error),
    ),
  );
}

/**
 * LeaveGroup: members of the classic protocol by their id; by its instance id, as an administrator does, any.
 * @returns why one may not leave, in their order; null where it leaves
 */
export function leaveAsClassic(
  shard: GroupShard,
  group: ConsumerGroup,
  leaving: readonly LeavingMember[],
  out: Outbox,
  done: (errors: readonly (ErrorName | null)[], later: Outbox) => void,
): void {
  const found = leaving.map(({ memberId, groupInstanceId }) => {
    if (memberId !== '') return classicMember(group, memberId, groupInstanceId);
    return (
      (groupInstanceId === null ? undefined : group.staticMember(groupInstanceId)) ?? 'UNKNOWN_MEMBER_ID'
    );
  });
  const members = found.filter((one) => typeof one !== 'string');
  const errors = found.map((one) => (typeof one === 'string' ? one : null));
  if (members.length === 0) {
    done(errors, out);
    return;
  }
  fenceMembers(shard, group, members, out, (error, later) =>
    done(
      errors.map((one) => one ?? error),
      later,
    ),
  );
}

/** The member, where it is one and speaks the classic protocol; else why not. */
export function classicMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): ConsumerMember | ErrorName {
  if (instanceId !== null) {
    const current = group.staticMember(instanceId);
    if (current === undefined) return 'UNKNOWN_MEMBER_ID';
    if (current.id !== memberId) return 'FENCED_INSTANCE_ID';
  }
  const member = group.members.get(memberId);
  return member === undefined || member.classic === null ? 'UNKNOWN_MEMBER_ID' : member;
}

function syncProblem(group: ConsumerGroup, member: ConsumerMember, command: SyncCommand): ErrorName | null {
  if (command.generation !== member.epoch) return 'ILLEGAL_GENERATION';
  const { protocolType, protocolName } = command;
  if (protocolType !== null && protocolType !== 'consumer') return 'INCONSISTENT_GROUP_PROTOCOL';
  if (protocolName !== null && protocolName !== member.classic?.protocols[0]?.name)
    return 'INCONSISTENT_GROUP_PROTOCOL';
  // One that has partitions to give up has joined already: it is told what it keeps.
  return group.epoch > member.epoch && member.state !== 'unrevoked' ? 'REBALANCE_IN_PROGRESS' : null;
}

/** A member that is told to join again has its rebalance timeout for it, from the first time on. */
function askToRejoin(shard: GroupShard, group: ConsumerGroup, member: ConsumerMember, out: Outbox): void {
  if (group.askedToRejoin.has(member.id)) return;
  group.askedToRejoin.add(member.id);
  fenceAfter(shard, group.id, member, 'join', out);
}

function waitsForOthers(group: ConsumerGroup, member: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target(member.id)) {
    for (const partition of partitions) {
      if (member.assigned.get(topicId)?.has(partition)) continue;
      const owner = group.owner(topicId, partition);
      if (owner !== undefined && owner !== member.id) return true;
    }
  }
  return false;
}
