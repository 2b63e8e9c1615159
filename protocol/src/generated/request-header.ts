// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface RequestHeader {
  readonly requestApiKey: number;
  readonly requestApiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export interface RequestHeaderInit {
  readonly requestApiKey: number;
  readonly requestApiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

function decodeRequestHeader(r: Reader, version: number): RequestHeader {
  const requestApiKey_ = r.int16();
  const requestApiVersion_ = r.int16();
  const correlationId_ = r.int32();
  const clientId_ = r.nullableString();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    requestApiKey: requestApiKey_,
    requestApiVersion: requestApiVersion_,
    correlationId: correlationId_,
    clientId: clientId_,
  };
}

function encodeRequestHeader(w: Writer, version: number, value: RequestHeaderInit): void {
  const requestApiKey_: number = value.requestApiKey;
  w.int16(requestApiKey_);
  const requestApiVersion_: number = value.requestApiVersion;
  w.int16(requestApiVersion_);
  const correlationId_: number = value.correlationId;
  w.int32(correlationId_);
  const clientId_: string | null = value.clientId;
  w.nullableString(clientId_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const requestHeader: Codec<RequestHeader, RequestHeaderInit> = {
  name: 'RequestHeader',
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  decode(reader, version) {
    checkVersion('RequestHeader', version, 1, 2);
    return decodeRequestHeader(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('RequestHeader', version, 1, 2);
    encodeRequestHeader(writer, version, value);
  },
};
