// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface LegacyOffsetCommitKey {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface LegacyOffsetCommitKeyInit {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

function decodeLegacyOffsetCommitKey(r: Reader, version: number): LegacyOffsetCommitKey {
  const group_ = r.string();
  const topic_ = r.string();
  const partition_ = r.int32();
  return {
    group: group_,
    topic: topic_,
    partition: partition_,
  };
}

function encodeLegacyOffsetCommitKey(w: Writer, version: number, value: LegacyOffsetCommitKeyInit): void {
  const group_: string = value.group;
  w.string(group_);
  const topic_: string = value.topic;
  w.string(topic_);
  const partition_: number = value.partition;
  w.int32(partition_);
}

export const legacyOffsetCommitKey: StoredCodec<LegacyOffsetCommitKey, LegacyOffsetCommitKeyInit> = {
  type: 0,
  name: 'LegacyOffsetCommitKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('LegacyOffsetCommitKey', version, 0, 0);
    return decodeLegacyOffsetCommitKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('LegacyOffsetCommitKey', version, 0, 0);
    encodeLegacyOffsetCommitKey(writer, version, value);
  },
};

export interface LegacyOffsetCommitValue {
  readonly offset: number;
  readonly metadata: string;
  readonly commitTimestamp: number;
}

export interface LegacyOffsetCommitValueInit {
  readonly offset: number;
  readonly metadata: string;
  readonly commitTimestamp: number;
}

function decodeLegacyOffsetCommitValue(r: Reader, version: number): LegacyOffsetCommitValue {
  const offset_ = r.int64();
  const metadata_ = r.string();
  const commitTimestamp_ = r.int64();
  return {
    offset: offset_,
    metadata: metadata_,
    commitTimestamp: commitTimestamp_,
  };
}

function encodeLegacyOffsetCommitValue(w: Writer, version: number, value: LegacyOffsetCommitValueInit): void {
  const offset_: number = value.offset;
  w.int64(offset_);
  const metadata_: string = value.metadata;
  w.string(metadata_);
  const commitTimestamp_: number = value.commitTimestamp;
  w.int64(commitTimestamp_);
}

export const legacyOffsetCommitValue: StoredCodec<LegacyOffsetCommitValue, LegacyOffsetCommitValueInit> = {
  type: 0,
  name: 'LegacyOffsetCommitValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('LegacyOffsetCommitValue', version, 0, 0);
    return decodeLegacyOffsetCommitValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('LegacyOffsetCommitValue', version, 0, 0);
    encodeLegacyOffsetCommitValue(writer, version, value);
  },
};
