// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface UnregisterBrokerRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

export interface UnregisterBrokerRecordInit {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

function decodeUnregisterBrokerRecord(r: Reader, version: number): UnregisterBrokerRecord {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  r.skipTags();
  return {
    brokerId: brokerId_,
    brokerEpoch: brokerEpoch_,
  };
}

function encodeUnregisterBrokerRecord(w: Writer, version: number, value: UnregisterBrokerRecordInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch;
  w.int64(brokerEpoch_);
  w.unsignedVarint(0);
}

export const unregisterBrokerRecord: StoredCodec<UnregisterBrokerRecord, UnregisterBrokerRecordInit> = {
  type: 1,
  name: 'UnregisterBrokerRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('UnregisterBrokerRecord', version, 0, 0);
    return decodeUnregisterBrokerRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('UnregisterBrokerRecord', version, 0, 0);
    encodeUnregisterBrokerRecord(writer, version, value);
  },
};
