// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeTopicPartitionsRequest {
  readonly topics: readonly DescribeTopicPartitionsRequestTopic[];
  readonly responsePartitionLimit: number;
  readonly cursor: DescribeTopicPartitionsRequestCursor | null;
}

export interface DescribeTopicPartitionsRequestInit {
  readonly topics: readonly DescribeTopicPartitionsRequestTopicInit[];
  readonly responsePartitionLimit?: number | undefined;
  readonly cursor?: DescribeTopicPartitionsRequestCursorInit | null | undefined;
}

export interface DescribeTopicPartitionsRequestCursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

export interface DescribeTopicPartitionsRequestCursorInit {
  readonly topicName: string;
  readonly partitionIndex: number;
}

export interface DescribeTopicPartitionsRequestTopic {
  readonly name: string;
}

export interface DescribeTopicPartitionsRequestTopicInit {
  readonly name: string;
}

const DEFAULT_DescribeTopicPartitionsRequestCursor: DescribeTopicPartitionsRequestCursor = { topicName: '', partitionIndex: 0 };

function decodeDescribeTopicPartitionsRequest(r: Reader, version: number): DescribeTopicPartitionsRequest {
  const topics_: DescribeTopicPartitionsRequestTopic[] = [];
  const topics_length = r.compactArrayLength(2);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeTopicPartitionsRequestTopic(r, version));
  const responsePartitionLimit_ = r.int32();
  let cursor_: DescribeTopicPartitionsRequestCursor | null = null;
  {
    if (r.int8() < 0) cursor_ = null;
    else cursor_ = decodeDescribeTopicPartitionsRequestCursor(r, version);
  }
  r.skipTags();
  return {
    topics: topics_,
    responsePartitionLimit: responsePartitionLimit_,
    cursor: cursor_,
  };
}

function encodeDescribeTopicPartitionsRequest(w: Writer, version: number, value: DescribeTopicPartitionsRequestInit): void {
  const topics_: readonly DescribeTopicPartitionsRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeTopicPartitionsRequestTopic(w, version, item);
  const responsePartitionLimit_: number = value.responsePartitionLimit ?? 2000;
  w.int32(responsePartitionLimit_);
  const cursor_: DescribeTopicPartitionsRequestCursorInit | null = value.cursor ?? null;
  if (cursor_ === null) {
    w.int8(-1);
  } else {
    w.int8(1);
    encodeDescribeTopicPartitionsRequestCursor(w, version, cursor_);
  }
  w.unsignedVarint(0);
}

function decodeDescribeTopicPartitionsRequestCursor(r: Reader, version: number): DescribeTopicPartitionsRequestCursor {
  const topicName_ = r.compactString();
  const partitionIndex_ = r.int32();
  r.skipTags();
  return {
    topicName: topicName_,
    partitionIndex: partitionIndex_,
  };
}

function encodeDescribeTopicPartitionsRequestCursor(w: Writer, version: number, value: DescribeTopicPartitionsRequestCursorInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  w.unsignedVarint(0);
}

function isDefaultDescribeTopicPartitionsRequestCursor(value: DescribeTopicPartitionsRequestCursorInit): boolean {
  return value === DEFAULT_DescribeTopicPartitionsRequestCursor || (!(value.topicName !== '') && !(value.partitionIndex !== 0));
}

function decodeDescribeTopicPartitionsRequestTopic(r: Reader, version: number): DescribeTopicPartitionsRequestTopic {
  const name_ = r.compactString();
  r.skipTags();
  return {
    name: name_,
  };
}

function encodeDescribeTopicPartitionsRequestTopic(w: Writer, version: number, value: DescribeTopicPartitionsRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  w.unsignedVarint(0);
}

export interface DescribeTopicPartitionsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeTopicPartitionsResponseTopic[];
  readonly nextCursor: DescribeTopicPartitionsResponseCursor | null;
}

export interface DescribeTopicPartitionsResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeTopicPartitionsResponseTopicInit[];
  readonly nextCursor?: DescribeTopicPartitionsResponseCursorInit | null | undefined;
}

export interface DescribeTopicPartitionsResponseCursor {
  readonly topicName: string;
  readonly partitionIndex: number;
}

export interface DescribeTopicPartitionsResponseCursorInit {
  readonly topicName: string;
  readonly partitionIndex: number;
}

export interface DescribeTopicPartitionsResponseTopic {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  readonly partitions: readonly DescribeTopicPartitionsResponsePartition[];
  readonly topicAuthorizedOperations: number;
}

export interface DescribeTopicPartitionsResponseTopicInit {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly isInternal?: boolean | undefined;
  readonly partitions: readonly DescribeTopicPartitionsResponsePartitionInit[];
  readonly topicAuthorizedOperations?: number | undefined;
}

export interface DescribeTopicPartitionsResponsePartition {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
  readonly offlineReplicas: readonly number[];
}

export interface DescribeTopicPartitionsResponsePartitionInit {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch?: number | undefined;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly eligibleLeaderReplicas?: readonly number[] | null | undefined;
  readonly lastKnownElr?: readonly number[] | null | undefined;
  readonly offlineReplicas: readonly number[];
}

const DEFAULT_DescribeTopicPartitionsResponseCursor: DescribeTopicPartitionsResponseCursor = { topicName: '', partitionIndex: 0 };

function decodeDescribeTopicPartitionsResponse(r: Reader, version: number): DescribeTopicPartitionsResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: DescribeTopicPartitionsResponseTopic[] = [];
  const topics_length = r.compactArrayLength(26);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeTopicPartitionsResponseTopic(r, version));
  let nextCursor_: DescribeTopicPartitionsResponseCursor | null = null;
  {
    if (r.int8() < 0) nextCursor_ = null;
    else nextCursor_ = decodeDescribeTopicPartitionsResponseCursor(r, version);
  }
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
    nextCursor: nextCursor_,
  };
}

function encodeDescribeTopicPartitionsResponse(w: Writer, version: number, value: DescribeTopicPartitionsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly DescribeTopicPartitionsResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeTopicPartitionsResponseTopic(w, version, item);
  const nextCursor_: DescribeTopicPartitionsResponseCursorInit | null = value.nextCursor ?? null;
  if (nextCursor_ === null) {
    w.int8(-1);
  } else {
    w.int8(1);
    encodeDescribeTopicPartitionsResponseCursor(w, version, nextCursor_);
  }
  w.unsignedVarint(0);
}

function decodeDescribeTopicPartitionsResponseCursor(r: Reader, version: number): DescribeTopicPartitionsResponseCursor {
  const topicName_ = r.compactString();
  const partitionIndex_ = r.int32();
  r.skipTags();
  return {
    topicName: topicName_,
    partitionIndex: partitionIndex_,
  };
}

function encodeDescribeTopicPartitionsResponseCursor(w: Writer, version: number, value: DescribeTopicPartitionsResponseCursorInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  w.unsignedVarint(0);
}

function isDefaultDescribeTopicPartitionsResponseCursor(value: DescribeTopicPartitionsResponseCursorInit): boolean {
  return value === DEFAULT_DescribeTopicPartitionsResponseCursor || (!(value.topicName !== '') && !(value.partitionIndex !== 0));
}

function decodeDescribeTopicPartitionsResponseTopic(r: Reader, version: number): DescribeTopicPartitionsResponseTopic {
  const errorCode_ = r.int16();
  const name_ = r.compactNullableString();
  const topicId_ = r.uuid();
  const isInternal_ = r.bool();
  const partitions_: DescribeTopicPartitionsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(20);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeTopicPartitionsResponsePartition(r, version));
  const topicAuthorizedOperations_ = r.int32();
  r.skipTags();
  return {
    errorCode: errorCode_,
    name: name_,
    topicId: topicId_,
    isInternal: isInternal_,
    partitions: partitions_,
    topicAuthorizedOperations: topicAuthorizedOperations_,
  };
}

function encodeDescribeTopicPartitionsResponseTopic(w: Writer, version: number, value: DescribeTopicPartitionsResponseTopicInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const name_: string | null = value.name;
  w.compactNullableString(name_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const isInternal_: boolean = value.isInternal ?? false;
  w.bool(isInternal_);
  const partitions_: readonly DescribeTopicPartitionsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeTopicPartitionsResponsePartition(w, version, item);
  const topicAuthorizedOperations_: number = value.topicAuthorizedOperations ?? -2147483648;
  w.int32(topicAuthorizedOperations_);
  w.unsignedVarint(0);
}

function decodeDescribeTopicPartitionsResponsePartition(r: Reader, version: number): DescribeTopicPartitionsResponsePartition {
  const errorCode_ = r.int16();
  const partitionIndex_ = r.int32();
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const replicaNodes_: number[] = [];
  const replicaNodes_length = r.compactArrayLength(4);
  for (let i = 0; i < replicaNodes_length; i++) replicaNodes_.push(r.int32());
  const isrNodes_: number[] = [];
  const isrNodes_length = r.compactArrayLength(4);
  for (let i = 0; i < isrNodes_length; i++) isrNodes_.push(r.int32());
  let eligibleLeaderReplicas_: readonly number[] | null = null;
  {
    const length = r.compactNullableArrayLength(4);
    if (length < 0) {
      eligibleLeaderReplicas_ = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < length; i++) items.push(r.int32());
      eligibleLeaderReplicas_ = items;
    }
  }
  let lastKnownElr_: readonly number[] | null = null;
  {
    const length = r.compactNullableArrayLength(4);
    if (length < 0) {
      lastKnownElr_ = null;
    } else {
      const items: number[] = [];
      for (let i = 0; i < length; i++) items.push(r.int32());
      lastKnownElr_ = items;
    }
  }
  const offlineReplicas_: number[] = [];
  const offlineReplicas_length = r.compactArrayLength(4);
  for (let i = 0; i < offlineReplicas_length; i++) offlineReplicas_.push(r.int32());
  r.skipTags();
  return {
    errorCode: errorCode_,
    partitionIndex: partitionIndex_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    replicaNodes: replicaNodes_,
    isrNodes: isrNodes_,
    eligibleLeaderReplicas: eligibleLeaderReplicas_,
    lastKnownElr: lastKnownElr_,
    offlineReplicas: offlineReplicas_,
  };
}

function encodeDescribeTopicPartitionsResponsePartition(w: Writer, version: number, value: DescribeTopicPartitionsResponsePartitionInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  const replicaNodes_: readonly number[] = value.replicaNodes;
  w.compactArrayLength(replicaNodes_.length);
  for (const item of replicaNodes_) w.int32(item);
  const isrNodes_: readonly number[] = value.isrNodes;
  w.compactArrayLength(isrNodes_.length);
  for (const item of isrNodes_) w.int32(item);
  const eligibleLeaderReplicas_: readonly number[] | null = value.eligibleLeaderReplicas ?? null;
  if (eligibleLeaderReplicas_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(eligibleLeaderReplicas_.length);
    for (const item of eligibleLeaderReplicas_) w.int32(item);
  }
  const lastKnownElr_: readonly number[] | null = value.lastKnownElr ?? null;
  if (lastKnownElr_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(lastKnownElr_.length);
    for (const item of lastKnownElr_) w.int32(item);
  }
  const offlineReplicas_: readonly number[] = value.offlineReplicas;
  w.compactArrayLength(offlineReplicas_.length);
  for (const item of offlineReplicas_) w.int32(item);
  w.unsignedVarint(0);
}

export const describeTopicPartitions: Api<DescribeTopicPartitionsRequest, DescribeTopicPartitionsRequestInit, DescribeTopicPartitionsResponse, DescribeTopicPartitionsResponseInit> = {
  key: 75,
  name: 'DescribeTopicPartitions',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'DescribeTopicPartitionsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeTopicPartitionsRequest', version, 0, 0);
      return decodeDescribeTopicPartitionsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeTopicPartitionsRequest', version, 0, 0);
      encodeDescribeTopicPartitionsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeTopicPartitionsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeTopicPartitionsResponse', version, 0, 0);
      return decodeDescribeTopicPartitionsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeTopicPartitionsResponse', version, 0, 0);
      encodeDescribeTopicPartitionsResponse(writer, version, value);
    },
  },
};
