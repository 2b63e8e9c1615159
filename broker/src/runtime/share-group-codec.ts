import {
  type ShareGroupCurrentMemberAssignmentKey,
  type ShareGroupCurrentMemberAssignmentValue,
  type ShareGroupMemberMetadataKey,
  type ShareGroupMemberMetadataValue,
  type ShareGroupMetadataKey,
  type ShareGroupMetadataValue,
  type ShareGroupStatePartitionMetadataKey,
  type ShareGroupStatePartitionMetadataValue,
  type ShareGroupTargetAssignmentMemberKey,
  type ShareGroupTargetAssignmentMemberValue,
  type ShareGroupTargetAssignmentMetadataKey,
  type ShareGroupTargetAssignmentMetadataValue,
  shareGroupCurrentMemberAssignmentKey,
  shareGroupCurrentMemberAssignmentValue,
  shareGroupMemberMetadataKey,
  shareGroupMemberMetadataValue,
  shareGroupMetadataKey,
  shareGroupMetadataValue,
  shareGroupStatePartitionMetadataKey,
  shareGroupStatePartitionMetadataValue,
  shareGroupTargetAssignmentMemberKey,
  shareGroupTargetAssignmentMemberValue,
  shareGroupTargetAssignmentMetadataKey,
  shareGroupTargetAssignmentMetadataValue,
} from '@millrace/protocol/internal';
import type {
  ShareCurrentRecord,
  ShareGroupEpochRecord,
  ShareMemberRecord,
  SharePartitionsRecord,
  ShareTargetEpochRecord,
  ShareTargetRecord,
} from '../core/share/share-group-records.ts';
import { storedKind } from './stored-kind.ts';

/** What Apache Kafka 4.3 writes. */
const VALUE_VERSION = 0;

/** The kinds of records of share groups. */
export const shareGroupKinds = {
  'share-group': storedKind<ShareGroupEpochRecord, ShareGroupMetadataKey, ShareGroupMetadataValue>({
    key: shareGroupMetadataKey,
    value: shareGroupMetadataValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId }) => ({ groupId }),
    recordOf: ({ groupId }, value) => ({ kind: 'share-group', group: groupId, value }),
  }),
  'share-member': storedKind<ShareMemberRecord, ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue>({
    key: shareGroupMemberMetadataKey,
    value: shareGroupMemberMetadataValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId, member: memberId }) => ({ groupId, memberId }),
    recordOf: ({ groupId, memberId }, value) => ({
      kind: 'share-member',
      group: groupId,
      member: memberId,
      value,
    }),
  }),
  'share-target-epoch': storedKind<
    ShareTargetEpochRecord,
    ShareGroupTargetAssignmentMetadataKey,
    ShareGroupTargetAssignmentMetadataValue
  >({
    key: shareGroupTargetAssignmentMetadataKey,
    value: shareGroupTargetAssignmentMetadataValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId }) => ({ groupId }),
    recordOf: ({ groupId }, value) => ({ kind: 'share-target-epoch', group: groupId, value }),
  }),
  'share-target': storedKind<
    ShareTargetRecord,
    ShareGroupTargetAssignmentMemberKey,
    ShareGroupTargetAssignmentMemberValue
  >({
    key: shareGroupTargetAssignmentMemberKey,
    value: shareGroupTargetAssignmentMemberValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId, member: memberId }) => ({ groupId, memberId }),
    recordOf: ({ groupId, memberId }, value) => ({
      kind: 'share-target',
      group: groupId,
      member: memberId,
      value,
    }),
  }),
  'share-current': storedKind<
    ShareCurrentRecord,
    ShareGroupCurrentMemberAssignmentKey,
    ShareGroupCurrentMemberAssignmentValue
  >({
    key: shareGroupCurrentMemberAssignmentKey,
    value: shareGroupCurrentMemberAssignmentValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId, member: memberId }) => ({ groupId, memberId }),
    recordOf: ({ groupId, memberId }, value) => ({
      kind: 'share-current',
      group: groupId,
      member: memberId,
      value,
    }),
  }),
  'share-partitions': storedKind<
    SharePartitionsRecord,
    ShareGroupStatePartitionMetadataKey,
    ShareGroupStatePartitionMetadataValue
  >({
    key: shareGroupStatePartitionMetadataKey,
    value: shareGroupStatePartitionMetadataValue,
    versionOf: () => VALUE_VERSION,
    keyOf: ({ group: groupId }) => ({ groupId }),
    recordOf: ({ groupId }, value) => ({ kind: 'share-partitions', group: groupId, value }),
  }),
};
