// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface HeartbeatRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface HeartbeatRequestInit {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
}

function decodeHeartbeatRequest(r: Reader, version: number): HeartbeatRequest {
  const groupId_ = version >= 4 ? r.compactString() : r.string();
  const generationId_ = r.int32();
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 3 ? (version >= 4 ? r.compactNullableString() : r.nullableString()) : null;
  if (version >= 4) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    generationId: generationId_,
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
  };
}

function encodeHeartbeatRequest(w: Writer, version: number, value: HeartbeatRequestInit): void {
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
  if (!(version >= 3) && groupInstanceId_ !== null) throw fieldNotInVersion('HeartbeatRequest', 'groupInstanceId', version);
  if (version >= 3) {
    if (version >= 4) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export interface HeartbeatResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
}

export interface HeartbeatResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
}

function decodeHeartbeatResponse(r: Reader, version: number): HeartbeatResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const errorCode_ = r.int16();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
  };
}

function encodeHeartbeatResponse(w: Writer, version: number, value: HeartbeatResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const heartbeat: Api<HeartbeatRequest, HeartbeatRequestInit, HeartbeatResponse, HeartbeatResponseInit> = {
  key: 12,
  name: 'Heartbeat',
  minVersion: 0,
  maxVersion: 4,
  listeners: ['broker'],
  request: {
    name: 'HeartbeatRequest',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('HeartbeatRequest', version, 0, 4);
      return decodeHeartbeatRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('HeartbeatRequest', version, 0, 4);
      encodeHeartbeatRequest(writer, version, value);
    },
  },
  response: {
    name: 'HeartbeatResponse',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('HeartbeatResponse', version, 0, 4);
      return decodeHeartbeatResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('HeartbeatResponse', version, 0, 4);
      encodeHeartbeatResponse(writer, version, value);
    },
  },
};
