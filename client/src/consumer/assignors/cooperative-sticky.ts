import type { TopicPartition } from '../../types.ts';
import { type Assignor, compare, compareMembers, type MemberSubscription } from './assignor.ts';

/**
 * Counts as even as what members read allows, and everybody keeps what he has as far as that is. What moves goes in two rounds: in
 * the first one its owner gives it up, and only in the next it has a new one (KIP-429). So members go on reading what stays.
 */
export const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  assign(members, partitions) {
    const owners = ownersOf(members, partitions);
    const assignment = balanced(members, partitions, owners);
    // What somebody else has still is nobody's in this round.
    return new Map(
      [...assignment].map(([memberId, mine]) => [
        memberId,
        mine.filter((partition) => (owners.get(keyOf(partition)) ?? memberId) === memberId),
      ]),
    );
  },
};

/** Who has each partition: of two who say so the one of the newer generation; of the same one neither. */
function ownersOf(
  members: readonly MemberSubscription[],
  partitions: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  const claims = new Map<string, { readonly memberId: string; readonly generationId: number }[]>();
  for (const { memberId, owned = [], generationId = -1, topics } of members)
    for (const partition of owned) {
      if (!topics.includes(partition.topic) || partition.partition >= (partitions.get(partition.topic) ?? 0))
        continue;
      const key = keyOf(partition);
      claims.set(key, [...(claims.get(key) ?? []), { memberId, generationId }]);
    }
  const owners = new Map<string, string>();
  for (const [key, all] of claims) {
    const newest = Math.max(...all.map(({ generationId }) => generationId));
    const [owner, ...others] = all.filter(({ generationId }) => generationId === newest);
    if (owner !== undefined && others.length === 0) owners.set(key, owner.memberId);
  }
  return owners;
}

function balanced(
  members: readonly MemberSubscription[],
  partitions: ReadonlyMap<string, number>,
  owners: ReadonlyMap<string, string>,
): Map<string, TopicPartition[]> {
  const sorted = [...members].sort(compareMembers);
  const assignment = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
  const of = (memberId: string) => assignment.get(memberId) ?? [];
  const free: TopicPartition[] = [];
  for (const [topic, count] of [...partitions].sort(([a], [b]) => compare(a, b)))
    for (let partition = 0; partition < count; partition++) {
      const owner = owners.get(keyOf({ topic, partition }));
      if (owner === undefined) free.push({ topic, partition });
      else of(owner).push({ topic, partition });
    }
  for (const partition of free) {
    const readers = sorted.filter(({ topics }) => topics.includes(partition.topic));
    const least = readers.reduce<MemberSubscription | null>(
      (best, one) => (best === null || of(one.memberId).length < of(best.memberId).length ? one : best),
      null,
    );
    if (least) of(least.memberId).push(partition);
  }
  while (moveOne(sorted, of)) {
    // Each move makes the sum of the squares of the counts smaller, so it ends.
  }
  return assignment;
}

/** From who has most to who has at least two less and reads the topic. */
function moveOne(
  members: readonly MemberSubscription[],
  of: (memberId: string) => TopicPartition[],
): boolean {
  const byCount = [...members].sort((a, b) => of(a.memberId).length - of(b.memberId).length);
  for (const poor of byCount)
    for (const rich of byCount.toReversed()) {
      const mine = of(rich.memberId);
      if (mine.length - of(poor.memberId).length < 2) break;
      const at = mine.findLastIndex(({ topic }) => poor.topics.includes(topic));
      if (at < 0) continue;
      of(poor.memberId).push(...mine.splice(at, 1));
      return true;
    }
  return false;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
