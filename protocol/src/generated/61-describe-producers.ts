// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeProducersRequest {
  readonly topics: readonly DescribeProducersRequestTopic[];
}

export interface DescribeProducersRequestInit {
  readonly topics: readonly DescribeProducersRequestTopicInit[];
}

export interface DescribeProducersRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

export interface DescribeProducersRequestTopicInit {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

function decodeDescribeProducersRequest(r: Reader, version: number): DescribeProducersRequest {
  const topics_: DescribeProducersRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeProducersRequestTopic(r, version));
  r.skipTags();
  return {
    topics: topics_,
  };
}

function encodeDescribeProducersRequest(w: Writer, version: number, value: DescribeProducersRequestInit): void {
  const topics_: readonly DescribeProducersRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeProducersRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeProducersRequestTopic(r: Reader, version: number): DescribeProducersRequestTopic {
  const name_ = r.compactString();
  const partitionIndexes_: number[] = [];
  const partitionIndexes_length = r.compactArrayLength(4);
  for (let i = 0; i < partitionIndexes_length; i++) partitionIndexes_.push(r.int32());
  r.skipTags();
  return {
    name: name_,
    partitionIndexes: partitionIndexes_,
  };
}

function encodeDescribeProducersRequestTopic(w: Writer, version: number, value: DescribeProducersRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitionIndexes_: readonly number[] = value.partitionIndexes;
  w.compactArrayLength(partitionIndexes_.length);
  for (const item of partitionIndexes_) w.int32(item);
  w.unsignedVarint(0);
}

export interface DescribeProducersResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeProducersResponseTopic[];
}

export interface DescribeProducersResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly DescribeProducersResponseTopicInit[];
}

export interface DescribeProducersResponseTopic {
  readonly name: string;
  readonly partitions: readonly DescribeProducersResponsePartition[];
}

export interface DescribeProducersResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly DescribeProducersResponsePartitionInit[];
}

export interface DescribeProducersResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly activeProducers: readonly DescribeProducersResponseProducerState[];
}

export interface DescribeProducersResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly activeProducers: readonly DescribeProducersResponseProducerStateInit[];
}

export interface DescribeProducersResponseProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
}

export interface DescribeProducersResponseProducerStateInit {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence?: number | undefined;
  readonly lastTimestamp?: number | undefined;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset?: number | undefined;
}

function decodeDescribeProducersResponse(r: Reader, version: number): DescribeProducersResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: DescribeProducersResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeProducersResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeDescribeProducersResponse(w: Writer, version: number, value: DescribeProducersResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly DescribeProducersResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeProducersResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeProducersResponseTopic(r: Reader, version: number): DescribeProducersResponseTopic {
  const name_ = r.compactString();
  const partitions_: DescribeProducersResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(9);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeProducersResponsePartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeDescribeProducersResponseTopic(w: Writer, version: number, value: DescribeProducersResponseTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly DescribeProducersResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeProducersResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeProducersResponsePartition(r: Reader, version: number): DescribeProducersResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const activeProducers_: DescribeProducersResponseProducerState[] = [];
  const activeProducers_length = r.compactArrayLength(37);
  for (let i = 0; i < activeProducers_length; i++) activeProducers_.push(decodeDescribeProducersResponseProducerState(r, version));
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    activeProducers: activeProducers_,
  };
}

function encodeDescribeProducersResponsePartition(w: Writer, version: number, value: DescribeProducersResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const activeProducers_: readonly DescribeProducersResponseProducerStateInit[] = value.activeProducers;
  w.compactArrayLength(activeProducers_.length);
  for (const item of activeProducers_) encodeDescribeProducersResponseProducerState(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeProducersResponseProducerState(r: Reader, version: number): DescribeProducersResponseProducerState {
  const producerId_ = r.int64();
  const producerEpoch_ = r.int32();
  const lastSequence_ = r.int32();
  const lastTimestamp_ = r.int64();
  const coordinatorEpoch_ = r.int32();
  const currentTxnStartOffset_ = r.int64();
  r.skipTags();
  return {
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    lastSequence: lastSequence_,
    lastTimestamp: lastTimestamp_,
    coordinatorEpoch: coordinatorEpoch_,
    currentTxnStartOffset: currentTxnStartOffset_,
  };
}

function encodeDescribeProducersResponseProducerState(w: Writer, version: number, value: DescribeProducersResponseProducerStateInit): void {
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int32(producerEpoch_);
  const lastSequence_: number = value.lastSequence ?? -1;
  w.int32(lastSequence_);
  const lastTimestamp_: number = value.lastTimestamp ?? -1;
  w.int64(lastTimestamp_);
  const coordinatorEpoch_: number = value.coordinatorEpoch;
  w.int32(coordinatorEpoch_);
  const currentTxnStartOffset_: number = value.currentTxnStartOffset ?? -1;
  w.int64(currentTxnStartOffset_);
  w.unsignedVarint(0);
}

export const describeProducers: Api<DescribeProducersRequest, DescribeProducersRequestInit, DescribeProducersResponse, DescribeProducersResponseInit> = {
  key: 61,
  name: 'DescribeProducers',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'DescribeProducersRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeProducersRequest', version, 0, 0);
      return decodeDescribeProducersRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeProducersRequest', version, 0, 0);
      encodeDescribeProducersRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeProducersResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeProducersResponse', version, 0, 0);
      return decodeDescribeProducersResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeProducersResponse', version, 0, 0);
      encodeDescribeProducersResponse(writer, version, value);
    },
  },
};
