// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
}

export interface EndTxnRequestInit {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
}

function decodeEndTxnRequest(r: Reader, version: number): EndTxnRequest {
  const transactionalId_ = version >= 3 ? r.compactString() : r.string();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const committed_ = r.bool();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    transactionalId: transactionalId_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    committed: committed_,
  };
}

function encodeEndTxnRequest(w: Writer, version: number, value: EndTxnRequestInit): void {
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
  const committed_: boolean = value.committed;
  w.bool(committed_);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface EndTxnResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface EndTxnResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
}

function decodeEndTxnResponse(r: Reader, version: number): EndTxnResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const producerId_ = version >= 5 ? r.int64() : -1;
  const producerEpoch_ = version >= 5 ? r.int16() : -1;
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
  };
}

function encodeEndTxnResponse(w: Writer, version: number, value: EndTxnResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 5) {
    const producerId_: number = value.producerId ?? -1;
    w.int64(producerId_);
  }
  if (version >= 5) {
    const producerEpoch_: number = value.producerEpoch ?? -1;
    w.int16(producerEpoch_);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const endTxn: Api<EndTxnRequest, EndTxnRequestInit, EndTxnResponse, EndTxnResponseInit> = {
  key: 26,
  name: 'EndTxn',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'EndTxnRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('EndTxnRequest', version, 0, 5);
      return decodeEndTxnRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EndTxnRequest', version, 0, 5);
      encodeEndTxnRequest(writer, version, value);
    },
  },
  response: {
    name: 'EndTxnResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('EndTxnResponse', version, 0, 5);
      return decodeEndTxnResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EndTxnResponse', version, 0, 5);
      encodeEndTxnResponse(writer, version, value);
    },
  },
};
