// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { AnyStoredCodec } from '../../codec/codec.ts';
import { type BrokerRegistrationChangeRecord, brokerRegistrationChangeRecord } from './broker-registration-change-record.ts';
import { type ClientQuotaRecord, clientQuotaRecord } from './client-quota-record.ts';
import { type ConfigRecord, configRecord } from './config-record.ts';
import { type ConsumerGroupCurrentMemberAssignmentKey, consumerGroupCurrentMemberAssignmentKey } from './consumer-group-current-member-assignment.ts';
import { type ConsumerGroupCurrentMemberAssignmentValue, consumerGroupCurrentMemberAssignmentValue } from './consumer-group-current-member-assignment.ts';
import { type ConsumerGroupMemberMetadataKey, consumerGroupMemberMetadataKey } from './consumer-group-member-metadata.ts';
import { type ConsumerGroupMemberMetadataValue, consumerGroupMemberMetadataValue } from './consumer-group-member-metadata.ts';
import { type ConsumerGroupMetadataKey, consumerGroupMetadataKey } from './consumer-group-metadata.ts';
import { type ConsumerGroupMetadataValue, consumerGroupMetadataValue } from './consumer-group-metadata.ts';
import { type ConsumerGroupRegularExpressionKey, consumerGroupRegularExpressionKey } from './consumer-group-regular-expression.ts';
import { type ConsumerGroupRegularExpressionValue, consumerGroupRegularExpressionValue } from './consumer-group-regular-expression.ts';
import { type ConsumerGroupTargetAssignmentMemberKey, consumerGroupTargetAssignmentMemberKey } from './consumer-group-target-assignment.ts';
import { type ConsumerGroupTargetAssignmentMemberValue, consumerGroupTargetAssignmentMemberValue } from './consumer-group-target-assignment.ts';
import { type ConsumerGroupTargetAssignmentMetadataKey, consumerGroupTargetAssignmentMetadataKey } from './consumer-group-target-assignment.ts';
import { type ConsumerGroupTargetAssignmentMetadataValue, consumerGroupTargetAssignmentMetadataValue } from './consumer-group-target-assignment.ts';
import { type FeatureLevelRecord, featureLevelRecord } from './feature-level-record.ts';
import { type GroupMetadataKey, groupMetadataKey } from './group-metadata.ts';
import { type GroupMetadataValue, groupMetadataValue } from './group-metadata.ts';
import { type KRaftVersionRecord, kRaftVersionRecord } from './kraft-version-record.ts';
import { type LeaderChangeMessage, leaderChangeMessage } from './leader-change-message.ts';
import { type LegacyOffsetCommitKey, legacyOffsetCommitKey } from './legacy-offset-commit.ts';
import { type LegacyOffsetCommitValue, legacyOffsetCommitValue } from './legacy-offset-commit.ts';
import { type NoOpRecord, noOpRecord } from './no-op-record.ts';
import { type OffsetCommitKey, offsetCommitKey } from './offset-commit.ts';
import { type OffsetCommitValue, offsetCommitValue } from './offset-commit.ts';
import { type PartitionChangeRecord, partitionChangeRecord } from './partition-change-record.ts';
import { type PartitionRecord, partitionRecord } from './partition-record.ts';
import { type ProducerIdsRecord, producerIdsRecord } from './producer-ids-record.ts';
import { type RegisterBrokerRecord, registerBrokerRecord } from './register-broker-record.ts';
import { type RemoveTopicRecord, removeTopicRecord } from './remove-topic-record.ts';
import { type ShareGroupCurrentMemberAssignmentKey, shareGroupCurrentMemberAssignmentKey } from './share-group.ts';
import { type ShareGroupCurrentMemberAssignmentValue, shareGroupCurrentMemberAssignmentValue } from './share-group.ts';
import { type ShareGroupMemberMetadataKey, shareGroupMemberMetadataKey } from './share-group.ts';
import { type ShareGroupMemberMetadataValue, shareGroupMemberMetadataValue } from './share-group.ts';
import { type ShareGroupMetadataKey, shareGroupMetadataKey } from './share-group.ts';
import { type ShareGroupMetadataValue, shareGroupMetadataValue } from './share-group.ts';
import { type ShareGroupStatePartitionMetadataKey, shareGroupStatePartitionMetadataKey } from './share-group.ts';
import { type ShareGroupStatePartitionMetadataValue, shareGroupStatePartitionMetadataValue } from './share-group.ts';
import { type ShareGroupTargetAssignmentMemberKey, shareGroupTargetAssignmentMemberKey } from './share-group.ts';
import { type ShareGroupTargetAssignmentMemberValue, shareGroupTargetAssignmentMemberValue } from './share-group.ts';
import { type ShareGroupTargetAssignmentMetadataKey, shareGroupTargetAssignmentMetadataKey } from './share-group.ts';
import { type ShareGroupTargetAssignmentMetadataValue, shareGroupTargetAssignmentMetadataValue } from './share-group.ts';
import { type SnapshotFooterRecord, snapshotFooterRecord } from './snapshot-footer-record.ts';
import { type SnapshotHeaderRecord, snapshotHeaderRecord } from './snapshot-header-record.ts';
import { type TopicRecord, topicRecord } from './topic-record.ts';
import { type UnregisterBrokerRecord, unregisterBrokerRecord } from './unregister-broker-record.ts';
import { type VotersRecord, votersRecord } from './voters-record.ts';

export * from './broker-registration-change-record.ts';
export * from './client-quota-record.ts';
export * from './config-record.ts';
export * from './consumer-group-current-member-assignment.ts';
export * from './consumer-group-member-metadata.ts';
export * from './consumer-group-metadata.ts';
export * from './consumer-group-regular-expression.ts';
export * from './consumer-group-target-assignment.ts';
export * from './consumer-protocol-assignment.ts';
export * from './consumer-protocol-subscription.ts';
export * from './default-principal-data.ts';
export * from './feature-level-record.ts';
export * from './group-metadata.ts';
export * from './kraft-version-record.ts';
export * from './leader-change-message.ts';
export * from './legacy-offset-commit.ts';
export * from './no-op-record.ts';
export * from './offset-commit.ts';
export * from './partition-change-record.ts';
export * from './partition-record.ts';
export * from './producer-ids-record.ts';
export * from './quorum-state-data.ts';
export * from './register-broker-record.ts';
export * from './remove-topic-record.ts';
export * from './share-group.ts';
export * from './share-group-state.ts';
export * from './snapshot-footer-record.ts';
export * from './snapshot-header-record.ts';
export * from './topic-record.ts';
export * from './transaction-log.ts';
export * from './unregister-broker-record.ts';
export * from './voters-record.ts';

/** Records of `__cluster_metadata`, by their type number. */
export const metadataRecords: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [17, brokerRegistrationChangeRecord],
  [14, clientQuotaRecord],
  [4, configRecord],
  [12, featureLevelRecord],
  [20, noOpRecord],
  [5, partitionChangeRecord],
  [3, partitionRecord],
  [15, producerIdsRecord],
  [0, registerBrokerRecord],
  [9, removeTopicRecord],
  [2, topicRecord],
  [1, unregisterBrokerRecord],
]);

/** Records of `__cluster_metadata`: which one it is, and what it says. */
export type MetadataRecord =
  | { readonly name: 'BrokerRegistrationChangeRecord'; readonly version: number; readonly value: BrokerRegistrationChangeRecord }
  | { readonly name: 'ClientQuotaRecord'; readonly version: number; readonly value: ClientQuotaRecord }
  | { readonly name: 'ConfigRecord'; readonly version: number; readonly value: ConfigRecord }
  | { readonly name: 'FeatureLevelRecord'; readonly version: number; readonly value: FeatureLevelRecord }
  | { readonly name: 'NoOpRecord'; readonly version: number; readonly value: NoOpRecord }
  | { readonly name: 'PartitionChangeRecord'; readonly version: number; readonly value: PartitionChangeRecord }
  | { readonly name: 'PartitionRecord'; readonly version: number; readonly value: PartitionRecord }
  | { readonly name: 'ProducerIdsRecord'; readonly version: number; readonly value: ProducerIdsRecord }
  | { readonly name: 'RegisterBrokerRecord'; readonly version: number; readonly value: RegisterBrokerRecord }
  | { readonly name: 'RemoveTopicRecord'; readonly version: number; readonly value: RemoveTopicRecord }
  | { readonly name: 'TopicRecord'; readonly version: number; readonly value: TopicRecord }
  | { readonly name: 'UnregisterBrokerRecord'; readonly version: number; readonly value: UnregisterBrokerRecord }
;

/** Keys in `__consumer_offsets`, by their type number. */
export const coordinatorKeys: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [8, consumerGroupCurrentMemberAssignmentKey],
  [5, consumerGroupMemberMetadataKey],
  [3, consumerGroupMetadataKey],
  [16, consumerGroupRegularExpressionKey],
  [7, consumerGroupTargetAssignmentMemberKey],
  [6, consumerGroupTargetAssignmentMetadataKey],
  [2, groupMetadataKey],
  [0, legacyOffsetCommitKey],
  [1, offsetCommitKey],
  [14, shareGroupCurrentMemberAssignmentKey],
  [10, shareGroupMemberMetadataKey],
  [11, shareGroupMetadataKey],
  [15, shareGroupStatePartitionMetadataKey],
  [13, shareGroupTargetAssignmentMemberKey],
  [12, shareGroupTargetAssignmentMetadataKey],
]);

/** Keys in `__consumer_offsets`: which one it is, and what it says. */
export type CoordinatorKey =
  | { readonly name: 'ConsumerGroupCurrentMemberAssignmentKey'; readonly version: number; readonly value: ConsumerGroupCurrentMemberAssignmentKey }
  | { readonly name: 'ConsumerGroupMemberMetadataKey'; readonly version: number; readonly value: ConsumerGroupMemberMetadataKey }
  | { readonly name: 'ConsumerGroupMetadataKey'; readonly version: number; readonly value: ConsumerGroupMetadataKey }
  | { readonly name: 'ConsumerGroupRegularExpressionKey'; readonly version: number; readonly value: ConsumerGroupRegularExpressionKey }
  | { readonly name: 'ConsumerGroupTargetAssignmentMemberKey'; readonly version: number; readonly value: ConsumerGroupTargetAssignmentMemberKey }
  | { readonly name: 'ConsumerGroupTargetAssignmentMetadataKey'; readonly version: number; readonly value: ConsumerGroupTargetAssignmentMetadataKey }
  | { readonly name: 'GroupMetadataKey'; readonly version: number; readonly value: GroupMetadataKey }
  | { readonly name: 'LegacyOffsetCommitKey'; readonly version: number; readonly value: LegacyOffsetCommitKey }
  | { readonly name: 'OffsetCommitKey'; readonly version: number; readonly value: OffsetCommitKey }
  | { readonly name: 'ShareGroupCurrentMemberAssignmentKey'; readonly version: number; readonly value: ShareGroupCurrentMemberAssignmentKey }
  | { readonly name: 'ShareGroupMemberMetadataKey'; readonly version: number; readonly value: ShareGroupMemberMetadataKey }
  | { readonly name: 'ShareGroupMetadataKey'; readonly version: number; readonly value: ShareGroupMetadataKey }
  | { readonly name: 'ShareGroupStatePartitionMetadataKey'; readonly version: number; readonly value: ShareGroupStatePartitionMetadataKey }
  | { readonly name: 'ShareGroupTargetAssignmentMemberKey'; readonly version: number; readonly value: ShareGroupTargetAssignmentMemberKey }
  | { readonly name: 'ShareGroupTargetAssignmentMetadataKey'; readonly version: number; readonly value: ShareGroupTargetAssignmentMetadataKey }
;

/** Values in `__consumer_offsets`, by their type number. */
export const coordinatorValues: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [8, consumerGroupCurrentMemberAssignmentValue],
  [5, consumerGroupMemberMetadataValue],
  [3, consumerGroupMetadataValue],
  [16, consumerGroupRegularExpressionValue],
  [7, consumerGroupTargetAssignmentMemberValue],
  [6, consumerGroupTargetAssignmentMetadataValue],
  [2, groupMetadataValue],
  [0, legacyOffsetCommitValue],
  [1, offsetCommitValue],
  [14, shareGroupCurrentMemberAssignmentValue],
  [10, shareGroupMemberMetadataValue],
  [11, shareGroupMetadataValue],
  [15, shareGroupStatePartitionMetadataValue],
  [13, shareGroupTargetAssignmentMemberValue],
  [12, shareGroupTargetAssignmentMetadataValue],
]);

/** Values in `__consumer_offsets`: which one it is, and what it says. */
export type CoordinatorValue =
  | { readonly name: 'ConsumerGroupCurrentMemberAssignmentValue'; readonly version: number; readonly value: ConsumerGroupCurrentMemberAssignmentValue }
  | { readonly name: 'ConsumerGroupMemberMetadataValue'; readonly version: number; readonly value: ConsumerGroupMemberMetadataValue }
  | { readonly name: 'ConsumerGroupMetadataValue'; readonly version: number; readonly value: ConsumerGroupMetadataValue }
  | { readonly name: 'ConsumerGroupRegularExpressionValue'; readonly version: number; readonly value: ConsumerGroupRegularExpressionValue }
  | { readonly name: 'ConsumerGroupTargetAssignmentMemberValue'; readonly version: number; readonly value: ConsumerGroupTargetAssignmentMemberValue }
  | { readonly name: 'ConsumerGroupTargetAssignmentMetadataValue'; readonly version: number; readonly value: ConsumerGroupTargetAssignmentMetadataValue }
  | { readonly name: 'GroupMetadataValue'; readonly version: number; readonly value: GroupMetadataValue }
  | { readonly name: 'LegacyOffsetCommitValue'; readonly version: number; readonly value: LegacyOffsetCommitValue }
  | { readonly name: 'OffsetCommitValue'; readonly version: number; readonly value: OffsetCommitValue }
  | { readonly name: 'ShareGroupCurrentMemberAssignmentValue'; readonly version: number; readonly value: ShareGroupCurrentMemberAssignmentValue }
  | { readonly name: 'ShareGroupMemberMetadataValue'; readonly version: number; readonly value: ShareGroupMemberMetadataValue }
  | { readonly name: 'ShareGroupMetadataValue'; readonly version: number; readonly value: ShareGroupMetadataValue }
  | { readonly name: 'ShareGroupStatePartitionMetadataValue'; readonly version: number; readonly value: ShareGroupStatePartitionMetadataValue }
  | { readonly name: 'ShareGroupTargetAssignmentMemberValue'; readonly version: number; readonly value: ShareGroupTargetAssignmentMemberValue }
  | { readonly name: 'ShareGroupTargetAssignmentMetadataValue'; readonly version: number; readonly value: ShareGroupTargetAssignmentMetadataValue }
;

/** Values of control records, by their type number. */
export const controlRecords: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [5, kRaftVersionRecord],
  [2, leaderChangeMessage],
  [4, snapshotFooterRecord],
  [3, snapshotHeaderRecord],
  [6, votersRecord],
]);

/** Values of control records: which one it is, and what it says. */
export type ControlRecord =
  | { readonly name: 'KRaftVersionRecord'; readonly version: number; readonly value: KRaftVersionRecord }
  | { readonly name: 'LeaderChangeMessage'; readonly version: number; readonly value: LeaderChangeMessage }
  | { readonly name: 'SnapshotFooterRecord'; readonly version: number; readonly value: SnapshotFooterRecord }
  | { readonly name: 'SnapshotHeaderRecord'; readonly version: number; readonly value: SnapshotHeaderRecord }
  | { readonly name: 'VotersRecord'; readonly version: number; readonly value: VotersRecord }
;
