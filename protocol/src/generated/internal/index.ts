// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { AnyStoredCodec } from '../../codec/codec.ts';
import { brokerRegistrationChangeRecord } from './broker-registration-change-record.ts';
import { configRecord } from './config-record.ts';
import { featureLevelRecord } from './feature-level-record.ts';
import { groupMetadataKey } from './group-metadata.ts';
import { groupMetadataValue } from './group-metadata.ts';
import { kRaftVersionRecord } from './kraft-version-record.ts';
import { leaderChangeMessage } from './leader-change-message.ts';
import { legacyOffsetCommitKey } from './legacy-offset-commit.ts';
import { legacyOffsetCommitValue } from './legacy-offset-commit.ts';
import { noOpRecord } from './no-op-record.ts';
import { offsetCommitKey } from './offset-commit.ts';
import { offsetCommitValue } from './offset-commit.ts';
import { partitionChangeRecord } from './partition-change-record.ts';
import { partitionRecord } from './partition-record.ts';
import { producerIdsRecord } from './producer-ids-record.ts';
import { registerBrokerRecord } from './register-broker-record.ts';
import { removeTopicRecord } from './remove-topic-record.ts';
import { snapshotFooterRecord } from './snapshot-footer-record.ts';
import { snapshotHeaderRecord } from './snapshot-header-record.ts';
import { topicRecord } from './topic-record.ts';
import { unregisterBrokerRecord } from './unregister-broker-record.ts';
import { votersRecord } from './voters-record.ts';

export * from './broker-registration-change-record.ts';
export * from './config-record.ts';
export * from './consumer-protocol-assignment.ts';
export * from './consumer-protocol-subscription.ts';
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
export * from './snapshot-footer-record.ts';
export * from './snapshot-header-record.ts';
export * from './topic-record.ts';
export * from './unregister-broker-record.ts';
export * from './voters-record.ts';

/** Records of `__cluster_metadata` by their type. */
export const metadataRecords: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [17, brokerRegistrationChangeRecord],
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

/** Keys in `__consumer_offsets` by their type. */
export const coordinatorKeys: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [2, groupMetadataKey],
  [0, legacyOffsetCommitKey],
  [1, offsetCommitKey],
]);

/** Values in `__consumer_offsets`, by the type of their key. */
export const coordinatorValues: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [2, groupMetadataValue],
  [0, legacyOffsetCommitValue],
  [1, offsetCommitValue],
]);

/** Values of control records by their type. */
export const controlRecords: ReadonlyMap<number, AnyStoredCodec> = new Map<number, AnyStoredCodec>([
  [5, kRaftVersionRecord],
  [2, leaderChangeMessage],
  [4, snapshotFooterRecord],
  [3, snapshotHeaderRecord],
  [6, votersRecord],
]);
