// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ShareGroupCurrentMemberAssignmentKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ShareGroupCurrentMemberAssignmentKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeShareGroupCurrentMemberAssignmentKey(r: Reader, version: number): ShareGroupCurrentMemberAssignmentKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeShareGroupCurrentMemberAssignmentKey(w: Writer, version: number, value: ShareGroupCurrentMemberAssignmentKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const shareGroupCurrentMemberAssignmentKey: StoredCodec<ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentKeyInit> = {
  type: 14,
  name: 'ShareGroupCurrentMemberAssignmentKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupCurrentMemberAssignmentKey', version, 0, 0);
    return decodeShareGroupCurrentMemberAssignmentKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupCurrentMemberAssignmentKey', version, 0, 0);
    encodeShareGroupCurrentMemberAssignmentKey(writer, version, value);
  },
};

export interface ShareGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: number;
  readonly assignedPartitions: readonly ShareGroupCurrentMemberAssignmentValueTopicPartitions[];
}

export interface ShareGroupCurrentMemberAssignmentValueInit {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: number;
  readonly assignedPartitions: readonly ShareGroupCurrentMemberAssignmentValueTopicPartitionsInit[];
}

export interface ShareGroupCurrentMemberAssignmentValueTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ShareGroupCurrentMemberAssignmentValueTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

function decodeShareGroupCurrentMemberAssignmentValue(r: Reader, version: number): ShareGroupCurrentMemberAssignmentValue {
  const memberEpoch_ = r.int32();
  const previousMemberEpoch_ = r.int32();
  const state_ = r.int8();
  const assignedPartitions_: ShareGroupCurrentMemberAssignmentValueTopicPartitions[] = [];
  const assignedPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < assignedPartitions_length; i++) assignedPartitions_.push(decodeShareGroupCurrentMemberAssignmentValueTopicPartitions(r, version));
  r.skipTags();
  return {
    memberEpoch: memberEpoch_,
    previousMemberEpoch: previousMemberEpoch_,
    state: state_,
    assignedPartitions: assignedPartitions_,
  };
}

function encodeShareGroupCurrentMemberAssignmentValue(w: Writer, version: number, value: ShareGroupCurrentMemberAssignmentValueInit): void {
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const previousMemberEpoch_: number = value.previousMemberEpoch;
  w.int32(previousMemberEpoch_);
  const state_: number = value.state;
  w.int8(state_);
  const assignedPartitions_: readonly ShareGroupCurrentMemberAssignmentValueTopicPartitionsInit[] = value.assignedPartitions;
  w.compactArrayLength(assignedPartitions_.length);
  for (const item of assignedPartitions_) encodeShareGroupCurrentMemberAssignmentValueTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareGroupCurrentMemberAssignmentValueTopicPartitions(r: Reader, version: number): ShareGroupCurrentMemberAssignmentValueTopicPartitions {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareGroupCurrentMemberAssignmentValueTopicPartitions(w: Writer, version: number, value: ShareGroupCurrentMemberAssignmentValueTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const shareGroupCurrentMemberAssignmentValue: StoredCodec<ShareGroupCurrentMemberAssignmentValue, ShareGroupCurrentMemberAssignmentValueInit> = {
  type: 14,
  name: 'ShareGroupCurrentMemberAssignmentValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupCurrentMemberAssignmentValue', version, 0, 0);
    return decodeShareGroupCurrentMemberAssignmentValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupCurrentMemberAssignmentValue', version, 0, 0);
    encodeShareGroupCurrentMemberAssignmentValue(writer, version, value);
  },
};

export interface ShareGroupMemberMetadataKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ShareGroupMemberMetadataKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeShareGroupMemberMetadataKey(r: Reader, version: number): ShareGroupMemberMetadataKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeShareGroupMemberMetadataKey(w: Writer, version: number, value: ShareGroupMemberMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const shareGroupMemberMetadataKey: StoredCodec<ShareGroupMemberMetadataKey, ShareGroupMemberMetadataKeyInit> = {
  type: 10,
  name: 'ShareGroupMemberMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupMemberMetadataKey', version, 0, 0);
    return decodeShareGroupMemberMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupMemberMetadataKey', version, 0, 0);
    encodeShareGroupMemberMetadataKey(writer, version, value);
  },
};

export interface ShareGroupMemberMetadataValue {
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
}

export interface ShareGroupMemberMetadataValueInit {
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
}

function decodeShareGroupMemberMetadataValue(r: Reader, version: number): ShareGroupMemberMetadataValue {
  const rackId_ = r.compactNullableString();
  const clientId_ = r.compactString();
  const clientHost_ = r.compactString();
  const subscribedTopicNames_: string[] = [];
  const subscribedTopicNames_length = r.compactArrayLength(1);
  for (let i = 0; i < subscribedTopicNames_length; i++) subscribedTopicNames_.push(r.compactString());
  r.skipTags();
  return {
    rackId: rackId_,
    clientId: clientId_,
    clientHost: clientHost_,
    subscribedTopicNames: subscribedTopicNames_,
  };
}

function encodeShareGroupMemberMetadataValue(w: Writer, version: number, value: ShareGroupMemberMetadataValueInit): void {
  const rackId_: string | null = value.rackId;
  w.compactNullableString(rackId_);
  const clientId_: string = value.clientId;
  w.compactString(clientId_);
  const clientHost_: string = value.clientHost;
  w.compactString(clientHost_);
  const subscribedTopicNames_: readonly string[] = value.subscribedTopicNames;
  w.compactArrayLength(subscribedTopicNames_.length);
  for (const item of subscribedTopicNames_) w.compactString(item);
  w.unsignedVarint(0);
}

export const shareGroupMemberMetadataValue: StoredCodec<ShareGroupMemberMetadataValue, ShareGroupMemberMetadataValueInit> = {
  type: 10,
  name: 'ShareGroupMemberMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupMemberMetadataValue', version, 0, 0);
    return decodeShareGroupMemberMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupMemberMetadataValue', version, 0, 0);
    encodeShareGroupMemberMetadataValue(writer, version, value);
  },
};

export interface ShareGroupMetadataKey {
  readonly groupId: string;
}

export interface ShareGroupMetadataKeyInit {
  readonly groupId: string;
}

function decodeShareGroupMetadataKey(r: Reader, version: number): ShareGroupMetadataKey {
  const groupId_ = r.string();
  return {
    groupId: groupId_,
  };
}

function encodeShareGroupMetadataKey(w: Writer, version: number, value: ShareGroupMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
}

export const shareGroupMetadataKey: StoredCodec<ShareGroupMetadataKey, ShareGroupMetadataKeyInit> = {
  type: 11,
  name: 'ShareGroupMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupMetadataKey', version, 0, 0);
    return decodeShareGroupMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupMetadataKey', version, 0, 0);
    encodeShareGroupMetadataKey(writer, version, value);
  },
};

export interface ShareGroupMetadataValue {
  readonly epoch: number;
  readonly metadataHash: number;
  readonly stateEpochBase: number;
}

export interface ShareGroupMetadataValueInit {
  readonly epoch: number;
  readonly metadataHash: number;
  readonly stateEpochBase?: number | undefined;
}

function decodeShareGroupMetadataValue(r: Reader, version: number): ShareGroupMetadataValue {
  const epoch_ = r.int32();
  const metadataHash_ = r.int64();
  let stateEpochBase_: number = 0;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 10000: {
        stateEpochBase_ = r.int32();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    epoch: epoch_,
    metadataHash: metadataHash_,
    stateEpochBase: stateEpochBase_,
  };
}

function encodeShareGroupMetadataValue(w: Writer, version: number, value: ShareGroupMetadataValueInit): void {
  const epoch_: number = value.epoch;
  w.int32(epoch_);
  const metadataHash_: number = value.metadataHash;
  w.int64(metadataHash_);
  const stateEpochBase_: number = value.stateEpochBase ?? 0;
  const has_stateEpochBase = stateEpochBase_ !== 0;
  w.unsignedVarint((has_stateEpochBase ? 1 : 0));
  if (has_stateEpochBase) {
    const mark = w.beginTag(10000);
    w.int32(stateEpochBase_);
    w.endTag(mark);
  }
}

export const shareGroupMetadataValue: StoredCodec<ShareGroupMetadataValue, ShareGroupMetadataValueInit> = {
  type: 11,
  name: 'ShareGroupMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupMetadataValue', version, 0, 0);
    return decodeShareGroupMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupMetadataValue', version, 0, 0);
    encodeShareGroupMetadataValue(writer, version, value);
  },
};

export interface ShareGroupStatePartitionMetadataKey {
  readonly groupId: string;
}

export interface ShareGroupStatePartitionMetadataKeyInit {
  readonly groupId: string;
}

function decodeShareGroupStatePartitionMetadataKey(r: Reader, version: number): ShareGroupStatePartitionMetadataKey {
  const groupId_ = r.string();
  return {
    groupId: groupId_,
  };
}

function encodeShareGroupStatePartitionMetadataKey(w: Writer, version: number, value: ShareGroupStatePartitionMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
}

export const shareGroupStatePartitionMetadataKey: StoredCodec<ShareGroupStatePartitionMetadataKey, ShareGroupStatePartitionMetadataKeyInit> = {
  type: 15,
  name: 'ShareGroupStatePartitionMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupStatePartitionMetadataKey', version, 0, 0);
    return decodeShareGroupStatePartitionMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupStatePartitionMetadataKey', version, 0, 0);
    encodeShareGroupStatePartitionMetadataKey(writer, version, value);
  },
};

export interface ShareGroupStatePartitionMetadataValue {
  readonly initializingTopics: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[];
  readonly initializedTopics: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[];
  readonly deletingTopics: readonly ShareGroupStatePartitionMetadataValueTopicInfo[];
}

export interface ShareGroupStatePartitionMetadataValueInit {
  readonly initializingTopics: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit[];
  readonly initializedTopics: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit[];
  readonly deletingTopics: readonly ShareGroupStatePartitionMetadataValueTopicInfoInit[];
}

export interface ShareGroupStatePartitionMetadataValueTopicInfo {
  readonly topicId: Uuid;
  readonly topicName: string;
}

export interface ShareGroupStatePartitionMetadataValueTopicInfoInit {
  readonly topicId: Uuid;
  readonly topicName: string;
}

export interface ShareGroupStatePartitionMetadataValueTopicPartitionsInfo {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

function decodeShareGroupStatePartitionMetadataValue(r: Reader, version: number): ShareGroupStatePartitionMetadataValue {
  const initializingTopics_: ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[] = [];
  const initializingTopics_length = r.compactArrayLength(19);
  for (let i = 0; i < initializingTopics_length; i++) initializingTopics_.push(decodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(r, version));
  const initializedTopics_: ShareGroupStatePartitionMetadataValueTopicPartitionsInfo[] = [];
  const initializedTopics_length = r.compactArrayLength(19);
  for (let i = 0; i < initializedTopics_length; i++) initializedTopics_.push(decodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(r, version));
  const deletingTopics_: ShareGroupStatePartitionMetadataValueTopicInfo[] = [];
  const deletingTopics_length = r.compactArrayLength(18);
  for (let i = 0; i < deletingTopics_length; i++) deletingTopics_.push(decodeShareGroupStatePartitionMetadataValueTopicInfo(r, version));
  r.skipTags();
  return {
    initializingTopics: initializingTopics_,
    initializedTopics: initializedTopics_,
    deletingTopics: deletingTopics_,
  };
}

function encodeShareGroupStatePartitionMetadataValue(w: Writer, version: number, value: ShareGroupStatePartitionMetadataValueInit): void {
  const initializingTopics_: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit[] = value.initializingTopics;
  w.compactArrayLength(initializingTopics_.length);
  for (const item of initializingTopics_) encodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(w, version, item);
  const initializedTopics_: readonly ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit[] = value.initializedTopics;
  w.compactArrayLength(initializedTopics_.length);
  for (const item of initializedTopics_) encodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(w, version, item);
  const deletingTopics_: readonly ShareGroupStatePartitionMetadataValueTopicInfoInit[] = value.deletingTopics;
  w.compactArrayLength(deletingTopics_.length);
  for (const item of deletingTopics_) encodeShareGroupStatePartitionMetadataValueTopicInfo(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareGroupStatePartitionMetadataValueTopicInfo(r: Reader, version: number): ShareGroupStatePartitionMetadataValueTopicInfo {
  const topicId_ = r.uuid();
  const topicName_ = r.compactString();
  r.skipTags();
  return {
    topicId: topicId_,
    topicName: topicName_,
  };
}

function encodeShareGroupStatePartitionMetadataValueTopicInfo(w: Writer, version: number, value: ShareGroupStatePartitionMetadataValueTopicInfoInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  w.unsignedVarint(0);
}

function decodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(r: Reader, version: number): ShareGroupStatePartitionMetadataValueTopicPartitionsInfo {
  const topicId_ = r.uuid();
  const topicName_ = r.compactString();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeShareGroupStatePartitionMetadataValueTopicPartitionsInfo(w: Writer, version: number, value: ShareGroupStatePartitionMetadataValueTopicPartitionsInfoInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const shareGroupStatePartitionMetadataValue: StoredCodec<ShareGroupStatePartitionMetadataValue, ShareGroupStatePartitionMetadataValueInit> = {
  type: 15,
  name: 'ShareGroupStatePartitionMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupStatePartitionMetadataValue', version, 0, 0);
    return decodeShareGroupStatePartitionMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupStatePartitionMetadataValue', version, 0, 0);
    encodeShareGroupStatePartitionMetadataValue(writer, version, value);
  },
};

export interface ShareGroupTargetAssignmentMemberKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ShareGroupTargetAssignmentMemberKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeShareGroupTargetAssignmentMemberKey(r: Reader, version: number): ShareGroupTargetAssignmentMemberKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeShareGroupTargetAssignmentMemberKey(w: Writer, version: number, value: ShareGroupTargetAssignmentMemberKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const shareGroupTargetAssignmentMemberKey: StoredCodec<ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberKeyInit> = {
  type: 13,
  name: 'ShareGroupTargetAssignmentMemberKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupTargetAssignmentMemberKey', version, 0, 0);
    return decodeShareGroupTargetAssignmentMemberKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupTargetAssignmentMemberKey', version, 0, 0);
    encodeShareGroupTargetAssignmentMemberKey(writer, version, value);
  },
};

export interface ShareGroupTargetAssignmentMemberValue {
  readonly topicPartitions: readonly ShareGroupTargetAssignmentMemberValueTopicPartitions[];
}

export interface ShareGroupTargetAssignmentMemberValueInit {
  readonly topicPartitions: readonly ShareGroupTargetAssignmentMemberValueTopicPartitionsInit[];
}

export interface ShareGroupTargetAssignmentMemberValueTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ShareGroupTargetAssignmentMemberValueTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

function decodeShareGroupTargetAssignmentMemberValue(r: Reader, version: number): ShareGroupTargetAssignmentMemberValue {
  const topicPartitions_: ShareGroupTargetAssignmentMemberValueTopicPartitions[] = [];
  const topicPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeShareGroupTargetAssignmentMemberValueTopicPartitions(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeShareGroupTargetAssignmentMemberValue(w: Writer, version: number, value: ShareGroupTargetAssignmentMemberValueInit): void {
  const topicPartitions_: readonly ShareGroupTargetAssignmentMemberValueTopicPartitionsInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeShareGroupTargetAssignmentMemberValueTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareGroupTargetAssignmentMemberValueTopicPartitions(r: Reader, version: number): ShareGroupTargetAssignmentMemberValueTopicPartitions {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareGroupTargetAssignmentMemberValueTopicPartitions(w: Writer, version: number, value: ShareGroupTargetAssignmentMemberValueTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const shareGroupTargetAssignmentMemberValue: StoredCodec<ShareGroupTargetAssignmentMemberValue, ShareGroupTargetAssignmentMemberValueInit> = {
  type: 13,
  name: 'ShareGroupTargetAssignmentMemberValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupTargetAssignmentMemberValue', version, 0, 0);
    return decodeShareGroupTargetAssignmentMemberValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupTargetAssignmentMemberValue', version, 0, 0);
    encodeShareGroupTargetAssignmentMemberValue(writer, version, value);
  },
};

export interface ShareGroupTargetAssignmentMetadataKey {
  readonly groupId: string;
}

export interface ShareGroupTargetAssignmentMetadataKeyInit {
  readonly groupId: string;
}

function decodeShareGroupTargetAssignmentMetadataKey(r: Reader, version: number): ShareGroupTargetAssignmentMetadataKey {
  const groupId_ = r.string();
  return {
    groupId: groupId_,
  };
}

function encodeShareGroupTargetAssignmentMetadataKey(w: Writer, version: number, value: ShareGroupTargetAssignmentMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
}

export const shareGroupTargetAssignmentMetadataKey: StoredCodec<ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataKeyInit> = {
  type: 12,
  name: 'ShareGroupTargetAssignmentMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareGroupTargetAssignmentMetadataKey', version, 0, 0);
    return decodeShareGroupTargetAssignmentMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupTargetAssignmentMetadataKey', version, 0, 0);
    encodeShareGroupTargetAssignmentMetadataKey(writer, version, value);
  },
};

export interface ShareGroupTargetAssignmentMetadataValue {
  readonly assignmentEpoch: number;
  readonly assignmentTimestamp: number;
}

export interface ShareGroupTargetAssignmentMetadataValueInit {
  readonly assignmentEpoch: number;
  readonly assignmentTimestamp?: number | undefined;
}

function decodeShareGroupTargetAssignmentMetadataValue(r: Reader, version: number): ShareGroupTargetAssignmentMetadataValue {
  const assignmentEpoch_ = r.int32();
  let assignmentTimestamp_: number = 0;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        assignmentTimestamp_ = r.int64();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    assignmentEpoch: assignmentEpoch_,
    assignmentTimestamp: assignmentTimestamp_,
  };
}

function encodeShareGroupTargetAssignmentMetadataValue(w: Writer, version: number, value: ShareGroupTargetAssignmentMetadataValueInit): void {
  const assignmentEpoch_: number = value.assignmentEpoch;
  w.int32(assignmentEpoch_);
  const assignmentTimestamp_: number = value.assignmentTimestamp ?? 0;
  const has_assignmentTimestamp = assignmentTimestamp_ !== 0;
  w.unsignedVarint((has_assignmentTimestamp ? 1 : 0));
  if (has_assignmentTimestamp) {
    const mark = w.beginTag(0);
    w.int64(assignmentTimestamp_);
    w.endTag(mark);
  }
}

export const shareGroupTargetAssignmentMetadataValue: StoredCodec<ShareGroupTargetAssignmentMetadataValue, ShareGroupTargetAssignmentMetadataValueInit> = {
  type: 12,
  name: 'ShareGroupTargetAssignmentMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareGroupTargetAssignmentMetadataValue', version, 0, 0);
    return decodeShareGroupTargetAssignmentMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareGroupTargetAssignmentMetadataValue', version, 0, 0);
    encodeShareGroupTargetAssignmentMetadataValue(writer, version, value);
  },
};
