import type { Uuid } from '@millrace/foundation/types';
import type { ConsumerMember } from './consumer-member.ts';
import { type HeldPartitions, NOTHING_HELD, type PartitionList, type TopicPartitions } from './partitions.ts';

export interface Reconciliation {
  readonly target: TopicPartitions;
  readonly targetEpoch: number;
  /** Of the topics that the member reads now. */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** What it reads has changed with this request: what it does not read any more is taken at once. */
  readonly hasSubscriptionChanged: boolean;
  /** What the member says that it has; null where it did not say. */
  readonly owned: readonly PartitionList[] | null;
  /** Who has a partition, or has not said that it gave it up. */
  readonly ownerOf: (topicId: Uuid, partition: number) => string | undefined;
}

/**
 * The next step of a member towards its target assignment: first it gives up what it shall not have, in its old epoch;
 * only then does it come into the target's epoch, and gets what nobody else has (KIP-848).
 */
export function reconcile(member: ConsumerMember, by: Reconciliation): ConsumerMember {
  switch (member.state) {
    case 'stable':
      if (member.epoch !== by.targetEpoch) return nextStep(member, by);
      return by.hasSubscriptionChanged ? withoutUnsubscribed(member, by) : member;
    case 'unrevoked':
      if (!ownsAny(by.owned, member.revoking)) return nextStep(member, by);
      return by.hasSubscriptionChanged ? withoutUnsubscribed(member, by) : member;
    case 'unreleased':
    case 'unknown':
      return nextStep(member, by);
  }
}

/** Whether the member still has one of these; it may where it does not say. */
function ownsAny(owned: readonly PartitionList[] | null, held: HeldPartitions): boolean {
  if (owned === null) return true;
  return owned.some(({ topicId, partitions }) => {
    const ofTopic = held.get(topicId);
    return ofTopic !== undefined && partitions.some((partition) => ofTopic.has(partition));
  });
}

/** Takes only what the member does not read any more. */
function withoutUnsubscribed(member: ConsumerMember, by: Reconciliation): ConsumerMember {
  const assigned = new Map(member.assigned);
  const revoking = new Map(member.revoking);
  for (const [topicId, partitions] of member.assigned) {
    if (by.subscribedTopicIds.has(topicId)) continue;
    assigned.delete(topicId);
    revoking.set(topicId, new Map([...(revoking.get(topicId) ?? []), ...partitions]));
  }
  if (assigned.size === member.assigned.size) return member;
  const previousEpoch = member.epoch;
  if (!ownsAny(by.owned, revoking)) return { ...member, previousEpoch, assigned };
  return { ...member, previousEpoch, state: 'unrevoked', assigned, revoking };
}

function nextStep(member: ConsumerMember, by: Reconciliation): ConsumerMember {
  const kept = new Map<Uuid, Map<number, number>>();
  const revoking = new Map<Uuid, Map<number, number>>();
  const free = new Map<Uuid, readonly number[]>();
  let isSomeUnreleased = false;
  for (const topicId of new Set([...by.target.keys(), ...member.assigned.keys()])) {
    const target = by.subscribedTopicIds.has(topicId) ? (by.target.get(topicId) ?? NONE) : NONE;
    const had = member.assigned.get(topicId) ?? NOTHING;
    for (const [partition, epoch] of had)
      put(target.has(partition) ? kept : revoking, topicId, partition, epoch);
    const missing = [...target].filter((partition) => !had.has(partition));
    const available = missing.filter((partition) => {
      const owner = by.ownerOf(topicId, partition);
      return owner === undefined || owner === member.id;
    });
    isSomeUnreleased ||= available.length < missing.length;
    if (available.length > 0) free.set(topicId, available);
  }
  const previousEpoch = member.epoch;
  if (revoking.size > 0 && ownsAny(by.owned, revoking))
    return { ...member, previousEpoch, state: 'unrevoked', assigned: kept, revoking };
  for (const [topicId, partitions] of free)
    for (const partition of partitions) put(kept, topicId, partition, by.targetEpoch);
  return {
    ...member,
    epoch: by.targetEpoch,
    previousEpoch,
    state: isSomeUnreleased ? 'unreleased' : 'stable',
    assigned: kept,
    revoking: NOTHING_HELD,
  };
}

const NONE: ReadonlySet<number> = new Set();
const NOTHING: ReadonlyMap<number, number> = new Map();

function put(into: Map<Uuid, Map<number, number>>, topicId: Uuid, partition: number, epoch: number): void {
  const ofTopic = into.get(topicId);
  if (ofTopic === undefined) into.set(topicId, new Map([[partition, epoch]]));
  else ofTopic.set(partition, epoch);
}
