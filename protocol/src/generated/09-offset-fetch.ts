// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion, nullNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface OffsetFetchRequest {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchRequestTopic[] | null;
  readonly groups: readonly OffsetFetchRequestGroup[];
  readonly requireStable: boolean;
}

export interface OffsetFetchRequestInit {
  readonly groupId?: string | undefined;
  readonly topics?: readonly OffsetFetchRequestTopicInit[] | null | undefined;
  readonly groups?: readonly OffsetFetchRequestGroupInit[] | undefined;
  readonly requireStable?: boolean | undefined;
}

export interface OffsetFetchRequestGroup {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly topics: readonly OffsetFetchRequestGroupTopic[] | null;
}

export interface OffsetFetchRequestGroupInit {
  readonly groupId: string;
  readonly memberId?: string | null | undefined;
  readonly memberEpoch?: number | undefined;
  readonly topics: readonly OffsetFetchRequestGroupTopicInit[] | null;
}

export interface OffsetFetchRequestGroupTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionIndexes: readonly number[];
}

export interface OffsetFetchRequestGroupTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitionIndexes: readonly number[];
}

export interface OffsetFetchRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

export interface OffsetFetchRequestTopicInit {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

function decodeOffsetFetchRequest(r: Reader, version: number): OffsetFetchRequest {
  const groupId_ = version <= 7 ? (version >= 6 ? r.compactString() : r.string()) : '';
  let topics_: readonly OffsetFetchRequestTopic[] | null = [];
  if (version <= 7) {
    const length = version >= 6 ? (version >= 2 ? r.compactNullableArrayLength(3) : r.compactArrayLength(3)) : (version >= 2 ? r.nullableArrayLength(6) : r.arrayLength(6));
    if (length < 0) {
      topics_ = null;
    } else {
      const items: OffsetFetchRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeOffsetFetchRequestTopic(r, version));
      topics_ = items;
    }
  }
  const groups_: OffsetFetchRequestGroup[] = [];
  if (version >= 8) {
    const groups_length = r.compactArrayLength(3);
    for (let i = 0; i < groups_length; i++) groups_.push(decodeOffsetFetchRequestGroup(r, version));
  }
  const requireStable_ = version >= 7 ? r.bool() : false;
  if (version >= 6) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    topics: topics_,
    groups: groups_,
    requireStable: requireStable_,
  };
}

function encodeOffsetFetchRequest(w: Writer, version: number, value: OffsetFetchRequestInit): void {
  const groupId_: string = value.groupId ?? '';
  if (!(version <= 7) && groupId_ !== '') throw fieldNotInVersion('OffsetFetchRequest', 'groupId', version);
  if (version <= 7) {
    if (version >= 6) {
      w.compactString(groupId_);
    } else {
      w.string(groupId_);
    }
  }
  const topics_: readonly OffsetFetchRequestTopicInit[] | null = value.topics === undefined ? [] : value.topics;
  if (!(version <= 7) && (topics_ === null || topics_.length !== 0)) throw fieldNotInVersion('OffsetFetchRequest', 'topics', version);
  if (version <= 7) {
    if (!(version >= 2) && topics_ === null) throw nullNotInVersion('OffsetFetchRequest', 'topics', version);
    if (topics_ === null) {
      if (version >= 6) {
        w.compactArrayLength(-1);
      } else {
        w.arrayLength(-1);
      }
    } else {
      if (version >= 6) {
        w.compactArrayLength(topics_.length);
      } else {
        w.arrayLength(topics_.length);
      }
      for (const item of topics_) encodeOffsetFetchRequestTopic(w, version, item);
    }
  }
  const groups_: readonly OffsetFetchRequestGroupInit[] = value.groups ?? [];
  if (!(version >= 8) && groups_.length !== 0) throw fieldNotInVersion('OffsetFetchRequest', 'groups', version);
  if (version >= 8) {
    w.compactArrayLength(groups_.length);
    for (const item of groups_) encodeOffsetFetchRequestGroup(w, version, item);
  }
  const requireStable_: boolean = value.requireStable ?? false;
  if (!(version >= 7) && requireStable_ !== false) throw fieldNotInVersion('OffsetFetchRequest', 'requireStable', version);
  if (version >= 7) {
    w.bool(requireStable_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetFetchRequestGroup(r: Reader, version: number): OffsetFetchRequestGroup {
  const groupId_ = r.compactString();
  const memberId_ = version >= 9 ? r.compactNullableString() : null;
  const memberEpoch_ = version >= 9 ? r.int32() : -1;
  let topics_: readonly OffsetFetchRequestGroupTopic[] | null = [];
  {
    const length = r.compactNullableArrayLength(3);
    if (length < 0) {
      topics_ = null;
    } else {
      const items: OffsetFetchRequestGroupTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeOffsetFetchRequestGroupTopic(r, version));
      topics_ = items;
    }
  }
  r.skipTags();
  return {
    groupId: groupId_,
    memberId: memberId_,
    memberEpoch: memberEpoch_,
    topics: topics_,
  };
}

function encodeOffsetFetchRequestGroup(w: Writer, version: number, value: OffsetFetchRequestGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  if (version >= 9) {
    const memberId_: string | null = value.memberId ?? null;
    w.compactNullableString(memberId_);
  }
  if (version >= 9) {
    const memberEpoch_: number = value.memberEpoch ?? -1;
    w.int32(memberEpoch_);
  }
  const topics_: readonly OffsetFetchRequestGroupTopicInit[] | null = value.topics;
  if (topics_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(topics_.length);
    for (const item of topics_) encodeOffsetFetchRequestGroupTopic(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeOffsetFetchRequestGroupTopic(r: Reader, version: number): OffsetFetchRequestGroupTopic {
  const name_ = version <= 9 ? r.compactString() : '';
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const partitionIndexes_: number[] = [];
  const partitionIndexes_length = r.compactArrayLength(4);
  for (let i = 0; i < partitionIndexes_length; i++) partitionIndexes_.push(r.int32());
  r.skipTags();
  return {
    name: name_,
    topicId: topicId_,
    partitionIndexes: partitionIndexes_,
  };
}

function encodeOffsetFetchRequestGroupTopic(w: Writer, version: number, value: OffsetFetchRequestGroupTopicInit): void {
  if (version <= 9) {
    const name_: string = value.name ?? '';
    w.compactString(name_);
  }
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitionIndexes_: readonly number[] = value.partitionIndexes;
  w.compactArrayLength(partitionIndexes_.length);
  for (const item of partitionIndexes_) w.int32(item);
  w.unsignedVarint(0);
}

function decodeOffsetFetchRequestTopic(r: Reader, version: number): OffsetFetchRequestTopic {
  const name_ = version >= 6 ? r.compactString() : r.string();
  const partitionIndexes_: number[] = [];
  const partitionIndexes_length = version >= 6 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < partitionIndexes_length; i++) partitionIndexes_.push(r.int32());
  if (version >= 6) {
    r.skipTags();
  }
  return {
    name: name_,
    partitionIndexes: partitionIndexes_,
  };
}

function encodeOffsetFetchRequestTopic(w: Writer, version: number, value: OffsetFetchRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 6) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitionIndexes_: readonly number[] = value.partitionIndexes;
  if (version >= 6) {
    w.compactArrayLength(partitionIndexes_.length);
  } else {
    w.arrayLength(partitionIndexes_.length);
  }
  for (const item of partitionIndexes_) w.int32(item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export interface OffsetFetchResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetFetchResponseTopic[];
  readonly errorCode: number;
  readonly groups: readonly OffsetFetchResponseGroup[];
}

export interface OffsetFetchResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics?: readonly OffsetFetchResponseTopicInit[] | undefined;
  readonly errorCode?: number | undefined;
  readonly groups?: readonly OffsetFetchResponseGroupInit[] | undefined;
}

export interface OffsetFetchResponseGroup {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchResponseGroupTopic[];
  readonly errorCode: number;
}

export interface OffsetFetchResponseGroupInit {
  readonly groupId: string;
  readonly topics: readonly OffsetFetchResponseGroupTopicInit[];
  readonly errorCode?: number | undefined;
}

export interface OffsetFetchResponseGroupTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly OffsetFetchResponseGroupPartition[];
}

export interface OffsetFetchResponseGroupTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly OffsetFetchResponseGroupPartitionInit[];
}

export interface OffsetFetchResponseGroupPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface OffsetFetchResponseGroupPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface OffsetFetchResponseTopic {
  readonly name: string;
  readonly partitions: readonly OffsetFetchResponsePartition[];
}

export interface OffsetFetchResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly OffsetFetchResponsePartitionInit[];
}

export interface OffsetFetchResponsePartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
  readonly errorCode: number;
}

export interface OffsetFetchResponsePartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly metadata: string | null;
  readonly errorCode: number;
}

function decodeOffsetFetchResponse(r: Reader, version: number): OffsetFetchResponse {
  const throttleTimeMs_ = version >= 3 ? r.int32() : 0;
  const topics_: OffsetFetchResponseTopic[] = [];
  if (version <= 7) {
    const topics_length = version >= 6 ? r.compactArrayLength(3) : r.arrayLength(6);
    for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetFetchResponseTopic(r, version));
  }
  const errorCode_ = version >= 2 && version <= 7 ? r.int16() : 0;
  const groups_: OffsetFetchResponseGroup[] = [];
  if (version >= 8) {
    const groups_length = r.compactArrayLength(5);
    for (let i = 0; i < groups_length; i++) groups_.push(decodeOffsetFetchResponseGroup(r, version));
  }
  if (version >= 6) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
    errorCode: errorCode_,
    groups: groups_,
  };
}

function encodeOffsetFetchResponse(w: Writer, version: number, value: OffsetFetchResponseInit): void {
  if (version >= 3) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const topics_: readonly OffsetFetchResponseTopicInit[] = value.topics ?? [];
  if (!(version <= 7) && topics_.length !== 0) throw fieldNotInVersion('OffsetFetchResponse', 'topics', version);
  if (version <= 7) {
    if (version >= 6) {
      w.compactArrayLength(topics_.length);
    } else {
      w.arrayLength(topics_.length);
    }
    for (const item of topics_) encodeOffsetFetchResponseTopic(w, version, item);
  }
  if (version >= 2 && version <= 7) {
    const errorCode_: number = value.errorCode ?? 0;
    w.int16(errorCode_);
  }
  const groups_: readonly OffsetFetchResponseGroupInit[] = value.groups ?? [];
  if (!(version >= 8) && groups_.length !== 0) throw fieldNotInVersion('OffsetFetchResponse', 'groups', version);
  if (version >= 8) {
    w.compactArrayLength(groups_.length);
    for (const item of groups_) encodeOffsetFetchResponseGroup(w, version, item);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetFetchResponseGroup(r: Reader, version: number): OffsetFetchResponseGroup {
  const groupId_ = r.compactString();
  const topics_: OffsetFetchResponseGroupTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetFetchResponseGroupTopic(r, version));
  const errorCode_ = r.int16();
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
    errorCode: errorCode_,
  };
}

function encodeOffsetFetchResponseGroup(w: Writer, version: number, value: OffsetFetchResponseGroupInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly OffsetFetchResponseGroupTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeOffsetFetchResponseGroupTopic(w, version, item);
  const errorCode_: number = value.errorCode ?? 0;
  w.int16(errorCode_);
  w.unsignedVarint(0);
}

function decodeOffsetFetchResponseGroupTopic(r: Reader, version: number): OffsetFetchResponseGroupTopic {
  const name_ = version <= 9 ? r.compactString() : '';
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const partitions_: OffsetFetchResponseGroupPartition[] = [];
  const partitions_length = r.compactArrayLength(20);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetFetchResponseGroupPartition(r, version));
  r.skipTags();
  return {
    name: name_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeOffsetFetchResponseGroupTopic(w: Writer, version: number, value: OffsetFetchResponseGroupTopicInit): void {
  if (version <= 9) {
    const name_: string = value.name ?? '';
    w.compactString(name_);
  }
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly OffsetFetchResponseGroupPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeOffsetFetchResponseGroupPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeOffsetFetchResponseGroupPartition(r: Reader, version: number): OffsetFetchResponseGroupPartition {
  const partitionIndex_ = r.int32();
  const committedOffset_ = r.int64();
  const committedLeaderEpoch_ = r.int32();
  const metadata_ = r.compactNullableString();
  const errorCode_ = r.int16();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    committedOffset: committedOffset_,
    committedLeaderEpoch: committedLeaderEpoch_,
    metadata: metadata_,
    errorCode: errorCode_,
  };
}

function encodeOffsetFetchResponseGroupPartition(w: Writer, version: number, value: OffsetFetchResponseGroupPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const committedOffset_: number = value.committedOffset;
  w.int64(committedOffset_);
  const committedLeaderEpoch_: number = value.committedLeaderEpoch ?? -1;
  w.int32(committedLeaderEpoch_);
  const metadata_: string | null = value.metadata;
  w.compactNullableString(metadata_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  w.unsignedVarint(0);
}

function decodeOffsetFetchResponseTopic(r: Reader, version: number): OffsetFetchResponseTopic {
  const name_ = version >= 6 ? r.compactString() : r.string();
  const partitions_: OffsetFetchResponsePartition[] = [];
  const partitions_length = version >= 6 ? r.compactArrayLength(20) : r.arrayLength(16);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetFetchResponsePartition(r, version));
  if (version >= 6) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeOffsetFetchResponseTopic(w: Writer, version: number, value: OffsetFetchResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 6) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly OffsetFetchResponsePartitionInit[] = value.partitions;
  if (version >= 6) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeOffsetFetchResponsePartition(w, version, item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetFetchResponsePartition(r: Reader, version: number): OffsetFetchResponsePartition {
  const partitionIndex_ = r.int32();
  const committedOffset_ = r.int64();
  const committedLeaderEpoch_ = version >= 5 ? r.int32() : -1;
  const metadata_ = version >= 6 ? r.compactNullableString() : r.nullableString();
  const errorCode_ = r.int16();
  if (version >= 6) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    committedOffset: committedOffset_,
    committedLeaderEpoch: committedLeaderEpoch_,
    metadata: metadata_,
    errorCode: errorCode_,
  };
}

function encodeOffsetFetchResponsePartition(w: Writer, version: number, value: OffsetFetchResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const committedOffset_: number = value.committedOffset;
  w.int64(committedOffset_);
  if (version >= 5) {
    const committedLeaderEpoch_: number = value.committedLeaderEpoch ?? -1;
    w.int32(committedLeaderEpoch_);
  }
  const metadata_: string | null = value.metadata;
  if (version >= 6) {
    w.compactNullableString(metadata_);
  } else {
    w.nullableString(metadata_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export const offsetFetch: Api<OffsetFetchRequest, OffsetFetchRequestInit, OffsetFetchResponse, OffsetFetchResponseInit> = {
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 10,
  listeners: ['broker'],
  request: {
    name: 'OffsetFetchRequest',
    minVersion: 1,
    maxVersion: 10,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('OffsetFetchRequest', version, 1, 10);
      return decodeOffsetFetchRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetFetchRequest', version, 1, 10);
      encodeOffsetFetchRequest(writer, version, value);
    },
  },
  response: {
    name: 'OffsetFetchResponse',
    minVersion: 1,
    maxVersion: 10,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('OffsetFetchResponse', version, 1, 10);
      return decodeOffsetFetchResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetFetchResponse', version, 1, 10);
      encodeOffsetFetchResponse(writer, version, value);
    },
  },
};
