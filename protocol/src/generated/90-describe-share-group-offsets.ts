// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeShareGroupOffsetsRequest {
  readonly groups: readonly DescribeShareGroupOffsetsRequestGroup[];
}

export interface DescribeShareGroupOffsetsRequestInit {
  readonly groups: readonly DescribeShareGroupOffsetsRequestGroupInit[];
}

export interface DescribeShareGroupOffsetsRequestGroup {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsRequestTopic[] | null;
}

export interface DescribeShareGroupOffsetsRequestGroupInit {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsRequestTopicInit[] | null;
}

export interface DescribeShareGroupOffsetsRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface DescribeShareGroupOffsetsRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

function decodeDescribeShareGroupOffsetsRequest(r: Reader, version: number): DescribeShareGroupOffsetsRequest {
  const groups_: DescribeShareGroupOffsetsRequestGroup[] = [];
  const groups_length = r.compactArrayLength(3);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeDescribeShareGroupOffsetsRequestGroup(r, version));
  r.skipTags();
  return {
    groups: groups_,
  };
}

function encodeDescribeShareGroupOffsetsRequest(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestInit): void {
  const groups_: readonly DescribeShareGroupOffsetsRequestGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeDescribeShareGroupOffsetsRequestGroup(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsRequestGroup(r: Reader, version: number): DescribeShareGroupOffsetsRequestGroup {
  const groupId_ = r.compactString();
  let topics_: readonly DescribeShareGroupOffsetsRequestTopic[] | null = [];
  {
    const length = r.compactNullableArrayLength(3);
    if (length < 0) {
      topics_ = null;
    } else {
      const items: DescribeShareGroupOffsetsRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeDescribeShareGroupOffsetsRequestTopic(r, version));
      topics_ = items;
    }
  }
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeDescribeShareGroupOffsetsRequestGroup(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DescribeShareGroupOffsetsRequestTopicInit[] | null = value.topics;
  if (topics_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(topics_.length);
    for (const item of topics_) encodeDescribeShareGroupOffsetsRequestTopic(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsRequestTopic(r: Reader, version: number): DescribeShareGroupOffsetsRequestTopic {
  const topicName_ = r.compactString();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeDescribeShareGroupOffsetsRequestTopic(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export interface DescribeShareGroupOffsetsResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeShareGroupOffsetsResponseGroup[];
}

export interface DescribeShareGroupOffsetsResponseInit {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeShareGroupOffsetsResponseGroupInit[];
}

export interface DescribeShareGroupOffsetsResponseGroup {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsResponseTopic[];
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DescribeShareGroupOffsetsResponseGroupInit {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsResponseTopicInit[];
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

export interface DescribeShareGroupOffsetsResponseTopic {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly DescribeShareGroupOffsetsResponsePartition[];
}

export interface DescribeShareGroupOffsetsResponseTopicInit {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly DescribeShareGroupOffsetsResponsePartitionInit[];
}

export interface DescribeShareGroupOffsetsResponsePartition {
  readonly partitionIndex: number;
  readonly startOffset: number;
  readonly leaderEpoch: number;
  readonly lag: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DescribeShareGroupOffsetsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly startOffset: number;
  readonly leaderEpoch: number;
  readonly lag?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeDescribeShareGroupOffsetsResponse(r: Reader, version: number): DescribeShareGroupOffsetsResponse {
  const throttleTimeMs_ = r.int32();
  const groups_: DescribeShareGroupOffsetsResponseGroup[] = [];
  const groups_length = r.compactArrayLength(6);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeDescribeShareGroupOffsetsResponseGroup(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    groups: groups_,
  };
}

function encodeDescribeShareGroupOffsetsResponse(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const groups_: readonly DescribeShareGroupOffsetsResponseGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeDescribeShareGroupOffsetsResponseGroup(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponseGroup(r: Reader, version: number): DescribeShareGroupOffsetsResponseGroup {
  const groupId_ = r.compactString();
  const topics_: DescribeShareGroupOffsetsResponseTopic[] = [];
  const topics_length = r.compactArrayLength(19);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeShareGroupOffsetsResponseTopic(r, version));
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDescribeShareGroupOffsetsResponseGroup(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DescribeShareGroupOffsetsResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeShareGroupOffsetsResponseTopic(w, version, item);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponseTopic(r: Reader, version: number): DescribeShareGroupOffsetsResponseTopic {
  const topicName_ = r.compactString();
  const topicId_ = r.uuid();
  const partitions_: DescribeShareGroupOffsetsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(20);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeShareGroupOffsetsResponsePartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeDescribeShareGroupOffsetsResponseTopic(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly DescribeShareGroupOffsetsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeShareGroupOffsetsResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponsePartition(r: Reader, version: number): DescribeShareGroupOffsetsResponsePartition {
  const partitionIndex_ = r.int32();
  const startOffset_ = r.int64();
  const leaderEpoch_ = r.int32();
  const lag_ = version >= 1 ? r.int64() : -1;
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    startOffset: startOffset_,
    leaderEpoch: leaderEpoch_,
    lag: lag_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDescribeShareGroupOffsetsResponsePartition(w: Writer, version: number, value: DescribeShareGroupOffsetsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version >= 1) {
    const lag_: number = value.lag ?? -1;
    w.int64(lag_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const describeShareGroupOffsets: Api<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestInit, DescribeShareGroupOffsetsResponse, DescribeShareGroupOffsetsResponseInit> = {
  key: 90,
  name: 'DescribeShareGroupOffsets',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'DescribeShareGroupOffsetsRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeShareGroupOffsetsRequest', version, 0, 1);
      return decodeDescribeShareGroupOffsetsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeShareGroupOffsetsRequest', version, 0, 1);
      encodeDescribeShareGroupOffsetsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeShareGroupOffsetsResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeShareGroupOffsetsResponse', version, 0, 1);
      return decodeDescribeShareGroupOffsetsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeShareGroupOffsetsResponse', version, 0, 1);
      encodeDescribeShareGroupOffsetsResponse(writer, version, value);
    },
  },
};
