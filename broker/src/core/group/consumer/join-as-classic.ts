import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import { appendErrorToMember, type Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import type { JoinCommand } from '../join-group.ts';
import { joinFailed } from '../results.ts';
import { advance } from './advance.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { landed, updateMember } from './consumer-heartbeat.ts';
import { type ConsumerMember, newMember, topicNames } from './consumer-member.ts';
import { beginSession, fenceAfter } from './consumer-timers.ts';
import { downgradeRecords } from './downgrade-group.ts';
import { replaceMember } from './enter-group.ts';
import { GroupDraft } from './group-draft.ts';
import { identifiedPartitions } from './named-partitions.ts';
import { timerKey } from './timer-keys.ts';

/** What a join of the classic protocol tells of the consumer inside it. */
interface Joining {
  readonly draft: GroupDraft;
  readonly before: ConsumerMember;
}

/**
 * JoinGroup of a consumer group with members (KIP-848): the member takes part as the others do, and is told by errors of its
 * heartbeats when to join again. Nobody waits for anybody.
 * @param rejoin joins the classic group, where the last member of the consumer protocol gave its place to this one
 */
export function joinAsClassic(
  shard: GroupShard,
  group: ConsumerGroup,
  command: JoinCommand,
  now: Now,
  out: Outbox,
  rejoin: (memberId: string, now: Now, later: Outbox) => void,
): void {
  const [first] = command.protocols;
  const subscription = first && shard.rules.consumerProtocol.subscription(first.metadata);
  const isNew = command.memberId === '';
  const memberId = isNew
    ? `${command.instanceId ?? command.clientId}-${shard.rules.newMemberSuffix()}`
    : command.memberId;
  const refuse = (error: ErrorName, id = '') => out.reply(command.reply, joinFailed(error, id));
  if (group.members.size >= shard.rules.consumerMaxSize && !group.members.has(memberId)) {
    refuse('GROUP_MAX_SIZE_REACHED');
    return;
  }
  if (!first || !subscription || !offersCommon(group, command)) {
    refuse('INCONSISTENT_GROUP_PROTOCOL');
    return;
  }
  if (isNew && command.requiresKnownMemberId && command.instanceId === null) {
    refuse('MEMBER_ID_REQUIRED', memberId);
    return;
  }
  const joining = enter(shard, group, memberId, command);
  if (typeof joining === 'string') {
    refuse(joining, command.memberId);
    return;
  }
  const { draft, before } = joining;
  const told: ConsumerMember = {
    ...before,
    instanceId: command.instanceId,
    rackId: subscription.rackId ?? before.rackId,
    clientId: command.clientId,
    clientHost: command.clientHost,
    rebalanceTimeoutMs: command.rebalanceTimeoutMs,
    subscribedTopics: topicNames(subscription.topics),
    subscribedRegex: null,
    classic: { sessionTimeoutMs: command.sessionTimeoutMs, protocols: command.protocols },
  };
  const hasSubscriptionChanged = updateMember(shard, draft, { before, told }, null, now);
  const downgrade = downgradeRecords(shard, group, draft.group);
  if (downgrade !== null) {
    out.append(downgrade, (error) => {
      if (error !== null) out.reply(command.reply, joinFailed(appendErrorToMember(error), memberId));
    });
    out.next((at, later) => {
      if (shard.classic(group.id)) rejoin(memberId, at, later);
    });
    return;
  }
  const owned = identifiedPartitions(shard.rules.metadata(), subscription.owned);
  const member = advance(shard, draft, told, { owned, hasSubscriptionChanged }, now);
  settle({ shard, draft, before, member, command, protocolName: first.name }, out);
}

function settle(
  joined: Joining & {
    readonly shard: GroupShard;
    readonly member: ConsumerMember;
    readonly command: JoinCommand;
    readonly protocolName: string;
  },
  out: Outbox,
): void {
  const { shard, draft, before, member, command, protocolName } = joined;
  const groupId = draft.group.id;
  out.appendOrSettle(draft.records, (error, at, later) => {
    if (error !== null) {
      later.reply(command.reply, joinFailed(appendErrorToMember(error), member.id));
      return;
    }
    landed(shard, draft, { before, member }, at, later);
    shard.consumer(groupId)?.askedToRejoin.delete(member.id);
    later.cancel(timerKey('join', groupId, member.id));
    beginSession(shard, groupId, member, later);
    fenceAfter(shard, groupId, member, 'sync', later);
    later.reply(command.reply, {
      error: null,
      memberId: member.id,
      generationId: member.epoch,
      protocolType: 'consumer',
      protocolName,
      leader: '',
      skipAssignment: false,
      members: [],
    });
  });
}

function enter(
  shard: GroupShard,
  group: ConsumerGroup,
  memberId: string,
  command: JoinCommand,
): Joining | ErrorName {
  const draft = new GroupDraft(group, shard.rules.metadata());
  const { instanceId } = command;
  if (instanceId === null) return { draft, before: group.members.get(memberId) ?? newMember(memberId) };
  const current = group.staticMember(instanceId);
  if (command.memberId === '') {
    const before = current === undefined ? newMember(memberId) : replaceMember(draft, current, memberId);
    return { draft, before };
  }
  if (current === undefined) return 'UNKNOWN_MEMBER_ID';
  return current.id === memberId ? { draft, before: current } : 'FENCED_INSTANCE_ID';
}

/** Consumers only, and with a protocol that all members of the classic protocol offer. */
function offersCommon(group: ConsumerGroup, { protocolType, protocols }: JoinCommand): boolean {
  if (protocolType !== 'consumer') return false;
  const offers: ReadonlySet<string>[] = [];
  for (const { classic } of group.members.values())
    if (classic !== null) offers.push(new Set(classic.protocols.map(({ name }) => name)));
  return protocols.some(({ name }) => offers.every((offered) => offered.has(name)));
}
