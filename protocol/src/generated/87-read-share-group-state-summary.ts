// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ReadShareGroupStateSummaryRequest {
  readonly groupId: string;
  readonly topics: readonly ReadShareGroupStateSummaryRequestTopic[];
}

export interface ReadShareGroupStateSummaryRequestInit {
  readonly groupId: string;
  readonly topics: readonly ReadShareGroupStateSummaryRequestTopicInit[];
}

export interface ReadShareGroupStateSummaryRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateSummaryRequestPartition[];
}

export interface ReadShareGroupStateSummaryRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateSummaryRequestPartitionInit[];
}

export interface ReadShareGroupStateSummaryRequestPartition {
  readonly partition: number;
  readonly leaderEpoch: number;
}

export interface ReadShareGroupStateSummaryRequestPartitionInit {
  readonly partition: number;
  readonly leaderEpoch: number;
}

function decodeReadShareGroupStateSummaryRequest(r: Reader, version: number): ReadShareGroupStateSummaryRequest {
  const groupId_ = r.compactString();
  const topics_: ReadShareGroupStateSummaryRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeReadShareGroupStateSummaryRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeReadShareGroupStateSummaryRequest(w: Writer, version: number, value: ReadShareGroupStateSummaryRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly ReadShareGroupStateSummaryRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeReadShareGroupStateSummaryRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateSummaryRequestTopic(r: Reader, version: number): ReadShareGroupStateSummaryRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: ReadShareGroupStateSummaryRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(9);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeReadShareGroupStateSummaryRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeReadShareGroupStateSummaryRequestTopic(w: Writer, version: number, value: ReadShareGroupStateSummaryRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ReadShareGroupStateSummaryRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeReadShareGroupStateSummaryRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateSummaryRequestPartition(r: Reader, version: number): ReadShareGroupStateSummaryRequestPartition {
  const partition_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    partition: partition_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeReadShareGroupStateSummaryRequestPartition(w: Writer, version: number, value: ReadShareGroupStateSummaryRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

export interface ReadShareGroupStateSummaryResponse {
  readonly results: readonly ReadShareGroupStateSummaryResponseTopic[];
}

export interface ReadShareGroupStateSummaryResponseInit {
  readonly results: readonly ReadShareGroupStateSummaryResponseTopicInit[];
}

export interface ReadShareGroupStateSummaryResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateSummaryResponsePartition[];
}

export interface ReadShareGroupStateSummaryResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ReadShareGroupStateSummaryResponsePartitionInit[];
}

export interface ReadShareGroupStateSummaryResponsePartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
}

export interface ReadShareGroupStateSummaryResponsePartitionInit {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount?: number | undefined;
}

function decodeReadShareGroupStateSummaryResponse(r: Reader, version: number): ReadShareGroupStateSummaryResponse {
  const results_: ReadShareGroupStateSummaryResponseTopic[] = [];
  const results_length = r.compactArrayLength(18);
  for (let i = 0; i < results_length; i++) results_.push(decodeReadShareGroupStateSummaryResponseTopic(r, version));
  r.skipTags();
  return {
    results: results_,
  };
}

function encodeReadShareGroupStateSummaryResponse(w: Writer, version: number, value: ReadShareGroupStateSummaryResponseInit): void {
  const results_: readonly ReadShareGroupStateSummaryResponseTopicInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeReadShareGroupStateSummaryResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateSummaryResponseTopic(r: Reader, version: number): ReadShareGroupStateSummaryResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: ReadShareGroupStateSummaryResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(24);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeReadShareGroupStateSummaryResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeReadShareGroupStateSummaryResponseTopic(w: Writer, version: number, value: ReadShareGroupStateSummaryResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ReadShareGroupStateSummaryResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeReadShareGroupStateSummaryResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeReadShareGroupStateSummaryResponsePartition(r: Reader, version: number): ReadShareGroupStateSummaryResponsePartition {
  const partition_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const stateEpoch_ = r.int32();
  const leaderEpoch_ = r.int32();
  const startOffset_ = r.int64();
  const deliveryCompleteCount_ = version >= 1 ? r.int32() : -1;
  r.skipTags();
  return {
    partition: partition_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    stateEpoch: stateEpoch_,
    leaderEpoch: leaderEpoch_,
    startOffset: startOffset_,
    deliveryCompleteCount: deliveryCompleteCount_,
  };
}

function encodeReadShareGroupStateSummaryResponsePartition(w: Writer, version: number, value: ReadShareGroupStateSummaryResponsePartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
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
  w.unsignedVarint(0);
}

export const readShareGroupStateSummary: Api<ReadShareGroupStateSummaryRequest, ReadShareGroupStateSummaryRequestInit, ReadShareGroupStateSummaryResponse, ReadShareGroupStateSummaryResponseInit> = {
  key: 87,
  name: 'ReadShareGroupStateSummary',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ReadShareGroupStateSummaryRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ReadShareGroupStateSummaryRequest', version, 0, 1);
      return decodeReadShareGroupStateSummaryRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ReadShareGroupStateSummaryRequest', version, 0, 1);
      encodeReadShareGroupStateSummaryRequest(writer, version, value);
    },
  },
  response: {
    name: 'ReadShareGroupStateSummaryResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ReadShareGroupStateSummaryResponse', version, 0, 1);
      return decodeReadShareGroupStateSummaryResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ReadShareGroupStateSummaryResponse', version, 0, 1);
      encodeReadShareGroupStateSummaryResponse(writer, version, value);
    },
  },
};
