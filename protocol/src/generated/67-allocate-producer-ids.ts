// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AllocateProducerIdsRequest {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

export interface AllocateProducerIdsRequestInit {
  readonly brokerId: number;
  readonly brokerEpoch?: number | undefined;
}

function decodeAllocateProducerIdsRequest(r: Reader, version: number): AllocateProducerIdsRequest {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  r.skipTags();
  return {
    brokerId: brokerId_,
    brokerEpoch: brokerEpoch_,
  };
}

function encodeAllocateProducerIdsRequest(w: Writer, version: number, value: AllocateProducerIdsRequestInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  w.unsignedVarint(0);
}

export interface AllocateProducerIdsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerIdStart: number;
  readonly producerIdLen: number;
}

export interface AllocateProducerIdsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly producerIdStart: number;
  readonly producerIdLen: number;
}

function decodeAllocateProducerIdsResponse(r: Reader, version: number): AllocateProducerIdsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const producerIdStart_ = r.int64();
  const producerIdLen_ = r.int32();
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    producerIdStart: producerIdStart_,
    producerIdLen: producerIdLen_,
  };
}

function encodeAllocateProducerIdsResponse(w: Writer, version: number, value: AllocateProducerIdsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const producerIdStart_: number = value.producerIdStart;
  w.int64(producerIdStart_);
  const producerIdLen_: number = value.producerIdLen;
  w.int32(producerIdLen_);
  w.unsignedVarint(0);
}

export const allocateProducerIds: Api<AllocateProducerIdsRequest, AllocateProducerIdsRequestInit, AllocateProducerIdsResponse, AllocateProducerIdsResponseInit> = {
  key: 67,
  name: 'AllocateProducerIds',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['controller'],
  request: {
    name: 'AllocateProducerIdsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AllocateProducerIdsRequest', version, 0, 0);
      return decodeAllocateProducerIdsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AllocateProducerIdsRequest', version, 0, 0);
      encodeAllocateProducerIdsRequest(writer, version, value);
    },
  },
  response: {
    name: 'AllocateProducerIdsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('AllocateProducerIdsResponse', version, 0, 0);
      return decodeAllocateProducerIdsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AllocateProducerIdsResponse', version, 0, 0);
      encodeAllocateProducerIdsResponse(writer, version, value);
    },
  },
};
