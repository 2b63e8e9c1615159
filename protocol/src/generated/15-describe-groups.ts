// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeGroupsRequest {
  readonly groups: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

export interface DescribeGroupsRequestInit {
  readonly groups: readonly string[];
  readonly includeAuthorizedOperations?: boolean | undefined;
}

function decodeDescribeGroupsRequest(r: Reader, version: number): DescribeGroupsRequest {
  const groups_: string[] = [];
  const groups_length = version >= 5 ? r.compactArrayLength(1) : r.arrayLength(2);
  for (let i = 0; i < groups_length; i++) groups_.push(version >= 5 ? r.compactString() : r.string());
  const includeAuthorizedOperations_ = version >= 3 ? r.bool() : false;
  if (version >= 5) {
    r.skipTags();
  }
  return {
    groups: groups_,
    includeAuthorizedOperations: includeAuthorizedOperations_,
  };
}

function encodeDescribeGroupsRequest(w: Writer, version: number, value: DescribeGroupsRequestInit): void {
  const groups_: readonly string[] = value.groups;
  if (version >= 5) {
    w.compactArrayLength(groups_.length);
  } else {
    w.arrayLength(groups_.length);
  }
  for (const item of groups_) if (version >= 5) w.compactString(item); else w.string(item);
  const includeAuthorizedOperations_: boolean = value.includeAuthorizedOperations ?? false;
  if (!(version >= 3) && includeAuthorizedOperations_ !== false) throw fieldNotInVersion('DescribeGroupsRequest', 'includeAuthorizedOperations', version);
  if (version >= 3) {
    w.bool(includeAuthorizedOperations_);
  }
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

export interface DescribeGroupsResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeGroupsResponseGroup[];
}

export interface DescribeGroupsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly groups: readonly DescribeGroupsResponseGroupInit[];
}

export interface DescribeGroupsResponseGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly DescribeGroupsResponseMember[];
  readonly authorizedOperations: number;
}

export interface DescribeGroupsResponseGroupInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly DescribeGroupsResponseMemberInit[];
  readonly authorizedOperations?: number | undefined;
}

export interface DescribeGroupsResponseMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Buffer;
  readonly memberAssignment: Buffer;
}

export interface DescribeGroupsResponseMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly memberMetadata: Buffer;
  readonly memberAssignment: Buffer;
}

function decodeDescribeGroupsResponse(r: Reader, version: number): DescribeGroupsResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const groups_: DescribeGroupsResponseGroup[] = [];
  const groups_length = version >= 5 ? r.compactArrayLength(12) : r.arrayLength(14);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeDescribeGroupsResponseGroup(r, version));
  if (version >= 5) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    groups: groups_,
  };
}

function encodeDescribeGroupsResponse(w: Writer, version: number, value: DescribeGroupsResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const groups_: readonly DescribeGroupsResponseGroupInit[] = value.groups;
  if (version >= 5) {
    w.compactArrayLength(groups_.length);
  } else {
    w.arrayLength(groups_.length);
  }
  for (const item of groups_) encodeDescribeGroupsResponseGroup(w, version, item);
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeGroupsResponseGroup(r: Reader, version: number): DescribeGroupsResponseGroup {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 6 ? r.compactNullableString() : null;
  const groupId_ = version >= 5 ? r.compactString() : r.string();
  const groupState_ = version >= 5 ? r.compactString() : r.string();
  const protocolType_ = version >= 5 ? r.compactString() : r.string();
  const protocolData_ = version >= 5 ? r.compactString() : r.string();
  const members_: DescribeGroupsResponseMember[] = [];
  const members_length = version >= 5 ? r.compactArrayLength(7) : r.arrayLength(14);
  for (let i = 0; i < members_length; i++) members_.push(decodeDescribeGroupsResponseMember(r, version));
  const authorizedOperations_ = version >= 3 ? r.int32() : -2147483648;
  if (version >= 5) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    groupId: groupId_,
    groupState: groupState_,
    protocolType: protocolType_,
    protocolData: protocolData_,
    members: members_,
    authorizedOperations: authorizedOperations_,
  };
}

function encodeDescribeGroupsResponseGroup(w: Writer, version: number, value: DescribeGroupsResponseGroupInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  if (!(version >= 6) && errorMessage_ !== null) throw fieldNotInVersion('DescribeGroupsResponseGroup', 'errorMessage', version);
  if (version >= 6) {
    w.compactNullableString(errorMessage_);
  }
  const groupId_: string = value.groupId;
  if (version >= 5) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const groupState_: string = value.groupState;
  if (version >= 5) {
    w.compactString(groupState_);
  } else {
    w.string(groupState_);
  }
  const protocolType_: string = value.protocolType;
  if (version >= 5) {
    w.compactString(protocolType_);
  } else {
    w.string(protocolType_);
  }
  const protocolData_: string = value.protocolData;
  if (version >= 5) {
    w.compactString(protocolData_);
  } else {
    w.string(protocolData_);
  }
  const members_: readonly DescribeGroupsResponseMemberInit[] = value.members;
  if (version >= 5) {
    w.compactArrayLength(members_.length);
  } else {
    w.arrayLength(members_.length);
  }
  for (const item of members_) encodeDescribeGroupsResponseMember(w, version, item);
  const authorizedOperations_: number = value.authorizedOperations ?? -2147483648;
  if (!(version >= 3) && authorizedOperations_ !== -2147483648) throw fieldNotInVersion('DescribeGroupsResponseGroup', 'authorizedOperations', version);
  if (version >= 3) {
    w.int32(authorizedOperations_);
  }
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeGroupsResponseMember(r: Reader, version: number): DescribeGroupsResponseMember {
  const memberId_ = version >= 5 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 4 ? (version >= 5 ? r.compactNullableString() : r.nullableString()) : null;
  const clientId_ = version >= 5 ? r.compactString() : r.string();
  const clientHost_ = version >= 5 ? r.compactString() : r.string();
  const memberMetadata_ = version >= 5 ? r.compactBytes() : r.bytes();
  const memberAssignment_ = version >= 5 ? r.compactBytes() : r.bytes();
  if (version >= 5) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    clientId: clientId_,
    clientHost: clientHost_,
    memberMetadata: memberMetadata_,
    memberAssignment: memberAssignment_,
  };
}

function encodeDescribeGroupsResponseMember(w: Writer, version: number, value: DescribeGroupsResponseMemberInit): void {
  const memberId_: string = value.memberId;
  if (version >= 5) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  if (version >= 4) {
    const groupInstanceId_: string | null = value.groupInstanceId ?? null;
    if (version >= 5) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  const clientId_: string = value.clientId;
  if (version >= 5) {
    w.compactString(clientId_);
  } else {
    w.string(clientId_);
  }
  const clientHost_: string = value.clientHost;
  if (version >= 5) {
    w.compactString(clientHost_);
  } else {
    w.string(clientHost_);
  }
  const memberMetadata_: Buffer = value.memberMetadata;
  if (version >= 5) {
    w.compactBytes(memberMetadata_);
  } else {
    w.bytes(memberMetadata_);
  }
  const memberAssignment_: Buffer = value.memberAssignment;
  if (version >= 5) {
    w.compactBytes(memberAssignment_);
  } else {
    w.bytes(memberAssignment_);
  }
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

export const describeGroups: Api<DescribeGroupsRequest, DescribeGroupsRequestInit, DescribeGroupsResponse, DescribeGroupsResponseInit> = {
  key: 15,
  name: 'DescribeGroups',
  minVersion: 0,
  maxVersion: 6,
  listeners: ['broker'],
  request: {
    name: 'DescribeGroupsRequest',
    minVersion: 0,
    maxVersion: 6,
    flexibleFrom: 5,
    decode(reader, version) {
      checkVersion('DescribeGroupsRequest', version, 0, 6);
      return decodeDescribeGroupsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeGroupsRequest', version, 0, 6);
      encodeDescribeGroupsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeGroupsResponse',
    minVersion: 0,
    maxVersion: 6,
    flexibleFrom: 5,
    decode(reader, version) {
      checkVersion('DescribeGroupsResponse', version, 0, 6);
      return decodeDescribeGroupsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeGroupsResponse', version, 0, 6);
      encodeDescribeGroupsResponse(writer, version, value);
    },
  },
};
