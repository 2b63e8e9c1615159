import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage } from '../../metadata/image.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';

/** Who commits, and for which partitions. */
export interface ConsumerCommit {
  /** A member's epoch; of one that speaks the classic protocol its generation. Negative: from outside the group. */
  readonly epoch: number;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly isTransactional: boolean;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

/**
 * Why a member may not commit; null where it may. A commit in an older epoch than the member's counts where it had the
 * partitions in that epoch already (KIP-1251).
 */
export function consumerCommitProblem(
  group: ConsumerGroup,
  image: MetadataImage,
  commit: ConsumerCommit,
): ErrorName | null {
  const { epoch, memberId, instanceId, isTransactional } = commit;
  if (epoch < 0 && group.members.size === 0) return null;
  // A transaction's producer need not say who it works for.
  if (isTransactional && epoch < 0 && memberId === '' && instanceId === null) return null;
  const member = group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (epoch === member.epoch) return null;
  if (member.classic !== null) return 'ILLEGAL_GENERATION';
  if (epoch > member.epoch) return 'STALE_MEMBER_EPOCH';
  const isHeldSince = commit.partitions.every(({ topic, partition }) => {
    const since = heldSince(member, image.topicsByName.get(topic)?.id ?? '', partition);
    return since !== undefined && since <= epoch;
  });
  return isHeldSince ? null : 'STALE_MEMBER_EPOCH';
}

/** Why a member may not read offsets; who does not say that it is one may. */
export function consumerFetchProblem(
  group: ConsumerGroup,
  { memberId, epoch }: { readonly memberId: string | null; readonly epoch: number },
): ErrorName | null {
  if (memberId === null && epoch < 0) return null;
  const member = group.members.get(memberId ?? '');
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return epoch === member.epoch ? null : 'STALE_MEMBER_EPOCH';
}

function heldSince(member: ConsumerMember, topicId: string, partition: number): number | undefined {
  return member.assigned.get(topicId)?.get(partition) ?? member.revoking.get(topicId)?.get(partition);
}
