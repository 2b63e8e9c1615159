import type { ShareMember } from './share-group.ts';
import type { PartitionsById } from './topic-partitions.ts';

/** A partition that can be given to members. */
interface Slot {
  readonly topicId: string;
  readonly partition: number;
  members: number;
}

/**
 * The assignment of a share group, as Kafka's assignor `simple` promises it: each partition that somebody reads has a member, each member
 * a partition; members of one subscription have as many as each other, give or take one, and partitions as many members. What a member
 * has it keeps, as far as that goes.
 * @param partitionsOf the partitions of a topic by its name that may be assigned; none for a topic that there is not
 */
export function assignShareGroup(
  members: Iterable<ShareMember>,
  partitionsOf: (
    topic: string,
  ) => { readonly topicId: string; readonly partitions: readonly number[] } | null,
): ReadonlyMap<string, PartitionsById> {
  const alike = new Map<string, ShareMember[]>();
  for (const member of members) {
    const key = JSON.stringify(member.subscribedTopics);
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [member]);
    else others.push(member);
  }
  const assignment = new Map<string, PartitionsById>();
  for (const group of alike.values()) {
    const topics = group[0]?.subscribedTopics ?? [];
    const slots = topics.flatMap((topic) => {
      const found = partitionsOf(topic);
      if (found === null) return [];
      return found.partitions.map((partition): Slot => ({ topicId: found.topicId, partition, members: 0 }));
    });
    for (const [member, given] of divide(group, slots)) assignment.set(member, given);
  }
  return assignment;
}

/** Divides slots among members that all may have all of them. */
function divide(
  members: readonly ShareMember[],
  slots: readonly Slot[],
): ReadonlyMap<string, PartitionsById> {
  const perMember = Math.max(1, Math.ceil(slots.length / members.length));
  const perSlot = Math.max(1, Math.ceil(members.length / Math.max(1, slots.length)));
  const given = new Map<string, Slot[]>(members.map(({ id }) => [id, []]));
  const give = (member: string, slot: Slot): void => {
    given.get(member)?.push(slot);
    slot.members += 1;
  };
  for (const { id, assigned } of members) {
    const has = new Map([...assigned].map(([topicId, partitions]) => [topicId, new Set(partitions)]));
    for (const slot of slots) {
      if ((given.get(id)?.length ?? 0) >= perMember) break;
      if (slot.members < perSlot && has.get(slot.topicId)?.has(slot.partition) === true) give(id, slot);
    }
  }
  const fewest = byFewest([...given], ([, has]) => has.length);
  for (const slot of slots) if (slot.members === 0) fewest(([member]) => give(member, slot));
  const least = byFewest(slots, (slot) => slot.members);
  for (const [member, has] of given) if (has.length === 0) least((slot) => give(member, slot));
  return new Map([...given].map(([member, has]) => [member, partitionsById(has)]));
}

/** Calls with the one that has the fewest now, the first of them where there are several. */
function byFewest<T>(items: readonly T[], count: (item: T) => number): (use: (item: T) => void) => void {
  return (use) => {
    let found: T | undefined;
    for (const item of items) if (found === undefined || count(item) < count(found)) found = item;
    if (found !== undefined) use(found);
  };
}

function partitionsById(slots: readonly Slot[]): PartitionsById {
  const byId = new Map<string, number[]>();
  for (const { topicId, partition } of slots) {
    const partitions = byId.get(topicId);
    if (partitions === undefined) byId.set(topicId, [partition]);
    else partitions.push(partition);
  }
  for (const partitions of byId.values()) partitions.sort((one, other) => one - other);
  return byId;
}
