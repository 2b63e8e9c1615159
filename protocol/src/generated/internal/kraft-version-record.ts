// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface KRaftVersionRecord {
  readonly version: number;
  readonly kRaftVersion: number;
}

export interface KRaftVersionRecordInit {
  readonly version: number;
  readonly kRaftVersion: number;
}

function decodeKRaftVersionRecord(r: Reader, version: number): KRaftVersionRecord {
  const version_ = r.int16();
  const kRaftVersion_ = r.int16();
  r.skipTags();
  return {
    version: version_,
    kRaftVersion: kRaftVersion_,
  };
}

function encodeKRaftVersionRecord(w: Writer, version: number, value: KRaftVersionRecordInit): void {
  const version_: number = value.version;
  w.int16(version_);
  const kRaftVersion_: number = value.kRaftVersion;
  w.int16(kRaftVersion_);
  w.unsignedVarint(0);
}

export const kRaftVersionRecord: StoredCodec<KRaftVersionRecord, KRaftVersionRecordInit> = {
  type: 5,
  name: 'KRaftVersionRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('KRaftVersionRecord', version, 0, 0);
    return decodeKRaftVersionRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('KRaftVersionRecord', version, 0, 0);
    encodeKRaftVersionRecord(writer, version, value);
  },
};
