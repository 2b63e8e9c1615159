// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerGroupCurrentMemberAssignmentKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ConsumerGroupCurrentMemberAssignmentKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeConsumerGroupCurrentMemberAssignmentKey(r: Reader, version: number): ConsumerGroupCurrentMemberAssignmentKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeConsumerGroupCurrentMemberAssignmentKey(w: Writer, version: number, value: ConsumerGroupCurrentMemberAssignmentKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const consumerGroupCurrentMemberAssignmentKey: StoredCodec<ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentKeyInit> = {
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupCurrentMemberAssignmentKey', version, 0, 0);
    return decodeConsumerGroupCurrentMemberAssignmentKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupCurrentMemberAssignmentKey', version, 0, 0);
    encodeConsumerGroupCurrentMemberAssignmentKey(writer, version, value);
  },
};

export interface ConsumerGroupCurrentMemberAssignmentValue {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: number;
  readonly assignedPartitions: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[];
  readonly partitionsPendingRevocation: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[];
}

export interface ConsumerGroupCurrentMemberAssignmentValueInit {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: number;
  readonly assignedPartitions: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit[];
  readonly partitionsPendingRevocation: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit[];
}

export interface ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
  readonly assignmentEpochs: readonly number[] | null;
}

export interface ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
  readonly assignmentEpochs?: readonly number[] | null | undefined;
}

function decodeConsumerGroupCurrentMemberAssignmentValue(r: Reader, version: number): ConsumerGroupCurrentMemberAssignmentValue {
  const memberEpoch_ = r.int32();
  const previousMemberEpoch_ = r.int32();
  const state_ = r.int8();
  const assignedPartitions_: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[] = [];
  const assignedPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < assignedPartitions_length; i++) assignedPartitions_.push(decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r, version));
  const partitionsPendingRevocation_: ConsumerGroupCurrentMemberAssignmentValueTopicPartitions[] = [];
  const partitionsPendingRevocation_length = r.compactArrayLength(18);
  for (let i = 0; i < partitionsPendingRevocation_length; i++) partitionsPendingRevocation_.push(decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r, version));
  r.skipTags();
  return {
    memberEpoch: memberEpoch_,
    previousMemberEpoch: previousMemberEpoch_,
    state: state_,
    assignedPartitions: assignedPartitions_,
    partitionsPendingRevocation: partitionsPendingRevocation_,
  };
}

function encodeConsumerGroupCurrentMemberAssignmentValue(w: Writer, version: number, value: ConsumerGroupCurrentMemberAssignmentValueInit): void {
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const previousMemberEpoch_: number = value.previousMemberEpoch;
  w.int32(previousMemberEpoch_);
  const state_: number = value.state;
  w.int8(state_);
  const assignedPartitions_: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit[] = value.assignedPartitions;
  w.compactArrayLength(assignedPartitions_.length);
  for (const item of assignedPartitions_) encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w, version, item);
  const partitionsPendingRevocation_: readonly ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit[] = value.partitionsPendingRevocation;
  w.compactArrayLength(partitionsPendingRevocation_.length);
  for (const item of partitionsPendingRevocation_) encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function decodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(r: Reader, version: number): ConsumerGroupCurrentMemberAssignmentValueTopicPartitions {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  let assignmentEpochs_: readonly number[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          assignmentEpochs_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          assignmentEpochs_ = items;
        }
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    topicId: topicId_,
    partitions: partitions_,
    assignmentEpochs: assignmentEpochs_,
  };
}

function encodeConsumerGroupCurrentMemberAssignmentValueTopicPartitions(w: Writer, version: number, value: ConsumerGroupCurrentMemberAssignmentValueTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  const assignmentEpochs_: readonly number[] | null = value.assignmentEpochs ?? null;
  const has_assignmentEpochs = assignmentEpochs_ !== null;
  w.unsignedVarint((has_assignmentEpochs ? 1 : 0));
  if (has_assignmentEpochs) {
    const mark = w.beginTag(0);
    if (assignmentEpochs_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(assignmentEpochs_.length);
      for (const item of assignmentEpochs_) w.int32(item);
    }
    w.endTag(mark);
  }
}

export const consumerGroupCurrentMemberAssignmentValue: StoredCodec<ConsumerGroupCurrentMemberAssignmentValue, ConsumerGroupCurrentMemberAssignmentValueInit> = {
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupCurrentMemberAssignmentValue', version, 0, 0);
    return decodeConsumerGroupCurrentMemberAssignmentValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupCurrentMemberAssignmentValue', version, 0, 0);
    encodeConsumerGroupCurrentMemberAssignmentValue(writer, version, value);
  },
};
