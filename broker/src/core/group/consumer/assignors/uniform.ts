import type { Uuid } from '@millrace/foundation/types';
import { type Assign, type AssignedMember, AssignmentDraft, readersByTopic } from './assignor.ts';

/**
 * Kafka's `uniform`: all partitions of all topics, spread so that the members' counts are as even as what they read
 * allows; members keep what they had as far as that is.
 */
export const assignUniformly: Assign = (members, partitionCounts) => {
  const draft = new AssignmentDraft(members);
  const readers = readersByTopic(members);
  const free = keepTargets(draft, members, partitionCounts);
  for (const [topicId, partition] of free) {
    const [first, ...others] = readers.get(topicId) ?? [];
    if (first === undefined) continue;
    let least = first;
    for (const reader of others) if (draft.count(reader.id) < draft.count(least.id)) least = reader;
    draft.give(least.id, topicId, partition);
  }
  even(draft, members);
  return draft.result;
};

/** @returns the partitions that nobody had, with those that two claim */
function keepTargets(
  draft: AssignmentDraft,
  members: readonly AssignedMember[],
  partitionCounts: ReadonlyMap<Uuid, number>,
): readonly (readonly [Uuid, number])[] {
  const taken = new Map<Uuid, Set<number>>();
  for (const [topicId] of partitionCounts) taken.set(topicId, new Set());
  for (const { id, topicIds, target } of members) {
    for (const [topicId, partitions] of target) {
      const ofTopic = taken.get(topicId);
      if (ofTopic === undefined || !topicIds.has(topicId)) continue;
      for (const partition of partitions) {
        if (partition >= (partitionCounts.get(topicId) ?? 0) || ofTopic.has(partition)) continue;
        ofTopic.add(partition);
        draft.give(id, topicId, partition);
      }
    }
  }
  return [...partitionCounts].flatMap(([topicId, count]) =>
    Array.from({ length: count }, (_, partition) => [topicId, partition] as const).filter(
      ([, partition]) => !taken.get(topicId)?.has(partition),
    ),
  );
}

/**
 * Moves partitions from who has most to who has at least two less and reads their topic, until there is nothing to move.
 * Each move makes the sum of the squares of the counts smaller, so it ends.
 */
function even(draft: AssignmentDraft, members: readonly AssignedMember[]): void {
  for (let hasMoved = true; hasMoved; ) {
    hasMoved = false;
    const byCount = [...members].sort((one, other) => draft.count(one.id) - draft.count(other.id));
    for (const poor of byCount) {
      for (let at = byCount.length - 1; at >= 0; at -= 1) {
        const rich = byCount[at];
        if (rich === undefined || draft.count(rich.id) - draft.count(poor.id) < 2) break;
        if (moveSome(draft, rich, poor)) hasMoved = true;
      }
    }
  }
}

function moveSome(draft: AssignmentDraft, rich: AssignedMember, poor: AssignedMember): boolean {
  let hasMoved = false;
  for (const [topicId, partitions] of [...draft.partitions(rich.id)]) {
    if (!poor.topicIds.has(topicId)) continue;
    for (const partition of [...partitions].reverse()) {
      if (draft.count(rich.id) - draft.count(poor.id) < 2) return hasMoved;
      draft.take(rich.id, topicId, partition);
      draft.give(poor.id, topicId, partition);
      hasMoved = true;
    }
  }
  return hasMoved;
}
