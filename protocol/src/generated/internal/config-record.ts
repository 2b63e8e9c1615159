// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConfigRecord {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly name: string;
  readonly value: string | null;
}

export interface ConfigRecordInit {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly name: string;
  readonly value: string | null;
}

function decodeConfigRecord(r: Reader, version: number): ConfigRecord {
  const resourceType_ = r.int8();
  const resourceName_ = r.compactString();
  const name_ = r.compactString();
  const value_ = r.compactNullableString();
  r.skipTags();
  return {
    resourceType: resourceType_,
    resourceName: resourceName_,
    name: name_,
    value: value_,
  };
}

function encodeConfigRecord(w: Writer, version: number, value: ConfigRecordInit): void {
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  w.compactString(resourceName_);
  const name_: string = value.name;
  w.compactString(name_);
  const value_: string | null = value.value;
  w.compactNullableString(value_);
  w.unsignedVarint(0);
}

export const configRecord: StoredCodec<ConfigRecord, ConfigRecordInit> = {
  type: 4,
  name: 'ConfigRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConfigRecord', version, 0, 0);
    return decodeConfigRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConfigRecord', version, 0, 0);
    encodeConfigRecord(writer, version, value);
  },
};
