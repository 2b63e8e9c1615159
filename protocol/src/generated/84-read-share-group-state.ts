// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ReadShareGroupStateRequest {
  readonly groupId: string;
  readonly topics: readonly ReadShareGroupStateRequestTopic[];
}

export interface ReadShareGroupStateRequestInit {
  readonly groupId: string;
  readonly topics: readonly ReadShareGroupStateRequestTopicInit[];
}

export interface ReadShareGroupStateRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateRequestPartition[];
}

export interface ReadShareGroupStateRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateRequestPartitionInit[];
}

export interface ReadShareGroupStateRequestPartition {
  readonly partition: number;
  readonly leaderEpoch: number;
}

export interface ReadShareGroupStateRequestPartitionInit {
  readonly partition: number;
  readonly leaderEpoch: number;
}

function decodeReadShareGroupStateRequest(r: Reader, version: number): ReadShareGroupStateRequest {
  const groupId_ = r.compactString();
  const topics_: ReadShareGroupStateRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeReadShareGroupStateRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeReadShareGroupStateRequest(w: Writer, version: number, value: ReadShareGroupStateRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly ReadShareGroupStateRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeReadShareGroupStateRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateRequestTopic(r: Reader, version: number): ReadShareGroupStateRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: ReadShareGroupStateRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(9);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeReadShareGroupStateRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeReadShareGroupStateRequestTopic(w: Writer, version: number, value: ReadShareGroupStateRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ReadShareGroupStateRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeReadShareGroupStateRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateRequestPartition(r: Reader, version: number): ReadShareGroupStateRequestPartition {
  const partition_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    partition: partition_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeReadShareGroupStateRequestPartition(w: Writer, version: number, value: ReadShareGroupStateRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

export interface ReadShareGroupStateResponse {
  readonly results: readonly ReadShareGroupStateResponseTopic[];
}

export interface ReadShareGroupStateResponseInit {
  readonly results: readonly ReadShareGroupStateResponseTopicInit[];
}

export interface ReadShareGroupStateResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateResponsePartition[];
}

export interface ReadShareGroupStateResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateResponsePartitionInit[];
}

export interface ReadShareGroupStateResponsePartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly stateEpoch: number;
  readonly startOffset: number;
  readonly stateBatches: readonly ReadShareGroupStateResponseStateBatch[];
}

export interface ReadShareGroupStateResponsePartitionInit {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly stateEpoch: number;
  readonly startOffset: number;
  readonly stateBatches: readonly ReadShareGroupStateResponseStateBatchInit[];
}

export interface ReadShareGroupStateResponseStateBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

export interface ReadShareGroupStateResponseStateBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

function decodeReadShareGroupStateResponse(r: Reader, version: number): ReadShareGroupStateResponse {
  const results_: ReadShareGroupStateResponseTopic[] = [];
  const results_length = r.compactArrayLength(18);
  for (let i = 0; i < results_length; i++) results_.push(decodeReadShareGroupStateResponseTopic(r, version));
  r.skipTags();
  return {
    results: results_,
  };
}

function encodeReadShareGroupStateResponse(w: Writer, version: number, value: ReadShareGroupStateResponseInit): void {
  const results_: readonly ReadShareGroupStateResponseTopicInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeReadShareGroupStateResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateResponseTopic(r: Reader, version: number): ReadShareGroupStateResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: ReadShareGroupStateResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(21);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeReadShareGroupStateResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeReadShareGroupStateResponseTopic(w: Writer, version: number, value: ReadShareGroupStateResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ReadShareGroupStateResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeReadShareGroupStateResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateResponsePartition(r: Reader, version: number): ReadShareGroupStateResponsePartition {
  const partition_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const stateEpoch_ = r.int32();
  const startOffset_ = r.int64();
  const stateBatches_: ReadShareGroupStateResponseStateBatch[] = [];
  const stateBatches_length = r.compactArrayLength(20);
  for (let i = 0; i < stateBatches_length; i++) stateBatches_.push(decodeReadShareGroupStateResponseStateBatch(r, version));
  r.skipTags();
  return {
    partition: partition_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    stateEpoch: stateEpoch_,
    startOffset: startOffset_,
    stateBatches: stateBatches_,
  };
}

function encodeReadShareGroupStateResponsePartition(w: Writer, version: number, value: ReadShareGroupStateResponsePartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const stateEpoch_: number = value.stateEpoch;
  w.int32(stateEpoch_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  const stateBatches_: readonly ReadShareGroupStateResponseStateBatchInit[] = value.stateBatches;
  w.compactArrayLength(stateBatches_.length);
  for (const item of stateBatches_) encodeReadShareGroupStateResponseStateBatch(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateResponseStateBatch(r: Reader, version: number): ReadShareGroupStateResponseStateBatch {
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

function encodeReadShareGroupStateResponseStateBatch(w: Writer, version: number, value: ReadShareGroupStateResponseStateBatchInit): void {
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

export const readShareGroupState: Api<ReadShareGroupStateRequest, ReadShareGroupStateRequestInit, ReadShareGroupStateResponse, ReadShareGroupStateResponseInit> = {
  key: 84,
  name: 'ReadShareGroupState',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'ReadShareGroupStateRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ReadShareGroupStateRequest', version, 0, 0);
      return decodeReadShareGroupStateRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ReadShareGroupStateRequest', version, 0, 0);
      encodeReadShareGroupStateRequest(writer, version, value);
    },
  },
  response: {
    name: 'ReadShareGroupStateResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ReadShareGroupStateResponse', version, 0, 0);
      return decodeReadShareGroupStateResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ReadShareGroupStateResponse', version, 0, 0);
      encodeReadShareGroupStateResponse(writer, version, value);
    },
  },
};
