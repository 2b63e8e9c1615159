import type { Uuid } from '@millrace/foundation/types';
import type { ClassicGroup } from '../classic-group.ts';
import type { Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import { type Member, metadataOf } from '../member.ts';
import { endRebalance } from '../rebalance.ts';
import { ConsumerGroup } from './consumer-group.ts';
import {
  type ConsumerMember,
  memberRecord,
  newMember,
  progressRecord,
  topicNames,
} from './consumer-member.ts';
import { beginSession } from './consumer-timers.ts';
import { GroupDraft } from './group-draft.ts';
import { identifiedPartitions } from './named-partitions.ts';
import type { PartitionList } from './partitions.ts';
import { metadataHash } from './topic-hash.ts';

/**
 * A classic group with members as a consumer group, when the first member of that protocol joins (KIP-848): its members
 * go on in the classic protocol, with what they have, in an epoch that is their generation.
 * @returns null where it may not be, or cannot: then the group stays what it is
 */
export function upgradeGroup(shard: GroupShard, classic: ClassicGroup): GroupDraft | null {
  const { rules } = shard;
  if (rules.migrationPolicy !== 'bidirectional' && rules.migrationPolicy !== 'upgrade') return null;
  if (classic.protocolType !== 'consumer' || classic.members.size > rules.consumerMaxSize) return null;
  const members = [...classic.members.values()].map((member) => upgradedMember(shard, classic, member));
  if (members.some((member) => member === null)) return null;
  const { id: group, generation } = classic;
  const image = rules.metadata();
  const draft = new GroupDraft(new ConsumerGroup(group), image);
  const upgraded = members.filter((member) => member !== null);
  const topics = new Set(upgraded.flatMap(({ member }) => member.subscribedTopics));
  draft.add({ kind: 'group', group, value: null });
  draft.add(...upgraded.map(({ member }) => memberRecord(group, member)));
  draft.add({
    kind: 'consumer-group',
    group,
    value: { epoch: generation, metadataHash: metadataHash(image, topics) },
  });
  for (const { member, assigned } of upgraded)
    draft.add({
      kind: 'consumer-target-member',
      group,
      member: member.id,
      value: { topicPartitions: assigned },
    });
  draft.add({
    kind: 'consumer-target',
    group,
    value: { assignmentEpoch: generation, assignmentTimestamp: 0 },
  });
  draft.add(...upgraded.map(({ member }) => progressRecord(group, member)));
  return draft;
}

/** The records of the upgrade are committed: who waits in the classic group's rebalance joins again. */
export function upgraded(shard: GroupShard, classic: ClassicGroup, out: Outbox): void {
  endRebalance(classic, 'REBALANCE_IN_PROGRESS', out);
  for (const member of shard.consumer(classic.id)?.members.values() ?? [])
    if (member.classic !== null) beginSession(shard, classic.id, member, out);
}

function upgradedMember(
  { rules }: GroupShard,
  classic: ClassicGroup,
  member: Member,
): { readonly member: ConsumerMember; readonly assigned: readonly PartitionList[] } | null {
  const metadata = metadataOf(member, classic.protocolName ?? member.protocols[0]?.name ?? null);
  const subscription = rules.consumerProtocol.subscription(metadata);
  const partitions =
    member.assignment.length === 0 ? [] : rules.consumerProtocol.assignment(member.assignment);
  if (subscription === null || partitions === null) return null;
  const epoch = classic.generation;
  const assigned = identifiedPartitions(rules.metadata(), partitions);
  return {
    assigned,
    member: {
      ...newMember(member.id),
      instanceId: member.instanceId,
      rackId: subscription.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopics: topicNames(subscription.topics),
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
      epoch,
      previousEpoch: epoch,
      assigned: heldSince(assigned, epoch),
    },
  };
}

function heldSince(
  lists: readonly PartitionList[],
  epoch: number,
): ReadonlyMap<Uuid, ReadonlyMap<number, number>> {
  return new Map(
    lists.map(({ topicId, partitions }) => [
      topicId,
      new Map(partitions.map((partition) => [partition, epoch] as const)),
    ]),
  );
}
