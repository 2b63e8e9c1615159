// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeLogDirsRequest {
  readonly topics: readonly DescribeLogDirsRequestTopic[] | null;
}

export interface DescribeLogDirsRequestInit {
  readonly topics: readonly DescribeLogDirsRequestTopicInit[] | null;
}

export interface DescribeLogDirsRequestTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface DescribeLogDirsRequestTopicInit {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function decodeDescribeLogDirsRequest(r: Reader, version: number): DescribeLogDirsRequest {
  let topics_: readonly DescribeLogDirsRequestTopic[] | null = [];
  {
    const length = version >= 2 ? r.compactNullableArrayLength(3) : r.nullableArrayLength(6);
    if (length < 0) {
      topics_ = null;
    } else {
      const items: DescribeLogDirsRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeDescribeLogDirsRequestTopic(r, version));
      topics_ = items;
    }
  }
  if (version >= 2) {
    r.skipTags();
  }
  return {
    topics: topics_,
  };
}

function encodeDescribeLogDirsRequest(w: Writer, version: number, value: DescribeLogDirsRequestInit): void {
  const topics_: readonly DescribeLogDirsRequestTopicInit[] | null = value.topics;
  if (topics_ === null) {
    if (version >= 2) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 2) {
      w.compactArrayLength(topics_.length);
    } else {
      w.arrayLength(topics_.length);
    }
    for (const item of topics_) encodeDescribeLogDirsRequestTopic(w, version, item);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeLogDirsRequestTopic(r: Reader, version: number): DescribeLogDirsRequestTopic {
  const topic_ = version >= 2 ? r.compactString() : r.string();
  const partitions_: number[] = [];
  const partitions_length = version >= 2 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  if (version >= 2) {
    r.skipTags();
  }
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeDescribeLogDirsRequestTopic(w: Writer, version: number, value: DescribeLogDirsRequestTopicInit): void {
  const topic_: string = value.topic;
  if (version >= 2) {
    w.compactString(topic_);
  } else {
    w.string(topic_);
  }
  const partitions_: readonly number[] = value.partitions;
  if (version >= 2) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) w.int32(item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface DescribeLogDirsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly results: readonly DescribeLogDirsResponseResult[];
}

export interface DescribeLogDirsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode?: number | undefined;
  readonly results: readonly DescribeLogDirsResponseResultInit[];
}

export interface DescribeLogDirsResponseResult {
  readonly errorCode: number;
  readonly logDir: string;
  readonly topics: readonly DescribeLogDirsResponseTopic[];
  readonly totalBytes: number;
  readonly usableBytes: number;
  readonly isCordoned: boolean;
}

export interface DescribeLogDirsResponseResultInit {
  readonly errorCode: number;
  readonly logDir: string;
  readonly topics: readonly DescribeLogDirsResponseTopicInit[];
  readonly totalBytes?: number | undefined;
  readonly usableBytes?: number | undefined;
  readonly isCordoned?: boolean | undefined;
}

export interface DescribeLogDirsResponseTopic {
  readonly name: string;
  readonly partitions: readonly DescribeLogDirsResponsePartition[];
}

export interface DescribeLogDirsResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly DescribeLogDirsResponsePartitionInit[];
}

export interface DescribeLogDirsResponsePartition {
  readonly partitionIndex: number;
  readonly partitionSize: number;
  readonly offsetLag: number;
  readonly isFutureKey: boolean;
}

export interface DescribeLogDirsResponsePartitionInit {
  readonly partitionIndex: number;
  readonly partitionSize: number;
  readonly offsetLag: number;
  readonly isFutureKey: boolean;
}

function decodeDescribeLogDirsResponse(r: Reader, version: number): DescribeLogDirsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = version >= 3 ? r.int16() : 0;
  const results_: DescribeLogDirsResponseResult[] = [];
  const results_length = version >= 2 ? r.compactArrayLength(5) : r.arrayLength(8);
  for (let i = 0; i < results_length; i++) results_.push(decodeDescribeLogDirsResponseResult(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    results: results_,
  };
}

function encodeDescribeLogDirsResponse(w: Writer, version: number, value: DescribeLogDirsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  if (version >= 3) {
    const errorCode_: number = value.errorCode ?? 0;
    w.int16(errorCode_);
  }
  const results_: readonly DescribeLogDirsResponseResultInit[] = value.results;
  if (version >= 2) {
    w.compactArrayLength(results_.length);
  } else {
    w.arrayLength(results_.length);
  }
  for (const item of results_) encodeDescribeLogDirsResponseResult(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeLogDirsResponseResult(r: Reader, version: number): DescribeLogDirsResponseResult {
  const errorCode_ = r.int16();
  const logDir_ = version >= 2 ? r.compactString() : r.string();
  const topics_: DescribeLogDirsResponseTopic[] = [];
  const topics_length = version >= 2 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeLogDirsResponseTopic(r, version));
  const totalBytes_ = version >= 4 ? r.int64() : -1;
  const usableBytes_ = version >= 4 ? r.int64() : -1;
  const isCordoned_ = version >= 5 ? r.bool() : false;
  if (version >= 2) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    logDir: logDir_,
    topics: topics_,
    totalBytes: totalBytes_,
    usableBytes: usableBytes_,
    isCordoned: isCordoned_,
  };
}

function encodeDescribeLogDirsResponseResult(w: Writer, version: number, value: DescribeLogDirsResponseResultInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const logDir_: string = value.logDir;
  if (version >= 2) {
    w.compactString(logDir_);
  } else {
    w.string(logDir_);
  }
  const topics_: readonly DescribeLogDirsResponseTopicInit[] = value.topics;
  if (version >= 2) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeDescribeLogDirsResponseTopic(w, version, item);
  if (version >= 4) {
    const totalBytes_: number = value.totalBytes ?? -1;
    w.int64(totalBytes_);
  }
  if (version >= 4) {
    const usableBytes_: number = value.usableBytes ?? -1;
    w.int64(usableBytes_);
  }
  if (version >= 5) {
    const isCordoned_: boolean = value.isCordoned ?? false;
    w.bool(isCordoned_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeLogDirsResponseTopic(r: Reader, version: number): DescribeLogDirsResponseTopic {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const partitions_: DescribeLogDirsResponsePartition[] = [];
  const partitions_length = version >= 2 ? r.compactArrayLength(22) : r.arrayLength(21);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeLogDirsResponsePartition(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeDescribeLogDirsResponseTopic(w: Writer, version: number, value: DescribeLogDirsResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly DescribeLogDirsResponsePartitionInit[] = value.partitions;
  if (version >= 2) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeDescribeLogDirsResponsePartition(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeLogDirsResponsePartition(r: Reader, version: number): DescribeLogDirsResponsePartition {
  const partitionIndex_ = r.int32();
  const partitionSize_ = r.int64();
  const offsetLag_ = r.int64();
  const isFutureKey_ = r.bool();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    partitionSize: partitionSize_,
    offsetLag: offsetLag_,
    isFutureKey: isFutureKey_,
  };
}

function encodeDescribeLogDirsResponsePartition(w: Writer, version: number, value: DescribeLogDirsResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const partitionSize_: number = value.partitionSize;
  w.int64(partitionSize_);
  const offsetLag_: number = value.offsetLag;
  w.int64(offsetLag_);
  const isFutureKey_: boolean = value.isFutureKey;
  w.bool(isFutureKey_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const describeLogDirs: Api<DescribeLogDirsRequest, DescribeLogDirsRequestInit, DescribeLogDirsResponse, DescribeLogDirsResponseInit> = {
  key: 35,
  name: 'DescribeLogDirs',
  minVersion: 1,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'DescribeLogDirsRequest',
    minVersion: 1,
    maxVersion: 5,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DescribeLogDirsRequest', version, 1, 5);
      return decodeDescribeLogDirsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeLogDirsRequest', version, 1, 5);
      encodeDescribeLogDirsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeLogDirsResponse',
    minVersion: 1,
    maxVersion: 5,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DescribeLogDirsResponse', version, 1, 5);
      return decodeDescribeLogDirsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeLogDirsResponse', version, 1, 5);
      encodeDescribeLogDirsResponse(writer, version, value);
    },
  },
};
