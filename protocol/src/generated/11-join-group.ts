// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion, nullNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface JoinGroupRequest {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly JoinGroupRequestProtocol[];
  readonly reason: string | null;
}

export interface JoinGroupRequestInit {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly protocolType: string;
  readonly protocols: readonly JoinGroupRequestProtocolInit[];
  readonly reason?: string | null | undefined;
}

export interface JoinGroupRequestProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinGroupRequestProtocolInit {
  readonly name: string;
  readonly metadata: Buffer;
}

function decodeJoinGroupRequest(r: Reader, version: number): JoinGroupRequest {
  const groupId_ = version >= 6 ? r.compactString() : r.string();
  const sessionTimeoutMs_ = r.int32();
  const rebalanceTimeoutMs_ = version >= 1 ? r.int32() : -1;
  const memberId_ = version >= 6 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 5 ? (version >= 6 ? r.compactNullableString() : r.nullableString()) : null;
  const protocolType_ = version >= 6 ? r.compactString() : r.string();
  const protocols_: JoinGroupRequestProtocol[] = [];
  const protocols_length = version >= 6 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < protocols_length; i++) protocols_.push(decodeJoinGroupRequestProtocol(r, version));
  const reason_ = version >= 8 ? r.compactNullableString() : null;
  if (version >= 6) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    sessionTimeoutMs: sessionTimeoutMs_,
    rebalanceTimeoutMs: rebalanceTimeoutMs_,
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    protocolType: protocolType_,
    protocols: protocols_,
    reason: reason_,
  };
}

function encodeJoinGroupRequest(w: Writer, version: number, value: JoinGroupRequestInit): void {
  const groupId_: string = value.groupId;
  if (version >= 6) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const sessionTimeoutMs_: number = value.sessionTimeoutMs;
  w.int32(sessionTimeoutMs_);
  if (version >= 1) {
    const rebalanceTimeoutMs_: number = value.rebalanceTimeoutMs ?? -1;
    w.int32(rebalanceTimeoutMs_);
  }
  const memberId_: string = value.memberId;
  if (version >= 6) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId ?? null;
  if (!(version >= 5) && groupInstanceId_ !== null) throw fieldNotInVersion('JoinGroupRequest', 'groupInstanceId', version);
  if (version >= 5) {
    if (version >= 6) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  const protocolType_: string = value.protocolType;
  if (version >= 6) {
    w.compactString(protocolType_);
  } else {
    w.string(protocolType_);
  }
  const protocols_: readonly JoinGroupRequestProtocolInit[] = value.protocols;
  if (version >= 6) {
    w.compactArrayLength(protocols_.length);
  } else {
    w.arrayLength(protocols_.length);
  }
  for (const item of protocols_) encodeJoinGroupRequestProtocol(w, version, item);
  if (version >= 8) {
    const reason_: string | null = value.reason ?? null;
    w.compactNullableString(reason_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeJoinGroupRequestProtocol(r: Reader, version: number): JoinGroupRequestProtocol {
  const name_ = version >= 6 ? r.compactString() : r.string();
  const metadata_ = version >= 6 ? r.compactBytes() : r.bytes();
  if (version >= 6) {
    r.skipTags();
  }
  return {
    name: name_,
    metadata: metadata_,
  };
}

function encodeJoinGroupRequestProtocol(w: Writer, version: number, value: JoinGroupRequestProtocolInit): void {
  const name_: string = value.name;
  if (version >= 6) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const metadata_: Buffer = value.metadata;
  if (version >= 6) {
    w.compactBytes(metadata_);
  } else {
    w.bytes(metadata_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export interface JoinGroupResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  readonly memberId: string;
  readonly members: readonly JoinGroupResponseMember[];
}

export interface JoinGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly generationId?: number | undefined;
  readonly protocolType?: string | null | undefined;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment?: boolean | undefined;
  readonly memberId: string;
  readonly members: readonly JoinGroupResponseMemberInit[];
}

export interface JoinGroupResponseMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface JoinGroupResponseMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly metadata: Buffer;
}

function decodeJoinGroupResponse(r: Reader, version: number): JoinGroupResponse {
  const throttleTimeMs_ = version >= 2 ? r.int32() : 0;
  const errorCode_ = r.int16();
  const generationId_ = r.int32();
  const protocolType_ = version >= 7 ? r.compactNullableString() : null;
  const protocolName_ = version >= 6 ? (version >= 7 ? r.compactNullableString() : r.compactString()) : (version >= 7 ? r.nullableString() : r.string());
  const leader_ = version >= 6 ? r.compactString() : r.string();
  const skipAssignment_ = version >= 9 ? r.bool() : false;
  const memberId_ = version >= 6 ? r.compactString() : r.string();
  const members_: JoinGroupResponseMember[] = [];
  const members_length = version >= 6 ? r.compactArrayLength(4) : r.arrayLength(6);
  for (let i = 0; i < members_length; i++) members_.push(decodeJoinGroupResponseMember(r, version));
  if (version >= 6) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    generationId: generationId_,
    protocolType: protocolType_,
    protocolName: protocolName_,
    leader: leader_,
    skipAssignment: skipAssignment_,
    memberId: memberId_,
    members: members_,
  };
}

function encodeJoinGroupResponse(w: Writer, version: number, value: JoinGroupResponseInit): void {
  if (version >= 2) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const generationId_: number = value.generationId ?? -1;
  w.int32(generationId_);
  if (version >= 7) {
    const protocolType_: string | null = value.protocolType ?? null;
    w.compactNullableString(protocolType_);
  }
  const protocolName_: string | null = value.protocolName;
  if (!(version >= 7) && protocolName_ === null) throw nullNotInVersion('JoinGroupResponse', 'protocolName', version);
  if (version >= 6) {
    w.compactNullableString(protocolName_);
  } else {
    w.nullableString(protocolName_);
  }
  const leader_: string = value.leader;
  if (version >= 6) {
    w.compactString(leader_);
  } else {
    w.string(leader_);
  }
  const skipAssignment_: boolean = value.skipAssignment ?? false;
  if (!(version >= 9) && skipAssignment_ !== false) throw fieldNotInVersion('JoinGroupResponse', 'skipAssignment', version);
  if (version >= 9) {
    w.bool(skipAssignment_);
  }
  const memberId_: string = value.memberId;
  if (version >= 6) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const members_: readonly JoinGroupResponseMemberInit[] = value.members;
  if (version >= 6) {
    w.compactArrayLength(members_.length);
  } else {
    w.arrayLength(members_.length);
  }
  for (const item of members_) encodeJoinGroupResponseMember(w, version, item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeJoinGroupResponseMember(r: Reader, version: number): JoinGroupResponseMember {
  const memberId_ = version >= 6 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 5 ? (version >= 6 ? r.compactNullableString() : r.nullableString()) : null;
  const metadata_ = version >= 6 ? r.compactBytes() : r.bytes();
  if (version >= 6) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    metadata: metadata_,
  };
}

function encodeJoinGroupResponseMember(w: Writer, version: number, value: JoinGroupResponseMemberInit): void {
  const memberId_: string = value.memberId;
  if (version >= 6) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  if (version >= 5) {
    const groupInstanceId_: string | null = value.groupInstanceId ?? null;
    if (version >= 6) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  const metadata_: Buffer = value.metadata;
  if (version >= 6) {
    w.compactBytes(metadata_);
  } else {
    w.bytes(metadata_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export const joinGroup: Api<JoinGroupRequest, JoinGroupRequestInit, JoinGroupResponse, JoinGroupResponseInit> = {
  key: 11,
  name: 'JoinGroup',
  minVersion: 0,
  maxVersion: 9,
  listeners: ['broker'],
  request: {
    name: 'JoinGroupRequest',
    minVersion: 0,
    maxVersion: 9,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('JoinGroupRequest', version, 0, 9);
      return decodeJoinGroupRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('JoinGroupRequest', version, 0, 9);
      encodeJoinGroupRequest(writer, version, value);
    },
  },
  response: {
    name: 'JoinGroupResponse',
    minVersion: 0,
    maxVersion: 9,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('JoinGroupResponse', version, 0, 9);
      return decodeJoinGroupResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('JoinGroupResponse', version, 0, 9);
      encodeJoinGroupResponse(writer, version, value);
    },
  },
};
