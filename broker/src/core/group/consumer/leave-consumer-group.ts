import { appendErrorToMember, type Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, LEAVE_STATIC_EPOCH, progressRecord } from './consumer-member.ts';
import { fenceMembers } from './fence-members.ts';
import type {
  ConsumerHeartbeatCommand,
  ConsumerHeartbeatResult,
  HeartbeatRefusal,
} from './heartbeat-command.ts';
import { NOTHING_HELD } from './partitions.ts';

/** A heartbeat by which the member leaves; a static one may say that it comes back, and keeps what it has. */
export function leaveConsumerGroup(shard: GroupShard, command: ConsumerHeartbeatCommand, out: Outbox): void {
  const group = shard.consumer(command.group);
  const leaving = group ? leavingMember(group, command) : notFound(shard, command.group);
  if (!group || 'error' in leaving) {
    out.reply(command.reply, 'error' in leaving ? leaving : notFound(shard, command.group));
    return;
  }
  const answer: ConsumerHeartbeatResult = {
    error: null,
    memberId: leaving.id,
    memberEpoch: command.memberEpoch,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
  if (command.memberEpoch === LEAVE_STATIC_EPOCH) {
    const away = { ...leaving, epoch: LEAVE_STATIC_EPOCH, revoking: NOTHING_HELD };
    out.append([progressRecord(group.id, away)], (error, _at, later) =>
      later.reply(
        command.reply,
        error === null ? answer : { error: appendErrorToMember(error), message: null },
      ),
    );
    return;
  }
  fenceMembers(shard, group, [leaving], out, (error, later) =>
    later.reply(
      command.reply,
      error === null ? answer : { error: appendErrorToMember(error), message: null },
    ),
  );
}

function leavingMember(
  group: ConsumerGroup,
  { memberId, instanceId }: ConsumerHeartbeatCommand,
): ConsumerMember | HeartbeatRefusal {
  if (instanceId === null) {
    const member = group.members.get(memberId);
    if (member) return member;
    return {
      error: 'UNKNOWN_MEMBER_ID',
      message: `Member ${memberId} is not a member of group ${group.id}.`,
    };
  }
  const member = group.staticMember(instanceId);
  if (!member) return { error: 'UNKNOWN_MEMBER_ID', message: `Instance id ${instanceId} is unknown.` };
  if (member.id === memberId) return member;
  return {
    error: 'FENCED_INSTANCE_ID',
    message: `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.id}.`,
  };
}

function notFound(shard: GroupShard, id: string): HeartbeatRefusal {
  const message = shard.groups.has(id)
    ? `Group ${id} is not a consumer group.`
    : `Consumer group ${id} not found.`;
  return { error: 'GROUP_ID_NOT_FOUND', message };
}
