import { assert } from '@millrace/foundation/assert';
import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { ClassicGroup } from './classic-group.ts';
import type { Outbox } from './effects.ts';
import { type Member, metadataOf } from './member.ts';
import { EMPTY_BYTES, type JoinResult, joinFailed, syncFailed } from './results.ts';
import { beginSession, endSession, sessionKey } from './sessions.ts';

export interface RebalanceRules {
  readonly initialRebalanceDelayMs: number;
  /** The topics in a consumer's subscription, null where the bytes are none. */
  readonly subscribedTopics: (metadata: Buffer) => readonly string[] | null;
}

/** What of its shard a rebalance looks at: which groups are alive, and their rules. */
export interface RebalancingShard {
  readonly rules: RebalanceRules;
  readonly groups: ReadonlyMap<string, unknown>;
}

/** Begins a rebalance where that may be, else ends the one that runs if everybody is there. */
export function rebalanceOrCompleteJoin(
  shard: RebalancingShard,
  group: ClassicGroup,
  now: Now,
  out: Outbox,
): void {
  if (group.canRebalance) prepareRebalance(shard, group, now, out);
  else completeJoinIfReady(shard, group, now, out);
}

/** Everybody has to join again. An empty group waits a while for more members than the first one. */
export function prepareRebalance(shard: RebalancingShard, group: ClassicGroup, now: Now, out: Outbox): void {
  if (group.state === 'CompletingRebalance') failAssignment(shard, group, 'REBALANCE_IN_PROGRESS', now, out);
  group.pendingSync.clear();
  out.cancel(syncKey(group));
  const initial = group.state === 'Empty';
  group.transitionTo('PreparingRebalance', now.wallMs);
  if (initial) {
    const delayMs = shard.rules.initialRebalanceDelayMs;
    waitForMore(shard, group, { delayMs, remainingMs: Math.max(group.rebalanceTimeoutMs - delayMs, 0) }, out);
    return;
  }
  // Where nobody is left nobody is waited for, not even those who were given an id and have not joined.
  const ready = group.hasAllMembersJoined || group.members.size === 0;
  if (ready) completeJoin(shard, group, now, out);
  else
    out.timer(joinKey(group), group.rebalanceTimeoutMs, (at, later) => completeJoin(shard, group, at, later));
}

/** Ends the join phase once all members are there; the first rebalance ends by its delay alone. */
export function completeJoinIfReady(
  shard: RebalancingShard,
  group: ClassicGroup,
  now: Now,
  out: Outbox,
): void {
  if (group.state === 'PreparingRebalance' && group.previousState !== 'Empty' && group.hasAllMembersJoined)
    completeJoin(shard, group, now, out);
}

/** While members keep coming the first rebalance is put off, up to their rebalance timeout. */
function waitForMore(
  shard: RebalancingShard,
  group: ClassicGroup,
  wait: { readonly delayMs: number; readonly remainingMs: number },
  out: Outbox,
): void {
  out.timer(joinKey(group), wait.delayMs, (now, later) => {
    if (!group.newMemberAdded || wait.remainingMs === 0) {
      completeJoin(shard, group, now, later);
      return;
    }
    group.newMemberAdded = false;
    const delayMs = Math.min(shard.rules.initialRebalanceDelayMs, wait.remainingMs);
    waitForMore(shard, group, { delayMs, remainingMs: Math.max(wait.remainingMs - wait.delayMs, 0) }, later);
  });
}

/** The time to join is over: who has not joined is out (static members stay), and the next generation begins. */
export function completeJoin(shard: RebalancingShard, group: ClassicGroup, now: Now, out: Outbox): void {
  if (shard.groups.get(group.id) !== group || group.state !== 'PreparingRebalance') return;
  out.cancel(joinKey(group));
  group.newMemberAdded = false;
  for (const member of [...group.members.values()]) {
    if (member.joining !== null || member.instanceId !== null) continue;
    endSession(group, member.id, out);
    group.remove(member.id);
  }
  if (!group.electJoinedLeader() && group.members.size > 0) {
    // Only static members are left and none has come back: they get another round.
    out.timer(joinKey(group), group.rebalanceTimeoutMs, (at, later) => completeJoin(shard, group, at, later));
    return;
  }
  group.nextGeneration(now.wallMs);
  refreshSubscription(shard, group);
  if (group.members.size === 0) {
    // Nobody waits for this record: without it the last generation would come back after a restart and time out.
    out.append([{ kind: 'group', group: group.id, value: group.toRecord(new Map()) }], () => {});
    return;
  }
  for (const member of group.members.values()) {
    answerJoin(member, joined(group, member), out);
    member.isNew = false;
    touchSession(shard, group, member, now, out);
    group.pendingSync.add(member.id);
  }
  const { generation } = group;
  out.timer(syncKey(group), group.rebalanceTimeoutMs, (at, later) =>
    expirePendingSync(shard, group, generation, at, later),
  );
}

/** The answer to a member that is in the current generation. */
export function joined(group: ClassicGroup, member: Member): JoinResult {
  return {
    error: null,
    memberId: member.id,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leader ?? '',
    skipAssignment: false,
    members: group.leader === member.id ? group.joinedMembers() : [],
  };
}

export function answerJoin(member: Member, result: JoinResult, out: Outbox): void {
  if (member.joining === null) return;
  out.reply(member.joining, result);
  member.joining = null;
}

/** The leader's assignment is stored: everybody gets theirs, and the group is Stable. */
export function propagateAssignment(
  shard: RebalancingShard,
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Buffer>,
  now: Now,
  out: Outbox,
): void {
  assert(group.state === 'CompletingRebalance', 'assignments are given out in CompletingRebalance');
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? EMPTY_BYTES;
    if (member.syncing === null) continue;
    const { protocolType, protocolName } = group;
    out.reply(member.syncing, { error: null, protocolType, protocolName, assignment: member.assignment });
    member.syncing = null;
    touchSession(shard, group, member, now, out);
  }
  group.transitionTo('Stable', now.wallMs);
}

/** Nobody gets an assignment of this generation. */
export function failAssignment(
  shard: RebalancingShard,
  group: ClassicGroup,
  error: ErrorName,
  now: Now,
  out: Outbox,
): void {
  for (const member of group.members.values()) {
    member.assignment = EMPTY_BYTES;
    if (member.syncing === null) continue;
    out.reply(member.syncing, syncFailed(error));
    member.syncing = null;
    touchSession(shard, group, member, now, out);
  }
}

/** The member has shown itself: its session begins anew. */
export function touchSession(
  shard: RebalancingShard,
  group: ClassicGroup,
  member: Member,
  now: Now,
  out: Outbox,
  timeoutMs = member.sessionTimeoutMs,
): void {
  beginSession(group, member, { now, timeoutMs }, out, (at, later) =>
    expireMember(shard, group, member, at, later),
  );
}

/** An id was given out: whoever got it has this long to join with it. */
export function awaitPendingMember(
  shard: RebalancingShard,
  group: ClassicGroup,
  memberId: string,
  timeoutMs: number,
  out: Outbox,
): void {
  group.pendingJoin.add(memberId);
  out.timer(sessionKey(group, memberId), timeoutMs, (now, later) =>
    expirePendingMember(shard, group, memberId, now, later),
  );
}

/** The member's session is over. */
function expireMember(
  shard: RebalancingShard,
  group: ClassicGroup,
  member: Member,
  now: Now,
  out: Outbox,
): void {
  if (shard.groups.get(group.id) !== group) return;
  // Whoever is parked here cannot send heartbeats; its session begins anew when it is answered.
  if (!member.isNew && (member.joining !== null || member.syncing !== null)) return;
  removeMember(group, member, out);
  if (group.state === 'PreparingRebalance') {
    if (group.hasAllMembersJoined) completeJoin(shard, group, now, out);
  } else if (group.state !== 'Empty') rebalanceOrCompleteJoin(shard, group, now, out);
}

/** Whoever got the id has not joined with it. */
function expirePendingMember(
  shard: RebalancingShard,
  group: ClassicGroup,
  memberId: string,
  now: Now,
  out: Outbox,
): void {
  if (shard.groups.get(group.id) !== group || !group.pendingJoin.has(memberId)) return;
  group.remove(memberId);
  if (group.state === 'PreparingRebalance' && group.hasAllMembersJoined) completeJoin(shard, group, now, out);
}

/** A parked join of a member that goes is answered UNKNOWN_MEMBER_ID, so that a client that is alive joins anew. */
export function removeMember(group: ClassicGroup, member: Member, out: Outbox): void {
  answerJoin(member, joinFailed('UNKNOWN_MEMBER_ID', ''), out);
  if (member.syncing !== null) out.reply(member.syncing, syncFailed('UNKNOWN_MEMBER_ID'));
  member.syncing = null;
  endSession(group, member.id, out);
  group.remove(member.id);
}

/** The group is no classic one any more: whoever waits is told so, and nothing times out. */
export function endRebalance(group: ClassicGroup, error: ErrorName, out: Outbox): void {
  out.cancel(joinKey(group));
  out.cancel(syncKey(group));
  for (const member of group.members.values()) {
    answerJoin(member, joinFailed(error, member.id), out);
    if (member.syncing !== null) out.reply(member.syncing, syncFailed(error));
    member.syncing = null;
    endSession(group, member.id, out);
  }
}

/** A member has asked for its assignment, or need not any more. */
export function syncArrived(group: ClassicGroup, memberId: string, out: Outbox): void {
  group.pendingSync.delete(memberId);
  if (group.pendingSync.size === 0) out.cancel(syncKey(group));
}

/** Kept while the group is a consumer group: offsets of topics that are read do not expire. */
export function refreshSubscription(shard: RebalancingShard, group: ClassicGroup): void {
  group.subscribedTopics = null;
  if (group.protocolType !== 'consumer') return;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const subscribed = shard.rules.subscribedTopics(metadataOf(member, group.protocolName));
    if (!subscribed) return;
    for (const topic of subscribed) topics.add(topic);
  }
  group.subscribedTopics = topics;
}

/** Members that joined but never asked for their assignment hold up nobody for longer than the rebalance timeout. */
function expirePendingSync(
  shard: RebalancingShard,
  group: ClassicGroup,
  generation: number,
  now: Now,
  out: Outbox,
): void {
  if (shard.groups.get(group.id) !== group || group.generation !== generation) return;
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
  if (group.pendingSync.size === 0) return;
  for (const memberId of [...group.pendingSync]) {
    const member = group.members.get(memberId);
    if (member) removeMember(group, member, out);
  }
  prepareRebalance(shard, group, now, out);
}

function joinKey(group: ClassicGroup): string {
  return `join\n${group.id}`;
}

function syncKey(group: ClassicGroup): string {
  return `sync\n${group.id}`;
}
