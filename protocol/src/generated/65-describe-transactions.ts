// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeTransactionsRequest {
  readonly transactionalIds: readonly string[];
}

export interface DescribeTransactionsRequestInit {
  readonly transactionalIds: readonly string[];
}

function decodeDescribeTransactionsRequest(r: Reader, version: number): DescribeTransactionsRequest {
  const transactionalIds_: string[] = [];
  const transactionalIds_length = r.compactArrayLength(1);
  for (let i = 0; i < transactionalIds_length; i++) transactionalIds_.push(r.compactString());
  r.skipTags();
  return {
    transactionalIds: transactionalIds_,
  };
}

function encodeDescribeTransactionsRequest(w: Writer, version: number, value: DescribeTransactionsRequestInit): void {
  const transactionalIds_: readonly string[] = value.transactionalIds;
  w.compactArrayLength(transactionalIds_.length);
  for (const item of transactionalIds_) w.compactString(item);
  w.unsignedVarint(0);
}

export interface DescribeTransactionsResponse {
  readonly throttleTimeMs: number;
  readonly transactionStates: readonly DescribeTransactionsResponseTransactionState[];
}

export interface DescribeTransactionsResponseInit {
  readonly throttleTimeMs: number;
  readonly transactionStates: readonly DescribeTransactionsResponseTransactionStateInit[];
}

export interface DescribeTransactionsResponseTransactionState {
  readonly errorCode: number;
  readonly transactionalId: string;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly DescribeTransactionsResponseTopic[];
}

export interface DescribeTransactionsResponseTransactionStateInit {
  readonly errorCode: number;
  readonly transactionalId: string;
  readonly transactionState: string;
  readonly transactionTimeoutMs: number;
  readonly transactionStartTimeMs: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topics: readonly DescribeTransactionsResponseTopicInit[];
}

export interface DescribeTransactionsResponseTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface DescribeTransactionsResponseTopicInit {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function decodeDescribeTransactionsResponse(r: Reader, version: number): DescribeTransactionsResponse {
  const throttleTimeMs_ = r.int32();
  const transactionStates_: DescribeTransactionsResponseTransactionState[] = [];
  const transactionStates_length = r.compactArrayLength(28);
  for (let i = 0; i < transactionStates_length; i++) transactionStates_.push(decodeDescribeTransactionsResponseTransactionState(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    transactionStates: transactionStates_,
  };
}

function encodeDescribeTransactionsResponse(w: Writer, version: number, value: DescribeTransactionsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const transactionStates_: readonly DescribeTransactionsResponseTransactionStateInit[] = value.transactionStates;
  w.compactArrayLength(transactionStates_.length);
  for (const item of transactionStates_) encodeDescribeTransactionsResponseTransactionState(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeTransactionsResponseTransactionState(r: Reader, version: number): DescribeTransactionsResponseTransactionState {
  const errorCode_ = r.int16();
  const transactionalId_ = r.compactString();
  const transactionState_ = r.compactString();
  const transactionTimeoutMs_ = r.int32();
  const transactionStartTimeMs_ = r.int64();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const topics_: DescribeTransactionsResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeTransactionsResponseTopic(r, version));
  r.skipTags();
  return {
    errorCode: errorCode_,
    transactionalId: transactionalId_,
    transactionState: transactionState_,
    transactionTimeoutMs: transactionTimeoutMs_,
    transactionStartTimeMs: transactionStartTimeMs_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    topics: topics_,
  };
}

function encodeDescribeTransactionsResponseTransactionState(w: Writer, version: number, value: DescribeTransactionsResponseTransactionStateInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const transactionalId_: string = value.transactionalId;
  w.compactString(transactionalId_);
  const transactionState_: string = value.transactionState;
  w.compactString(transactionState_);
  const transactionTimeoutMs_: number = value.transactionTimeoutMs;
  w.int32(transactionTimeoutMs_);
  const transactionStartTimeMs_: number = value.transactionStartTimeMs;
  w.int64(transactionStartTimeMs_);
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const topics_: readonly DescribeTransactionsResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeTransactionsResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeTransactionsResponseTopic(r: Reader, version: number): DescribeTransactionsResponseTopic {
  const topic_ = r.compactString();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeDescribeTransactionsResponseTopic(w: Writer, version: number, value: DescribeTransactionsResponseTopicInit): void {
  const topic_: string = value.topic;
  w.compactString(topic_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

export const describeTransactions: Api<DescribeTransactionsRequest, DescribeTransactionsRequestInit, DescribeTransactionsResponse, DescribeTransactionsResponseInit> = {
  key: 65,
  name: 'DescribeTransactions',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'DescribeTransactionsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeTransactionsRequest', version, 0, 0);
      return decodeDescribeTransactionsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeTransactionsRequest', version, 0, 0);
      encodeDescribeTransactionsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeTransactionsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeTransactionsResponse', version, 0, 0);
      return decodeDescribeTransactionsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeTransactionsResponse', version, 0, 0);
      encodeDescribeTransactionsResponse(writer, version, value);
    },
  },
};
