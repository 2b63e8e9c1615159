import type {
  ShareGroupCurrentMemberAssignmentValue,
  ShareGroupMemberMetadataValue,
  ShareGroupMetadataValue,
  ShareGroupStatePartitionMetadataValue,
  ShareGroupTargetAssignmentMemberValue,
  ShareGroupTargetAssignmentMetadataValue,
} from '@millrace/protocol/internal';

/** What `__consumer_offsets` keeps of a share group (KIP-932), by Kafka's own schemas. A null value is a tombstone. */
export type ShareGroupRecord =
  | ShareGroupEpochRecord
  | ShareMemberRecord
  | ShareTargetEpochRecord
  | ShareTargetRecord
  | ShareCurrentRecord
  | SharePartitionsRecord;

interface OfGroup<Kind extends string, Value> {
  readonly kind: Kind;
  readonly group: string;
  readonly value: Value | null;
}

interface OfMember<Kind extends string, Value> extends OfGroup<Kind, Value> {
  readonly member: string;
}

/** That there is a group, and its epoch. */
export type ShareGroupEpochRecord = OfGroup<'share-group', ShareGroupMetadataValue>;
/** Who a member is and what it wants to read. */
export type ShareMemberRecord = OfMember<'share-member', ShareGroupMemberMetadataValue>;
/** For which epoch of the group the target assignment was made. */
export type ShareTargetEpochRecord = OfGroup<'share-target-epoch', ShareGroupTargetAssignmentMetadataValue>;
/** What a member is to have. */
export type ShareTargetRecord = OfMember<'share-target', ShareGroupTargetAssignmentMemberValue>;
/** What a member has been told to have. */
export type ShareCurrentRecord = OfMember<'share-current', ShareGroupCurrentMemberAssignmentValue>;
/** In which partitions the group has begun, or is about to begin or end. */
export type SharePartitionsRecord = OfGroup<'share-partitions', ShareGroupStatePartitionMetadataValue>;
