import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import { appendErrorToMember, collect, type GroupEffect, type Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import { advance } from './advance.ts';
import {
  type ConsumerMember,
  isReconciledTo,
  JOIN_EPOCH,
  memberRecord,
  sameMetadata,
  sameNames,
  sameProgress,
  topicNames,
} from './consumer-member.ts';
import { beginSession, watchRevocation } from './consumer-timers.ts';
import { enterGroup } from './enter-group.ts';
import type { GroupDraft } from './group-draft.ts';
import {
  type ConsumerHeartbeatCommand,
  type ConsumerHeartbeatResult,
  heartbeatProblem,
} from './heartbeat-command.ts';
import { leaveConsumerGroup } from './leave-consumer-group.ts';
import { partitionLists, samePartitions } from './partitions.ts';
import { bumpEpoch, matchRegexes, triesAllTopics } from './subscriptions.ts';
import { upgraded } from './upgrade-group.ts';

/**
 * How soon a member comes again while its group is on its way to an assignment. Kafka tells them the usual interval, so
 * that each step of a rebalance takes seconds.
 */
const UNSETTLED_HEARTBEAT_INTERVAL_MS = 500;

/** ConsumerGroupHeartbeat: the member's news, then the group's epoch, the target assignment, and the member's next step. */
export function consumerHeartbeat(
  shard: GroupShard,
  command: ConsumerHeartbeatCommand,
  now: Now,
): readonly GroupEffect[] {
  return collect((out) => {
    const problem = heartbeatProblem(command, shard.rules);
    if (problem !== null) out.reply(command.reply, problem);
    else if (command.memberEpoch < JOIN_EPOCH) leaveConsumerGroup(shard, command, out);
    else beat(shard, command, now, out);
  });
}

function beat(shard: GroupShard, command: ConsumerHeartbeatCommand, now: Now, out: Outbox): void {
  const entered = enterGroup(shard, command);
  if ('error' in entered) {
    out.reply(command.reply, entered);
    return;
  }
  const { draft, before } = entered;
  const classic = shard.classic(command.group);
  const told = withNews(before, command);
  const hasSubscriptionChanged = updateMember(shard, draft, { before, told }, command.mayDescribe, now);
  const member = advance(shard, draft, told, { owned: command.owned, hasSubscriptionChanged }, now);
  beginSession(shard, draft.group.id, member, out);
  const answer = answerTo(shard, command, draft, { before, member });
  out.appendOrSettle(draft.records, (error, at, later) => {
    if (error === null) landed(shard, draft, { before, member }, at, later);
    if (error === null && classic) upgraded(shard, classic, later);
    later.reply(command.reply, error === null ? answer : refusal(error));
  });
}

/**
 * The member's own record, the topics of regular expressions, and a new epoch where that changes what is read.
 * @param mayDescribe null: of a member that reads by none, so that none is looked for on its behalf
 */
export function updateMember(
  shard: GroupShard,
  draft: GroupDraft,
  { before, told }: { readonly before: ConsumerMember; readonly told: ConsumerMember },
  mayDescribe: ((topic: string) => boolean) | null,
  now: Now,
): boolean {
  const { image } = draft;
  const isKnown = draft.group.members.has(told.id);
  if (!isKnown || !sameMetadata(before, told)) draft.add(memberRecord(draft.group.id, told));
  const namesChanged = !sameNames(before.subscribedTopics, told.subscribedTopics);
  const regexChanged = before.subscribedRegex !== told.subscribedRegex;
  const recordCount = draft.records.length;
  const hasNewTopics = draft.group.matchedTopics !== image.topicsByName;
  const search = mayDescribe && { patternOf: shard.rules.topicPattern, mayDescribe };
  if (regexChanged || hasNewTopics || triesAllTopics(draft.group, now)) matchRegexes(draft, search, now);
  const hasMatchedAnew = draft.records.length > recordCount;
  const isNew = !isKnown || draft.group.epoch === 0;
  bumpEpoch(draft, isNew || namesChanged || regexChanged || hasMatchedAnew);
  return namesChanged || regexChanged;
}

/** Once the records are committed: what is not stored of the group, and the member's time to give up partitions. */
export function landed(
  shard: GroupShard,
  draft: GroupDraft,
  { before, member }: { readonly before: ConsumerMember; readonly member: ConsumerMember },
  now: Now,
  out: Outbox,
): void {
  const group = shard.consumer(draft.group.id);
  if (!group) return;
  const isMatched = draft.matched !== 'none' || group.matchedTopics === draft.image.topicsByName;
  if (isMatched || group.regexes.size === 0) group.checkedAgainst(draft.image);
  if (draft.matched === 'all') group.triedAllMonoMs = now.monoMs;
  if (draft.records.some(({ kind }) => kind === 'consumer-target')) group.assignedMonoMs = now.monoMs;
  if (!sameProgress(before, member)) watchRevocation(shard, group.id, member, out);
}

function withNews(before: ConsumerMember, command: ConsumerHeartbeatCommand): ConsumerMember {
  const { subscribedTopics, subscribedRegex } = command;
  return {
    ...before,
    instanceId: command.instanceId ?? before.instanceId,
    rackId: command.rackId ?? before.rackId,
    clientId: command.clientId,
    clientHost: command.clientHost,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs ?? before.rebalanceTimeoutMs,
    serverAssignor: command.serverAssignor ?? before.serverAssignor,
    subscribedTopics: subscribedTopics === null ? before.subscribedTopics : topicNames(subscribedTopics),
    subscribedRegex: subscribedRegex === null ? before.subscribedRegex : subscribedRegex || null,
    classic: null,
  };
}

function answerTo(
  shard: GroupShard,
  command: ConsumerHeartbeatCommand,
  draft: GroupDraft,
  { before, member }: { readonly before: ConsumerMember; readonly member: ConsumerMember },
): ConsumerHeartbeatResult {
  const { group } = draft;
  // Whoever says everything may have lost what it was told.
  const saysAll =
    command.rebalanceTimeoutMs !== null &&
    (command.subscribedTopics !== null || command.subscribedRegex !== null) &&
    command.owned !== null;
  const isTold =
    command.memberEpoch === JOIN_EPOCH || saysAll || !samePartitions(before.assigned, member.assigned);
  const isSettled = group.epoch === group.assignmentEpoch && isReconciledTo(member, group.assignmentEpoch);
  const intervalMs = Number(shard.rules.setting(group.id, 'consumer.heartbeat.interval.ms'));
  return {
    error: null,
    memberId: member.id,
    memberEpoch: member.epoch,
    heartbeatIntervalMs: isSettled ? intervalMs : Math.min(intervalMs, UNSETTLED_HEARTBEAT_INTERVAL_MS),
    assignment: isTold ? partitionLists(member.assigned) : null,
  };
}

function refusal(error: ErrorName): ConsumerHeartbeatResult {
  return { error: appendErrorToMember(error), message: null };
}
