// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Codec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ShareSnapshotKey {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

export interface ShareSnapshotKeyInit {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

function decodeShareSnapshotKey(r: Reader, version: number): ShareSnapshotKey {
  const groupId_ = r.string();
  const topicId_ = r.uuid();
  const partition_ = r.int32();
  return {
    groupId: groupId_,
    topicId: topicId_,
    partition: partition_,
  };
}

function encodeShareSnapshotKey(w: Writer, version: number, value: ShareSnapshotKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partition_: number = value.partition;
  w.int32(partition_);
}

export const shareSnapshotKey: Codec<ShareSnapshotKey, ShareSnapshotKeyInit> = {
  name: 'ShareSnapshotKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareSnapshotKey', version, 0, 0);
    return decodeShareSnapshotKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareSnapshotKey', version, 0, 0);
    encodeShareSnapshotKey(writer, version, value);
  },
};

export interface ShareSnapshotValue {
  readonly snapshotEpoch: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
  readonly createTimestamp: number;
  readonly writeTimestamp: number;
  readonly stateBatches: readonly ShareSnapshotValueStateBatch[];
}

export interface ShareSnapshotValueInit {
  readonly snapshotEpoch: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount?: number | undefined;
  readonly createTimestamp: number;
  readonly writeTimestamp: number;
  readonly stateBatches: readonly ShareSnapshotValueStateBatchInit[];
}

export interface ShareSnapshotValueStateBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

export interface ShareSnapshotValueStateBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

function decodeShareSnapshotValue(r: Reader, version: number): ShareSnapshotValue {
  const snapshotEpoch_ = r.int32();
  const stateEpoch_ = r.int32();
  const leaderEpoch_ = r.int32();
  const startOffset_ = r.int64();
  const createTimestamp_ = r.int64();
  const writeTimestamp_ = r.int64();
  const stateBatches_: ShareSnapshotValueStateBatch[] = [];
  const stateBatches_length = r.compactArrayLength(20);
  for (let i = 0; i < stateBatches_length; i++) stateBatches_.push(decodeShareSnapshotValueStateBatch(r, version));
  let deliveryCompleteCount_: number = -1;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        deliveryCompleteCount_ = r.int32();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    snapshotEpoch: snapshotEpoch_,
    stateEpoch: stateEpoch_,
    leaderEpoch: leaderEpoch_,
    startOffset: startOffset_,
    deliveryCompleteCount: deliveryCompleteCount_,
    createTimestamp: createTimestamp_,
    writeTimestamp: writeTimestamp_,
    stateBatches: stateBatches_,
  };
}

function encodeShareSnapshotValue(w: Writer, version: number, value: ShareSnapshotValueInit): void {
  const snapshotEpoch_: number = value.snapshotEpoch;
  w.int32(snapshotEpoch_);
  const stateEpoch_: number = value.stateEpoch;
  w.int32(stateEpoch_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  const createTimestamp_: number = value.createTimestamp;
  w.int64(createTimestamp_);
  const writeTimestamp_: number = value.writeTimestamp;
  w.int64(writeTimestamp_);
  const stateBatches_: readonly ShareSnapshotValueStateBatchInit[] = value.stateBatches;
  w.compactArrayLength(stateBatches_.length);
  for (const item of stateBatches_) encodeShareSnapshotValueStateBatch(w, version, item);
  const deliveryCompleteCount_: number = value.deliveryCompleteCount ?? -1;
  const has_deliveryCompleteCount = deliveryCompleteCount_ !== -1;
  w.unsignedVarint((has_deliveryCompleteCount ? 1 : 0));
  if (has_deliveryCompleteCount) {
    const mark = w.beginTag(0);
    w.int32(deliveryCompleteCount_);
    w.endTag(mark);
  }
}

function decodeShareSnapshotValueStateBatch(r: Reader, version: number): ShareSnapshotValueStateBatch {
  const firstOffset_ = r.int64();
  const lastOffset_ = r.int64();
  const deliveryState_ = r.int8();
  const deliveryCount_ = r.int16();
  r.skipTags();
  return {
    firstOffset: firstOffset_,
    lastOffset: lastOffset_,
    deliveryState: deliveryState_,
    deliveryCount: deliveryCount_,
  };
}

function encodeShareSnapshotValueStateBatch(w: Writer, version: number, value: ShareSnapshotValueStateBatchInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const deliveryState_: number = value.deliveryState;
  w.int8(deliveryState_);
  const deliveryCount_: number = value.deliveryCount;
  w.int16(deliveryCount_);
  w.unsignedVarint(0);
}

export const shareSnapshotValue: Codec<ShareSnapshotValue, ShareSnapshotValueInit> = {
  name: 'ShareSnapshotValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareSnapshotValue', version, 0, 0);
    return decodeShareSnapshotValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareSnapshotValue', version, 0, 0);
    encodeShareSnapshotValue(writer, version, value);
  },
};

export interface ShareUpdateKey {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

export interface ShareUpdateKeyInit {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

function decodeShareUpdateKey(r: Reader, version: number): ShareUpdateKey {
  const groupId_ = r.string();
  const topicId_ = r.uuid();
  const partition_ = r.int32();
  return {
    groupId: groupId_,
    topicId: topicId_,
    partition: partition_,
  };
}

function encodeShareUpdateKey(w: Writer, version: number, value: ShareUpdateKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partition_: number = value.partition;
  w.int32(partition_);
}

export const shareUpdateKey: Codec<ShareUpdateKey, ShareUpdateKeyInit> = {
  name: 'ShareUpdateKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ShareUpdateKey', version, 0, 0);
    return decodeShareUpdateKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareUpdateKey', version, 0, 0);
    encodeShareUpdateKey(writer, version, value);
  },
};

export interface ShareUpdateValue {
  readonly snapshotEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly ShareUpdateValueStateBatch[];
}

export interface ShareUpdateValueInit {
  readonly snapshotEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount?: number | undefined;
  readonly stateBatches: readonly ShareUpdateValueStateBatchInit[];
}

export interface ShareUpdateValueStateBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

export interface ShareUpdateValueStateBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

function decodeShareUpdateValue(r: Reader, version: number): ShareUpdateValue {
  const snapshotEpoch_ = r.int32();
  const leaderEpoch_ = r.int32();
  const startOffset_ = r.int64();
  const stateBatches_: ShareUpdateValueStateBatch[] = [];
  const stateBatches_length = r.compactArrayLength(20);
  for (let i = 0; i < stateBatches_length; i++) stateBatches_.push(decodeShareUpdateValueStateBatch(r, version));
  let deliveryCompleteCount_: number = -1;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        deliveryCompleteCount_ = r.int32();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    snapshotEpoch: snapshotEpoch_,
    leaderEpoch: leaderEpoch_,
    startOffset: startOffset_,
    deliveryCompleteCount: deliveryCompleteCount_,
    stateBatches: stateBatches_,
  };
}

function encodeShareUpdateValue(w: Writer, version: number, value: ShareUpdateValueInit): void {
  const snapshotEpoch_: number = value.snapshotEpoch;
  w.int32(snapshotEpoch_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  const stateBatches_: readonly ShareUpdateValueStateBatchInit[] = value.stateBatches;
  w.compactArrayLength(stateBatches_.length);
  for (const item of stateBatches_) encodeShareUpdateValueStateBatch(w, version, item);
  const deliveryCompleteCount_: number = value.deliveryCompleteCount ?? -1;
  const has_deliveryCompleteCount = deliveryCompleteCount_ !== -1;
  w.unsignedVarint((has_deliveryCompleteCount ? 1 : 0));
  if (has_deliveryCompleteCount) {
    const mark = w.beginTag(0);
    w.int32(deliveryCompleteCount_);
    w.endTag(mark);
  }
}

function decodeShareUpdateValueStateBatch(r: Reader, version: number): ShareUpdateValueStateBatch {
  const firstOffset_ = r.int64();
  const lastOffset_ = r.int64();
  const deliveryState_ = r.int8();
  const deliveryCount_ = r.int16();
  r.skipTags();
  return {
    firstOffset: firstOffset_,
    lastOffset: lastOffset_,
    deliveryState: deliveryState_,
    deliveryCount: deliveryCount_,
  };
}

function encodeShareUpdateValueStateBatch(w: Writer, version: number, value: ShareUpdateValueStateBatchInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const deliveryState_: number = value.deliveryState;
  w.int8(deliveryState_);
  const deliveryCount_: number = value.deliveryCount;
  w.int16(deliveryCount_);
  w.unsignedVarint(0);
}

export const shareUpdateValue: Codec<ShareUpdateValue, ShareUpdateValueInit> = {
  name: 'ShareUpdateValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ShareUpdateValue', version, 0, 0);
    return decodeShareUpdateValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ShareUpdateValue', version, 0, 0);
    encodeShareUpdateValue(writer, version, value);
  },
};
