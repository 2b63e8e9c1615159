// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AddPartitionsToTxnRequest {
  readonly transactions: readonly AddPartitionsToTxnRequestTransaction[];
  readonly v3AndBelowTransactionalId: string;
  readonly v3AndBelowProducerId: number;
  readonly v3AndBelowProducerEpoch: number;
  readonly v3AndBelowTopics: readonly AddPartitionsToTxnRequestTopic[];
}

export interface AddPartitionsToTxnRequestInit {
  readonly transactions?: readonly AddPartitionsToTxnRequestTransactionInit[] | undefined;
  readonly v3AndBelowTransactionalId?: string | undefined;
  readonly v3AndBelowProducerId?: number | undefined;
  readonly v3AndBelowProducerEpoch?: number | undefined;
  readonly v3AndBelowTopics?: readonly AddPartitionsToTxnRequestTopicInit[] | undefined;
}

export interface AddPartitionsToTxnRequestTransaction {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly topics: readonly AddPartitionsToTxnRequestTopic[];
}

export interface AddPartitionsToTxnRequestTransactionInit {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly?: boolean | undefined;
  readonly topics: readonly AddPartitionsToTxnRequestTopicInit[];
}

export interface AddPartitionsToTxnRequestTopic {
  readonly name: string;
  readonly partitions: readonly number[];
}

export interface AddPartitionsToTxnRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly number[];
}

function decodeAddPartitionsToTxnRequest(r: Reader, version: number): AddPartitionsToTxnRequest {
  const transactions_: AddPartitionsToTxnRequestTransaction[] = [];
  if (version >= 4) {
    const transactions_length = r.compactArrayLength(14);
    for (let i = 0; i < transactions_length; i++) transactions_.push(decodeAddPartitionsToTxnRequestTransaction(r, version));
  }
  const v3AndBelowTransactionalId_ = version <= 3 ? (version >= 3 ? r.compactString() : r.string()) : '';
  const v3AndBelowProducerId_ = version <= 3 ? r.int64() : 0;
  const v3AndBelowProducerEpoch_ = version <= 3 ? r.int16() : 0;
  const v3AndBelowTopics_: AddPartitionsToTxnRequestTopic[] = [];
  if (version <= 3) {
    const v3AndBelowTopics_length = version >= 3 ? r.compactArrayLength(3) : r.arrayLength(6);
    for (let i = 0; i < v3AndBelowTopics_length; i++) v3AndBelowTopics_.push(decodeAddPartitionsToTxnRequestTopic(r, version));
  }
  if (version >= 3) {
    r.skipTags();
  }
  return {
    transactions: transactions_,
    v3AndBelowTransactionalId: v3AndBelowTransactionalId_,
    v3AndBelowProducerId: v3AndBelowProducerId_,
    v3AndBelowProducerEpoch: v3AndBelowProducerEpoch_,
    v3AndBelowTopics: v3AndBelowTopics_,
  };
}

function encodeAddPartitionsToTxnRequest(w: Writer, version: number, value: AddPartitionsToTxnRequestInit): void {
  const transactions_: readonly AddPartitionsToTxnRequestTransactionInit[] = value.transactions ?? [];
  if (!(version >= 4) && transactions_.length !== 0) throw fieldNotInVersion('AddPartitionsToTxnRequest', 'transactions', version);
  if (version >= 4) {
    w.compactArrayLength(transactions_.length);
    for (const item of transactions_) encodeAddPartitionsToTxnRequestTransaction(w, version, item);
  }
  const v3AndBelowTransactionalId_: string = value.v3AndBelowTransactionalId ?? '';
  if (!(version <= 3) && v3AndBelowTransactionalId_ !== '') throw fieldNotInVersion('AddPartitionsToTxnRequest', 'v3AndBelowTransactionalId', version);
  if (version <= 3) {
    if (version >= 3) {
      w.compactString(v3AndBelowTransactionalId_);
    } else {
      w.string(v3AndBelowTransactionalId_);
    }
  }
  const v3AndBelowProducerId_: number = value.v3AndBelowProducerId ?? 0;
  if (!(version <= 3) && v3AndBelowProducerId_ !== 0) throw fieldNotInVersion('AddPartitionsToTxnRequest', 'v3AndBelowProducerId', version);
  if (version <= 3) {
    w.int64(v3AndBelowProducerId_);
  }
  const v3AndBelowProducerEpoch_: number = value.v3AndBelowProducerEpoch ?? 0;
  if (!(version <= 3) && v3AndBelowProducerEpoch_ !== 0) throw fieldNotInVersion('AddPartitionsToTxnRequest', 'v3AndBelowProducerEpoch', version);
  if (version <= 3) {
    w.int16(v3AndBelowProducerEpoch_);
  }
  const v3AndBelowTopics_: readonly AddPartitionsToTxnRequestTopicInit[] = value.v3AndBelowTopics ?? [];
  if (!(version <= 3) && v3AndBelowTopics_.length !== 0) throw fieldNotInVersion('AddPartitionsToTxnRequest', 'v3AndBelowTopics', version);
  if (version <= 3) {
    if (version >= 3) {
      w.compactArrayLength(v3AndBelowTopics_.length);
    } else {
      w.arrayLength(v3AndBelowTopics_.length);
    }
    for (const item of v3AndBelowTopics_) encodeAddPartitionsToTxnRequestTopic(w, version, item);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeAddPartitionsToTxnRequestTransaction(r: Reader, version: number): AddPartitionsToTxnRequestTransaction {
  const transactionalId_ = r.compactString();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const verifyOnly_ = r.bool();
  const topics_: AddPartitionsToTxnRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeAddPartitionsToTxnRequestTopic(r, version));
  r.skipTags();
  return {
    transactionalId: transactionalId_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    verifyOnly: verifyOnly_,
    topics: topics_,
  };
}

function encodeAddPartitionsToTxnRequestTransaction(w: Writer, version: number, value: AddPartitionsToTxnRequestTransactionInit): void {
  const transactionalId_: string = value.transactionalId;
  w.compactString(transactionalId_);
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const verifyOnly_: boolean = value.verifyOnly ?? false;
  w.bool(verifyOnly_);
  const topics_: readonly AddPartitionsToTxnRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeAddPartitionsToTxnRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAddPartitionsToTxnRequestTopic(r: Reader, version: number): AddPartitionsToTxnRequestTopic {
  const name_ = version >= 3 ? r.compactString() : r.string();
  const partitions_: number[] = [];
  const partitions_length = version >= 3 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  if (version >= 3) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeAddPartitionsToTxnRequestTopic(w: Writer, version: number, value: AddPartitionsToTxnRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 3) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly number[] = value.partitions;
  if (version >= 3) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) w.int32(item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface AddPartitionsToTxnResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly resultsByTransaction: readonly AddPartitionsToTxnResponseResult[];
  readonly resultsByTopicV3AndBelow: readonly AddPartitionsToTxnResponseTopicResult[];
}

export interface AddPartitionsToTxnResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode?: number | undefined;
  readonly resultsByTransaction?: readonly AddPartitionsToTxnResponseResultInit[] | undefined;
  readonly resultsByTopicV3AndBelow?: readonly AddPartitionsToTxnResponseTopicResultInit[] | undefined;
}

export interface AddPartitionsToTxnResponseResult {
  readonly transactionalId: string;
  readonly topicResults: readonly AddPartitionsToTxnResponseTopicResult[];
}

export interface AddPartitionsToTxnResponseResultInit {
  readonly transactionalId: string;
  readonly topicResults: readonly AddPartitionsToTxnResponseTopicResultInit[];
}

export interface AddPartitionsToTxnResponseTopicResult {
  readonly name: string;
  readonly resultsByPartition: readonly AddPartitionsToTxnResponsePartitionResult[];
}

export interface AddPartitionsToTxnResponseTopicResultInit {
  readonly name: string;
  readonly resultsByPartition: readonly AddPartitionsToTxnResponsePartitionResultInit[];
}

export interface AddPartitionsToTxnResponsePartitionResult {
  readonly partitionIndex: number;
  readonly partitionErrorCode: number;
}

export interface AddPartitionsToTxnResponsePartitionResultInit {
  readonly partitionIndex: number;
  readonly partitionErrorCode: number;
}

function decodeAddPartitionsToTxnResponse(r: Reader, version: number): AddPartitionsToTxnResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = version >= 4 ? r.int16() : 0;
  const resultsByTransaction_: AddPartitionsToTxnResponseResult[] = [];
  if (version >= 4) {
    const resultsByTransaction_length = r.compactArrayLength(3);
    for (let i = 0; i < resultsByTransaction_length; i++) resultsByTransaction_.push(decodeAddPartitionsToTxnResponseResult(r, version));
  }
  const resultsByTopicV3AndBelow_: AddPartitionsToTxnResponseTopicResult[] = [];
  if (version <= 3) {
    const resultsByTopicV3AndBelow_length = version >= 3 ? r.compactArrayLength(3) : r.arrayLength(6);
    for (let i = 0; i < resultsByTopicV3AndBelow_length; i++) resultsByTopicV3AndBelow_.push(decodeAddPartitionsToTxnResponseTopicResult(r, version));
  }
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    resultsByTransaction: resultsByTransaction_,
    resultsByTopicV3AndBelow: resultsByTopicV3AndBelow_,
  };
}

function encodeAddPartitionsToTxnResponse(w: Writer, version: number, value: AddPartitionsToTxnResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  if (version >= 4) {
    const errorCode_: number = value.errorCode ?? 0;
    w.int16(errorCode_);
  }
  const resultsByTransaction_: readonly AddPartitionsToTxnResponseResultInit[] = value.resultsByTransaction ?? [];
  if (!(version >= 4) && resultsByTransaction_.length !== 0) throw fieldNotInVersion('AddPartitionsToTxnResponse', 'resultsByTransaction', version);
  if (version >= 4) {
    w.compactArrayLength(resultsByTransaction_.length);
    for (const item of resultsByTransaction_) encodeAddPartitionsToTxnResponseResult(w, version, item);
  }
  const resultsByTopicV3AndBelow_: readonly AddPartitionsToTxnResponseTopicResultInit[] = value.resultsByTopicV3AndBelow ?? [];
  if (!(version <= 3) && resultsByTopicV3AndBelow_.length !== 0) throw fieldNotInVersion('AddPartitionsToTxnResponse', 'resultsByTopicV3AndBelow', version);
  if (version <= 3) {
    if (version >= 3) {
      w.compactArrayLength(resultsByTopicV3AndBelow_.length);
    } else {
      w.arrayLength(resultsByTopicV3AndBelow_.length);
    }
    for (const item of resultsByTopicV3AndBelow_) encodeAddPartitionsToTxnResponseTopicResult(w, version, item);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeAddPartitionsToTxnResponseResult(r: Reader, version: number): AddPartitionsToTxnResponseResult {
  const transactionalId_ = r.compactString();
  const topicResults_: AddPartitionsToTxnResponseTopicResult[] = [];
  const topicResults_length = r.compactArrayLength(3);
  for (let i = 0; i < topicResults_length; i++) topicResults_.push(decodeAddPartitionsToTxnResponseTopicResult(r, version));
  r.skipTags();
  return {
    transactionalId: transactionalId_,
    topicResults: topicResults_,
  };
}

function encodeAddPartitionsToTxnResponseResult(w: Writer, version: number, value: AddPartitionsToTxnResponseResultInit): void {
  const transactionalId_: string = value.transactionalId;
  w.compactString(transactionalId_);
  const topicResults_: readonly AddPartitionsToTxnResponseTopicResultInit[] = value.topicResults;
  w.compactArrayLength(topicResults_.length);
  for (const item of topicResults_) encodeAddPartitionsToTxnResponseTopicResult(w, version, item);
  w.unsignedVarint(0);
}

function decodeAddPartitionsToTxnResponseTopicResult(r: Reader, version: number): AddPartitionsToTxnResponseTopicResult {
  const name_ = version >= 3 ? r.compactString() : r.string();
  const resultsByPartition_: AddPartitionsToTxnResponsePartitionResult[] = [];
  const resultsByPartition_length = version >= 3 ? r.compactArrayLength(7) : r.arrayLength(6);
  for (let i = 0; i < resultsByPartition_length; i++) resultsByPartition_.push(decodeAddPartitionsToTxnResponsePartitionResult(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    name: name_,
    resultsByPartition: resultsByPartition_,
  };
}

function encodeAddPartitionsToTxnResponseTopicResult(w: Writer, version: number, value: AddPartitionsToTxnResponseTopicResultInit): void {
  const name_: string = value.name;
  if (version >= 3) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const resultsByPartition_: readonly AddPartitionsToTxnResponsePartitionResultInit[] = value.resultsByPartition;
  if (version >= 3) {
    w.compactArrayLength(resultsByPartition_.length);
  } else {
    w.arrayLength(resultsByPartition_.length);
  }
  for (const item of resultsByPartition_) encodeAddPartitionsToTxnResponsePartitionResult(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeAddPartitionsToTxnResponsePartitionResult(r: Reader, version: number): AddPartitionsToTxnResponsePartitionResult {
  const partitionIndex_ = r.int32();
  const partitionErrorCode_ = r.int16();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    partitionErrorCode: partitionErrorCode_,
  };
}

function encodeAddPartitionsToTxnResponsePartitionResult(w: Writer, version: number, value: AddPartitionsToTxnResponsePartitionResultInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const partitionErrorCode_: number = value.partitionErrorCode;
  w.int16(partitionErrorCode_);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const addPartitionsToTxn: Api<AddPartitionsToTxnRequest, AddPartitionsToTxnRequestInit, AddPartitionsToTxnResponse, AddPartitionsToTxnResponseInit> = {
  key: 24,
  name: 'AddPartitionsToTxn',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'AddPartitionsToTxnRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('AddPartitionsToTxnRequest', version, 0, 5);
      return decodeAddPartitionsToTxnRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AddPartitionsToTxnRequest', version, 0, 5);
      encodeAddPartitionsToTxnRequest(writer, version, value);
    },
  },
  response: {
    name: 'AddPartitionsToTxnResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('AddPartitionsToTxnResponse', version, 0, 5);
      return decodeAddPartitionsToTxnResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AddPartitionsToTxnResponse', version, 0, 5);
      encodeAddPartitionsToTxnResponse(writer, version, value);
    },
  },
};
