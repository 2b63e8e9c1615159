// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface FindCoordinatorRequest {
  readonly key: string;
  readonly keyType: number;
  readonly coordinatorKeys: readonly string[];
}

export interface FindCoordinatorRequestInit {
  readonly key?: string | undefined;
  readonly keyType?: number | undefined;
  readonly coordinatorKeys?: readonly string[] | undefined;
}

function decodeFindCoordinatorRequest(r: Reader, version: number): FindCoordinatorRequest {
  const key_ = version <= 3 ? (version >= 3 ? r.compactString() : r.string()) : '';
  const keyType_ = version >= 1 ? r.int8() : 0;
  const coordinatorKeys_: string[] = [];
  if (version >= 4) {
    const coordinatorKeys_length = r.compactArrayLength(1);
    for (let i = 0; i < coordinatorKeys_length; i++) coordinatorKeys_.push(r.compactString());
  }
  if (version >= 3) {
    r.skipTags();
  }
  return {
    key: key_,
    keyType: keyType_,
    coordinatorKeys: coordinatorKeys_,
  };
}

function encodeFindCoordinatorRequest(w: Writer, version: number, value: FindCoordinatorRequestInit): void {
  const key_: string = value.key ?? '';
  if (!(version <= 3) && key_ !== '') throw fieldNotInVersion('FindCoordinatorRequest', 'key', version);
  if (version <= 3) {
    if (version >= 3) {
      w.compactString(key_);
    } else {
      w.string(key_);
    }
  }
  const keyType_: number = value.keyType ?? 0;
  if (!(version >= 1) && keyType_ !== 0) throw fieldNotInVersion('FindCoordinatorRequest', 'keyType', version);
  if (version >= 1) {
    w.int8(keyType_);
  }
  const coordinatorKeys_: readonly string[] = value.coordinatorKeys ?? [];
  if (!(version >= 4) && coordinatorKeys_.length !== 0) throw fieldNotInVersion('FindCoordinatorRequest', 'coordinatorKeys', version);
  if (version >= 4) {
    w.compactArrayLength(coordinatorKeys_.length);
    for (const item of coordinatorKeys_) w.compactString(item);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface FindCoordinatorResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly coordinators: readonly FindCoordinatorResponseCoordinator[];
}

export interface FindCoordinatorResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode?: number | undefined;
  readonly errorMessage?: string | null | undefined;
  readonly nodeId?: number | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly coordinators?: readonly FindCoordinatorResponseCoordinatorInit[] | undefined;
}

export interface FindCoordinatorResponseCoordinator {
  readonly key: string;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface FindCoordinatorResponseCoordinatorInit {
  readonly key: string;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function decodeFindCoordinatorResponse(r: Reader, version: number): FindCoordinatorResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const errorCode_ = version <= 3 ? r.int16() : 0;
  const errorMessage_ = version >= 1 && version <= 3 ? (version >= 3 ? r.compactNullableString() : r.nullableString()) : '';
  const nodeId_ = version <= 3 ? r.int32() : 0;
  const host_ = version <= 3 ? (version >= 3 ? r.compactString() : r.string()) : '';
  const port_ = version <= 3 ? r.int32() : 0;
  const coordinators_: FindCoordinatorResponseCoordinator[] = [];
  if (version >= 4) {
    const coordinators_length = r.compactArrayLength(14);
    for (let i = 0; i < coordinators_length; i++) coordinators_.push(decodeFindCoordinatorResponseCoordinator(r, version));
  }
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    nodeId: nodeId_,
    host: host_,
    port: port_,
    coordinators: coordinators_,
  };
}

function encodeFindCoordinatorResponse(w: Writer, version: number, value: FindCoordinatorResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode ?? 0;
  if (!(version <= 3) && errorCode_ !== 0) throw fieldNotInVersion('FindCoordinatorResponse', 'errorCode', version);
  if (version <= 3) {
    w.int16(errorCode_);
  }
  if (version >= 1 && version <= 3) {
    const errorMessage_: string | null = value.errorMessage === undefined ? '' : value.errorMessage;
    if (version >= 3) {
      w.compactNullableString(errorMessage_);
    } else {
      w.nullableString(errorMessage_);
    }
  }
  const nodeId_: number = value.nodeId ?? 0;
  if (!(version <= 3) && nodeId_ !== 0) throw fieldNotInVersion('FindCoordinatorResponse', 'nodeId', version);
  if (version <= 3) {
    w.int32(nodeId_);
  }
  const host_: string = value.host ?? '';
  if (!(version <= 3) && host_ !== '') throw fieldNotInVersion('FindCoordinatorResponse', 'host', version);
  if (version <= 3) {
    if (version >= 3) {
      w.compactString(host_);
    } else {
      w.string(host_);
    }
  }
  const port_: number = value.port ?? 0;
  if (!(version <= 3) && port_ !== 0) throw fieldNotInVersion('FindCoordinatorResponse', 'port', version);
  if (version <= 3) {
    w.int32(port_);
  }
  const coordinators_: readonly FindCoordinatorResponseCoordinatorInit[] = value.coordinators ?? [];
  if (!(version >= 4) && coordinators_.length !== 0) throw fieldNotInVersion('FindCoordinatorResponse', 'coordinators', version);
  if (version >= 4) {
    w.compactArrayLength(coordinators_.length);
    for (const item of coordinators_) encodeFindCoordinatorResponseCoordinator(w, version, item);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeFindCoordinatorResponseCoordinator(r: Reader, version: number): FindCoordinatorResponseCoordinator {
  const key_ = r.compactString();
  const nodeId_ = r.int32();
  const host_ = r.compactString();
  const port_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    key: key_,
    nodeId: nodeId_,
    host: host_,
    port: port_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeFindCoordinatorResponseCoordinator(w: Writer, version: number, value: FindCoordinatorResponseCoordinatorInit): void {
  const key_: string = value.key;
  w.compactString(key_);
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.int32(port_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const findCoordinator: Api<FindCoordinatorRequest, FindCoordinatorRequestInit, FindCoordinatorResponse, FindCoordinatorResponseInit> = {
  key: 10,
  name: 'FindCoordinator',
  minVersion: 0,
  maxVersion: 6,
  listeners: ['broker'],
  request: {
    name: 'FindCoordinatorRequest',
    minVersion: 0,
    maxVersion: 6,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('FindCoordinatorRequest', version, 0, 6);
      return decodeFindCoordinatorRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FindCoordinatorRequest', version, 0, 6);
      encodeFindCoordinatorRequest(writer, version, value);
    },
  },
  response: {
    name: 'FindCoordinatorResponse',
    minVersion: 0,
    maxVersion: 6,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('FindCoordinatorResponse', version, 0, 6);
      return decodeFindCoordinatorResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FindCoordinatorResponse', version, 0, 6);
      encodeFindCoordinatorResponse(writer, version, value);
    },
  },
};
