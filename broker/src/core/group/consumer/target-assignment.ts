import { assert } from '@millrace/foundation/assert';
import type { Now, Uuid } from '@millrace/foundation/types';
import type { Assign } from './assignors/assignor.ts';
import { assignByRange } from './assignors/range.ts';
import { assignUniformly } from './assignors/uniform.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { GroupDraft } from './group-draft.ts';
import { NO_PARTITIONS, partitionLists, samePartitions } from './partitions.ts';
import { subscribedTopicIds } from './subscriptions.ts';

const ASSIGNORS: ReadonlyMap<string, Assign> = new Map([
  ['uniform', assignUniformly],
  ['range', assignByRange],
]);

/** The one that most members ask for, else the first of those that there are. */
export function assignorOf(group: ConsumerGroup, assignors: readonly string[]): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of group.members.values())
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  let chosen: string | null = null;
  for (const [name, count] of votes) if (chosen === null || count > (votes.get(chosen) ?? 0)) chosen = name;
  return chosen ?? assignors[0] ?? '';
}

/**
 * Computes the target assignment for the group's epoch, as records of what changes.
 * @param assignors that there are, by their names; the first one is taken where members ask for none
 */
export function assignTargets(draft: GroupDraft, assignors: readonly string[], now: Now): void {
  const { group, image } = draft;
  const partitionCounts = new Map<Uuid, number>();
  for (const name of group.subscribedTopics()) {
    const topic = image.topicsByName.get(name);
    if (topic !== undefined) partitionCounts.set(topic.id, topic.partitions.length);
  }
  const members = [...group.members.values()].map((member) => ({
    id: member.id,
    topicIds: subscribedTopicIds(group, member, image),
    target: group.target(member.id),
  }));
  const assign = ASSIGNORS.get(assignorOf(group, assignors));
  assert(assign, 'members ask for assignors that there are');
  const targets = assign(members, partitionCounts);
  for (const { id: member, target } of members) {
    const next = targets.get(member) ?? NO_PARTITIONS;
    if (samePartitions(next, target)) continue;
    const value = { topicPartitions: partitionLists(next) };
    draft.add({ kind: 'consumer-target-member', group: group.id, member, value });
  }
  draft.add({
    kind: 'consumer-target',
    group: group.id,
    value: { assignmentEpoch: group.epoch, assignmentTimestamp: now.wallMs },
  });
}
