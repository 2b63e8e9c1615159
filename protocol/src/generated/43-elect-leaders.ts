// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ElectLeadersRequest {
  readonly electionType: number;
  readonly topicPartitions: readonly ElectLeadersRequestTopic[] | null;
  readonly timeoutMs: number;
}

export interface ElectLeadersRequestInit {
  readonly electionType?: number | undefined;
  readonly topicPartitions: readonly ElectLeadersRequestTopicInit[] | null;
  readonly timeoutMs?: number | undefined;
}

export interface ElectLeadersRequestTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ElectLeadersRequestTopicInit {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function decodeElectLeadersRequest(r: Reader, version: number): ElectLeadersRequest {
  const electionType_ = version >= 1 ? r.int8() : 0;
  let topicPartitions_: readonly ElectLeadersRequestTopic[] | null = [];
  {
    const length = version >= 2 ? r.compactNullableArrayLength(3) : r.nullableArrayLength(6);
    if (length < 0) {
      topicPartitions_ = null;
    } else {
      const items: ElectLeadersRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeElectLeadersRequestTopic(r, version));
      topicPartitions_ = items;
    }
  }
  const timeoutMs_ = r.int32();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    electionType: electionType_,
    topicPartitions: topicPartitions_,
    timeoutMs: timeoutMs_,
  };
}

function encodeElectLeadersRequest(w: Writer, version: number, value: ElectLeadersRequestInit): void {
  const electionType_: number = value.electionType ?? 0;
  if (!(version >= 1) && electionType_ !== 0) throw fieldNotInVersion('ElectLeadersRequest', 'electionType', version);
  if (version >= 1) {
    w.int8(electionType_);
  }
  const topicPartitions_: readonly ElectLeadersRequestTopicInit[] | null = value.topicPartitions;
  if (topicPartitions_ === null) {
    if (version >= 2) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 2) {
      w.compactArrayLength(topicPartitions_.length);
    } else {
      w.arrayLength(topicPartitions_.length);
    }
    for (const item of topicPartitions_) encodeElectLeadersRequestTopic(w, version, item);
  }
  const timeoutMs_: number = value.timeoutMs ?? 60000;
  w.int32(timeoutMs_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeElectLeadersRequestTopic(r: Reader, version: number): ElectLeadersRequestTopic {
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

function encodeElectLeadersRequestTopic(w: Writer, version: number, value: ElectLeadersRequestTopicInit): void {
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

export interface ElectLeadersResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly replicaElectionResults: readonly ElectLeadersResponseResult[];
}

export interface ElectLeadersResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode?: number | undefined;
  readonly replicaElectionResults: readonly ElectLeadersResponseResultInit[];
}

export interface ElectLeadersResponseResult {
  readonly topic: string;
  readonly partitionResult: readonly ElectLeadersResponsePartition[];
}

export interface ElectLeadersResponseResultInit {
  readonly topic: string;
  readonly partitionResult: readonly ElectLeadersResponsePartitionInit[];
}

export interface ElectLeadersResponsePartition {
  readonly partitionId: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface ElectLeadersResponsePartitionInit {
  readonly partitionId: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function decodeElectLeadersResponse(r: Reader, version: number): ElectLeadersResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = version >= 1 ? r.int16() : 0;
  const replicaElectionResults_: ElectLeadersResponseResult[] = [];
  const replicaElectionResults_length = version >= 2 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < replicaElectionResults_length; i++) replicaElectionResults_.push(decodeElectLeadersResponseResult(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    replicaElectionResults: replicaElectionResults_,
  };
}

function encodeElectLeadersResponse(w: Writer, version: number, value: ElectLeadersResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode ?? 0;
  if (!(version >= 1) && errorCode_ !== 0) throw fieldNotInVersion('ElectLeadersResponse', 'errorCode', version);
  if (version >= 1) {
    w.int16(errorCode_);
  }
  const replicaElectionResults_: readonly ElectLeadersResponseResultInit[] = value.replicaElectionResults;
  if (version >= 2) {
    w.compactArrayLength(replicaElectionResults_.length);
  } else {
    w.arrayLength(replicaElectionResults_.length);
  }
  for (const item of replicaElectionResults_) encodeElectLeadersResponseResult(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeElectLeadersResponseResult(r: Reader, version: number): ElectLeadersResponseResult {
  const topic_ = version >= 2 ? r.compactString() : r.string();
  const partitionResult_: ElectLeadersResponsePartition[] = [];
  const partitionResult_length = version >= 2 ? r.compactArrayLength(8) : r.arrayLength(8);
  for (let i = 0; i < partitionResult_length; i++) partitionResult_.push(decodeElectLeadersResponsePartition(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    topic: topic_,
    partitionResult: partitionResult_,
  };
}

function encodeElectLeadersResponseResult(w: Writer, version: number, value: ElectLeadersResponseResultInit): void {
  const topic_: string = value.topic;
  if (version >= 2) {
    w.compactString(topic_);
  } else {
    w.string(topic_);
  }
  const partitionResult_: readonly ElectLeadersResponsePartitionInit[] = value.partitionResult;
  if (version >= 2) {
    w.compactArrayLength(partitionResult_.length);
  } else {
    w.arrayLength(partitionResult_.length);
  }
  for (const item of partitionResult_) encodeElectLeadersResponsePartition(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeElectLeadersResponsePartition(r: Reader, version: number): ElectLeadersResponsePartition {
  const partitionId_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 2 ? r.compactNullableString() : r.nullableString();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    partitionId: partitionId_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeElectLeadersResponsePartition(w: Writer, version: number, value: ElectLeadersResponsePartitionInit): void {
  const partitionId_: number = value.partitionId;
  w.int32(partitionId_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 2) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const electLeaders: Api<ElectLeadersRequest, ElectLeadersRequestInit, ElectLeadersResponse, ElectLeadersResponseInit> = {
  key: 43,
  name: 'ElectLeaders',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker', 'controller'],
  request: {
    name: 'ElectLeadersRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('ElectLeadersRequest', version, 0, 2);
      return decodeElectLeadersRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ElectLeadersRequest', version, 0, 2);
      encodeElectLeadersRequest(writer, version, value);
    },
  },
  response: {
    name: 'ElectLeadersResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('ElectLeadersResponse', version, 0, 2);
      return decodeElectLeadersResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ElectLeadersResponse', version, 0, 2);
      encodeElectLeadersResponse(writer, version, value);
    },
  },
};
