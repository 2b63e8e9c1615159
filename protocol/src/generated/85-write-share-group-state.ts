// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface WriteShareGroupStateRequest {
  readonly groupId: string;
  readonly topics: readonly WriteShareGroupStateRequestTopic[];
}

export interface WriteShareGroupStateRequestInit {
  readonly groupId: string;
  readonly topics: readonly WriteShareGroupStateRequestTopicInit[];
}

export interface WriteShareGroupStateRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly WriteShareGroupStateRequestPartition[];
}

export interface WriteShareGroupStateRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly WriteShareGroupStateRequestPartitionInit[];
}

export interface WriteShareGroupStateRequestPartition {
  readonly partition: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly WriteShareGroupStateRequestStateBatch[];
}

export interface WriteShareGroupStateRequestPartitionInit {
  readonly partition: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount?: number | undefined;
  readonly stateBatches: readonly WriteShareGroupStateRequestStateBatchInit[];
}

export interface WriteShareGroupStateRequestStateBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

export interface WriteShareGroupStateRequestStateBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

function decodeWriteShareGroupStateRequest(r: Reader, version: number): WriteShareGroupStateRequest {
  const groupId_ = r.compactString();
  const topics_: WriteShareGroupStateRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeWriteShareGroupStateRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeWriteShareGroupStateRequest(w: Writer, version: number, value: WriteShareGroupStateRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly WriteShareGroupStateRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeWriteShareGroupStateRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteShareGroupStateRequestTopic(r: Reader, version: number): WriteShareGroupStateRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: WriteShareGroupStateRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(22);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeWriteShareGroupStateRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeWriteShareGroupStateRequestTopic(w: Writer, version: number, value: WriteShareGroupStateRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly WriteShareGroupStateRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeWriteShareGroupStateRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteShareGroupStateRequestPartition(r: Reader, version: number): WriteShareGroupStateRequestPartition {
  const partition_ = r.int32();
  const stateEpoch_ = r.int32();
  const leaderEpoch_ = r.int32();
  const startOffset_ = r.int64();
  const deliveryCompleteCount_ = version >= 1 ? r.int32() : -1;
  const stateBatches_: WriteShareGroupStateRequestStateBatch[] = [];
  const stateBatches_length = r.compactArrayLength(20);
  for (let i = 0; i < stateBatches_length; i++) stateBatches_.push(decodeWriteShareGroupStateRequestStateBatch(r, version));
  r.skipTags();
  return {
    partition: partition_,
    stateEpoch: stateEpoch_,
    leaderEpoch: leaderEpoch_,
    startOffset: startOffset_,
    deliveryCompleteCount: deliveryCompleteCount_,
    stateBatches: stateBatches_,
  };
}

function encodeWriteShareGroupStateRequestPartition(w: Writer, version: number, value: WriteShareGroupStateRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const stateEpoch_: number = value.stateEpoch;
  w.int32(stateEpoch_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  if (version >= 1) {
    const deliveryCompleteCount_: number = value.deliveryCompleteCount ?? -1;
    w.int32(deliveryCompleteCount_);
  }
  const stateBatches_: readonly WriteShareGroupStateRequestStateBatchInit[] = value.stateBatches;
  w.compactArrayLength(stateBatches_.length);
  for (const item of stateBatches_) encodeWriteShareGroupStateRequestStateBatch(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteShareGroupStateRequestStateBatch(r: Reader, version: number): WriteShareGroupStateRequestStateBatch {
  const firstOffset_ = r.int64();
  const lastOffset_ = r.int64();
  const deliveryState_ = r.int8();
  const deliveryCount_ = r.int16();
  r.skipTags();
  return {
    firstOffset: firstOffset_,
    lastOffset: lastOffset_,
    deliveryState: deliveryState_,
    deliveryCount: deliveryCount_,
  };
}

function encodeWriteShareGroupStateRequestStateBatch(w: Writer, version: number, value: WriteShareGroupStateRequestStateBatchInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const deliveryState_: number = value.deliveryState;
  w.int8(deliveryState_);
  const deliveryCount_: number = value.deliveryCount;
  w.int16(deliveryCount_);
  w.unsignedVarint(0);
}

export interface WriteShareGroupStateResponse {
  readonly results: readonly WriteShareGroupStateResponseTopic[];
}

export interface WriteShareGroupStateResponseInit {
  readonly results: readonly WriteShareGroupStateResponseTopicInit[];
}

export interface WriteShareGroupStateResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly WriteShareGroupStateResponsePartition[];
}

export interface WriteShareGroupStateResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly WriteShareGroupStateResponsePartitionInit[];
}

export interface WriteShareGroupStateResponsePartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface WriteShareGroupStateResponsePartitionInit {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeWriteShareGroupStateResponse(r: Reader, version: number): WriteShareGroupStateResponse {
  const results_: WriteShareGroupStateResponseTopic[] = [];
  const results_length = r.compactArrayLength(18);
  for (let i = 0; i < results_length; i++) results_.push(decodeWriteShareGroupStateResponseTopic(r, version));
  r.skipTags();
  return {
    results: results_,
  };
}

function encodeWriteShareGroupStateResponse(w: Writer, version: number, value: WriteShareGroupStateResponseInit): void {
  const results_: readonly WriteShareGroupStateResponseTopicInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeWriteShareGroupStateResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteShareGroupStateResponseTopic(r: Reader, version: number): WriteShareGroupStateResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: WriteShareGroupStateResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeWriteShareGroupStateResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeWriteShareGroupStateResponseTopic(w: Writer, version: number, value: WriteShareGroupStateResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly WriteShareGroupStateResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeWriteShareGroupStateResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteShareGroupStateResponsePartition(r: Reader, version: number): WriteShareGroupStateResponsePartition {
  const partition_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    partition: partition_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeWriteShareGroupStateResponsePartition(w: Writer, version: number, value: WriteShareGroupStateResponsePartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const writeShareGroupState: Api<WriteShareGroupStateRequest, WriteShareGroupStateRequestInit, WriteShareGroupStateResponse, WriteShareGroupStateResponseInit> = {
  key: 85,
  name: 'WriteShareGroupState',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'WriteShareGroupStateRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('WriteShareGroupStateRequest', version, 0, 1);
      return decodeWriteShareGroupStateRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('WriteShareGroupStateRequest', version, 0, 1);
      encodeWriteShareGroupStateRequest(writer, version, value);
    },
  },
  response: {
    name: 'WriteShareGroupStateResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('WriteShareGroupStateResponse', version, 0, 1);
      return decodeWriteShareGroupStateResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('WriteShareGroupStateResponse', version, 0, 1);
      encodeWriteShareGroupStateResponse(writer, version, value);
    },
  },
};
