// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface InitializeShareGroupStateRequest {
  readonly groupId: string;
  readonly topics: readonly InitializeShareGroupStateRequestTopic[];
}

export interface InitializeShareGroupStateRequestInit {
  readonly groupId: string;
  readonly topics: readonly InitializeShareGroupStateRequestTopicInit[];
}

export interface InitializeShareGroupStateRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly InitializeShareGroupStateRequestPartition[];
}

export interface InitializeShareGroupStateRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly InitializeShareGroupStateRequestPartitionInit[];
}

export interface InitializeShareGroupStateRequestPartition {
  readonly partition: number;
  readonly stateEpoch: number;
  readonly startOffset: number;
}

export interface InitializeShareGroupStateRequestPartitionInit {
  readonly partition: number;
  readonly stateEpoch: number;
  readonly startOffset: number;
}

function decodeInitializeShareGroupStateRequest(r: Reader, version: number): InitializeShareGroupStateRequest {
  const groupId_ = r.compactString();
  const topics_: InitializeShareGroupStateRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeInitializeShareGroupStateRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeInitializeShareGroupStateRequest(w: Writer, version: number, value: InitializeShareGroupStateRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly InitializeShareGroupStateRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeInitializeShareGroupStateRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeInitializeShareGroupStateRequestTopic(r: Reader, version: number): InitializeShareGroupStateRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: InitializeShareGroupStateRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(17);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeInitializeShareGroupStateRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeInitializeShareGroupStateRequestTopic(w: Writer, version: number, value: InitializeShareGroupStateRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly InitializeShareGroupStateRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeInitializeShareGroupStateRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeInitializeShareGroupStateRequestPartition(r: Reader, version: number): InitializeShareGroupStateRequestPartition {
  const partition_ = r.int32();
  const stateEpoch_ = r.int32();
  const startOffset_ = r.int64();
  r.skipTags();
  return {
    partition: partition_,
    stateEpoch: stateEpoch_,
    startOffset: startOffset_,
  };
}

function encodeInitializeShareGroupStateRequestPartition(w: Writer, version: number, value: InitializeShareGroupStateRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const stateEpoch_: number = value.stateEpoch;
  w.int32(stateEpoch_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  w.unsignedVarint(0);
}

export interface InitializeShareGroupStateResponse {
  readonly results: readonly InitializeShareGroupStateResponseTopic[];
}

export interface InitializeShareGroupStateResponseInit {
  readonly results: readonly InitializeShareGroupStateResponseTopicInit[];
}

export interface InitializeShareGroupStateResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly InitializeShareGroupStateResponsePartition[];
}

export interface InitializeShareGroupStateResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly InitializeShareGroupStateResponsePartitionInit[];
}

export interface InitializeShareGroupStateResponsePartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface InitializeShareGroupStateResponsePartitionInit {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeInitializeShareGroupStateResponse(r: Reader, version: number): InitializeShareGroupStateResponse {
  const results_: InitializeShareGroupStateResponseTopic[] = [];
  const results_length = r.compactArrayLength(18);
  for (let i = 0; i < results_length; i++) results_.push(decodeInitializeShareGroupStateResponseTopic(r, version));
  r.skipTags();
  return {
    results: results_,
  };
}

function encodeInitializeShareGroupStateResponse(w: Writer, version: number, value: InitializeShareGroupStateResponseInit): void {
  const results_: readonly InitializeShareGroupStateResponseTopicInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeInitializeShareGroupStateResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeInitializeShareGroupStateResponseTopic(r: Reader, version: number): InitializeShareGroupStateResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: InitializeShareGroupStateResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeInitializeShareGroupStateResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeInitializeShareGroupStateResponseTopic(w: Writer, version: number, value: InitializeShareGroupStateResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly InitializeShareGroupStateResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeInitializeShareGroupStateResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeInitializeShareGroupStateResponsePartition(r: Reader, version: number): InitializeShareGroupStateResponsePartition {
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

function encodeInitializeShareGroupStateResponsePartition(w: Writer, version: number, value: InitializeShareGroupStateResponsePartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const initializeShareGroupState: Api<InitializeShareGroupStateRequest, InitializeShareGroupStateRequestInit, InitializeShareGroupStateResponse, InitializeShareGroupStateResponseInit> = {
  key: 83,
  name: 'InitializeShareGroupState',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'InitializeShareGroupStateRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('InitializeShareGroupStateRequest', version, 0, 0);
      return decodeInitializeShareGroupStateRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('InitializeShareGroupStateRequest', version, 0, 0);
      encodeInitializeShareGroupStateRequest(writer, version, value);
    },
  },
  response: {
    name: 'InitializeShareGroupStateResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('InitializeShareGroupStateResponse', version, 0, 0);
      return decodeInitializeShareGroupStateResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('InitializeShareGroupStateResponse', version, 0, 0);
      encodeInitializeShareGroupStateResponse(writer, version, value);
    },
  },
};
