// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ListPartitionReassignmentsRequest {
  readonly timeoutMs: number;
  readonly topics: readonly ListPartitionReassignmentsRequestTopic[] | null;
}

export interface ListPartitionReassignmentsRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly topics?: readonly ListPartitionReassignmentsRequestTopicInit[] | null | undefined;
}

export interface ListPartitionReassignmentsRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

export interface ListPartitionReassignmentsRequestTopicInit {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

function decodeListPartitionReassignmentsRequest(r: Reader, version: number): ListPartitionReassignmentsRequest {
  const timeoutMs_ = r.int32();
  let topics_: readonly ListPartitionReassignmentsRequestTopic[] | null = null;
  {
    const length = r.compactNullableArrayLength(3);
    if (length < 0) {
      topics_ = null;
    } else {
      const items: ListPartitionReassignmentsRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeListPartitionReassignmentsRequestTopic(r, version));
      topics_ = items;
    }
  }
  r.skipTags();
  return {
    timeoutMs: timeoutMs_,
    topics: topics_,
  };
}

function encodeListPartitionReassignmentsRequest(w: Writer, version: number, value: ListPartitionReassignmentsRequestInit): void {
  const timeoutMs_: number = value.timeoutMs ?? 60000;
  w.int32(timeoutMs_);
  const topics_: readonly ListPartitionReassignmentsRequestTopicInit[] | null = value.topics ?? null;
  if (topics_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(topics_.length);
    for (const item of topics_) encodeListPartitionReassignmentsRequestTopic(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeListPartitionReassignmentsRequestTopic(r: Reader, version: number): ListPartitionReassignmentsRequestTopic {
  const name_ = r.compactString();
  const partitionIndexes_: number[] = [];
  const partitionIndexes_length = r.compactArrayLength(4);
  for (let i = 0; i < partitionIndexes_length; i++) partitionIndexes_.push(r.int32());
  r.skipTags();
  return {
    name: name_,
    partitionIndexes: partitionIndexes_,
  };
}

function encodeListPartitionReassignmentsRequestTopic(w: Writer, version: number, value: ListPartitionReassignmentsRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitionIndexes_: readonly number[] = value.partitionIndexes;
  w.compactArrayLength(partitionIndexes_.length);
  for (const item of partitionIndexes_) w.int32(item);
  w.unsignedVarint(0);
}

export interface ListPartitionReassignmentsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topics: readonly ListPartitionReassignmentsResponseTopic[];
}

export interface ListPartitionReassignmentsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topics: readonly ListPartitionReassignmentsResponseTopicInit[];
}

export interface ListPartitionReassignmentsResponseTopic {
  readonly name: string;
  readonly partitions: readonly ListPartitionReassignmentsResponsePartition[];
}

export interface ListPartitionReassignmentsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly ListPartitionReassignmentsResponsePartitionInit[];
}

export interface ListPartitionReassignmentsResponsePartition {
  readonly partitionIndex: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

export interface ListPartitionReassignmentsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

function decodeListPartitionReassignmentsResponse(r: Reader, version: number): ListPartitionReassignmentsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const topics_: ListPartitionReassignmentsResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeListPartitionReassignmentsResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    topics: topics_,
  };
}

function encodeListPartitionReassignmentsResponse(w: Writer, version: number, value: ListPartitionReassignmentsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  const topics_: readonly ListPartitionReassignmentsResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeListPartitionReassignmentsResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeListPartitionReassignmentsResponseTopic(r: Reader, version: number): ListPartitionReassignmentsResponseTopic {
  const name_ = r.compactString();
  const partitions_: ListPartitionReassignmentsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeListPartitionReassignmentsResponsePartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeListPartitionReassignmentsResponseTopic(w: Writer, version: number, value: ListPartitionReassignmentsResponseTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly ListPartitionReassignmentsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeListPartitionReassignmentsResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeListPartitionReassignmentsResponsePartition(r: Reader, version: number): ListPartitionReassignmentsResponsePartition {
  const partitionIndex_ = r.int32();
  const replicas_: number[] = [];
  const replicas_length = r.compactArrayLength(4);
  for (let i = 0; i < replicas_length; i++) replicas_.push(r.int32());
  const addingReplicas_: number[] = [];
  const addingReplicas_length = r.compactArrayLength(4);
  for (let i = 0; i < addingReplicas_length; i++) addingReplicas_.push(r.int32());
  const removingReplicas_: number[] = [];
  const removingReplicas_length = r.compactArrayLength(4);
  for (let i = 0; i < removingReplicas_length; i++) removingReplicas_.push(r.int32());
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    replicas: replicas_,
    addingReplicas: addingReplicas_,
    removingReplicas: removingReplicas_,
  };
}

function encodeListPartitionReassignmentsResponsePartition(w: Writer, version: number, value: ListPartitionReassignmentsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const replicas_: readonly number[] = value.replicas;
  w.compactArrayLength(replicas_.length);
  for (const item of replicas_) w.int32(item);
  const addingReplicas_: readonly number[] = value.addingReplicas;
  w.compactArrayLength(addingReplicas_.length);
  for (const item of addingReplicas_) w.int32(item);
  const removingReplicas_: readonly number[] = value.removingReplicas;
  w.compactArrayLength(removingReplicas_.length);
  for (const item of removingReplicas_) w.int32(item);
  w.unsignedVarint(0);
}

export const listPartitionReassignments: Api<ListPartitionReassignmentsRequest, ListPartitionReassignmentsRequestInit, ListPartitionReassignmentsResponse, ListPartitionReassignmentsResponseInit> = {
  key: 46,
  name: 'ListPartitionReassignments',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker', 'controller'],
  request: {
    name: 'ListPartitionReassignmentsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListPartitionReassignmentsRequest', version, 0, 0);
      return decodeListPartitionReassignmentsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListPartitionReassignmentsRequest', version, 0, 0);
      encodeListPartitionReassignmentsRequest(writer, version, value);
    },
  },
  response: {
    name: 'ListPartitionReassignmentsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListPartitionReassignmentsResponse', version, 0, 0);
      return decodeListPartitionReassignmentsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListPartitionReassignmentsResponse', version, 0, 0);
      encodeListPartitionReassignmentsResponse(writer, version, value);
    },
  },
};
