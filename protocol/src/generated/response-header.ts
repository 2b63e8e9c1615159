// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ResponseHeader {
  readonly correlationId: number;
}

export interface ResponseHeaderInit {
  readonly correlationId: number;
}

function decodeResponseHeader(r: Reader, version: number): ResponseHeader {
  const correlationId_ = r.int32();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    correlationId: correlationId_,
  };
}

function encodeResponseHeader(w: Writer, version: number, value: ResponseHeaderInit): void {
  const correlationId_: number = value.correlationId;
  w.int32(correlationId_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export const responseHeader: Codec<ResponseHeader, ResponseHeaderInit> = {
  name: 'ResponseHeader',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  decode(reader, version) {
    checkVersion('ResponseHeader', version, 0, 1);
    return decodeResponseHeader(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ResponseHeader', version, 0, 1);
    encodeResponseHeader(writer, version, value);
  },
};
