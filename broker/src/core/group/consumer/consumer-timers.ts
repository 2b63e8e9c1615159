import type { Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { fenceMembers } from './fence-members.ts';
import { timerKey } from './timer-keys.ts';

/** A member that is not heard of for so long is out. */
export function beginSession(shard: GroupShard, groupId: string, member: ConsumerMember, out: Outbox): void {
  const timeoutMs =
    member.classic?.sessionTimeoutMs ?? Number(shard.rules.setting(groupId, 'consumer.session.timeout.ms'));
  out.timer(timerKey('session', groupId, member.id), timeoutMs, (_now, later) => {
    fenceIf(shard, { groupId, memberId: member.id, when: () => true }, later);
  });
}

/** A member that is to give partitions up has its rebalance timeout for it. */
export function watchRevocation(
  shard: GroupShard,
  groupId: string,
  member: ConsumerMember,
  out: Outbox,
): void {
  const timer = timerKey('revocation', groupId, member.id);
  if (member.state !== 'unrevoked' || member.classic !== null) {
    out.cancel(timer);
    return;
  }
  const { epoch } = member;
  out.timer(timer, Math.max(member.rebalanceTimeoutMs, 0), (_now, later) => {
    const when = (current: ConsumerMember) => current.state === 'unrevoked' && current.epoch === epoch;
    fenceIf(shard, { groupId, memberId: member.id, when }, later);
  });
}

/** A member of the classic protocol has its rebalance timeout to join again, or to ask for its assignment. */
export function fenceAfter(
  shard: GroupShard,
  groupId: string,
  member: ConsumerMember,
  kind: 'join' | 'sync',
  out: Outbox,
): void {
  out.timer(timerKey(kind, groupId, member.id), Math.max(member.rebalanceTimeoutMs, 0), (_now, later) => {
    fenceIf(shard, { groupId, memberId: member.id, when: () => true }, later);
  });
}

/** Sessions and revocations go on from now on, after the shard was loaded. */
export function resumeTimers(shard: GroupShard, group: ConsumerGroup, out: Outbox): void {
  for (const member of group.members.values()) {
    beginSession(shard, group.id, member, out);
    watchRevocation(shard, group.id, member, out);
  }
}

function fenceIf(
  shard: GroupShard,
  late: {
    readonly groupId: string;
    readonly memberId: string;
    readonly when: (member: ConsumerMember) => boolean;
  },
  out: Outbox,
): void {
  const group = shard.consumer(late.groupId);
  const member = group?.members.get(late.memberId);
  if (!group || !member || !late.when(member)) return;
  // Where the records are not taken, the timer has fired all the same: it comes again.
  fenceMembers(shard, group, [member], out, (error, later) => {
    if (error !== null && shard.consumer(group.id)?.members.has(member.id))
      beginSession(shard, group.id, member, later);
  });
}
