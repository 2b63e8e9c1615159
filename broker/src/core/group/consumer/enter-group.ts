import type { GroupShard } from '../group-shard.ts';
import { ConsumerGroup } from './consumer-group.ts';
import {
  type ConsumerMember,
  JOIN_EPOCH,
  LEAVE_STATIC_EPOCH,
  memberRecord,
  memberTombstones,
  newMember,
  progressRecord,
} from './consumer-member.ts';
import { GroupDraft } from './group-draft.ts';
import type { ConsumerHeartbeatCommand, HeartbeatRefusal } from './heartbeat-command.ts';
import { areHeld, partitionLists } from './partitions.ts';
import { upgradeGroup } from './upgrade-group.ts';

/** The group and its member as they are before this request, made where it joins. */
export type Entrance = { readonly draft: GroupDraft; readonly before: ConsumerMember } | HeartbeatRefusal;

/** Finds the group and the member of a heartbeat; makes them where it joins, and may. */
export function enterGroup(shard: GroupShard, command: ConsumerHeartbeatCommand): Entrance {
  const draft = groupFor(shard, command);
  if ('error' in draft) return draft;
  const { group } = draft;
  if (group.members.size >= shard.rules.consumerMaxSize && !group.members.has(command.memberId))
    return {
      error: 'GROUP_MAX_SIZE_REACHED',
      message: `The consumer group has reached its maximum capacity of ${shard.rules.consumerMaxSize} members.`,
    };
  const memberId = command.memberId === '' ? shard.rules.newMemberSuffix() : command.memberId;
  const before =
    command.instanceId === null
      ? dynamicMember(group, memberId, command)
      : staticMember(draft, memberId, command.instanceId, command);
  return 'error' in before ? before : { draft, before };
}

function groupFor(
  shard: GroupShard,
  { group: id, memberEpoch }: ConsumerHeartbeatCommand,
): GroupDraft | HeartbeatRefusal {
  const group = shard.groups.get(id);
  const image = shard.rules.metadata();
  if (group?.type === 'consumer') return new GroupDraft(group, image);
  if (memberEpoch !== JOIN_EPOCH)
    return {
      error: 'GROUP_ID_NOT_FOUND',
      message: group ? `Group ${id} is not a consumer group.` : `Consumer group ${id} not found.`,
    };
  if (group === undefined) return new GroupDraft(new ConsumerGroup(id), image);
  if (group.type !== 'classic' || group.state !== 'Empty') {
    const upgrade = group.type === 'classic' ? upgradeGroup(shard, group) : null;
    return upgrade ?? { error: 'GROUP_ID_NOT_FOUND', message: `Group ${id} is not a consumer group.` };
  }
  const draft = new GroupDraft(new ConsumerGroup(id), image);
  draft.add({ kind: 'group', group: id, value: null });
  return draft;
}

function dynamicMember(
  group: ConsumerGroup,
  memberId: string,
  command: ConsumerHeartbeatCommand,
): ConsumerMember | HeartbeatRefusal {
  const member = group.members.get(memberId);
  if (member !== undefined) return epochProblem(member, command) ?? member;
  if (command.memberEpoch === JOIN_EPOCH) return newMember(memberId);
  return {
    error: 'UNKNOWN_MEMBER_ID',
    message: `Member ${memberId} is not a member of group ${group.id}.`,
  };
}

function staticMember(
  draft: GroupDraft,
  memberId: string,
  instanceId: string,
  command: ConsumerHeartbeatCommand,
): ConsumerMember | HeartbeatRefusal {
  const { group } = draft;
  const current = group.staticMember(instanceId);
  const isJoining = command.memberEpoch === JOIN_EPOCH;
  if (current === undefined) {
    if (isJoining) return group.members.get(memberId) ?? newMember(memberId);
    return { error: 'UNKNOWN_MEMBER_ID', message: `Instance id ${instanceId} is unknown.` };
  }
  if (current.id === memberId) return epochProblem(current, command) ?? current;
  if (!isJoining)
    return {
      error: 'FENCED_INSTANCE_ID',
      message: `Static member ${memberId} with instance id ${instanceId} was fenced by member ${current.id}.`,
    };
  if (current.classic === null && current.epoch !== LEAVE_STATIC_EPOCH)
    return {
      error: 'UNRELEASED_INSTANCE_ID',
      message: `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${current.id} member.`,
    };
  return replaceMember(draft, current, memberId);
}

/** The same static member under a new id: what it had and shall have is the new one's. */
export function replaceMember(draft: GroupDraft, current: ConsumerMember, id: string): ConsumerMember {
  const { group } = draft;
  const member = { ...current, id, epoch: JOIN_EPOCH, previousEpoch: JOIN_EPOCH };
  const target = group.target(current.id);
  draft.add(
    ...memberTombstones(group.id, current.id),
    memberRecord(group.id, member),
    {
      kind: 'consumer-target-member',
      group: group.id,
      member: id,
      value: { topicPartitions: partitionLists(target) },
    },
    progressRecord(group.id, member),
  );
  return member;
}

/** A member must say its epoch, or the one before where the answer with its new one may be lost. */
function epochProblem(member: ConsumerMember, command: ConsumerHeartbeatCommand): HeartbeatRefusal | null {
  const { memberEpoch: epoch, owned } = command;
  if (epoch === JOIN_EPOCH || epoch === member.epoch) return null;
  const fenced = (which: string): HeartbeatRefusal => ({
    error: 'FENCED_MEMBER_EPOCH',
    message:
      `The consumer group member has a ${which} member epoch (${epoch}) than the one known by the group ` +
      `coordinator (${member.epoch}). The member must abandon all its partitions and rejoin.`,
  });
  if (epoch > member.epoch) return fenced('greater');
  const mayHaveMissedIt = epoch === member.previousEpoch && owned !== null && areHeld(owned, member.assigned);
  return mayHaveMissedIt ? null : fenced('smaller');
}
