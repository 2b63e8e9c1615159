// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ShareGroupDescribeRequest {
  readonly groupIds: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

export interface ShareGroupDescribeRequestInit {
  readonly groupIds: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

function decodeShareGroupDescribeRequest(r: Reader, version: number): ShareGroupDescribeRequest {
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

function encodeShareGroupDescribeRequest(w: Writer, version: number, value: ShareGroupDescribeRequestInit): void {
  const groupIds_: readonly string[] = value.groupIds;
  w.compactArrayLength(groupIds_.length);
  for (const item of groupIds_) w.compactString(item);
  const includeAuthorizedOperations_: boolean = value.includeAuthorizedOperations;
  w.bool(includeAuthorizedOperations_);
  w.unsignedVarint(0);
}

export interface ShareGroupDescribeResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly ShareGroupDescribeResponseGroup[];
}

export interface ShareGroupDescribeResponseInit {
  readonly throttleTimeMs: number;
  readonly groups: readonly ShareGroupDescribeResponseGroupInit[];
}

export interface ShareGroupDescribeResponseGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ShareGroupDescribeResponseMember[];
  readonly authorizedOperations: number;
}

export interface ShareGroupDescribeResponseGroupInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ShareGroupDescribeResponseMemberInit[];
  readonly authorizedOperations?: number | undefined;
}

export interface ShareGroupDescribeResponseMember {
  readonly memberId: string;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly assignment: ShareGroupDescribeResponseAssignment;
}

export interface ShareGroupDescribeResponseMemberInit {
  readonly memberId: string;
  readonly rackId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly assignment: ShareGroupDescribeResponseAssignmentInit;
}

export interface ShareGroupDescribeResponseAssignment {
  readonly topicPartitions: readonly ShareGroupDescribeResponseTopicPartitions[];
}

export interface ShareGroupDescribeResponseAssignmentInit {
  readonly topicPartitions: readonly ShareGroupDescribeResponseTopicPartitionsInit[];
}

export interface ShareGroupDescribeResponseTopicPartitions {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface ShareGroupDescribeResponseTopicPartitionsInit {
  readonly topicId: Uuid;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

const DEFAULT_ShareGroupDescribeResponseAssignment: ShareGroupDescribeResponseAssignment = { topicPartitions: [] };

function decodeShareGroupDescribeResponse(r: Reader, version: number): ShareGroupDescribeResponse {
  const throttleTimeMs_ = r.int32();
  const groups_: ShareGroupDescribeResponseGroup[] = [];
  const groups_length = r.compactArrayLength(20);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeShareGroupDescribeResponseGroup(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    groups: groups_,
  };
}

function encodeShareGroupDescribeResponse(w: Writer, version: number, value: ShareGroupDescribeResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const groups_: readonly ShareGroupDescribeResponseGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeShareGroupDescribeResponseGroup(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareGroupDescribeResponseGroup(r: Reader, version: number): ShareGroupDescribeResponseGroup {
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const groupId_ = r.compactString();
  const groupState_ = r.compactString();
  const groupEpoch_ = r.int32();
  const assignmentEpoch_ = r.int32();
  const assignorName_ = r.compactString();
  const members_: ShareGroupDescribeResponseMember[] = [];
  const members_length = r.compactArrayLength(12);
  for (let i = 0; i < members_length; i++) members_.push(decodeShareGroupDescribeResponseMember(r, version));
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

function encodeShareGroupDescribeResponseGroup(w: Writer, version: number, value: ShareGroupDescribeResponseGroupInit): void {
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
  const members_: readonly ShareGroupDescribeResponseMemberInit[] = value.members;
  w.compactArrayLength(members_.length);
  for (const item of members_) encodeShareGroupDescribeResponseMember(w, version, item);
  const authorizedOperations_: number = value.authorizedOperations ?? -2147483648;
  w.int32(authorizedOperations_);
  w.unsignedVarint(0);
}

function decodeShareGroupDescribeResponseMember(r: Reader, version: number): ShareGroupDescribeResponseMember {
  const memberId_ = r.compactString();
  const rackId_ = r.compactNullableString();
  const memberEpoch_ = r.int32();
  const clientId_ = r.compactString();
  const clientHost_ = r.compactString();
  const subscribedTopicNames_: string[] = [];
  const subscribedTopicNames_length = r.compactArrayLength(1);
  for (let i = 0; i < subscribedTopicNames_length; i++) subscribedTopicNames_.push(r.compactString());
  const assignment_ = decodeShareGroupDescribeResponseAssignment(r, version);
  r.skipTags();
  return {
    memberId: memberId_,
    rackId: rackId_,
    memberEpoch: memberEpoch_,
    clientId: clientId_,
    clientHost: clientHost_,
    subscribedTopicNames: subscribedTopicNames_,
    assignment: assignment_,
  };
}

function encodeShareGroupDescribeResponseMember(w: Writer, version: number, value: ShareGroupDescribeResponseMemberInit): void {
  const memberId_: string = value.memberId;
  w.compactString(memberId_);
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
  const assignment_: ShareGroupDescribeResponseAssignmentInit = value.assignment;
  encodeShareGroupDescribeResponseAssignment(w, version, assignment_);
  w.unsignedVarint(0);
}

function decodeShareGroupDescribeResponseAssignment(r: Reader, version: number): ShareGroupDescribeResponseAssignment {
  const topicPartitions_: ShareGroupDescribeResponseTopicPartitions[] = [];
  const topicPartitions_length = r.compactArrayLength(19);
  for (let i = 0; i < topicPartitions_length; i++) topicPartitions_.push(decodeShareGroupDescribeResponseTopicPartitions(r, version));
  r.skipTags();
  return {
    topicPartitions: topicPartitions_,
  };
}

function encodeShareGroupDescribeResponseAssignment(w: Writer, version: number, value: ShareGroupDescribeResponseAssignmentInit): void {
  const topicPartitions_: readonly ShareGroupDescribeResponseTopicPartitionsInit[] = value.topicPartitions;
  w.compactArrayLength(topicPartitions_.length);
  for (const item of topicPartitions_) encodeShareGroupDescribeResponseTopicPartitions(w, version, item);
  w.unsignedVarint(0);
}

function isDefaultShareGroupDescribeResponseAssignment(value: ShareGroupDescribeResponseAssignmentInit): boolean {
  return value === DEFAULT_ShareGroupDescribeResponseAssignment || (!(value.topicPartitions.length !== 0));
}

function decodeShareGroupDescribeResponseTopicPartitions(r: Reader, version: number): ShareGroupDescribeResponseTopicPartitions {
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

function encodeShareGroupDescribeResponseTopicPartitions(w: Writer, version: number, value: ShareGroupDescribeResponseTopicPartitionsInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const shareGroupDescribe: Api<ShareGroupDescribeRequest, ShareGroupDescribeRequestInit, ShareGroupDescribeResponse, ShareGroupDescribeResponseInit> = {
  key: 77,
  name: 'ShareGroupDescribe',
  minVersion: 1,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ShareGroupDescribeRequest',
    minVersion: 1,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareGroupDescribeRequest', version, 1, 1);
      return decodeShareGroupDescribeRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareGroupDescribeRequest', version, 1, 1);
      encodeShareGroupDescribeRequest(writer, version, value);
    },
  },
  response: {
    name: 'ShareGroupDescribeResponse',
    minVersion: 1,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareGroupDescribeResponse', version, 1, 1);
      return decodeShareGroupDescribeResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareGroupDescribeResponse', version, 1, 1);
      encodeShareGroupDescribeResponse(writer, version, value);
    },
  },
};
