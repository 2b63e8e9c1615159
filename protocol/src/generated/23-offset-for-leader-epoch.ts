// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface OffsetForLeaderEpochRequest {
  readonly replicaId: number;
  readonly topics: readonly OffsetForLeaderEpochRequestTopic[];
}

export interface OffsetForLeaderEpochRequestInit {
  readonly replicaId?: number | undefined;
  readonly topics: readonly OffsetForLeaderEpochRequestTopicInit[];
}

export interface OffsetForLeaderEpochRequestTopic {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochRequestPartition[];
}

export interface OffsetForLeaderEpochRequestTopicInit {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochRequestPartitionInit[];
}

export interface OffsetForLeaderEpochRequestPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}

export interface OffsetForLeaderEpochRequestPartitionInit {
  readonly partition: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly leaderEpoch: number;
}

function decodeOffsetForLeaderEpochRequest(r: Reader, version: number): OffsetForLeaderEpochRequest {
  const replicaId_ = version >= 3 ? r.int32() : -2;
  const topics_: OffsetForLeaderEpochRequestTopic[] = [];
  const topics_length = version >= 4 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetForLeaderEpochRequestTopic(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    replicaId: replicaId_,
    topics: topics_,
  };
}

function encodeOffsetForLeaderEpochRequest(w: Writer, version: number, value: OffsetForLeaderEpochRequestInit): void {
  if (version >= 3) {
    const replicaId_: number = value.replicaId ?? -2;
    w.int32(replicaId_);
  }
  const topics_: readonly OffsetForLeaderEpochRequestTopicInit[] = value.topics;
  if (version >= 4) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeOffsetForLeaderEpochRequestTopic(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetForLeaderEpochRequestTopic(r: Reader, version: number): OffsetForLeaderEpochRequestTopic {
  const topic_ = version >= 4 ? r.compactString() : r.string();
  const partitions_: OffsetForLeaderEpochRequestPartition[] = [];
  const partitions_length = version >= 4 ? r.compactArrayLength(13) : r.arrayLength(12);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetForLeaderEpochRequestPartition(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeOffsetForLeaderEpochRequestTopic(w: Writer, version: number, value: OffsetForLeaderEpochRequestTopicInit): void {
  const topic_: string = value.topic;
  if (version >= 4) {
    w.compactString(topic_);
  } else {
    w.string(topic_);
  }
  const partitions_: readonly OffsetForLeaderEpochRequestPartitionInit[] = value.partitions;
  if (version >= 4) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeOffsetForLeaderEpochRequestPartition(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetForLeaderEpochRequestPartition(r: Reader, version: number): OffsetForLeaderEpochRequestPartition {
  const partition_ = r.int32();
  const currentLeaderEpoch_ = r.int32();
  const leaderEpoch_ = r.int32();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    partition: partition_,
    currentLeaderEpoch: currentLeaderEpoch_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeOffsetForLeaderEpochRequestPartition(w: Writer, version: number, value: OffsetForLeaderEpochRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const currentLeaderEpoch_: number = value.currentLeaderEpoch ?? -1;
  w.int32(currentLeaderEpoch_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export interface OffsetForLeaderEpochResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetForLeaderEpochResponseTopic[];
}

export interface OffsetForLeaderEpochResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly OffsetForLeaderEpochResponseTopicInit[];
}

export interface OffsetForLeaderEpochResponseTopic {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochResponsePartition[];
}

export interface OffsetForLeaderEpochResponseTopicInit {
  readonly topic: string;
  readonly partitions: readonly OffsetForLeaderEpochResponsePartitionInit[];
}

export interface OffsetForLeaderEpochResponsePartition {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export interface OffsetForLeaderEpochResponsePartitionInit {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch?: number | undefined;
  readonly endOffset?: number | undefined;
}

function decodeOffsetForLeaderEpochResponse(r: Reader, version: number): OffsetForLeaderEpochResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: OffsetForLeaderEpochResponseTopic[] = [];
  const topics_length = version >= 4 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeOffsetForLeaderEpochResponseTopic(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeOffsetForLeaderEpochResponse(w: Writer, version: number, value: OffsetForLeaderEpochResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly OffsetForLeaderEpochResponseTopicInit[] = value.topics;
  if (version >= 4) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeOffsetForLeaderEpochResponseTopic(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetForLeaderEpochResponseTopic(r: Reader, version: number): OffsetForLeaderEpochResponseTopic {
  const topic_ = version >= 4 ? r.compactString() : r.string();
  const partitions_: OffsetForLeaderEpochResponsePartition[] = [];
  const partitions_length = version >= 4 ? r.compactArrayLength(19) : r.arrayLength(18);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeOffsetForLeaderEpochResponsePartition(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeOffsetForLeaderEpochResponseTopic(w: Writer, version: number, value: OffsetForLeaderEpochResponseTopicInit): void {
  const topic_: string = value.topic;
  if (version >= 4) {
    w.compactString(topic_);
  } else {
    w.string(topic_);
  }
  const partitions_: readonly OffsetForLeaderEpochResponsePartitionInit[] = value.partitions;
  if (version >= 4) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeOffsetForLeaderEpochResponsePartition(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeOffsetForLeaderEpochResponsePartition(r: Reader, version: number): OffsetForLeaderEpochResponsePartition {
  const errorCode_ = r.int16();
  const partition_ = r.int32();
  const leaderEpoch_ = r.int32();
  const endOffset_ = r.int64();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    partition: partition_,
    leaderEpoch: leaderEpoch_,
    endOffset: endOffset_,
  };
}

function encodeOffsetForLeaderEpochResponsePartition(w: Writer, version: number, value: OffsetForLeaderEpochResponsePartitionInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const partition_: number = value.partition;
  w.int32(partition_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  const endOffset_: number = value.endOffset ?? -1;
  w.int64(endOffset_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const offsetForLeaderEpoch: Api<OffsetForLeaderEpochRequest, OffsetForLeaderEpochRequestInit, OffsetForLeaderEpochResponse, OffsetForLeaderEpochResponseInit> = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  minVersion: 2,
  maxVersion: 4,
  listeners: ['broker'],
  request: {
    name: 'OffsetForLeaderEpochRequest',
    minVersion: 2,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('OffsetForLeaderEpochRequest', version, 2, 4);
      return decodeOffsetForLeaderEpochRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetForLeaderEpochRequest', version, 2, 4);
      encodeOffsetForLeaderEpochRequest(writer, version, value);
    },
  },
  response: {
    name: 'OffsetForLeaderEpochResponse',
    minVersion: 2,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('OffsetForLeaderEpochResponse', version, 2, 4);
      return decodeOffsetForLeaderEpochResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('OffsetForLeaderEpochResponse', version, 2, 4);
      encodeOffsetForLeaderEpochResponse(writer, version, value);
    },
  },
};
