// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface EnvelopeRequest {
  readonly requestData: Buffer;
  readonly requestPrincipal: Buffer | null;
  readonly clientHostAddress: Buffer;
}

export interface EnvelopeRequestInit {
  readonly requestData: Buffer;
  readonly requestPrincipal: Buffer | null;
  readonly clientHostAddress: Buffer;
}

function decodeEnvelopeRequest(r: Reader, version: number): EnvelopeRequest {
  const requestData_ = r.compactBytes();
  const requestPrincipal_ = r.compactNullableBytes();
  const clientHostAddress_ = r.compactBytes();
  r.skipTags();
  return {
    requestData: requestData_,
    requestPrincipal: requestPrincipal_,
    clientHostAddress: clientHostAddress_,
  };
}

function encodeEnvelopeRequest(w: Writer, version: number, value: EnvelopeRequestInit): void {
  const requestData_: Buffer = value.requestData;
  w.compactBytes(requestData_);
  const requestPrincipal_: Buffer | null = value.requestPrincipal;
  w.compactNullableBytes(requestPrincipal_);
  const clientHostAddress_: Buffer = value.clientHostAddress;
  w.compactBytes(clientHostAddress_);
  w.unsignedVarint(0);
}

export interface EnvelopeResponse {
  readonly responseData: Buffer | null;
  readonly errorCode: number;
}

export interface EnvelopeResponseInit {
  readonly responseData?: Buffer | null | undefined;
  readonly errorCode: number;
}

function decodeEnvelopeResponse(r: Reader, version: number): EnvelopeResponse {
  const responseData_ = r.compactNullableBytes();
  const errorCode_ = r.int16();
  r.skipTags();
  return {
    responseData: responseData_,
    errorCode: errorCode_,
  };
}

function encodeEnvelopeResponse(w: Writer, version: number, value: EnvelopeResponseInit): void {
  const responseData_: Buffer | null = value.responseData ?? null;
  w.compactNullableBytes(responseData_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  w.unsignedVarint(0);
}

export const envelope: Api<EnvelopeRequest, EnvelopeRequestInit, EnvelopeResponse, EnvelopeResponseInit> = {
  key: 58,
  name: 'Envelope',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['controller'],
  request: {
    name: 'EnvelopeRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('EnvelopeRequest', version, 0, 0);
      return decodeEnvelopeRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EnvelopeRequest', version, 0, 0);
      encodeEnvelopeRequest(writer, version, value);
    },
  },
  response: {
    name: 'EnvelopeResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('EnvelopeResponse', version, 0, 0);
      return decodeEnvelopeResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EnvelopeResponse', version, 0, 0);
      encodeEnvelopeResponse(writer, version, value);
    },
  },
};
