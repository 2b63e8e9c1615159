// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface SnapshotHeaderRecord {
  readonly version: number;
  readonly lastContainedLogTimestamp: number;
}

export interface SnapshotHeaderRecordInit {
  readonly version: number;
  readonly lastContainedLogTimestamp: number;
}

function decodeSnapshotHeaderRecord(r: Reader, version: number): SnapshotHeaderRecord {
  const version_ = r.int16();
  const lastContainedLogTimestamp_ = r.int64();
  r.skipTags();
  return {
    version: version_,
    lastContainedLogTimestamp: lastContainedLogTimestamp_,
  };
}

function encodeSnapshotHeaderRecord(w: Writer, version: number, value: SnapshotHeaderRecordInit): void {
  const version_: number = value.version;
  w.int16(version_);
  const lastContainedLogTimestamp_: number = value.lastContainedLogTimestamp;
  w.int64(lastContainedLogTimestamp_);
  w.unsignedVarint(0);
}

export const snapshotHeaderRecord: StoredCodec<SnapshotHeaderRecord, SnapshotHeaderRecordInit> = {
  type: 3,
  name: 'SnapshotHeaderRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('SnapshotHeaderRecord', version, 0, 0);
    return decodeSnapshotHeaderRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('SnapshotHeaderRecord', version, 0, 0);
    encodeSnapshotHeaderRecord(writer, version, value);
  },
};
