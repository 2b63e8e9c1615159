// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ProducerIdsRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly nextProducerId: number;
}

export interface ProducerIdsRecordInit {
  readonly brokerId: number;
  readonly brokerEpoch?: number | undefined;
  readonly nextProducerId: number;
}

function decodeProducerIdsRecord(r: Reader, version: number): ProducerIdsRecord {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  const nextProducerId_ = r.int64();
  r.skipTags();
  return {
    brokerId: brokerId_,
    brokerEpoch: brokerEpoch_,
    nextProducerId: nextProducerId_,
  };
}

function encodeProducerIdsRecord(w: Writer, version: number, value: ProducerIdsRecordInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  const nextProducerId_: number = value.nextProducerId;
  w.int64(nextProducerId_);
  w.unsignedVarint(0);
}

export const producerIdsRecord: StoredCodec<ProducerIdsRecord, ProducerIdsRecordInit> = {
  type: 15,
  name: 'ProducerIdsRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ProducerIdsRecord', version, 0, 0);
    return decodeProducerIdsRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ProducerIdsRecord', version, 0, 0);
    encodeProducerIdsRecord(writer, version, value);
  },
};
