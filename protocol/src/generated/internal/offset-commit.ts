// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface OffsetCommitKey {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetCommitKeyInit {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

function decodeOffsetCommitKey(r: Reader, version: number): OffsetCommitKey {
  const group_ = r.string();
  const topic_ = r.string();
  const partition_ = r.int32();
  return {
    group: group_,
    topic: topic_,
    partition: partition_,
  };
}

function encodeOffsetCommitKey(w: Writer, version: number, value: OffsetCommitKeyInit): void {
  const group_: string = value.group;
  w.string(group_);
  const topic_: string = value.topic;
  w.string(topic_);
  const partition_: number = value.partition;
  w.int32(partition_);
}

export const offsetCommitKey: StoredCodec<OffsetCommitKey, OffsetCommitKeyInit> = {
  type: 1,
  name: 'OffsetCommitKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('OffsetCommitKey', version, 0, 0);
    return decodeOffsetCommitKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('OffsetCommitKey', version, 0, 0);
    encodeOffsetCommitKey(writer, version, value);
  },
};

export interface OffsetCommitValue {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: number;
  readonly expireTimestamp: number;
  readonly topicId: Uuid;
}

export interface OffsetCommitValueInit {
  readonly offset: number;
  readonly leaderEpoch?: number | undefined;
  readonly metadata: string;
  readonly commitTimestamp: number;
  readonly expireTimestamp?: number | undefined;
  readonly topicId?: Uuid | undefined;
}

function decodeOffsetCommitValue(r: Reader, version: number): OffsetCommitValue {
  const offset_ = r.int64();
  const leaderEpoch_ = version >= 3 ? r.int32() : -1;
  const metadata_ = version >= 4 ? r.compactString() : r.string();
  const commitTimestamp_ = r.int64();
  const expireTimestamp_ = version >= 1 && version <= 1 ? r.int64() : -1;
  let topicId_: Uuid = ZERO_UUID;
  if (version >= 4) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          topicId_ = r.uuid();
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    offset: offset_,
    leaderEpoch: leaderEpoch_,
    metadata: metadata_,
    commitTimestamp: commitTimestamp_,
    expireTimestamp: expireTimestamp_,
    topicId: topicId_,
  };
}

function encodeOffsetCommitValue(w: Writer, version: number, value: OffsetCommitValueInit): void {
  const offset_: number = value.offset;
  w.int64(offset_);
  if (version >= 3) {
    const leaderEpoch_: number = value.leaderEpoch ?? -1;
    w.int32(leaderEpoch_);
  }
  const metadata_: string = value.metadata;
  if (version >= 4) {
    w.compactString(metadata_);
  } else {
    w.string(metadata_);
  }
  const commitTimestamp_: number = value.commitTimestamp;
  w.int64(commitTimestamp_);
  if (version >= 1 && version <= 1) {
    const expireTimestamp_: number = value.expireTimestamp ?? -1;
    w.int64(expireTimestamp_);
  }
  const topicId_: Uuid = value.topicId ?? ZERO_UUID;
  if (version >= 4) {
    const has_topicId = topicId_ !== ZERO_UUID;
    w.unsignedVarint((has_topicId ? 1 : 0));
    if (has_topicId) {
      const mark = w.beginTag(0);
      w.uuid(topicId_);
      w.endTag(mark);
    }
  }
}

export const offsetCommitValue: StoredCodec<OffsetCommitValue, OffsetCommitValueInit> = {
  type: 1,
  name: 'OffsetCommitValue',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    checkVersion('OffsetCommitValue', version, 0, 4);
    return decodeOffsetCommitValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('OffsetCommitValue', version, 0, 4);
    encodeOffsetCommitValue(writer, version, value);
  },
};
