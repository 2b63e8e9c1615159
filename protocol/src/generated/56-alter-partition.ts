// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AlterPartitionRequest {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly topics: readonly AlterPartitionRequestTopic[];
}

export interface AlterPartitionRequestInit {
  readonly brokerId: number;
  readonly brokerEpoch?: number | undefined;
  readonly topics: readonly AlterPartitionRequestTopicInit[];
}

export interface AlterPartitionRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly AlterPartitionRequestPartition[];
}

export interface AlterPartitionRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly AlterPartitionRequestPartitionInit[];
}

export interface AlterPartitionRequestPartition {
  readonly partitionIndex: number;
  readonly leaderEpoch: number;
  readonly newIsr: readonly number[];
  readonly newIsrWithEpochs: readonly AlterPartitionRequestBrokerState[];
  readonly leaderRecoveryState: number;
  readonly partitionEpoch: number;
}

export interface AlterPartitionRequestPartitionInit {
  readonly partitionIndex: number;
  readonly leaderEpoch: number;
  readonly newIsr?: readonly number[] | undefined;
  readonly newIsrWithEpochs?: readonly AlterPartitionRequestBrokerStateInit[] | undefined;
  readonly leaderRecoveryState?: number | undefined;
  readonly partitionEpoch: number;
}

export interface AlterPartitionRequestBrokerState {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

export interface AlterPartitionRequestBrokerStateInit {
  readonly brokerId: number;
  readonly brokerEpoch?: number | undefined;
}

function decodeAlterPartitionRequest(r: Reader, version: number): AlterPartitionRequest {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  const topics_: AlterPartitionRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeAlterPartitionRequestTopic(r, version));
  r.skipTags();
  return {
    brokerId: brokerId_,
    brokerEpoch: brokerEpoch_,
    topics: topics_,
  };
}

function encodeAlterPartitionRequest(w: Writer, version: number, value: AlterPartitionRequestInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  const topics_: readonly AlterPartitionRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeAlterPartitionRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionRequestTopic(r: Reader, version: number): AlterPartitionRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: AlterPartitionRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(15);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterPartitionRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeAlterPartitionRequestTopic(w: Writer, version: number, value: AlterPartitionRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly AlterPartitionRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterPartitionRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionRequestPartition(r: Reader, version: number): AlterPartitionRequestPartition {
  const partitionIndex_ = r.int32();
  const leaderEpoch_ = r.int32();
  const newIsr_: number[] = [];
  if (version <= 2) {
    const newIsr_length = r.compactArrayLength(4);
    for (let i = 0; i < newIsr_length; i++) newIsr_.push(r.int32());
  }
  const newIsrWithEpochs_: AlterPartitionRequestBrokerState[] = [];
  if (version >= 3) {
    const newIsrWithEpochs_length = r.compactArrayLength(13);
    for (let i = 0; i < newIsrWithEpochs_length; i++) newIsrWithEpochs_.push(decodeAlterPartitionRequestBrokerState(r, version));
  }
  const leaderRecoveryState_ = r.int8();
  const partitionEpoch_ = r.int32();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    leaderEpoch: leaderEpoch_,
    newIsr: newIsr_,
    newIsrWithEpochs: newIsrWithEpochs_,
    leaderRecoveryState: leaderRecoveryState_,
    partitionEpoch: partitionEpoch_,
  };
}

function encodeAlterPartitionRequestPartition(w: Writer, version: number, value: AlterPartitionRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const newIsr_: readonly number[] = value.newIsr ?? [];
  if (!(version <= 2) && newIsr_.length !== 0) throw fieldNotInVersion('AlterPartitionRequestPartition', 'newIsr', version);
  if (version <= 2) {
    w.compactArrayLength(newIsr_.length);
    for (const item of newIsr_) w.int32(item);
  }
  const newIsrWithEpochs_: readonly AlterPartitionRequestBrokerStateInit[] = value.newIsrWithEpochs ?? [];
  if (!(version >= 3) && newIsrWithEpochs_.length !== 0) throw fieldNotInVersion('AlterPartitionRequestPartition', 'newIsrWithEpochs', version);
  if (version >= 3) {
    w.compactArrayLength(newIsrWithEpochs_.length);
    for (const item of newIsrWithEpochs_) encodeAlterPartitionRequestBrokerState(w, version, item);
  }
  const leaderRecoveryState_: number = value.leaderRecoveryState ?? 0;
  w.int8(leaderRecoveryState_);
  const partitionEpoch_: number = value.partitionEpoch;
  w.int32(partitionEpoch_);
  w.unsignedVarint(0);
}

function decodeAlterPartitionRequestBrokerState(r: Reader, version: number): AlterPartitionRequestBrokerState {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  r.skipTags();
  return {
    brokerId: brokerId_,
    brokerEpoch: brokerEpoch_,
  };
}

function encodeAlterPartitionRequestBrokerState(w: Writer, version: number, value: AlterPartitionRequestBrokerStateInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  w.unsignedVarint(0);
}

export interface AlterPartitionResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly topics: readonly AlterPartitionResponseTopic[];
}

export interface AlterPartitionResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly topics: readonly AlterPartitionResponseTopicInit[];
}

export interface AlterPartitionResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly AlterPartitionResponsePartition[];
}

export interface AlterPartitionResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly AlterPartitionResponsePartitionInit[];
}

export interface AlterPartitionResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly leaderRecoveryState: number;
  readonly partitionEpoch: number;
}

export interface AlterPartitionResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly leaderRecoveryState?: number | undefined;
  readonly partitionEpoch: number;
}

function decodeAlterPartitionResponse(r: Reader, version: number): AlterPartitionResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const topics_: AlterPartitionResponseTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeAlterPartitionResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    topics: topics_,
  };
}

function encodeAlterPartitionResponse(w: Writer, version: number, value: AlterPartitionResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const topics_: readonly AlterPartitionResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeAlterPartitionResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionResponseTopic(r: Reader, version: number): AlterPartitionResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: AlterPartitionResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(21);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeAlterPartitionResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeAlterPartitionResponseTopic(w: Writer, version: number, value: AlterPartitionResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly AlterPartitionResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeAlterPartitionResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeAlterPartitionResponsePartition(r: Reader, version: number): AlterPartitionResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const isr_: number[] = [];
  const isr_length = r.compactArrayLength(4);
  for (let i = 0; i < isr_length; i++) isr_.push(r.int32());
  const leaderRecoveryState_ = r.int8();
  const partitionEpoch_ = r.int32();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    isr: isr_,
    leaderRecoveryState: leaderRecoveryState_,
    partitionEpoch: partitionEpoch_,
  };
}

function encodeAlterPartitionResponsePartition(w: Writer, version: number, value: AlterPartitionResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const isr_: readonly number[] = value.isr;
  w.compactArrayLength(isr_.length);
  for (const item of isr_) w.int32(item);
  const leaderRecoveryState_: number = value.leaderRecoveryState ?? 0;
  w.int8(leaderRecoveryState_);
  const partitionEpoch_: number = value.partitionEpoch;
  w.int32(partitionEpoch_);
  w.unsignedVarint(0);
}

export const alterPartition: Api<AlterPartitionRequest, AlterPartitionRequestInit, AlterPartitionResponse, AlterPartitionResponseInit> = {
  key: 56,
  name: 'AlterPartition',
  minVersion: 2,
  maxVersion: 3,
  listeners: ['controller'],
  request: {
    name: 'AlterPartitionRequest',
    minVersion: 2,
    maxVersion: 3,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('AlterPartitionRequest', version, 2, 3);
      return decodeAlterPartitionRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterPartitionRequest', version, 2, 3);
      encodeAlterPartitionRequest(writer, version, value);
    },
  },
  response: {
    name: 'AlterPartitionResponse',
    minVersion: 2,
    maxVersion: 3,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('AlterPartitionResponse', version, 2, 3);
      return decodeAlterPartitionResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterPartitionResponse', version, 2, 3);
      encodeAlterPartitionResponse(writer, version, value);
    },
  },
};
