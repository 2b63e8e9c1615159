import type { Now } from '@millrace/foundation/types';
import type { ClassicGroup } from './classic-group.ts';
import { joinAsClassic } from './consumer/join-as-classic.ts';
import { groupTombstones } from './delete-group.ts';
import { appendErrorToMember, collect, type GroupEffect, type Outbox, type ReplyTo } from './effects.ts';
import type { GroupShard } from './group-shard.ts';
import { type Member, type MemberProtocol, offersSame } from './member.ts';
import {
  answerJoin,
  awaitPendingMember,
  completeJoinIfReady,
  joined,
  prepareRebalance,
  rebalanceOrCompleteJoin,
  touchSession,
} from './rebalance.ts';
import { EMPTY_BYTES, type JoinResult, joinFailed, syncFailed } from './results.ts';

export interface JoinCommand {
  readonly reply: ReplyTo<JoinResult>;
  readonly group: string;
  /** Empty: a new member. */
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  /** Since v4 a new dynamic member gets its id first and joins with it (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** Since v9 a leader can be told that the assignment stands (KIP-814). */
  readonly canSkipAssignment: boolean;
}

/**
 * A first join cannot send heartbeats: its client may be gone while the request is parked. After so long it is
 * answered, and whoever is still there joins again.
 */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** JoinGroup: answered when the rebalance is over, so mostly by effects of a later command or timer. */
export function joinGroup(shard: GroupShard, command: JoinCommand, now: Now): readonly GroupEffect[] {
  return collect((out) => {
    const group = shard.groups.get(command.group);
    if (group === undefined || group.type === 'classic') joinClassic(shard, command, now, out);
    else if (group.type !== 'consumer')
      out.reply(command.reply, joinFailed('INCONSISTENT_GROUP_PROTOCOL', ''));
    else if (group.members.size === 0) {
      out.append(groupTombstones(group), () => {});
      out.next((at, later) => joinClassic(shard, command, at, later));
    } else
      joinAsClassic(shard, group, command, now, out, (memberId, at, later) =>
        joinClassic(shard, { ...command, memberId }, at, later),
      );
  });
}

function joinClassic(shard: GroupShard, command: JoinCommand, now: Now, out: Outbox): void {
  const known = shard.classic(command.group);
  if (!known && (command.memberId !== '' || shard.groups.has(command.group))) {
    out.reply(command.reply, joinFailed('UNKNOWN_MEMBER_ID', command.memberId));
    return;
  }
  const group = known ?? shard.createClassic(command.group, now);
  if (!admits(shard, group, command.memberId)) {
    group.remove(command.memberId);
    out.reply(command.reply, joinFailed('GROUP_MAX_SIZE_REACHED', ''));
  } else if (!group.supports(command.protocolType, command.protocols)) {
    out.reply(command.reply, joinFailed('INCONSISTENT_GROUP_PROTOCOL', command.memberId));
  } else if (command.memberId === '') joinNew({ shard, group, command, now, out });
  else joinKnown({ shard, group, command, now, out });
  if (!known) storeNewGroup(group, out);
}

interface Join {
  readonly shard: GroupShard;
  readonly group: ClassicGroup;
  readonly command: JoinCommand;
  readonly now: Now;
  readonly out: Outbox;
}

/** Whether there is room: members that are there already always find it, unless the limit was lowered below them. */
function admits(shard: GroupShard, group: ClassicGroup, memberId: string): boolean {
  const member = group.members.get(memberId);
  switch (group.state) {
    case 'Empty':
      return true;
    case 'PreparingRebalance':
      return (member !== undefined && member.joining !== null) || group.joiningCount < shard.rules.maxSize;
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < shard.rules.maxSize;
  }
}

function joinNew(join: Join): void {
  const { shard, group, command, out } = join;
  const { instanceId, clientId } = command;
  const memberId = `${instanceId ?? clientId}-${shard.rules.newMemberSuffix()}`;
  if (instanceId !== null) {
    const existing = group.members.get(group.staticMemberId(instanceId) ?? '');
    if (existing) replaceStatic(join, existing, memberId);
    else addMember(join, memberId);
  } else if (command.requiresKnownMemberId) {
    awaitPendingMember(shard, group, memberId, command.sessionTimeoutMs, out);
    out.reply(command.reply, joinFailed('MEMBER_ID_REQUIRED', memberId));
  } else addMember(join, memberId);
}

function joinKnown(join: Join): void {
  const { group, command, out } = join;
  const { memberId } = command;
  if (group.pendingJoin.has(memberId) && command.instanceId === null) {
    addMember(join, memberId);
    return;
  }
  const problem = group.memberProblem(memberId, command.instanceId);
  const member = group.members.get(memberId);
  if (problem !== null || !member) {
    out.reply(command.reply, joinFailed(problem ?? 'UNKNOWN_MEMBER_ID', memberId));
    return;
  }
  switch (group.state) {
    case 'PreparingRebalance':
      rejoin(join, member);
      return;
    case 'CompletingRebalance':
      // It may have missed the answer to the same join: it gets it again.
      if (offersSame(member, command.protocols)) out.reply(command.reply, joined(group, member));
      else rejoin(join, member);
      return;
    case 'Stable':
      // By joining again the leader asks for a rebalance: what it assigns by may have changed.
      if (group.leader === memberId || !offersSame(member, command.protocols)) rejoin(join, member);
      else out.reply(command.reply, joined(group, member));
      return;
    case 'Empty':
      out.reply(command.reply, joinFailed('UNKNOWN_MEMBER_ID', memberId));
      return;
  }
}

function addMember(join: Join, memberId: string): void {
  const { shard, group, command, now, out } = join;
  const member: Member = {
    id: memberId,
    instanceId: command.instanceId,
    clientId: command.clientId,
    clientHost: command.clientHost,
    protocols: command.protocols,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs,
    sessionTimeoutMs: command.sessionTimeoutMs,
    assignment: EMPTY_BYTES,
    joining: command.reply,
    syncing: null,
    isNew: true,
  };
  if (group.members.size === 0) group.protocolType = command.protocolType;
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.newMemberAdded = true;
  group.add(member);
  touchSession(shard, group, member, now, out, NEW_MEMBER_JOIN_TIMEOUT_MS);
  rebalanceOrCompleteJoin(shard, group, now, out);
}

function rejoin(join: Join, member: Member): void {
  const { shard, group, now, out } = join;
  update(join, member);
  rebalanceOrCompleteJoin(shard, group, now, out);
}

/** What the member says of itself now. A join that is parked already gives way to this one. */
function update(join: Join, member: Member): void {
  const { command, out } = join;
  answerJoin(member, joinFailed('REBALANCE_IN_PROGRESS', member.id), out);
  member.protocols = command.protocols;
  member.rebalanceTimeoutMs = command.rebalanceTimeoutMs;
  member.sessionTimeoutMs = command.sessionTimeoutMs;
  member.joining = command.reply;
}

/** A static member has come back under its instance id: whoever had the place is fenced. */
function replaceStatic(join: Join, old: Member, memberId: string): void {
  const { shard, group, now, out } = join;
  const leaderBefore = group.leader ?? '';
  const before = { ...old, joining: null, syncing: null };
  answerJoin(old, joinFailed('FENCED_INSTANCE_ID', old.id), out);
  if (old.syncing !== null) out.reply(old.syncing, syncFailed('FENCED_INSTANCE_ID'));
  old.syncing = null;
  const member = group.replace(old, memberId);
  update(join, member);
  touchSession(shard, group, member, now, out);
  switch (group.state) {
    case 'Stable':
      if (group.selectProtocol() !== group.protocolName) {
        rebalanceOrCompleteJoin(shard, group, now, out);
        return;
      }
      storeReplacement({ ...join, member, before, leaderBefore });
      return;
    case 'CompletingRebalance':
      // The leader may assign to the old id already: everybody joins again.
      prepareRebalance(shard, group, now, out);
      return;
    case 'PreparingRebalance':
      completeJoinIfReady(shard, group, now, out);
      return;
    case 'Empty':
      return;
  }
}

/** Nothing changes but the id: the generation is stored with the new one, and nobody rebalances. */
function storeReplacement(
  change: Join & { readonly member: Member; readonly before: Member; readonly leaderBefore: string },
): void {
  const { shard, group, command, member, before, leaderBefore, out } = change;
  const assignments = new Map([...group.members.values()].map(({ id, assignment }) => [id, assignment]));
  const { generation } = group;
  out.append([{ kind: 'group', group: group.id, value: group.toRecord(assignments) }], (error, at, later) => {
    const current = group.generation === generation && group.members.get(member.id) === member;
    if (error !== null && current) {
      const restored = group.replace(member, before.id);
      restored.protocols = before.protocols;
      restored.rebalanceTimeoutMs = before.rebalanceTimeoutMs;
      restored.sessionTimeoutMs = before.sessionTimeoutMs;
      touchSession(shard, group, restored, at, later);
      answerJoin(member, joinFailed(appendErrorToMember(error), ''), later);
      return;
    }
    if (!current || group.state !== 'Stable') return;
    const answer = joined(group, member);
    const leads = group.leader === member.id;
    // An older leader would assign anew and find nobody waiting: it is told of the old leader, and only syncs.
    if (command.canSkipAssignment) answerJoin(member, { ...answer, skipAssignment: leads }, later);
    else answerJoin(member, { ...answer, leader: leaderBefore, members: [] }, later);
  });
}

/** A group that nobody has completed a generation of is stored empty, so that it exists after a restart. */
function storeNewGroup(group: ClassicGroup, out: Outbox): void {
  const value = {
    protocolType: '',
    generation: 0,
    protocol: null,
    leader: null,
    currentStateTimestamp: group.stateTimestampMs ?? -1,
    members: [],
  };
  out.append([{ kind: 'group', group: group.id, value }], (error, _at, later) => {
    if (error === null) return;
    for (const member of group.members.values())
      answerJoin(member, joinFailed(appendErrorToMember(error), member.id), later);
  });
}
