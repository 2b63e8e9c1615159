import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { GroupShard } from '../group-shard.ts';
import type { ConsumerGroupState } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { type PartitionList, partitionLists, type TopicPartitions } from './partitions.ts';
import { assignorOf } from './target-assignment.ts';

export interface ConsumerGroupDescription {
  readonly groupId: string;
  readonly state: ConsumerGroupState;
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly ConsumerMemberDescription[];
}

export interface ConsumerMemberDescription {
  readonly member: ConsumerMember;
  readonly assignment: readonly PartitionList[];
  readonly targetAssignment: readonly PartitionList[];
}

export type DescribeConsumerGroupResult =
  | { readonly error: ErrorName; readonly message?: string }
  | { readonly error: null; readonly group: ConsumerGroupDescription };

/** ConsumerGroupDescribe: GROUP_ID_NOT_FOUND for a group of another kind as well. */
export function describeConsumerGroup(shard: GroupShard, groupId: string): DescribeConsumerGroupResult {
  const group = shard.groups.get(groupId);
  if (group?.type !== 'consumer') {
    const message = group ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`;
    return { error: 'GROUP_ID_NOT_FOUND', message };
  }
  return {
    error: null,
    group: {
      groupId,
      state: group.state,
      epoch: group.epoch,
      assignmentEpoch: group.assignmentEpoch,
      assignor: assignorOf(group, shard.rules.assignors),
      members: [...group.members.values()].map((member) => ({
        member,
        assignment: partitionLists(held(member)),
        targetAssignment: partitionLists(group.target(member.id)),
      })),
    },
  };
}

/** What it is giving up it has still. */
function held({ assigned, revoking }: ConsumerMember): TopicPartitions {
  const all = new Map<Uuid, Set<number>>();
  for (const partitions of [assigned, revoking])
    for (const [topicId, ofTopic] of partitions)
      all.set(topicId, new Set([...(all.get(topicId) ?? []), ...ofTopic.keys()]));
  return all;
}
