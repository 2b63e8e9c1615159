// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeShareGroupOffsetsRequest {
  readonly groups: readonly DescribeShareGroupOffsetsRequestGroup[];
  readonly ofLeader: boolean;
}

export interface DescribeShareGroupOffsetsRequestInit {
  readonly groups: readonly DescribeShareGroupOffsetsRequestGroupInit[];
  readonly ofLeader?: boolean | undefined;
}

export interface DescribeShareGroupOffsetsRequestGroup {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsRequestTopic[] | null;
}

export interface DescribeShareGroupOffsetsRequestGroupInit {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsRequestTopicInit[] | null;
}

export interface DescribeShareGroupOffsetsRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface DescribeShareGroupOffsetsRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

function decodeDescribeShareGroupOffsetsRequest(r: Reader, version: number): DescribeShareGroupOffsetsRequest {
  const groups_: DescribeShareGroupOffsetsRequestGroup[] = [];
  const groups_length = r.compactArrayLength(3);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeDescribeShareGroupOffsetsRequestGroup(r, version));
  let ofLeader_: boolean = false;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 10000: {
        ofLeader_ = r.bool();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    groups: groups_,
    ofLeader: ofLeader_,
  };
}

function encodeDescribeShareGroupOffsetsRequest(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestInit): void {
  const groups_: readonly DescribeShareGroupOffsetsRequestGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeDescribeShareGroupOffsetsRequestGroup(w, version, item);
  const ofLeader_: boolean = value.ofLeader ?? false;
  const has_ofLeader = ofLeader_ !== false;
  w.unsignedVarint((has_ofLeader ? 1 : 0));
  if (has_ofLeader) {
    const mark = w.beginTag(10000);
    w.bool(ofLeader_);
    w.endTag(mark);
  }
}

function decodeDescribeShareGroupOffsetsRequestGroup(r: Reader, version: number): DescribeShareGroupOffsetsRequestGroup {
  const groupId_ = r.compactString();
  let topics_: readonly DescribeShareGroupOffsetsRequestTopic[] | null = [];
  {
    const length = r.compactNullableArrayLength(3);
    if (length < 0) {
      topics_ = null;
    } else {
      const items: DescribeShareGroupOffsetsRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeDescribeShareGroupOffsetsRequestTopic(r, version));
      topics_ = items;
    }
  }
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeDescribeShareGroupOffsetsRequestGroup(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DescribeShareGroupOffsetsRequestTopicInit[] | null = value.topics;
  if (topics_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(topics_.length);
    for (const item of topics_) encodeDescribeShareGroupOffsetsRequestTopic(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsRequestTopic(r: Reader, version: number): DescribeShareGroupOffsetsRequestTopic {
  const topicName_ = r.compactString();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeDescribeShareGroupOffsetsRequestTopic(w: Writer, version: number, value: DescribeShareGroupOffsetsRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export interface DescribeShareGroupOffsetsResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeShareGroupOffsetsResponseGroup[];
}

export interface DescribeShareGroupOffsetsResponseInit {
  readonly throttleTimeMs: number;
  readonly groups: readonly DescribeShareGroupOffsetsResponseGroupInit[];
}

export interface DescribeShareGroupOffsetsResponseGroup {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsResponseTopic[];
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DescribeShareGroupOffsetsResponseGroupInit {
  readonly groupId: string;
  readonly topics: readonly DescribeShareGroupOffsetsResponseTopicInit[];
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

export interface DescribeShareGroupOffsetsResponseTopic {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly DescribeShareGroupOffsetsResponsePartition[];
}

export interface DescribeShareGroupOffsetsResponseTopicInit {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partitions: readonly DescribeShareGroupOffsetsResponsePartitionInit[];
}

export interface DescribeShareGroupOffsetsResponsePartition {
  readonly partitionIndex: number;
  readonly startOffset: number;
  readonly leaderEpoch: number;
  readonly lag: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly acquired: number;
  readonly maxAcquired: number;
  readonly lockMs: number;
  readonly oldestLockMs: number;
  readonly deliveries: readonly DescribeShareGroupOffsetsResponseDelivery[];
}

export interface DescribeShareGroupOffsetsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly startOffset: number;
  readonly leaderEpoch: number;
  readonly lag?: number | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly acquired?: number | undefined;
  readonly maxAcquired?: number | undefined;
  readonly lockMs?: number | undefined;
  readonly oldestLockMs?: number | undefined;
  readonly deliveries?: readonly DescribeShareGroupOffsetsResponseDeliveryInit[] | undefined;
}

export interface DescribeShareGroupOffsetsResponseDelivery {
  readonly count: number;
  readonly records: number;
}

export interface DescribeShareGroupOffsetsResponseDeliveryInit {
  readonly count: number;
  readonly records: number;
}

function decodeDescribeShareGroupOffsetsResponse(r: Reader, version: number): DescribeShareGroupOffsetsResponse {
  const throttleTimeMs_ = r.int32();
  const groups_: DescribeShareGroupOffsetsResponseGroup[] = [];
  const groups_length = r.compactArrayLength(6);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeDescribeShareGroupOffsetsResponseGroup(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    groups: groups_,
  };
}

function encodeDescribeShareGroupOffsetsResponse(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const groups_: readonly DescribeShareGroupOffsetsResponseGroupInit[] = value.groups;
  w.compactArrayLength(groups_.length);
  for (const item of groups_) encodeDescribeShareGroupOffsetsResponseGroup(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponseGroup(r: Reader, version: number): DescribeShareGroupOffsetsResponseGroup {
  const groupId_ = r.compactString();
  const topics_: DescribeShareGroupOffsetsResponseTopic[] = [];
  const topics_length = r.compactArrayLength(19);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeShareGroupOffsetsResponseTopic(r, version));
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDescribeShareGroupOffsetsResponseGroup(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DescribeShareGroupOffsetsResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeShareGroupOffsetsResponseTopic(w, version, item);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponseTopic(r: Reader, version: number): DescribeShareGroupOffsetsResponseTopic {
  const topicName_ = r.compactString();
  const topicId_ = r.uuid();
  const partitions_: DescribeShareGroupOffsetsResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(20);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeShareGroupOffsetsResponsePartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeDescribeShareGroupOffsetsResponseTopic(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly DescribeShareGroupOffsetsResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeShareGroupOffsetsResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeShareGroupOffsetsResponsePartition(r: Reader, version: number): DescribeShareGroupOffsetsResponsePartition {
  const partitionIndex_ = r.int32();
  const startOffset_ = r.int64();
  const leaderEpoch_ = r.int32();
  const lag_ = version >= 1 ? r.int64() : -1;
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  let acquired_: number = -1;
  let maxAcquired_: number = 0;
  let lockMs_: number = 0;
  let oldestLockMs_: number = -1;
  const deliveries_: DescribeShareGroupOffsetsResponseDelivery[] = [];
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 10000: {
        acquired_ = r.int32();
        break;
      }
      case 10001: {
        maxAcquired_ = r.int32();
        break;
      }
      case 10002: {
        lockMs_ = r.int32();
        break;
      }
      case 10003: {
        oldestLockMs_ = r.int32();
        break;
      }
      case 10004: {
        deliveries_.length = 0;
        const deliveries_length = r.compactArrayLength(7);
        for (let i = 0; i < deliveries_length; i++) deliveries_.push(decodeDescribeShareGroupOffsetsResponseDelivery(r, version));
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    partitionIndex: partitionIndex_,
    startOffset: startOffset_,
    leaderEpoch: leaderEpoch_,
    lag: lag_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    acquired: acquired_,
    maxAcquired: maxAcquired_,
    lockMs: lockMs_,
    oldestLockMs: oldestLockMs_,
    deliveries: deliveries_,
  };
}

function encodeDescribeShareGroupOffsetsResponsePartition(w: Writer, version: number, value: DescribeShareGroupOffsetsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const startOffset_: number = value.startOffset;
  w.int64(startOffset_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version >= 1) {
    const lag_: number = value.lag ?? -1;
    w.int64(lag_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const acquired_: number = value.acquired ?? -1;
  const maxAcquired_: number = value.maxAcquired ?? 0;
  const lockMs_: number = value.lockMs ?? 0;
  const oldestLockMs_: number = value.oldestLockMs ?? -1;
  const deliveries_: readonly DescribeShareGroupOffsetsResponseDeliveryInit[] = value.deliveries ?? [];
  const has_acquired = acquired_ !== -1;
  const has_maxAcquired = maxAcquired_ !== 0;
  const has_lockMs = lockMs_ !== 0;
  const has_oldestLockMs = oldestLockMs_ !== -1;
  const has_deliveries = deliveries_.length !== 0;
  w.unsignedVarint((has_acquired ? 1 : 0) + (has_maxAcquired ? 1 : 0) + (has_lockMs ? 1 : 0) + (has_oldestLockMs ? 1 : 0) + (has_deliveries ? 1 : 0));
  if (has_acquired) {
    const mark = w.beginTag(10000);
    w.int32(acquired_);
    w.endTag(mark);
  }
  if (has_maxAcquired) {
    const mark = w.beginTag(10001);
    w.int32(maxAcquired_);
    w.endTag(mark);
  }
  if (has_lockMs) {
    const mark = w.beginTag(10002);
    w.int32(lockMs_);
    w.endTag(mark);
  }
  if (has_oldestLockMs) {
    const mark = w.beginTag(10003);
    w.int32(oldestLockMs_);
    w.endTag(mark);
  }
  if (has_deliveries) {
    const mark = w.beginTag(10004);
    w.compactArrayLength(deliveries_.length);
    for (const item of deliveries_) encodeDescribeShareGroupOffsetsResponseDelivery(w, version, item);
    w.endTag(mark);
  }
}

function decodeDescribeShareGroupOffsetsResponseDelivery(r: Reader, version: number): DescribeShareGroupOffsetsResponseDelivery {
  const count_ = r.int16();
  const records_ = r.int32();
  r.skipTags();
  return {
    count: count_,
    records: records_,
  };
}

function encodeDescribeShareGroupOffsetsResponseDelivery(w: Writer, version: number, value: DescribeShareGroupOffsetsResponseDeliveryInit): void {
  const count_: number = value.count;
  w.int16(count_);
  const records_: number = value.records;
  w.int32(records_);
  w.unsignedVarint(0);
}

export const describeShareGroupOffsets: Api<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestInit, DescribeShareGroupOffsetsResponse, DescribeShareGroupOffsetsResponseInit> = {
  key: 90,
  name: 'DescribeShareGroupOffsets',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'DescribeShareGroupOffsetsRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeShareGroupOffsetsRequest', version, 0, 1);
      return decodeDescribeShareGroupOffsetsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeShareGroupOffsetsRequest', version, 0, 1);
      encodeDescribeShareGroupOffsetsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeShareGroupOffsetsResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeShareGroupOffsetsResponse', version, 0, 1);
      return decodeDescribeShareGroupOffsetsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeShareGroupOffsetsResponse', version, 0, 1);
      encodeDescribeShareGroupOffsetsResponse(writer, version, value);
    },
  },
};
