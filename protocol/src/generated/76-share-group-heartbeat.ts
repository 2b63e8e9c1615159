// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ShareGroupHeartbeatRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly rackId: string | null;
  readonly subscribedTopicNames: readonly string[] | null;
}

export interface ShareGroupHeartbeatRequestInit {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly rackId?: string | null | undefined;
  readonly subscribedTopicNames?: readonly string[] | null | undefined;
}

function decodeShareGroupHeartbeatRequest(r: Reader, version: number): ShareGroupHeartbeatRequest {
  const groupId_ = r.compactString();
  const memberId_ = r.compactString();
  const memberEpoch_ = r.int32();
  const rackId_ = r.compactNullableString();
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
  r.skipTags();
  return {
    groupId: groupId_,
    memberId: memberId_,
    memberEpoch: memberEpoch_,
    rackId: rackId_,
    subscribedTopicNames: subscribedTopicNames_,
  };
}

function encodeShareGroupHeartbeatRequest(w: Writer, version: number, value: ShareGroupHeartbeatRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const memberId_: string = value.memberId;
  w.compactString(memberId_);
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const rackId_: string | null = value.rackId ?? null;
  w.compactNullableString(rackId_);
  const subscribedTopicNames_: readonly string[] | null = value.subscribedTopicNames ?? null;
  if (subscribedTopicNames_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(subscribedTopicNames_.length);
    for (const item of subscribedTopicNames_) w.compactString(item);
  }
  w.unsignedVarint(0);
}

export interface ShareGroupHeartbeatResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment: ShareGroupHeartbeatResponseAssignment | null;
}

export interface ShareGroupHeartbeatResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  readonly assignment?: ShareGroupHeartbeatResponseAssignmentInit | null | undefined;
}

export interface ShareGroupHeartbeatResponseAssignment {
  readonly topicPartitions: readonly ShareGroupHeartbeatResponseTopicPartitions[];
}

export interface ShareGroupHeartbeatResponseAssignmentInit {
  readonly topicPartitions: readonly ShareGroupHeartbeatResponseTopicPartitionsInit[];
}

export interface ShareGroupHeartbeatResponseTopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ShareGroupHeartbeatResponseTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

const DEFAULT_ShareGroupHeartbeatResponseAssignment: ShareGroupHeartbeatResponseAssignment = { topicPartitions: [] };

function decodeShareGroupHeartbeatResponse(r: Reader, version: number): ShareGroupHeartbeatResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const memberId_ = r.compactNullableString();
  const memberEpoch_ = r.int32();
  const heartbeatIntervalMs_ = r.int32();
  let assignment_: ShareGroupHeartbeatResponseAssignment | null = null;
  {
    if (r.int8() < 0) assignment_ = null;
    else assignment_ = decodeShareGroupHeartbeatResponseAssignment(r, version);
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

function encodeShareGroupHeartbeatResponse(w: Writer, version: number, value: ShareGroupHeartbeatResponseInit): void {
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
  const assignment_: ShareGroupHeartbeatResponseAssignmentInit | null = value.assignment ?? null;
  if (assignment_ === null) {
    w.int8(-1);
  } else {
    w.int8(1);
    encodeShareGroupHeartbeatResponseAssignment(w, version, assignment_);
  }
  w.unsignedVarint(0);
}

function decodeShareGroupHeartbeatResponseAssignment(r: Reader, version: number): ShareGroupHeartbeatResponseAssignment {
  const topicPartitions_: ShareGroupHeartbeatResponseTopicPartitions[] = [];
  const topicPartitions_length = r.compactArrayLength(18);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeShareGroupHeartbeatResponseTopicPartitions(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeShareGroupHeartbeatResponseAssignment(w: Writer, version: number, value: ShareGroupHeartbeatResponseAssignmentInit): void {
  const topicPartitions_: readonly ShareGroupHeartbeatResponseTopicPartitionsInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeShareGroupHeartbeatResponseTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function isDefaultShareGroupHeartbeatResponseAssignment(value: ShareGroupHeartbeatResponseAssignmentInit): boolean {
  return value === DEFAULT_ShareGroupHeartbeatResponseAssignment || (!(value.topicPartitions.length !== 0));
}

function decodeShareGroupHeartbeatResponseTopicPartitions(r: Reader, version: number): ShareGroupHeartbeatResponseTopicPartitions {
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

function encodeShareGroupHeartbeatResponseTopicPartitions(w: Writer, version: number, value: ShareGroupHeartbeatResponseTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const shareGroupHeartbeat: Api<ShareGroupHeartbeatRequest, ShareGroupHeartbeatRequestInit, ShareGroupHeartbeatResponse, ShareGroupHeartbeatResponseInit> = {
  key: 76,
  name: 'ShareGroupHeartbeat',
  minVersion: 1,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ShareGroupHeartbeatRequest',
    minVersion: 1,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareGroupHeartbeatRequest', version, 1, 1);
      return decodeShareGroupHeartbeatRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareGroupHeartbeatRequest', version, 1, 1);
      encodeShareGroupHeartbeatRequest(writer, version, value);
    },
  },
  response: {
    name: 'ShareGroupHeartbeatResponse',
    minVersion: 1,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareGroupHeartbeatResponse', version, 1, 1);
      return decodeShareGroupHeartbeatResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareGroupHeartbeatResponse', version, 1, 1);
      encodeShareGroupHeartbeatResponse(writer, version, value);
    },
  },
};
