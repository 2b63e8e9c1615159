// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface SyncGroupRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: readonly SyncGroupRequestAssignment[];
}

export interface SyncGroupRequestInit {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly protocolType?: string | null | undefined;
  readonly protocolName?: string | null | undefined;
  readonly assignments: readonly SyncGroupRequestAssignmentInit[];
}

export interface SyncGroupRequestAssignment {
  readonly memberId: string;
  readonly assignment: Buffer;
}

export interface SyncGroupRequestAssignmentInit {
  readonly memberId: string;
  readonly assignment: Buffer;
}

function decodeSyncGroupRequest(r: Reader, version: number): SyncGroupRequest {
  const groupId_ = version >= 4 ? r.compactString() : r.string();
  const generationId_ = r.int32();
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 3 ? (version >= 4 ? r.compactNullableString() : r.nullableString()) : null;
  const protocolType_ = version >= 5 ? r.compactNullableString() : null;
  const protocolName_ = version >= 5 ? r.compactNullableString() : null;
  const assignments_: SyncGroupRequestAssignment[] = [];
  const assignments_length = version >= 4 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < assignments_length; i++) assignments_.push(decodeSyncGroupRequestAssignment(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    generationId: generationId_,
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    protocolType: protocolType_,
    protocolName: protocolName_,
    assignments: assignments_,
  };
}

function encodeSyncGroupRequest(w: Writer, version: number, value: SyncGroupRequestInit): void {
  const groupId_: string = value.groupId;
  if (version >= 4) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const generationId_: number = value.generationId;
  w.int32(generationId_);
  const memberId_: string = value.memberId;
  if (version >= 4) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId ?? null;
  if (!(version >= 3) && groupInstanceId_ !== null) throw fieldNotInVersion('SyncGroupRequest', 'groupInstanceId', version);
  if (version >= 3) {
    if (version >= 4) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  if (version >= 5) {
    const protocolType_: string | null = value.protocolType ?? null;
    w.compactNullableString(protocolType_);
  }
  if (version >= 5) {
    const protocolName_: string | null = value.protocolName ?? null;
    w.compactNullableString(protocolName_);
  }
  const assignments_: readonly SyncGroupRequestAssignmentInit[] = value.assignments;
  if (version >= 4) {
    w.compactArrayLength(assignments_.length);
  } else {
    w.arrayLength(assignments_.length);
  }
  for (const item of assignments_) encodeSyncGroupRequestAssignment(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeSyncGroupRequestAssignment(r: Reader, version: number): SyncGroupRequestAssignment {
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const assignment_ = version >= 4 ? r.compactBytes() : r.bytes();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    assignment: assignment_,
  };
}

function encodeSyncGroupRequestAssignment(w: Writer, version: number, value: SyncGroupRequestAssignmentInit): void {
  const memberId_: string = value.memberId;
  if (version >= 4) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const assignment_: Buffer = value.assignment;
  if (version >= 4) {
    w.compactBytes(assignment_);
  } else {
    w.bytes(assignment_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export interface SyncGroupResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface SyncGroupResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly protocolType?: string | null | undefined;
  readonly protocolName?: string | null | undefined;
  readonly assignment: Buffer;
}

function decodeSyncGroupResponse(r: Reader, version: number): SyncGroupResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const errorCode_ = r.int16();
  const protocolType_ = version >= 5 ? r.compactNullableString() : null;
  const protocolName_ = version >= 5 ? r.compactNullableString() : null;
  const assignment_ = version >= 4 ? r.compactBytes() : r.bytes();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    protocolType: protocolType_,
    protocolName: protocolName_,
    assignment: assignment_,
  };
}

function encodeSyncGroupResponse(w: Writer, version: number, value: SyncGroupResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 5) {
    const protocolType_: string | null = value.protocolType ?? null;
    w.compactNullableString(protocolType_);
  }
  if (version >= 5) {
    const protocolName_: string | null = value.protocolName ?? null;
    w.compactNullableString(protocolName_);
  }
  const assignment_: Buffer = value.assignment;
  if (version >= 4) {
    w.compactBytes(assignment_);
  } else {
    w.bytes(assignment_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const syncGroup: Api<SyncGroupRequest, SyncGroupRequestInit, SyncGroupResponse, SyncGroupResponseInit> = {
  key: 14,
  name: 'SyncGroup',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'SyncGroupRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('SyncGroupRequest', version, 0, 5);
      return decodeSyncGroupRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('SyncGroupRequest', version, 0, 5);
      encodeSyncGroupRequest(writer, version, value);
    },
  },
  response: {
    name: 'SyncGroupResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('SyncGroupResponse', version, 0, 5);
      return decodeSyncGroupResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('SyncGroupResponse', version, 0, 5);
      encodeSyncGroupResponse(writer, version, value);
    },
  },
};
