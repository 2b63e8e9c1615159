// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DeleteRecordsRequest {
  readonly topics: readonly DeleteRecordsRequestTopic[];
  readonly timeoutMs: number;
}

export interface DeleteRecordsRequestInit {
  readonly topics: readonly DeleteRecordsRequestTopicInit[];
  readonly timeoutMs: number;
}

export interface DeleteRecordsRequestTopic {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsRequestPartition[];
}

export interface DeleteRecordsRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsRequestPartitionInit[];
}

export interface DeleteRecordsRequestPartition {
  readonly partitionIndex: number;
  readonly offset: number;
}

export interface DeleteRecordsRequestPartitionInit {
  readonly partitionIndex: number;
  readonly offset: number;
}

function decodeDeleteRecordsRequest(r: Reader, version: number): DeleteRecordsRequest {
  const topics_: DeleteRecordsRequestTopic[] = [];
  const topics_length = version >= 2 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDeleteRecordsRequestTopic(r, version));
  const timeoutMs_ = r.int32();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    topics: topics_,
    timeoutMs: timeoutMs_,
  };
}

function encodeDeleteRecordsRequest(w: Writer, version: number, value: DeleteRecordsRequestInit): void {
  const topics_: readonly DeleteRecordsRequestTopicInit[] = value.topics;
  if (version >= 2) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeDeleteRecordsRequestTopic(w, version, item);
  const timeoutMs_: number = value.timeoutMs;
  w.int32(timeoutMs_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteRecordsRequestTopic(r: Reader, version: number): DeleteRecordsRequestTopic {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const partitions_: DeleteRecordsRequestPartition[] = [];
  const partitions_length = version >= 2 ? r.compactArrayLength(13) : r.arrayLength(12);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDeleteRecordsRequestPartition(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeDeleteRecordsRequestTopic(w: Writer, version: number, value: DeleteRecordsRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly DeleteRecordsRequestPartitionInit[] = value.partitions;
  if (version >= 2) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeDeleteRecordsRequestPartition(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteRecordsRequestPartition(r: Reader, version: number): DeleteRecordsRequestPartition {
  const partitionIndex_ = r.int32();
  const offset_ = r.int64();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    offset: offset_,
  };
}

function encodeDeleteRecordsRequestPartition(w: Writer, version: number, value: DeleteRecordsRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const offset_: number = value.offset;
  w.int64(offset_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface DeleteRecordsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DeleteRecordsResponseTopic[];
}

export interface DeleteRecordsResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly DeleteRecordsResponseTopicInit[];
}

export interface DeleteRecordsResponseTopic {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsResponsePartition[];
}

export interface DeleteRecordsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly DeleteRecordsResponsePartitionInit[];
}

export interface DeleteRecordsResponsePartition {
  readonly partitionIndex: number;
  readonly lowWatermark: number;
  readonly errorCode: number;
}

export interface DeleteRecordsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly lowWatermark: number;
  readonly errorCode: number;
}

function decodeDeleteRecordsResponse(r: Reader, version: number): DeleteRecordsResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: DeleteRecordsResponseTopic[] = [];
  const topics_length = version >= 2 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDeleteRecordsResponseTopic(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeDeleteRecordsResponse(w: Writer, version: number, value: DeleteRecordsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly DeleteRecordsResponseTopicInit[] = value.topics;
  if (version >= 2) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeDeleteRecordsResponseTopic(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteRecordsResponseTopic(r: Reader, version: number): DeleteRecordsResponseTopic {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const partitions_: DeleteRecordsResponsePartition[] = [];
  const partitions_length = version >= 2 ? r.compactArrayLength(15) : r.arrayLength(14);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDeleteRecordsResponsePartition(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeDeleteRecordsResponseTopic(w: Writer, version: number, value: DeleteRecordsResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly DeleteRecordsResponsePartitionInit[] = value.partitions;
  if (version >= 2) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeDeleteRecordsResponsePartition(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteRecordsResponsePartition(r: Reader, version: number): DeleteRecordsResponsePartition {
  const partitionIndex_ = r.int32();
  const lowWatermark_ = r.int64();
  const errorCode_ = r.int16();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    lowWatermark: lowWatermark_,
    errorCode: errorCode_,
  };
}

function encodeDeleteRecordsResponsePartition(w: Writer, version: number, value: DeleteRecordsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const lowWatermark_: number = value.lowWatermark;
  w.int64(lowWatermark_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const deleteRecords: Api<DeleteRecordsRequest, DeleteRecordsRequestInit, DeleteRecordsResponse, DeleteRecordsResponseInit> = {
  key: 21,
  name: 'DeleteRecords',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'DeleteRecordsRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DeleteRecordsRequest', version, 0, 2);
      return decodeDeleteRecordsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteRecordsRequest', version, 0, 2);
      encodeDeleteRecordsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DeleteRecordsResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DeleteRecordsResponse', version, 0, 2);
      return decodeDeleteRecordsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteRecordsResponse', version, 0, 2);
      encodeDeleteRecordsResponse(writer, version, value);
    },
  },
};
