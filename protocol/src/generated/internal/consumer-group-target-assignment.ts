// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerGroupTargetAssignmentMemberKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ConsumerGroupTargetAssignmentMemberKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeConsumerGroupTargetAssignmentMemberKey(r: Reader, version: number): ConsumerGroupTargetAssignmentMemberKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeConsumerGroupTargetAssignmentMemberKey(w: Writer, version: number, value: ConsumerGroupTargetAssignmentMemberKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const consumerGroupTargetAssignmentMemberKey: StoredCodec<ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberKeyInit> = {
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupTargetAssignmentMemberKey', version, 0, 0);
    return decodeConsumerGroupTargetAssignmentMemberKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupTargetAssignmentMemberKey', version, 0, 0);
    encodeConsumerGroupTargetAssignmentMemberKey(writer, version, value);
  },
};

export interface ConsumerGroupTargetAssignmentMemberValue {
  readonly topicPartitions: readonly ConsumerGroupTargetAssignmentMemberValueTopicPartition[];
}

export interface ConsumerGroupTargetAssignmentMemberValueInit {
  readonly topicPartitions: readonly ConsumerGroupTargetAssignmentMemberValueTopicPartitionInit[];
}

export interface ConsumerGroupTargetAssignmentMemberValueTopicPartition {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ConsumerGroupTargetAssignmentMemberValueTopicPartitionInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

function decodeConsumerGroupTargetAssignmentMemberValue(r: Reader, version: number): ConsumerGroupTargetAssignmentMemberValue {
  const topicPartitions_: ConsumerGroupTargetAssignmentMemberValueTopicPartition[] = [];
  const topicPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeConsumerGroupTargetAssignmentMemberValueTopicPartition(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeConsumerGroupTargetAssignmentMemberValue(w: Writer, version: number, value: ConsumerGroupTargetAssignmentMemberValueInit): void {
  const topicPartitions_: readonly ConsumerGroupTargetAssignmentMemberValueTopicPartitionInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeConsumerGroupTargetAssignmentMemberValueTopicPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeConsumerGroupTargetAssignmentMemberValueTopicPartition(r: Reader, version: number): ConsumerGroupTargetAssignmentMemberValueTopicPartition {
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

function encodeConsumerGroupTargetAssignmentMemberValueTopicPartition(w: Writer, version: number, value: ConsumerGroupTargetAssignmentMemberValueTopicPartitionInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const consumerGroupTargetAssignmentMemberValue: StoredCodec<ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupTargetAssignmentMemberValueInit> = {
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupTargetAssignmentMemberValue', version, 0, 0);
    return decodeConsumerGroupTargetAssignmentMemberValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupTargetAssignmentMemberValue', version, 0, 0);
    encodeConsumerGroupTargetAssignmentMemberValue(writer, version, value);
  },
};

export interface ConsumerGroupTargetAssignmentMetadataKey {
  readonly groupId: string;
}

export interface ConsumerGroupTargetAssignmentMetadataKeyInit {
  readonly groupId: string;
}

function decodeConsumerGroupTargetAssignmentMetadataKey(r: Reader, version: number): ConsumerGroupTargetAssignmentMetadataKey {
  const groupId_ = r.string();
  return {
    groupId: groupId_,
  };
}

function encodeConsumerGroupTargetAssignmentMetadataKey(w: Writer, version: number, value: ConsumerGroupTargetAssignmentMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
}

export const consumerGroupTargetAssignmentMetadataKey: StoredCodec<ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataKeyInit> = {
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupTargetAssignmentMetadataKey', version, 0, 0);
    return decodeConsumerGroupTargetAssignmentMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupTargetAssignmentMetadataKey', version, 0, 0);
    encodeConsumerGroupTargetAssignmentMetadataKey(writer, version, value);
  },
};

export interface ConsumerGroupTargetAssignmentMetadataValue {
  readonly assignmentEpoch: number;
  readonly assignmentTimestamp: number;
}

export interface ConsumerGroupTargetAssignmentMetadataValueInit {
  readonly assignmentEpoch: number;
  readonly assignmentTimestamp?: number | undefined;
}

function decodeConsumerGroupTargetAssignmentMetadataValue(r: Reader, version: number): ConsumerGroupTargetAssignmentMetadataValue {
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

function encodeConsumerGroupTargetAssignmentMetadataValue(w: Writer, version: number, value: ConsumerGroupTargetAssignmentMetadataValueInit): void {
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

export const consumerGroupTargetAssignmentMetadataValue: StoredCodec<ConsumerGroupTargetAssignmentMetadataValue, ConsumerGroupTargetAssignmentMetadataValueInit> = {
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupTargetAssignmentMetadataValue', version, 0, 0);
    return decodeConsumerGroupTargetAssignmentMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupTargetAssignmentMetadataValue', version, 0, 0);
    encodeConsumerGroupTargetAssignmentMetadataValue(writer, version, value);
  },
};
