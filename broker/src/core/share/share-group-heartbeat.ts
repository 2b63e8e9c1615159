import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToMember,
  collect,
  type GroupEffect,
  type Outbox,
  type ReplyTo,
} from '../group/effects.ts';
import type { GroupShard } from '../group/group-shard.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { assignShareGroup } from './share-assignor.ts';
import { newShareMember, ShareGroup, type ShareGroupPartitions, type ShareMember } from './share-group.ts';
import type { ShareGroupRecord } from './share-group-records.ts';
import { beginShareSession, removeShareMember } from './share-members.ts';
import {
  isSameAssignment,
  type NamedTopicPartitions,
  type PartitionsById,
  toTopicPartitions,
  withoutPartitions,
  withPartitions,
} from './topic-partitions.ts';

/** A member's epoch with which it joins, and with which it leaves. */
export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;
/** Kafka has no other state for members of share groups. */
const STABLE = 0;
/** 2020: seconds since then fit an epoch until 2088. */
const STATE_EPOCHS_SINCE_MS = 1_577_836_800_000;
const MS_PER_SECOND = 1_000;

export interface ShareHeartbeatCommand {
  readonly reply: ReplyTo<ShareHeartbeatResult>;
  readonly group: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  /** Null where it is as before. */
  readonly rackId: string | null;
  /** Null where they are as before. */
  readonly subscribedTopics: readonly string[] | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** `group.share.max.size` */
  readonly maxSize: number;
}

export interface ShareHeartbeatResult {
  readonly error: ErrorName | null;
  readonly message: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where it is as before. */
  readonly assignment: PartitionsById | null;
  /** Where the group is to begin: to be told to the share coordinator. */
  readonly toBegin: readonly NamedTopicPartitions[];
  /** Topics that the share coordinator has not forgotten yet: until then the group does not begin in them. */
  readonly toForget: ShareGroupPartitions['deleting'];
}

/** ShareGroupHeartbeat (KIP-932): joins, stays and leaves; told is what the member is to read. */
export function shareGroupHeartbeat(
  shard: GroupShard,
  command: ShareHeartbeatCommand,
  now: Now,
): readonly GroupEffect[] {
  return collect((out) => {
    const problem = heartbeatProblem(shard, command);
    if (problem !== null) {
      out.reply(command.reply, shareHeartbeatFailed(problem.error, problem.message));
      return;
    }
    if (command.memberEpoch === LEAVE_EPOCH) leave(shard, command, out);
    else beat(shard, command, now, out);
  });
}

export function shareHeartbeatFailed(error: ErrorName, message: string | null = null): ShareHeartbeatResult {
  return {
    error,
    message,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
    toBegin: [],
    toForget: [],
  };
}

interface Problem {
  readonly error: ErrorName;
  readonly message: string;
}

function heartbeatProblem(shard: GroupShard, command: ShareHeartbeatCommand): Problem | null {
  const { group: id, memberId, memberEpoch, subscribedTopics, maxSize } = command;
  const invalid = (message: string): Problem => ({ error: 'INVALID_REQUEST', message });
  if (memberId === '') return invalid('A member has an id.');
  if (command.rackId === '') return invalid('A rack has a name.');
  if (memberEpoch < LEAVE_EPOCH) return invalid(`There is no member epoch ${memberEpoch}.`);
  const isJoin = memberEpoch === JOIN_EPOCH;
  if (isJoin && (subscribedTopics ?? []).length === 0)
    return invalid('Who joins says which topics it reads.');
  const group = shard.groups.get(id);
  if (group === undefined && isJoin) return null;
  if (group?.type !== 'share')
    return { error: 'GROUP_ID_NOT_FOUND', message: `Group ${id} is not a share group.` };
  const member = group.members.get(memberId);
  if (member === undefined) {
    if (!isJoin)
      return { error: 'UNKNOWN_MEMBER_ID', message: `Member ${memberId} is not a member of group ${id}.` };
    if (group.members.size < maxSize) return null;
    const message = `The share group has reached its maximum capacity of ${maxSize} members.`;
    return { error: 'GROUP_MAX_SIZE_REACHED', message };
  }
  const isKnown =
    memberEpoch <= JOIN_EPOCH || memberEpoch === member.epoch || memberEpoch === member.previousEpoch;
  if (isKnown) return null;
  return { error: 'FENCED_MEMBER_EPOCH', message: `Member ${memberId} is at epoch ${member.epoch}.` };
}

function leave(shard: GroupShard, { group, memberId, reply }: ShareHeartbeatCommand, out: Outbox): void {
  removeShareMember(shard, group, memberId, out, (error, later) => {
    const left = { ...shareHeartbeatFailed('NONE'), error: null, memberEpoch: LEAVE_EPOCH };
    later.reply(reply, error === null ? left : shareHeartbeatFailed(appendErrorToMember(error)));
  });
}

function beat(shard: GroupShard, command: ShareHeartbeatCommand, now: Now, out: Outbox): void {
  const { group: id, memberId, reply } = command;
  const image = shard.rules.metadata();
  const known = shard.groups.get(id);
  const group = known?.type === 'share' ? known : newShareGroup(shard, id, now);
  const before = group.members.get(memberId);
  const member = updatedMember(before ?? newShareMember(memberId), command);
  const members = new Map(group.members).set(memberId, member);
  const partitions = beginningOf(group, members.values(), image);
  const next = nextEpoch(group, members, image, before?.subscribedTopics !== member.subscribedTopics);
  const target =
    next.epoch > group.assignmentEpoch
      ? assignShareGroup(members.values(), assignable(group.partitions.initialized, image))
      : new Map(group.target);
  const assigned = target.get(memberId) ?? new Map();
  const isTold = before?.epoch === next.epoch && isSameAssignment(member.assigned, assigned);
  const told = { ...member, epoch: next.epoch, assigned };
  const records = [
    ...(before === member ? [] : [memberRecord(id, member)]),
    ...(partitions === group.partitions ? [] : [partitionsRecord(id, partitions)]),
    ...(next.epoch === group.epoch ? [] : [epochRecord(group, next.epoch, next.hash)]),
    ...targetRecords(group, target, next.epoch, now),
    ...(isTold ? [] : [currentRecord(id, told, before?.epoch ?? 0)]),
  ];
  const setting = (name: string) => Number(shard.rules.setting(id, name));
  const result: ShareHeartbeatResult = {
    error: null,
    message: null,
    memberEpoch: next.epoch,
    heartbeatIntervalMs: setting('share.heartbeat.interval.ms'),
    assignment: isTold && command.memberEpoch === next.epoch ? null : assigned,
    toBegin: partitions.initializing,
    toForget: partitions.deleting,
  };
  out.appendOrSettle(records, (error, _at, later) =>
    later.reply(reply, error === null ? result : shareHeartbeatFailed(appendErrorToMember(error))),
  );
  out.next((_at, later) => beginShareSession(shard, id, memberId, later));
}

/** A group that there was not: the epochs of its state are above all before, by the time, and by what the shard has seen where that is too coarse or goes back. */
export function newShareGroup(shard: GroupShard, id: string, { wallMs }: Now): ShareGroup {
  const sinceS = Math.floor((wallMs - STATE_EPOCHS_SINCE_MS) / MS_PER_SECOND);
  return new ShareGroup(id, Math.max(sinceS, shard.newestShareStateEpoch));
}

/** The member with what it says of itself; the same one where that is as before. */
function updatedMember(before: ShareMember, command: ShareHeartbeatCommand): ShareMember {
  const { clientId, clientHost } = command;
  const isJoin = command.memberEpoch === JOIN_EPOCH;
  const rackId = isJoin ? command.rackId : (command.rackId ?? before.rackId);
  const { subscribedTopics: named } = command;
  const said = named === null ? before.subscribedTopics : [...new Set(named)].sort();
  const isSame =
    said.length === before.subscribedTopics.length &&
    said.every((topic, i) => before.subscribedTopics[i] === topic);
  const subscribedTopics = isSame ? before.subscribedTopics : said;
  const isAsBefore =
    isSame && rackId === before.rackId && clientId === before.clientId && clientHost === before.clientHost;
  return isAsBefore ? before : { ...before, rackId, clientId, clientHost, subscribedTopics };
}

/** The group's partitions with those that members read and that it has not begun in. */
function beginningOf(
  group: ShareGroup,
  members: Iterable<ShareMember>,
  image: MetadataImage,
): ShareGroupPartitions {
  const names = new Set([...members].flatMap(({ subscribedTopics }) => subscribedTopics));
  const deleting = new Set(group.partitions.deleting.map(({ topicId }) => topicId));
  const wanted = [...names].flatMap((topicName): NamedTopicPartitions[] => {
    const topic = image.topicsByName.get(topicName);
    if (topic === undefined || deleting.has(topic.id)) return [];
    return [{ topicId: topic.id, topicName, partitions: topic.partitions.map(({ partition }) => partition) }];
  });
  const { initialized, initializing } = group.partitions;
  const more = withoutPartitions(withoutPartitions(wanted, initialized), initializing);
  if (more.length === 0) return group.partitions;
  return { ...group.partitions, initializing: withPartitions(initializing, more) };
}

function nextEpoch(
  group: ShareGroup,
  members: ReadonlyMap<string, ShareMember>,
  image: MetadataImage,
  hasSubscribed: boolean,
): { readonly epoch: number; readonly hash: number } {
  const hash = topicsHash(members.values(), image);
  const isAsBefore = !hasSubscribed && group.members.size === members.size && hash === group.metadataHash;
  return { epoch: isAsBefore ? group.epoch : group.epoch + 1, hash };
}

/** Of the topics that members read: another one where a topic comes, goes or gets partitions. */
function topicsHash(members: Iterable<ShareMember>, image: MetadataImage): number {
  const names = [...new Set([...members].flatMap(({ subscribedTopics }) => subscribedTopics))].sort();
  let hash = 0;
  for (const name of names) {
    const topic = image.topicsByName.get(name);
    const text = topic === undefined ? '' : `${name}\n${topic.id}\n${topic.partitions.length}\n`;
    for (let index = 0; index < text.length; index++)
      hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  }
  return hash >>> 0;
}

/** Where the group has begun, as far as the topics are still there. */
function assignable(initialized: readonly NamedTopicPartitions[], image: MetadataImage) {
  const begun = new Map(initialized.map((topic) => [topic.topicId, topic]));
  return (name: string) => begun.get(image.topicsByName.get(name)?.id ?? '') ?? null;
}

function targetRecords(
  group: ShareGroup,
  target: ReadonlyMap<string, PartitionsById>,
  epoch: number,
  now: Now,
): readonly ShareGroupRecord[] {
  if (epoch <= group.assignmentEpoch) return [];
  const changed = [...target].filter(
    ([member, given]) => !group.target.has(member) || !isSameAssignment(group.targetOf(member), given),
  );
  const value = { assignmentEpoch: epoch, assignmentTimestamp: now.wallMs };
  return [
    ...changed.map(([member, given]): ShareGroupRecord => {
      const topicPartitions = toTopicPartitions(given);
      return { kind: 'share-target', group: group.id, member, value: { topicPartitions } };
    }),
    { kind: 'share-target-epoch', group: group.id, value },
  ];
}

function memberRecord(group: string, member: ShareMember): ShareGroupRecord {
  const { id, rackId, clientId, clientHost, subscribedTopics: subscribedTopicNames } = member;
  return {
    kind: 'share-member',
    group,
    member: id,
    value: { rackId, clientId, clientHost, subscribedTopicNames },
  };
}

export function epochRecord(
  { id, stateEpochBase }: ShareGroup,
  epoch: number,
  metadataHash: number,
): ShareGroupRecord {
  return { kind: 'share-group', group: id, value: { epoch, metadataHash, stateEpochBase } };
}

function currentRecord(group: string, member: ShareMember, previousMemberEpoch: number): ShareGroupRecord {
  return {
    kind: 'share-current',
    group,
    member: member.id,
    value: {
      memberEpoch: member.epoch,
      previousMemberEpoch,
      state: STABLE,
      assignedPartitions: toTopicPartitions(member.assigned),
    },
  };
}

export function partitionsRecord(group: string, partitions: ShareGroupPartitions): ShareGroupRecord {
  const { initializing, initialized, deleting } = partitions;
  return {
    kind: 'share-partitions',
    group,
    value: {
      initializingTopics: initializing,
      initializedTopics: initialized,
      deletingTopics: deleting,
    },
  };
}
