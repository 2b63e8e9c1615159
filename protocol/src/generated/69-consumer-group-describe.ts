// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ConsumerGroupDescribeRequest {
  readonly groupIds: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

export interface ConsumerGroupDescribeRequestInit {
  readonly groupIds: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

function decodeConsumerGroupDescribeRequest(r: Reader, version: number): ConsumerGroupDescribeRequest {
  const groupIds_: string[] = [];
  const groupIds_length = r.compactArrayLength(1);
  for (let i = 0; i < groupIds_length; i++) groupIds_.push(r.compactString());
  const includeAuthorizedOperations_ = r.bool();
  r.skipTags();
  return {
    groupIds: groupIds_,
    includeAuthorizedOperations: includeAuthorizedOperations_,
  };
}

function encodeConsumerGroupDescribeRequest(w: Writer, version: number, value: ConsumerGroupDescribeRequestInit): void {
  const groupIds_: readonly string[] = value.groupIds;
  w.compactArrayLength(groupIds_.length);
  for (const item of groupIds_) w.compactString(item);
  const includeAuthorizedOperations_: boolean = value.includeAuthorizedOperations;
  w.bool(includeAuthorizedOperations_);
  w.unsignedVarint(0);
}

export interface ConsumerGroupDescribeResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly ConsumerGroupDescribeResponseGroup[];
}

export interface ConsumerGroupDescribeResponseInit {
  readonly throttleTimeMs: number;
  readonly groups: readonly ConsumerGroupDescribeResponseGroupInit[];
}

export interface ConsumerGroupDescribeResponseGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ConsumerGroupDescribeResponseMember[];
  readonly authorizedOperations: number;
}

export interface ConsumerGroupDescribeResponseGroupInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ConsumerGroupDescribeResponseMemberInit[];
  readonly authorizedOperations?: number | undefined;
}

export interface ConsumerGroupDescribeResponseMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly assignment: ConsumerGroupDescribeResponseAssignment;
  readonly targetAssignment: ConsumerGroupDescribeResponseAssignment;
  readonly memberType: number;
}

export interface ConsumerGroupDescribeResponseMemberInit {
  readonly memberId: string;
  readonly instanceId?: string | null | undefined;
  readonly rackId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex?: string | null | undefined;
  readonly assignment: ConsumerGroupDescribeResponseAssignmentInit;
  readonly targetAssignment: ConsumerGroupDescribeResponseAssignmentInit;
  readonly memberType?: number | undefined;
}

export interface ConsumerGroupDescribeResponseAssignment {
  readonly topicPartitions: readonly ConsumerGroupDescribeResponseTopicPartitions[];
}

export interface ConsumerGroupDescribeResponseAssignmentInit {
  readonly topicPartitions: readonly ConsumerGroupDescribeResponseTopicPartitionsInit[];
}

export interface ConsumerGroupDescribeResponseTopicPartitions {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface ConsumerGroupDescribeResponseTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

const DEFAULT_ConsumerGroupDescribeResponseAssignment: ConsumerGroupDescribeResponseAssignment = { topicPartitions: [] };

function decodeConsumerGroupDescribeResponse(r: Reader, version: number): ConsumerGroupDescribeResponse {
  const throttleTimeMs_ = r.int32();
  const groups_: ConsumerGroupDescribeResponseGroup[] = [];
  const groups_length = r.compactArrayLength(20);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeConsumerGroupDescribeResponseGroup(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    groups: groups_,
  };
}

function encodeConsumerGroupDescribeResponse(w: Writer, version: number, value: ConsumerGroupDescribeResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const groups_: readonly ConsumerGroupDescribeResponseGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeConsumerGroupDescribeResponseGroup(w, version, item);
  w.unsignedVarint(0);
}

function decodeConsumerGroupDescribeResponseGroup(r: Reader, version: number): ConsumerGroupDescribeResponseGroup {
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const groupId_ = r.compactString();
  const groupState_ = r.compactString();
  const groupEpoch_ = r.int32();
  const assignmentEpoch_ = r.int32();
  const assignorName_ = r.compactString();
  const members_: ConsumerGroupDescribeResponseMember[] = [];
  const members_length = r.compactArrayLength(16);
  for (let i = 0; i < members_length; i++) members_.push(decodeConsumerGroupDescribeResponseMember(r, version));
  const authorizedOperations_ = r.int32();
  r.skipTags();
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    groupId: groupId_,
    groupState: groupState_,
    groupEpoch: groupEpoch_,
    assignmentEpoch: assignmentEpoch_,
    assignorName: assignorName_,
    members: members_,
    authorizedOperations: authorizedOperations_,
  };
}

function encodeConsumerGroupDescribeResponseGroup(w: Writer, version: number, value: ConsumerGroupDescribeResponseGroupInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const groupState_: string = value.groupState;
  w.compactString(groupState_);
  const groupEpoch_: number = value.groupEpoch;
  w.int32(groupEpoch_);
  const assignmentEpoch_: number = value.assignmentEpoch;
  w.int32(assignmentEpoch_);
  const assignorName_: string = value.assignorName;
  w.compactString(assignorName_);
  const members_: readonly ConsumerGroupDescribeResponseMemberInit[] = value.members;
  w.compactArrayLength(members_.length);
  for (const item of members_) encodeConsumerGroupDescribeResponseMember(w, version, item);
  const authorizedOperations_: number = value.authorizedOperations ?? -2147483648;
  w.int32(authorizedOperations_);
  w.unsignedVarint(0);
}

function decodeConsumerGroupDescribeResponseMember(r: Reader, version: number): ConsumerGroupDescribeResponseMember {
  const memberId_ = r.compactString();
  const instanceId_ = r.compactNullableString();
  const rackId_ = r.compactNullableString();
  const memberEpoch_ = r.int32();
  const clientId_ = r.compactString();
  const clientHost_ = r.compactString();
  const subscribedTopicNames_: string[] = [];
  const subscribedTopicNames_length = r.compactArrayLength(1);
  for (let i = 0; i < subscribedTopicNames_length; i++) subscribedTopicNames_.push(r.compactString());
  const subscribedTopicRegex_ = r.compactNullableString();
  const assignment_ = decodeConsumerGroupDescribeResponseAssignment(r, version);
  const targetAssignment_ = decodeConsumerGroupDescribeResponseAssignment(r, version);
  const memberType_ = version >= 1 ? r.int8() : -1;
  r.skipTags();
  return {
    memberId: memberId_,
    instanceId: instanceId_,
    rackId: rackId_,
    memberEpoch: memberEpoch_,
    clientId: clientId_,
    clientHost: clientHost_,
    subscribedTopicNames: subscribedTopicNames_,
    subscribedTopicRegex: subscribedTopicRegex_,
    assignment: assignment_,
    targetAssignment: targetAssignment_,
    memberType: memberType_,
  };
}

function encodeConsumerGroupDescribeResponseMember(w: Writer, version: number, value: ConsumerGroupDescribeResponseMemberInit): void {
  const memberId_: string = value.memberId;
  w.compactString(memberId_);
  const instanceId_: string | null = value.instanceId ?? null;
  w.compactNullableString(instanceId_);
  const rackId_: string | null = value.rackId ?? null;
  w.compactNullableString(rackId_);
  const memberEpoch_: number = value.memberEpoch;
  w.int32(memberEpoch_);
  const clientId_: string = value.clientId;
  w.compactString(clientId_);
  const clientHost_: string = value.clientHost;
  w.compactString(clientHost_);
  const subscribedTopicNames_: readonly string[] = value.subscribedTopicNames;
  w.compactArrayLength(subscribedTopicNames_.length);
  for (const item of subscribedTopicNames_) w.compactString(item);
  const subscribedTopicRegex_: string | null = value.subscribedTopicRegex ?? null;
  w.compactNullableString(subscribedTopicRegex_);
  const assignment_: ConsumerGroupDescribeResponseAssignmentInit = value.assignment;
  encodeConsumerGroupDescribeResponseAssignment(w, version, assignment_);
  const targetAssignment_: ConsumerGroupDescribeResponseAssignmentInit = value.targetAssignment;
  encodeConsumerGroupDescribeResponseAssignment(w, version, targetAssignment_);
  if (version >= 1) {
    const memberType_: number = value.memberType ?? -1;
    w.int8(memberType_);
  }
  w.unsignedVarint(0);
}

function decodeConsumerGroupDescribeResponseAssignment(r: Reader, version: number): ConsumerGroupDescribeResponseAssignment {
  const topicPartitions_: ConsumerGroupDescribeResponseTopicPartitions[] = [];
  const topicPartitions_length = r.compactArrayLength(19);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeConsumerGroupDescribeResponseTopicPartitions(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeConsumerGroupDescribeResponseAssignment(w: Writer, version: number, value: ConsumerGroupDescribeResponseAssignmentInit): void {
  const topicPartitions_: readonly ConsumerGroupDescribeResponseTopicPartitionsInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeConsumerGroupDescribeResponseTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function isDefaultConsumerGroupDescribeResponseAssignment(value: ConsumerGroupDescribeResponseAssignmentInit): boolean {
  return value === DEFAULT_ConsumerGroupDescribeResponseAssignment || (!(value.topicPartitions.length !== 0));
}

function decodeConsumerGroupDescribeResponseTopicPartitions(r: Reader, version: number): ConsumerGroupDescribeResponseTopicPartitions {
  const topicId_ = r.uuid();
  const topicName_ = r.compactString();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeConsumerGroupDescribeResponseTopicPartitions(w: Writer, version: number, value: ConsumerGroupDescribeResponseTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const consumerGroupDescribe: Api<ConsumerGroupDescribeRequest, ConsumerGroupDescribeRequestInit, ConsumerGroupDescribeResponse, ConsumerGroupDescribeResponseInit> = {
  key: 69,
  name: 'ConsumerGroupDescribe',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ConsumerGroupDescribeRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ConsumerGroupDescribeRequest', version, 0, 1);
      return decodeConsumerGroupDescribeRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ConsumerGroupDescribeRequest', version, 0, 1);
      encodeConsumerGroupDescribeRequest(writer, version, value);
    },
  },
  response: {
    name: 'ConsumerGroupDescribeResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ConsumerGroupDescribeResponse', version, 0, 1);
      return decodeConsumerGroupDescribeResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ConsumerGroupDescribeResponse', version, 0, 1);
      encodeConsumerGroupDescribeResponse(writer, version, value);
    },
  },
};
