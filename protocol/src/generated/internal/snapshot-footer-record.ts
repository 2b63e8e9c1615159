// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface SnapshotFooterRecord {
  readonly version: number;
}

export interface SnapshotFooterRecordInit {
  readonly version: number;
}

function decodeSnapshotFooterRecord(r: Reader, version: number): SnapshotFooterRecord {
  const version_ = r.int16();
  r.skipTags();
  return {
    version: version_,
  };
}

function encodeSnapshotFooterRecord(w: Writer, version: number, value: SnapshotFooterRecordInit): void {
  const version_: number = value.version;
  w.int16(version_);
  w.unsignedVarint(0);
}

export const snapshotFooterRecord: StoredCodec<SnapshotFooterRecord, SnapshotFooterRecordInit> = {
  type: 4,
  name: 'SnapshotFooterRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('SnapshotFooterRecord', version, 0, 0);
    return decodeSnapshotFooterRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('SnapshotFooterRecord', version, 0, 0);
    encodeSnapshotFooterRecord(writer, version, value);
  },
};
