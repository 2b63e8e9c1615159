// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export type NoOpRecord = Readonly<Record<string, never>>;

export type NoOpRecordInit = Readonly<Record<string, never>>;

function decodeNoOpRecord(r: Reader, version: number): NoOpRecord {
  r.skipTags();
  return {
  };
}

function encodeNoOpRecord(w: Writer, version: number, value: NoOpRecordInit): void {
  w.unsignedVarint(0);
}

export const noOpRecord: StoredCodec<NoOpRecord, NoOpRecordInit> = {
  type: 20,
  name: 'NoOpRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('NoOpRecord', version, 0, 0);
    return decodeNoOpRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('NoOpRecord', version, 0, 0);
    encodeNoOpRecord(writer, version, value);
  },
};
