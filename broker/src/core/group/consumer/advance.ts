import type { Now } from '@millrace/foundation/types';
import type { GroupShard } from '../group-shard.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, isReconciledTo, progressRecord, sameProgress } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import type { PartitionList } from './partitions.ts';
import { reconcile } from './reconcile.ts';
import { subscribedTopicIds } from './subscriptions.ts';
import { assignTargets } from './target-assignment.ts';

/** Brings the target assignment to the group's epoch where it is time for that, and the member one step towards it. */
export function advance(
  shard: GroupShard,
  draft: GroupDraft,
  member: ConsumerMember,
  said: { readonly owned: readonly PartitionList[] | null; readonly hasSubscriptionChanged: boolean },
  now: Now,
): ConsumerMember {
  if (draft.group.epoch > draft.group.assignmentEpoch && isDue(shard, draft.group, now))
    assignTargets(draft, shard.rules.assignors, now);
  const { group } = draft;
  if (!said.hasSubscriptionChanged && isReconciledTo(member, group.assignmentEpoch)) return member;
  const next = reconcile(member, {
    ...said,
    target: group.target(member.id),
    targetEpoch: group.assignmentEpoch,
    subscribedTopicIds: subscribedTopicIds(group, member, draft.image),
    ownerOf: (topicId, partition) => group.owner(topicId, partition),
  });
  if (!sameProgress(member, next)) draft.add(progressRecord(group.id, next));
  return next;
}

/** Members that come one after the other are assigned together (KIP-1263). */
function isDue(shard: GroupShard, { id, assignmentEpoch, assignedMonoMs }: ConsumerGroup, now: Now): boolean {
  if (assignmentEpoch === 0 || assignedMonoMs === null) return true;
  return now.monoMs - assignedMonoMs >= Number(shard.rules.setting(id, 'consumer.assignment.interval.ms'));
}
