// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface FeatureLevelRecord {
  readonly name: string;
  readonly featureLevel: number;
}

export interface FeatureLevelRecordInit {
  readonly name: string;
  readonly featureLevel: number;
}

function decodeFeatureLevelRecord(r: Reader, version: number): FeatureLevelRecord {
  const name_ = r.compactString();
  const featureLevel_ = r.int16();
  r.skipTags();
  return {
    name: name_,
    featureLevel: featureLevel_,
  };
}

function encodeFeatureLevelRecord(w: Writer, version: number, value: FeatureLevelRecordInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const featureLevel_: number = value.featureLevel;
  w.int16(featureLevel_);
  w.unsignedVarint(0);
}

export const featureLevelRecord: StoredCodec<FeatureLevelRecord, FeatureLevelRecordInit> = {
  type: 12,
  name: 'FeatureLevelRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('FeatureLevelRecord', version, 0, 0);
    return decodeFeatureLevelRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('FeatureLevelRecord', version, 0, 0);
    encodeFeatureLevelRecord(writer, version, value);
  },
};
