// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AddOffsetsToTxnRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly groupId: string;
}

export interface AddOffsetsToTxnRequestInit {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly groupId: string;
}

function decodeAddOffsetsToTxnRequest(r: Reader, version: number): AddOffsetsToTxnRequest {
  const transactionalId_ = version >= 3 ? r.compactString() : r.string();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const groupId_ = version >= 3 ? r.compactString() : r.string();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    transactionalId: transactionalId_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    groupId: groupId_,
  };
}

function encodeAddOffsetsToTxnRequest(w: Writer, version: number, value: AddOffsetsToTxnRequestInit): void {
  const transactionalId_: string = value.transactionalId;
  if (version >= 3) {
    w.compactString(transactionalId_);
  } else {
    w.string(transactionalId_);
  }
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const groupId_: string = value.groupId;
  if (version >= 3) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface AddOffsetsToTxnResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
}

export interface AddOffsetsToTxnResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
}

function decodeAddOffsetsToTxnResponse(r: Reader, version: number): AddOffsetsToTxnResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
  };
}

function encodeAddOffsetsToTxnResponse(w: Writer, version: number, value: AddOffsetsToTxnResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const addOffsetsToTxn: Api<AddOffsetsToTxnRequest, AddOffsetsToTxnRequestInit, AddOffsetsToTxnResponse, AddOffsetsToTxnResponseInit> = {
  key: 25,
  name: 'AddOffsetsToTxn',
  minVersion: 0,
  maxVersion: 4,
  listeners: ['broker'],
  request: {
    name: 'AddOffsetsToTxnRequest',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('AddOffsetsToTxnRequest', version, 0, 4);
      return decodeAddOffsetsToTxnRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AddOffsetsToTxnRequest', version, 0, 4);
      encodeAddOffsetsToTxnRequest(writer, version, value);
    },
  },
  response: {
    name: 'AddOffsetsToTxnResponse',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('AddOffsetsToTxnResponse', version, 0, 4);
      return decodeAddOffsetsToTxnResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AddOffsetsToTxnResponse', version, 0, 4);
      encodeAddOffsetsToTxnResponse(writer, version, value);
    },
  },
};
