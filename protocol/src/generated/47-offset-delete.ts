// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface OffsetDeleteRequest {
  readonly groupId: string;
  readonly topics: readonly OffsetDeleteRequestTopic[];
}

export interface OffsetDeleteRequestInit {
  readonly groupId: string;
  readonly topics: readonly OffsetDeleteRequestTopicInit[];
}

export interface OffsetDeleteRequestTopic {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteRequestPartition[];
}

export interface OffsetDeleteRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteRequestPartitionInit[];
}

export interface OffsetDeleteRequestPartition {
  readonly partitionIndex: number;
}

export interface OffsetDeleteRequestPartitionInit {
  readonly partitionIndex: number;
}

function decodeOffsetDeleteRequest(r: Reader, version: number): OffsetDeleteRequest {
  const groupId_ = r.string();
  const topics_: OffsetDeleteRequestTopic[] = [];
  const topics_length = r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetDeleteRequestTopic(r, version));
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeOffsetDeleteRequest(w: Writer, version: number, value: OffsetDeleteRequestInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const topics_: readonly OffsetDeleteRequestTopicInit[] = value.topics;
  w.arrayLength(topics_.length);
  for (const item of topics_) encodeOffsetDeleteRequestTopic(w, version, item);
}

function decodeOffsetDeleteRequestTopic(r: Reader, version: number): OffsetDeleteRequestTopic {
  const name_ = r.string();
  const partitions_: OffsetDeleteRequestPartition[] = [];
  const partitions_length = r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetDeleteRequestPartition(r, version));
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeOffsetDeleteRequestTopic(w: Writer, version: number, value: OffsetDeleteRequestTopicInit): void {
  const name_: string = value.name;
  w.string(name_);
  const partitions_: readonly OffsetDeleteRequestPartitionInit[] = value.partitions;
  w.arrayLength(partitions_.length);
  for (const item of partitions_) encodeOffsetDeleteRequestPartition(w, version, item);
}

function decodeOffsetDeleteRequestPartition(r: Reader, version: number): OffsetDeleteRequestPartition {
  const partitionIndex_ = r.int32();
  return {
    partitionIndex: partitionIndex_,
  };
}

function encodeOffsetDeleteRequestPartition(w: Writer, version: number, value: OffsetDeleteRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
}

export interface OffsetDeleteResponse {
  readonly errorCode: number;
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetDeleteResponseTopic[];
}

export interface OffsetDeleteResponseInit {
  readonly errorCode: number;
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetDeleteResponseTopicInit[];
}

export interface OffsetDeleteResponseTopic {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteResponsePartition[];
}

export interface OffsetDeleteResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly OffsetDeleteResponsePartitionInit[];
}

export interface OffsetDeleteResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

export interface OffsetDeleteResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

function decodeOffsetDeleteResponse(r: Reader, version: number): OffsetDeleteResponse {
  const errorCode_ = r.int16();
  const throttleTimeMs_ = r.int32();
  const topics_: OffsetDeleteResponseTopic[] = [];
  const topics_length = r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetDeleteResponseTopic(r, version));
  return {
    errorCode: errorCode_,
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeOffsetDeleteResponse(w: Writer, version: number, value: OffsetDeleteResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly OffsetDeleteResponseTopicInit[] = value.topics;
  w.arrayLength(topics_.length);
  for (const item of topics_) encodeOffsetDeleteResponseTopic(w, version, item);
}

function decodeOffsetDeleteResponseTopic(r: Reader, version: number): OffsetDeleteResponseTopic {
  const name_ = r.string();
  const partitions_: OffsetDeleteResponsePartition[] = [];
  const partitions_length = r.arrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetDeleteResponsePartition(r, version));
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeOffsetDeleteResponseTopic(w: Writer, version: number, value: OffsetDeleteResponseTopicInit): void {
  const name_: string = value.name;
  w.string(name_);
  const partitions_: readonly OffsetDeleteResponsePartitionInit[] = value.partitions;
  w.arrayLength(partitions_.length);
  for (const item of partitions_) encodeOffsetDeleteResponsePartition(w, version, item);
}

function decodeOffsetDeleteResponsePartition(r: Reader, version: number): OffsetDeleteResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
  };
}

function encodeOffsetDeleteResponsePartition(w: Writer, version: number, value: OffsetDeleteResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
}

export const offsetDelete: Api<OffsetDeleteRequest, OffsetDeleteRequestInit, OffsetDeleteResponse, OffsetDeleteResponseInit> = {
  key: 47,
  name: 'OffsetDelete',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'OffsetDeleteRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: Number.POSITIVE_INFINITY,
    decode(reader, version) {
      checkVersion('OffsetDeleteRequest', version, 0, 0);
      return decodeOffsetDeleteRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetDeleteRequest', version, 0, 0);
      encodeOffsetDeleteRequest(writer, version, value);
    },
  },
  response: {
    name: 'OffsetDeleteResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: Number.POSITIVE_INFINITY,
    decode(reader, version) {
      checkVersion('OffsetDeleteResponse', version, 0, 0);
      return decodeOffsetDeleteResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetDeleteResponse', version, 0, 0);
      encodeOffsetDeleteResponse(writer, version, value);
    },
  },
};
