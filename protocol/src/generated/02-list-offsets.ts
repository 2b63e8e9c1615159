// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ListOffsetsRequest {
  readonly replicaId: number;
  readonly isolationLevel: number;
  readonly topics: readonly ListOffsetsRequestTopic[];
  readonly timeoutMs: number;
}

export interface ListOffsetsRequestInit {
  readonly replicaId: number;
  readonly isolationLevel?: number | undefined;
  readonly topics: readonly ListOffsetsRequestTopicInit[];
  readonly timeoutMs?: number | undefined;
}

export interface ListOffsetsRequestTopic {
  readonly name: string;
  readonly partitions: readonly ListOffsetsRequestPartition[];
}

export interface ListOffsetsRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly ListOffsetsRequestPartitionInit[];
}

export interface ListOffsetsRequestPartition {
  readonly partitionIndex: number;
  readonly currentLeaderEpoch: number;
  readonly timestamp: number;
}

export interface ListOffsetsRequestPartitionInit {
  readonly partitionIndex: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly timestamp: number;
}

function decodeListOffsetsRequest(r: Reader, version: number): ListOffsetsRequest {
  const replicaId_ = r.int32();
  const isolationLevel_ = version >= 2 ? r.int8() : 0;
  const topics_: ListOffsetsRequestTopic[] = [];
  const topics_length = version >= 6 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeListOffsetsRequestTopic(r, version));
  const timeoutMs_ = version >= 10 ? r.int32() : 0;
  if (version >= 6) {
    r.skipTags();
  }
  return {
    replicaId: replicaId_,
    isolationLevel: isolationLevel_,
    topics: topics_,
    timeoutMs: timeoutMs_,
  };
}

function encodeListOffsetsRequest(w: Writer, version: number, value: ListOffsetsRequestInit): void {
  const replicaId_: number = value.replicaId;
  w.int32(replicaId_);
  const isolationLevel_: number = value.isolationLevel ?? 0;
  if (!(version >= 2) && isolationLevel_ !== 0) throw fieldNotInVersion('ListOffsetsRequest', 'isolationLevel', version);
  if (version >= 2) {
    w.int8(isolationLevel_);
  }
  const topics_: readonly ListOffsetsRequestTopicInit[] = value.topics;
  if (version >= 6) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeListOffsetsRequestTopic(w, version, item);
  if (version >= 10) {
    const timeoutMs_: number = value.timeoutMs ?? 0;
    w.int32(timeoutMs_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeListOffsetsRequestTopic(r: Reader, version: number): ListOffsetsRequestTopic {
  const name_ = version >= 6 ? r.compactString() : r.string();
  const partitions_: ListOffsetsRequestPartition[] = [];
  const partitions_length = version >= 6 ? r.compactArrayLength(17) : r.arrayLength(12);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeListOffsetsRequestPartition(r, version));
  if (version >= 6) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeListOffsetsRequestTopic(w: Writer, version: number, value: ListOffsetsRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 6) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly ListOffsetsRequestPartitionInit[] = value.partitions;
  if (version >= 6) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeListOffsetsRequestPartition(w, version, item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeListOffsetsRequestPartition(r: Reader, version: number): ListOffsetsRequestPartition {
  const partitionIndex_ = r.int32();
  const currentLeaderEpoch_ = version >= 4 ? r.int32() : -1;
  const timestamp_ = r.int64();
  if (version >= 6) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    currentLeaderEpoch: currentLeaderEpoch_,
    timestamp: timestamp_,
  };
}

function encodeListOffsetsRequestPartition(w: Writer, version: number, value: ListOffsetsRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  if (version >= 4) {
    const currentLeaderEpoch_: number = value.currentLeaderEpoch ?? -1;
    w.int32(currentLeaderEpoch_);
  }
  const timestamp_: number = value.timestamp;
  w.int64(timestamp_);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export interface ListOffsetsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly ListOffsetsResponseTopic[];
}

export interface ListOffsetsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly topics: readonly ListOffsetsResponseTopicInit[];
}

export interface ListOffsetsResponseTopic {
  readonly name: string;
  readonly partitions: readonly ListOffsetsResponsePartition[];
}

export interface ListOffsetsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly ListOffsetsResponsePartitionInit[];
}

export interface ListOffsetsResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

export interface ListOffsetsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly timestamp?: number | undefined;
  readonly offset?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

function decodeListOffsetsResponse(r: Reader, version: number): ListOffsetsResponse {
  const throttleTimeMs_ = version >= 2 ? r.int32() : 0;
  const topics_: ListOffsetsResponseTopic[] = [];
  const topics_length = version >= 6 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeListOffsetsResponseTopic(r, version));
  if (version >= 6) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeListOffsetsResponse(w: Writer, version: number, value: ListOffsetsResponseInit): void {
  if (version >= 2) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const topics_: readonly ListOffsetsResponseTopicInit[] = value.topics;
  if (version >= 6) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeListOffsetsResponseTopic(w, version, item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeListOffsetsResponseTopic(r: Reader, version: number): ListOffsetsResponseTopic {
  const name_ = version >= 6 ? r.compactString() : r.string();
  const partitions_: ListOffsetsResponsePartition[] = [];
  const partitions_length = version >= 6 ? r.compactArrayLength(27) : r.arrayLength(22);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeListOffsetsResponsePartition(r, version));
  if (version >= 6) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeListOffsetsResponseTopic(w: Writer, version: number, value: ListOffsetsResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 6) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly ListOffsetsResponsePartitionInit[] = value.partitions;
  if (version >= 6) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeListOffsetsResponsePartition(w, version, item);
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

function decodeListOffsetsResponsePartition(r: Reader, version: number): ListOffsetsResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const timestamp_ = r.int64();
  const offset_ = r.int64();
  const leaderEpoch_ = version >= 4 ? r.int32() : -1;
  if (version >= 6) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    timestamp: timestamp_,
    offset: offset_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeListOffsetsResponsePartition(w: Writer, version: number, value: ListOffsetsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const timestamp_: number = value.timestamp ?? -1;
  w.int64(timestamp_);
  const offset_: number = value.offset ?? -1;
  w.int64(offset_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  if (!(version >= 4) && leaderEpoch_ !== -1) throw fieldNotInVersion('ListOffsetsResponsePartition', 'leaderEpoch', version);
  if (version >= 4) {
    w.int32(leaderEpoch_);
  }
  if (version >= 6) {
    w.unsignedVarint(0);
  }
}

export const listOffsets: Api<ListOffsetsRequest, ListOffsetsRequestInit, ListOffsetsResponse, ListOffsetsResponseInit> = {
  key: 2,
  name: 'ListOffsets',
  minVersion: 1,
  maxVersion: 11,
  listeners: ['broker'],
  request: {
    name: 'ListOffsetsRequest',
    minVersion: 1,
    maxVersion: 11,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('ListOffsetsRequest', version, 1, 11);
      return decodeListOffsetsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListOffsetsRequest', version, 1, 11);
      encodeListOffsetsRequest(writer, version, value);
    },
  },
  response: {
    name: 'ListOffsetsResponse',
    minVersion: 1,
    maxVersion: 11,
    flexibleFrom: 6,
    decode(reader, version) {
      checkVersion('ListOffsetsResponse', version, 1, 11);
      return decodeListOffsetsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListOffsetsResponse', version, 1, 11);
      encodeListOffsetsResponse(writer, version, value);
    },
  },
};
