// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface InitProducerIdRequest {
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface InitProducerIdRequestInit {
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
}

function decodeInitProducerIdRequest(r: Reader, version: number): InitProducerIdRequest {
  const transactionalId_ = version >= 2 ? r.compactNullableString() : r.nullableString();
  const transactionTimeoutMs_ = r.int32();
  const producerId_ = version >= 3 ? r.int64() : -1;
  const producerEpoch_ = version >= 3 ? r.int16() : -1;
  if (version >= 2) {
    r.skipTags();
  }
  return {
    transactionalId: transactionalId_,
    transactionTimeoutMs: transactionTimeoutMs_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
  };
}

function encodeInitProducerIdRequest(w: Writer, version: number, value: InitProducerIdRequestInit): void {
  const transactionalId_: string | null = value.transactionalId;
  if (version >= 2) {
    w.compactNullableString(transactionalId_);
  } else {
    w.nullableString(transactionalId_);
  }
  const transactionTimeoutMs_: number = value.transactionTimeoutMs;
  w.int32(transactionTimeoutMs_);
  const producerId_: number = value.producerId ?? -1;
  if (!(version >= 3) && producerId_ !== -1) throw fieldNotInVersion('InitProducerIdRequest', 'producerId', version);
  if (version >= 3) {
    w.int64(producerId_);
  }
  const producerEpoch_: number = value.producerEpoch ?? -1;
  if (!(version >= 3) && producerEpoch_ !== -1) throw fieldNotInVersion('InitProducerIdRequest', 'producerEpoch', version);
  if (version >= 3) {
    w.int16(producerEpoch_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface InitProducerIdResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface InitProducerIdResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerId?: number | undefined;
  readonly producerEpoch: number;
}

function decodeInitProducerIdResponse(r: Reader, version: number): InitProducerIdResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
  };
}

function encodeInitProducerIdResponse(w: Writer, version: number, value: InitProducerIdResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const producerId_: number = value.producerId ?? -1;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const initProducerId: Api<InitProducerIdRequest, InitProducerIdRequestInit, InitProducerIdResponse, InitProducerIdResponseInit> = {
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'InitProducerIdRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('InitProducerIdRequest', version, 0, 5);
      return decodeInitProducerIdRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('InitProducerIdRequest', version, 0, 5);
      encodeInitProducerIdRequest(writer, version, value);
    },
  },
  response: {
    name: 'InitProducerIdResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('InitProducerIdResponse', version, 0, 5);
      return decodeInitProducerIdResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('InitProducerIdResponse', version, 0, 5);
      encodeInitProducerIdResponse(writer, version, value);
    },
  },
};
