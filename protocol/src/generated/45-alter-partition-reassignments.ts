// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AlterPartitionReassignmentsRequest {
  readonly timeoutMs: number;
  readonly allowReplicationFactorChange: boolean;
  readonly topics: readonly AlterPartitionReassignmentsRequestTopic[];
}

export interface AlterPartitionReassignmentsRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly allowReplicationFactorChange?: boolean | undefined;
  readonly topics: readonly AlterPartitionReassignmentsRequestTopicInit[];
}

export interface AlterPartitionReassignmentsRequestTopic {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsRequestPartition[];
}

export interface AlterPartitionReassignmentsRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsRequestPartitionInit[];
}

export interface AlterPartitionReassignmentsRequestPartition {
  readonly partitionIndex: number;
  readonly replicas: readonly number[] | null;
}

export interface AlterPartitionReassignmentsRequestPartitionInit {
  readonly partitionIndex: number;
  readonly replicas?: readonly number[] | null | undefined;
}

function decodeAlterPartitionReassignmentsRequest(r: Reader, version: number): AlterPartitionReassignmentsRequest {
  const timeoutMs_ = r.int32();
  const allowReplicationFactorChange_ = version >= 1 ? r.bool() : true;
  const topics_: AlterPartitionReassignmentsRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeAlterPartitionReassignmentsRequestTopic(r, version));
  r.skipTags();
  return {
    timeoutMs: timeoutMs_,
    allowReplicationFactorChange: allowReplicationFactorChange_,
    topics: topics_,
  };
}

function encodeAlterPartitionReassignmentsRequest(w: Writer, version: number, value: AlterPartitionReassignmentsRequestInit): void {
  const timeoutMs_: number = value.timeoutMs ?? 60000;
  w.int32(timeoutMs_);
  const allowReplicationFactorChange_: boolean = value.allowReplicationFactorChange ?? true;
  if (!(version >= 1) && allowReplicationFactorChange_ !== true) throw fieldNotInVersion('AlterPartitionReassignmentsRequest', 'allowReplicationFactorChange', version);
  if (version >= 1) {
    w.bool(allowReplicationFactorChange_);
  }
  const topics_: readonly AlterPartitionReassignmentsRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeAlterPartitionReassignmentsRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionReassignmentsRequestTopic(r: Reader, version: number): AlterPartitionReassignmentsRequestTopic {
  const name_ = r.compactString();
  const partitions_: AlterPartitionReassignmentsRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterPartitionReassignmentsRequestPartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeAlterPartitionReassignmentsRequestTopic(w: Writer, version: number, value: AlterPartitionReassignmentsRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly AlterPartitionReassignmentsRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterPartitionReassignmentsRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionReassignmentsRequestPartition(r: Reader, version: number): AlterPartitionReassignmentsRequestPartition {
  const partitionIndex_ = r.int32();
  let replicas_: readonly number[] | null = null;
  {
    const length = r.compactNullableArrayLength(4);
    if (length < 0) {
      replicas_ = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < length; i++) items.push(r.int32());
      replicas_ = items;
    }
  }
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    replicas: replicas_,
  };
}

function encodeAlterPartitionReassignmentsRequestPartition(w: Writer, version: number, value: AlterPartitionReassignmentsRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const replicas_: readonly number[] | null = value.replicas ?? null;
  if (replicas_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(replicas_.length);
    for (const item of replicas_) w.int32(item);
  }
  w.unsignedVarint(0);
}

export interface AlterPartitionReassignmentsResponse {
  readonly throttleTimeMs: number;
  readonly allowReplicationFactorChange: boolean;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly responses: readonly AlterPartitionReassignmentsResponseTopic[];
}

export interface AlterPartitionReassignmentsResponseInit {
  readonly throttleTimeMs: number;
  readonly allowReplicationFactorChange?: boolean | undefined;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly responses: readonly AlterPartitionReassignmentsResponseTopicInit[];
}

export interface AlterPartitionReassignmentsResponseTopic {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsResponsePartition[];
}

export interface AlterPartitionReassignmentsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly AlterPartitionReassignmentsResponsePartitionInit[];
}

export interface AlterPartitionReassignmentsResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface AlterPartitionReassignmentsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function decodeAlterPartitionReassignmentsResponse(r: Reader, version: number): AlterPartitionReassignmentsResponse {
  const throttleTimeMs_ = r.int32();
  const allowReplicationFactorChange_ = version >= 1 ? r.bool() : true;
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const responses_: AlterPartitionReassignmentsResponseTopic[] = [];
  const responses_length = r.compactArrayLength(3);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeAlterPartitionReassignmentsResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    allowReplicationFactorChange: allowReplicationFactorChange_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    responses: responses_,
  };
}

function encodeAlterPartitionReassignmentsResponse(w: Writer, version: number, value: AlterPartitionReassignmentsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  if (version >= 1) {
    const allowReplicationFactorChange_: boolean = value.allowReplicationFactorChange ?? true;
    w.bool(allowReplicationFactorChange_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  const responses_: readonly AlterPartitionReassignmentsResponseTopicInit[] = value.responses;
  w.compactArrayLength(responses_.length);
  for (const item of responses_) encodeAlterPartitionReassignmentsResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionReassignmentsResponseTopic(r: Reader, version: number): AlterPartitionReassignmentsResponseTopic {
  const name_ = r.compactString();
  const partitions_: AlterPartitionReassignmentsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterPartitionReassignmentsResponsePartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeAlterPartitionReassignmentsResponseTopic(w: Writer, version: number, value: AlterPartitionReassignmentsResponseTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly AlterPartitionReassignmentsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterPartitionReassignmentsResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionReassignmentsResponsePartition(r: Reader, version: number): AlterPartitionReassignmentsResponsePartition {
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

function encodeAlterPartitionReassignmentsResponsePartition(w: Writer, version: number, value: AlterPartitionReassignmentsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const alterPartitionReassignments: Api<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsRequestInit, AlterPartitionReassignmentsResponse, AlterPartitionReassignmentsResponseInit> = {
  key: 45,
  name: 'AlterPartitionReassignments',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker', 'controller'],
  request: {
    name: 'AlterPartitionReassignmentsRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AlterPartitionReassignmentsRequest', version, 0, 1);
      return decodeAlterPartitionReassignmentsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterPartitionReassignmentsRequest', version, 0, 1);
      encodeAlterPartitionReassignmentsRequest(writer, version, value);
    },
  },
  response: {
    name: 'AlterPartitionReassignmentsResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AlterPartitionReassignmentsResponse', version, 0, 1);
      return decodeAlterPartitionReassignmentsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterPartitionReassignmentsResponse', version, 0, 1);
      encodeAlterPartitionReassignmentsResponse(writer, version, value);
    },
  },
};
