// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface LeaveGroupRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly members: readonly LeaveGroupRequestMember[];
}

export interface LeaveGroupRequestInit {
  readonly groupId: string;
  readonly memberId?: string | undefined;
  readonly members?: readonly LeaveGroupRequestMemberInit[] | undefined;
}

export interface LeaveGroupRequestMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

export interface LeaveGroupRequestMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

function decodeLeaveGroupRequest(r: Reader, version: number): LeaveGroupRequest {
  const groupId_ = version >= 4 ? r.compactString() : r.string();
  const memberId_ = version <= 2 ? r.string() : '';
  const members_: LeaveGroupRequestMember[] = [];
  if (version >= 3) {
    const members_length = version >= 4 ? r.compactArrayLength(3) : r.arrayLength(4);
    for (let i = 0; i < members_length; i++) members_.push(decodeLeaveGroupRequestMember(r, version));
  }
  if (version >= 4) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    memberId: memberId_,
    members: members_,
  };
}

function encodeLeaveGroupRequest(w: Writer, version: number, value: LeaveGroupRequestInit): void {
  const groupId_: string = value.groupId;
  if (version >= 4) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const memberId_: string = value.memberId ?? '';
  if (!(version <= 2) && memberId_ !== '') throw fieldNotInVersion('LeaveGroupRequest', 'memberId', version);
  if (version <= 2) {
    w.string(memberId_);
  }
  const members_: readonly LeaveGroupRequestMemberInit[] = value.members ?? [];
  if (!(version >= 3) && members_.length !== 0) throw fieldNotInVersion('LeaveGroupRequest', 'members', version);
  if (version >= 3) {
    if (version >= 4) {
      w.compactArrayLength(members_.length);
    } else {
      w.arrayLength(members_.length);
    }
    for (const item of members_) encodeLeaveGroupRequestMember(w, version, item);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeLeaveGroupRequestMember(r: Reader, version: number): LeaveGroupRequestMember {
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const reason_ = version >= 5 ? r.compactNullableString() : null;
  if (version >= 4) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    reason: reason_,
  };
}

function encodeLeaveGroupRequestMember(w: Writer, version: number, value: LeaveGroupRequestMemberInit): void {
  const memberId_: string = value.memberId;
  if (version >= 4) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId ?? null;
  if (version >= 4) {
    w.compactNullableString(groupInstanceId_);
  } else {
    w.nullableString(groupInstanceId_);
  }
  if (version >= 5) {
    const reason_: string | null = value.reason ?? null;
    w.compactNullableString(reason_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export interface LeaveGroupResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly members: readonly LeaveGroupResponseMember[];
}

export interface LeaveGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly members?: readonly LeaveGroupResponseMemberInit[] | undefined;
}

export interface LeaveGroupResponseMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly errorCode: number;
}

export interface LeaveGroupResponseMemberInit {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly errorCode: number;
}

function decodeLeaveGroupResponse(r: Reader, version: number): LeaveGroupResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const errorCode_ = r.int16();
  const members_: LeaveGroupResponseMember[] = [];
  if (version >= 3) {
    const members_length = version >= 4 ? r.compactArrayLength(5) : r.arrayLength(6);
    for (let i = 0; i < members_length; i++) members_.push(decodeLeaveGroupResponseMember(r, version));
  }
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    members: members_,
  };
}

function encodeLeaveGroupResponse(w: Writer, version: number, value: LeaveGroupResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const members_: readonly LeaveGroupResponseMemberInit[] = value.members ?? [];
  if (!(version >= 3) && members_.length !== 0) throw fieldNotInVersion('LeaveGroupResponse', 'members', version);
  if (version >= 3) {
    if (version >= 4) {
      w.compactArrayLength(members_.length);
    } else {
      w.arrayLength(members_.length);
    }
    for (const item of members_) encodeLeaveGroupResponseMember(w, version, item);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeLeaveGroupResponseMember(r: Reader, version: number): LeaveGroupResponseMember {
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const errorCode_ = r.int16();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    errorCode: errorCode_,
  };
}

function encodeLeaveGroupResponseMember(w: Writer, version: number, value: LeaveGroupResponseMemberInit): void {
  const memberId_: string = value.memberId;
  if (version >= 4) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId;
  if (version >= 4) {
    w.compactNullableString(groupInstanceId_);
  } else {
    w.nullableString(groupInstanceId_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const leaveGroup: Api<LeaveGroupRequest, LeaveGroupRequestInit, LeaveGroupResponse, LeaveGroupResponseInit> = {
  key: 13,
  name: 'LeaveGroup',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'LeaveGroupRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('LeaveGroupRequest', version, 0, 5);
      return decodeLeaveGroupRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('LeaveGroupRequest', version, 0, 5);
      encodeLeaveGroupRequest(writer, version, value);
    },
  },
  response: {
    name: 'LeaveGroupResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('LeaveGroupResponse', version, 0, 5);
      return decodeLeaveGroupResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('LeaveGroupResponse', version, 0, 5);
      encodeLeaveGroupResponse(writer, version, value);
    },
  },
};
