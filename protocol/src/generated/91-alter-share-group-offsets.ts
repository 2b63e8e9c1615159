// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AlterShareGroupOffsetsRequest {
  readonly groupId: string;
  readonly topics: readonly AlterShareGroupOffsetsRequestTopic[];
}

export interface AlterShareGroupOffsetsRequestInit {
  readonly groupId: string;
  readonly topics: readonly AlterShareGroupOffsetsRequestTopicInit[];
}

export interface AlterShareGroupOffsetsRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly AlterShareGroupOffsetsRequestPartition[];
}

export interface AlterShareGroupOffsetsRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly AlterShareGroupOffsetsRequestPartitionInit[];
}

export interface AlterShareGroupOffsetsRequestPartition {
  readonly partitionIndex: number;
  readonly startOffset: number;
}

export interface AlterShareGroupOffsetsRequestPartitionInit {
  readonly partitionIndex: number;
  readonly startOffset: number;
}

function decodeAlterShareGroupOffsetsRequest(r: Reader, version: number): AlterShareGroupOffsetsRequest {
  const groupId_ = r.compactString();
  const topics_: AlterShareGroupOffsetsRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeAlterShareGroupOffsetsRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeAlterShareGroupOffsetsRequest(w: Writer, version: number, value: AlterShareGroupOffsetsRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly AlterShareGroupOffsetsRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeAlterShareGroupOffsetsRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterShareGroupOffsetsRequestTopic(r: Reader, version: number): AlterShareGroupOffsetsRequestTopic {
  const topicName_ = r.compactString();
  const partitions_: AlterShareGroupOffsetsRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(13);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterShareGroupOffsetsRequestPartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeAlterShareGroupOffsetsRequestTopic(w: Writer, version: number, value: AlterShareGroupOffsetsRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly AlterShareGroupOffsetsRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterShareGroupOffsetsRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterShareGroupOffsetsRequestPartition(r: Reader, version: number): AlterShareGroupOffsetsRequestPartition {
  const partitionIndex_ = r.int32();
  const startOffset_ = r.int64();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    startOffset: startOffset_,
  };
}

function encodeAlterShareGroupOffsetsRequestPartition(w: Writer, version: number, value: AlterShareGroupOffsetsRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  w.unsignedVarint(0);
}

export interface AlterShareGroupOffsetsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly responses: readonly AlterShareGroupOffsetsResponseTopic[];
}

export interface AlterShareGroupOffsetsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly responses: readonly AlterShareGroupOffsetsResponseTopicInit[];
}

export interface AlterShareGroupOffsetsResponseTopic {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly AlterShareGroupOffsetsResponsePartition[];
}

export interface AlterShareGroupOffsetsResponseTopicInit {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly AlterShareGroupOffsetsResponsePartitionInit[];
}

export interface AlterShareGroupOffsetsResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface AlterShareGroupOffsetsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeAlterShareGroupOffsetsResponse(r: Reader, version: number): AlterShareGroupOffsetsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const responses_: AlterShareGroupOffsetsResponseTopic[] = [];
  const responses_length = r.compactArrayLength(19);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeAlterShareGroupOffsetsResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    responses: responses_,
  };
}

function encodeAlterShareGroupOffsetsResponse(w: Writer, version: number, value: AlterShareGroupOffsetsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const responses_: readonly AlterShareGroupOffsetsResponseTopicInit[] = value.responses;
  w.compactArrayLength(responses_.length);
  for (const item of responses_) encodeAlterShareGroupOffsetsResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterShareGroupOffsetsResponseTopic(r: Reader, version: number): AlterShareGroupOffsetsResponseTopic {
  const topicName_ = r.compactString();
  const topicId_ = r.uuid();
  const partitions_: AlterShareGroupOffsetsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterShareGroupOffsetsResponsePartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeAlterShareGroupOffsetsResponseTopic(w: Writer, version: number, value: AlterShareGroupOffsetsResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly AlterShareGroupOffsetsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterShareGroupOffsetsResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterShareGroupOffsetsResponsePartition(r: Reader, version: number): AlterShareGroupOffsetsResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeAlterShareGroupOffsetsResponsePartition(w: Writer, version: number, value: AlterShareGroupOffsetsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const alterShareGroupOffsets: Api<AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsRequestInit, AlterShareGroupOffsetsResponse, AlterShareGroupOffsetsResponseInit> = {
  key: 91,
  name: 'AlterShareGroupOffsets',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'AlterShareGroupOffsetsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AlterShareGroupOffsetsRequest', version, 0, 0);
      return decodeAlterShareGroupOffsetsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterShareGroupOffsetsRequest', version, 0, 0);
      encodeAlterShareGroupOffsetsRequest(writer, version, value);
    },
  },
  response: {
    name: 'AlterShareGroupOffsetsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AlterShareGroupOffsetsResponse', version, 0, 0);
      return decodeAlterShareGroupOffsetsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterShareGroupOffsetsResponse', version, 0, 0);
      encodeAlterShareGroupOffsetsResponse(writer, version, value);
    },
  },
};
