// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ConsumerGroupHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  readonly topicPartitions: readonly ConsumerGroupHeartbeatRequestTopicPartitions[] | null;
}

export interface ConsumerGroupHeartbeatRequestInit {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId?: string | null | undefined;
  readonly rackId?: string | null | undefined;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly subscribedTopicNames?: readonly string[] | null | undefined;
  readonly subscribedTopicRegex?: string | null | undefined;
  readonly serverAssignor?: string | null | undefined;
  readonly topicPartitions?: readonly ConsumerGroupHeartbeatRequestTopicPartitionsInit[] | null | undefined;
}

export interface ConsumerGroupHeartbeatRequestTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ConsumerGroupHeartbeatRequestTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

function decodeConsumerGroupHeartbeatRequest(r: Reader, version: number): ConsumerGroupHeartbeatRequest {
  const groupId_ = r.compactString();
  const memberId_ = r.compactString();
  const memberEpoch_ = r.int32();
  const instanceId_ = r.compactNullableString();
  const rackId_ = r.compactNullableString();
  const rebalanceTimeoutMs_ = r.int32();
  let subscribedTopicNames_: readonly string[] | null = null;
  {
    const length = r.compactNullableArrayLength(1);
    if (length < 0) {
      subscribedTopicNames_ = null;
    } else {
      const items: string[] = [];
      for (let i = 0; i < length; i++) items.push(r.compactString());
      subscribedTopicNames_ = items;
    }
  }
  const subscribedTopicRegex_ = version >= 1 ? r.compactNullableString() : null;
  const serverAssignor_ = r.compactNullableString();
  let topicPartitions_: readonly ConsumerGroupHeartbeatRequestTopicPartitions[] | null = null;
  {
    const length = r.compactNullableArrayLength(18);
    if (length < 0) {
      topicPartitions_ = null;
    } else {
      const items: ConsumerGroupHeartbeatRequestTopicPartitions[] = [];
      for (let i = 0; i < length; i++) items.push(decodeConsumerGroupHeartbeatRequestTopicPartitions(r, version));
      topicPartitions_ = items;
    }
  }
  r.skipTags();
  return {
    groupId: groupId_,
    memberId: memberId_,
    memberEpoch: memberEpoch_,
    instanceId: instanceId_,
    rackId: rackId_,
    rebalanceTimeoutMs: rebalanceTimeoutMs_,
    subscribedTopicNames: subscribedTopicNames_,
    subscribedTopicRegex: subscribedTopicRegex_,
    serverAssignor: serverAssignor_,
    topicPartitions: topicPartitions_,
  };
}

function encodeConsumerGroupHeartbeatRequest(w: Writer, version: number, value: ConsumerGroupHeartbeatRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const memberId_: string = value.memberId;
  w.compactString(memberId_);
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const instanceId_: string | null = value.instanceId ?? null;
  w.compactNullableString(instanceId_);
  const rackId_: string | null = value.rackId ?? null;
  w.compactNullableString(rackId_);
  const rebalanceTimeoutMs_: number = value.rebalanceTimeoutMs ?? -1;
  w.int32(rebalanceTimeoutMs_);
  const subscribedTopicNames_: readonly string[] | null = value.subscribedTopicNames ?? null;
  if (subscribedTopicNames_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(subscribedTopicNames_.length);
    for (const item of subscribedTopicNames_) w.compactString(item);
  }
  const subscribedTopicRegex_: string | null = value.subscribedTopicRegex ?? null;
  if (!(version >= 1) && subscribedTopicRegex_ !== null) throw fieldNotInVersion('ConsumerGroupHeartbeatRequest', 'subscribedTopicRegex', version);
  if (version >= 1) {
    w.compactNullableString(subscribedTopicRegex_);
  }
  const serverAssignor_: string | null = value.serverAssignor ?? null;
  w.compactNullableString(serverAssignor_);
  const topicPartitions_: readonly ConsumerGroupHeartbeatRequestTopicPartitionsInit[] | null = value.topicPartitions ?? null;
  if (topicPartitions_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(topicPartitions_.length);
    for (const item of topicPartitions_) encodeConsumerGroupHeartbeatRequestTopicPartitions(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeConsumerGroupHeartbeatRequestTopicPartitions(r: Reader, version: number): ConsumerGroupHeartbeatRequestTopicPartitions {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeConsumerGroupHeartbeatRequestTopicPartitions(w: Writer, version: number, value: ConsumerGroupHeartbeatRequestTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export interface ConsumerGroupHeartbeatResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment: ConsumerGroupHeartbeatResponseAssignment | null;
}

export interface ConsumerGroupHeartbeatResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment?: ConsumerGroupHeartbeatResponseAssignmentInit | null | undefined;
}

export interface ConsumerGroupHeartbeatResponseAssignment {
  readonly topicPartitions: readonly ConsumerGroupHeartbeatResponseTopicPartitions[];
}

export interface ConsumerGroupHeartbeatResponseAssignmentInit {
  readonly topicPartitions: readonly ConsumerGroupHeartbeatResponseTopicPartitionsInit[];
}

export interface ConsumerGroupHeartbeatResponseTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ConsumerGroupHeartbeatResponseTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

const DEFAULT_ConsumerGroupHeartbeatResponseAssignment: ConsumerGroupHeartbeatResponseAssignment = { topicPartitions: [] };

function decodeConsumerGroupHeartbeatResponse(r: Reader, version: number): ConsumerGroupHeartbeatResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const memberId_ = r.compactNullableString();
  const memberEpoch_ = r.int32();
  const heartbeatIntervalMs_ = r.int32();
  let assignment_: ConsumerGroupHeartbeatResponseAssignment | null = null;
  {
    if (r.int8() < 0) assignment_ = null;
    else assignment_ = decodeConsumerGroupHeartbeatResponseAssignment(r, version);
  }
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    memberId: memberId_,
    memberEpoch: memberEpoch_,
    heartbeatIntervalMs: heartbeatIntervalMs_,
    assignment: assignment_,
  };
}

function encodeConsumerGroupHeartbeatResponse(w: Writer, version: number, value: ConsumerGroupHeartbeatResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const memberId_: string | null = value.memberId ?? null;
  w.compactNullableString(memberId_);
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const heartbeatIntervalMs_: number = value.heartbeatIntervalMs;
  w.int32(heartbeatIntervalMs_);
  const assignment_: ConsumerGroupHeartbeatResponseAssignmentInit | null = value.assignment ?? null;
  if (assignment_ === null) {
    w.int8(-1);
  } else {
    w.int8(1);
    encodeConsumerGroupHeartbeatResponseAssignment(w, version, assignment_);
  }
  w.unsignedVarint(0);
}

function decodeConsumerGroupHeartbeatResponseAssignment(r: Reader, version: number): ConsumerGroupHeartbeatResponseAssignment {
  const topicPartitions_: ConsumerGroupHeartbeatResponseTopicPartitions[] = [];
  const topicPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeConsumerGroupHeartbeatResponseTopicPartitions(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeConsumerGroupHeartbeatResponseAssignment(w: Writer, version: number, value: ConsumerGroupHeartbeatResponseAssignmentInit): void {
  const topicPartitions_: readonly ConsumerGroupHeartbeatResponseTopicPartitionsInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeConsumerGroupHeartbeatResponseTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function isDefaultConsumerGroupHeartbeatResponseAssignment(value: ConsumerGroupHeartbeatResponseAssignmentInit): boolean {
  return value === DEFAULT_ConsumerGroupHeartbeatResponseAssignment || (!(value.topicPartitions.length !== 0));
}

function decodeConsumerGroupHeartbeatResponseTopicPartitions(r: Reader, version: number): ConsumerGroupHeartbeatResponseTopicPartitions {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeConsumerGroupHeartbeatResponseTopicPartitions(w: Writer, version: number, value: ConsumerGroupHeartbeatResponseTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const consumerGroupHeartbeat: Api<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatRequestInit, ConsumerGroupHeartbeatResponse, ConsumerGroupHeartbeatResponseInit> = {
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ConsumerGroupHeartbeatRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ConsumerGroupHeartbeatRequest', version, 0, 1);
      return decodeConsumerGroupHeartbeatRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ConsumerGroupHeartbeatRequest', version, 0, 1);
      encodeConsumerGroupHeartbeatRequest(writer, version, value);
    },
  },
  response: {
    name: 'ConsumerGroupHeartbeatResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ConsumerGroupHeartbeatResponse', version, 0, 1);
      return decodeConsumerGroupHeartbeatResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ConsumerGroupHeartbeatResponse', version, 0, 1);
      encodeConsumerGroupHeartbeatResponse(writer, version, value);
    },
  },
};
