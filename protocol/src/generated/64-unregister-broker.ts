// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface UnregisterBrokerRequest {
  readonly brokerId: number;
}

export interface UnregisterBrokerRequestInit {
  readonly brokerId: number;
}

function decodeUnregisterBrokerRequest(r: Reader, version: number): UnregisterBrokerRequest {
  const brokerId_ = r.int32();
  r.skipTags();
  return {
    brokerId: brokerId_,
  };
}

function encodeUnregisterBrokerRequest(w: Writer, version: number, value: UnregisterBrokerRequestInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  w.unsignedVarint(0);
}

export interface UnregisterBrokerResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface UnregisterBrokerResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function decodeUnregisterBrokerResponse(r: Reader, version: number): UnregisterBrokerResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeUnregisterBrokerResponse(w: Writer, version: number, value: UnregisterBrokerResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const unregisterBroker: Api<UnregisterBrokerRequest, UnregisterBrokerRequestInit, UnregisterBrokerResponse, UnregisterBrokerResponseInit> = {
  key: 64,
  name: 'UnregisterBroker',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker', 'controller'],
  request: {
    name: 'UnregisterBrokerRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('UnregisterBrokerRequest', version, 0, 0);
      return decodeUnregisterBrokerRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('UnregisterBrokerRequest', version, 0, 0);
      encodeUnregisterBrokerRequest(writer, version, value);
    },
  },
  response: {
    name: 'UnregisterBrokerResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('UnregisterBrokerResponse', version, 0, 0);
      return decodeUnregisterBrokerResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('UnregisterBrokerResponse', version, 0, 0);
      encodeUnregisterBrokerResponse(writer, version, value);
    },
  },
};
