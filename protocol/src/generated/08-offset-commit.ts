// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface OffsetCommitRequest {
  readonly groupId: string;
  readonly generationIdOrMemberEpoch: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly retentionTimeMs: number;
  readonly topics: readonly OffsetCommitRequestTopic[];
}

export interface OffsetCommitRequestInit {
  readonly groupId: string;
  readonly generationIdOrMemberEpoch?: number | undefined;
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly retentionTimeMs?: number | undefined;
  readonly topics: readonly OffsetCommitRequestTopicInit[];
}

export interface OffsetCommitRequestTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly OffsetCommitRequestPartition[];
}

export interface OffsetCommitRequestTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly OffsetCommitRequestPartitionInit[];
}

export interface OffsetCommitRequestPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

export interface OffsetCommitRequestPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly committedMetadata: string | null;
}

function decodeOffsetCommitRequest(r: Reader, version: number): OffsetCommitRequest {
  const groupId_ = version >= 8 ? r.compactString() : r.string();
  const generationIdOrMemberEpoch_ = r.int32();
  const memberId_ = version >= 8 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 7 ? (version >= 8 ? r.compactNullableString() : r.nullableString()) : null;
  const retentionTimeMs_ = version <= 4 ? r.int64() : -1;
  const topics_: OffsetCommitRequestTopic[] = [];
  const topics_length = version >= 8 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetCommitRequestTopic(r, version));
  if (version >= 8) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    generationIdOrMemberEpoch: generationIdOrMemberEpoch_,
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    retentionTimeMs: retentionTimeMs_,
    topics: topics_,
  };
}

function encodeOffsetCommitRequest(w: Writer, version: number, value: OffsetCommitRequestInit): void {
  const groupId_: string = value.groupId;
  if (version >= 8) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const generationIdOrMemberEpoch_: number = value.generationIdOrMemberEpoch ?? -1;
  w.int32(generationIdOrMemberEpoch_);
  const memberId_: string = value.memberId;
  if (version >= 8) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId ?? null;
  if (!(version >= 7) && groupInstanceId_ !== null) throw fieldNotInVersion('OffsetCommitRequest', 'groupInstanceId', version);
  if (version >= 7) {
    if (version >= 8) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  if (version <= 4) {
    const retentionTimeMs_: number = value.retentionTimeMs ?? -1;
    w.int64(retentionTimeMs_);
  }
  const topics_: readonly OffsetCommitRequestTopicInit[] = value.topics;
  if (version >= 8) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeOffsetCommitRequestTopic(w, version, item);
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetCommitRequestTopic(r: Reader, version: number): OffsetCommitRequestTopic {
  const name_ = version <= 9 ? (version >= 8 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const partitions_: OffsetCommitRequestPartition[] = [];
  const partitions_length = version >= 8 ? r.compactArrayLength(18) : r.arrayLength(14);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetCommitRequestPartition(r, version));
  if (version >= 8) {
    r.skipTags();
  }
  return {
    name: name_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeOffsetCommitRequestTopic(w: Writer, version: number, value: OffsetCommitRequestTopicInit): void {
  if (version <= 9) {
    const name_: string = value.name ?? '';
    if (version >= 8) {
      w.compactString(name_);
    } else {
      w.string(name_);
    }
  }
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly OffsetCommitRequestPartitionInit[] = value.partitions;
  if (version >= 8) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeOffsetCommitRequestPartition(w, version, item);
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetCommitRequestPartition(r: Reader, version: number): OffsetCommitRequestPartition {
  const partitionIndex_ = r.int32();
  const committedOffset_ = r.int64();
  const committedLeaderEpoch_ = version >= 6 ? r.int32() : -1;
  const committedMetadata_ = version >= 8 ? r.compactNullableString() : r.nullableString();
  if (version >= 8) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    committedOffset: committedOffset_,
    committedLeaderEpoch: committedLeaderEpoch_,
    committedMetadata: committedMetadata_,
  };
}

function encodeOffsetCommitRequestPartition(w: Writer, version: number, value: OffsetCommitRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const committedOffset_: number = value.committedOffset;
  w.int64(committedOffset_);
  if (version >= 6) {
    const committedLeaderEpoch_: number = value.committedLeaderEpoch ?? -1;
    w.int32(committedLeaderEpoch_);
  }
  const committedMetadata_: string | null = value.committedMetadata;
  if (version >= 8) {
    w.compactNullableString(committedMetadata_);
  } else {
    w.nullableString(committedMetadata_);
  }
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

export interface OffsetCommitResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetCommitResponseTopic[];
}

export interface OffsetCommitResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly OffsetCommitResponseTopicInit[];
}

export interface OffsetCommitResponseTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly OffsetCommitResponsePartition[];
}

export interface OffsetCommitResponseTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly OffsetCommitResponsePartitionInit[];
}

export interface OffsetCommitResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

export interface OffsetCommitResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

function decodeOffsetCommitResponse(r: Reader, version: number): OffsetCommitResponse {
  const throttleTimeMs_ = version >= 3 ? r.int32() : 0;
  const topics_: OffsetCommitResponseTopic[] = [];
  const topics_length = version >= 8 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetCommitResponseTopic(r, version));
  if (version >= 8) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeOffsetCommitResponse(w: Writer, version: number, value: OffsetCommitResponseInit): void {
  if (version >= 3) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const topics_: readonly OffsetCommitResponseTopicInit[] = value.topics;
  if (version >= 8) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeOffsetCommitResponseTopic(w, version, item);
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetCommitResponseTopic(r: Reader, version: number): OffsetCommitResponseTopic {
  const name_ = version <= 9 ? (version >= 8 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const partitions_: OffsetCommitResponsePartition[] = [];
  const partitions_length = version >= 8 ? r.compactArrayLength(7) : r.arrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetCommitResponsePartition(r, version));
  if (version >= 8) {
    r.skipTags();
  }
  return {
    name: name_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeOffsetCommitResponseTopic(w: Writer, version: number, value: OffsetCommitResponseTopicInit): void {
  if (version <= 9) {
    const name_: string = value.name ?? '';
    if (version >= 8) {
      w.compactString(name_);
    } else {
      w.string(name_);
    }
  }
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly OffsetCommitResponsePartitionInit[] = value.partitions;
  if (version >= 8) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeOffsetCommitResponsePartition(w, version, item);
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetCommitResponsePartition(r: Reader, version: number): OffsetCommitResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  if (version >= 8) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
  };
}

function encodeOffsetCommitResponsePartition(w: Writer, version: number, value: OffsetCommitResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 8) {
    w.unsignedVarint(0);
  }
}

export const offsetCommit: Api<OffsetCommitRequest, OffsetCommitRequestInit, OffsetCommitResponse, OffsetCommitResponseInit> = {
  key: 8,
  name: 'OffsetCommit',
  minVersion: 2,
  maxVersion: 10,
  listeners: ['broker'],
  request: {
    name: 'OffsetCommitRequest',
    minVersion: 2,
    maxVersion: 10,
    flexibleFrom: 8,
    decode(reader, version) {
      checkVersion('OffsetCommitRequest', version, 2, 10);
      return decodeOffsetCommitRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetCommitRequest', version, 2, 10);
      encodeOffsetCommitRequest(writer, version, value);
    },
  },
  response: {
    name: 'OffsetCommitResponse',
    minVersion: 2,
    maxVersion: 10,
    flexibleFrom: 8,
    decode(reader, version) {
      checkVersion('OffsetCommitResponse', version, 2, 10);
      return decodeOffsetCommitResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetCommitResponse', version, 2, 10);
      encodeOffsetCommitResponse(writer, version, value);
    },
  },
};
