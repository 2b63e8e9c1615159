// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeQuorumRequest {
  readonly topics: readonly DescribeQuorumRequestTopic[];
}

export interface DescribeQuorumRequestInit {
  readonly topics: readonly DescribeQuorumRequestTopicInit[];
}

export interface DescribeQuorumRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly DescribeQuorumRequestPartition[];
}

export interface DescribeQuorumRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly DescribeQuorumRequestPartitionInit[];
}

export interface DescribeQuorumRequestPartition {
  readonly partitionIndex: number;
}

export interface DescribeQuorumRequestPartitionInit {
  readonly partitionIndex: number;
}

function decodeDescribeQuorumRequest(r: Reader, version: number): DescribeQuorumRequest {
  const topics_: DescribeQuorumRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeQuorumRequestTopic(r, version));
  r.skipTags();
  return {
    topics: topics_,
  };
}

function encodeDescribeQuorumRequest(w: Writer, version: number, value: DescribeQuorumRequestInit): void {
  const topics_: readonly DescribeQuorumRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeQuorumRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumRequestTopic(r: Reader, version: number): DescribeQuorumRequestTopic {
  const topicName_ = r.compactString();
  const partitions_: DescribeQuorumRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(5);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeQuorumRequestPartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeDescribeQuorumRequestTopic(w: Writer, version: number, value: DescribeQuorumRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly DescribeQuorumRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeQuorumRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumRequestPartition(r: Reader, version: number): DescribeQuorumRequestPartition {
  const partitionIndex_ = r.int32();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
  };
}

function encodeDescribeQuorumRequestPartition(w: Writer, version: number, value: DescribeQuorumRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  w.unsignedVarint(0);
}

export interface DescribeQuorumResponse {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topics: readonly DescribeQuorumResponseTopic[];
  readonly nodes: readonly DescribeQuorumResponseNode[];
}

export interface DescribeQuorumResponseInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly topics: readonly DescribeQuorumResponseTopicInit[];
  readonly nodes?: readonly DescribeQuorumResponseNodeInit[] | undefined;
}

export interface DescribeQuorumResponseNode {
  readonly nodeId: number;
  readonly listeners: readonly DescribeQuorumResponseListener[];
}

export interface DescribeQuorumResponseNodeInit {
  readonly nodeId: number;
  readonly listeners: readonly DescribeQuorumResponseListenerInit[];
}

export interface DescribeQuorumResponseListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface DescribeQuorumResponseListenerInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface DescribeQuorumResponseTopic {
  readonly topicName: string;
  readonly partitions: readonly DescribeQuorumResponsePartition[];
}

export interface DescribeQuorumResponseTopicInit {
  readonly topicName: string;
  readonly partitions: readonly DescribeQuorumResponsePartitionInit[];
}

export interface DescribeQuorumResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly currentVoters: readonly DescribeQuorumResponseReplicaState[];
  readonly observers: readonly DescribeQuorumResponseReplicaState[];
}

export interface DescribeQuorumResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly currentVoters: readonly DescribeQuorumResponseReplicaStateInit[];
  readonly observers: readonly DescribeQuorumResponseReplicaStateInit[];
}

export interface DescribeQuorumResponseReplicaState {
  readonly replicaId: number;
  readonly replicaDirectoryId: Uuid;
  readonly logEndOffset: number;
  readonly lastFetchTimestamp: number;
  readonly lastCaughtUpTimestamp: number;
}

export interface DescribeQuorumResponseReplicaStateInit {
  readonly replicaId: number;
  readonly replicaDirectoryId?: Uuid | undefined;
  readonly logEndOffset: number;
  readonly lastFetchTimestamp?: number | undefined;
  readonly lastCaughtUpTimestamp?: number | undefined;
}

function decodeDescribeQuorumResponse(r: Reader, version: number): DescribeQuorumResponse {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 2 ? r.compactNullableString() : '';
  const topics_: DescribeQuorumResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDescribeQuorumResponseTopic(r, version));
  const nodes_: DescribeQuorumResponseNode[] = [];
  if (version >= 2) {
    const nodes_length = r.compactArrayLength(6);
    for (let i = 0; i < nodes_length; i++) nodes_.push(decodeDescribeQuorumResponseNode(r, version));
  }
  r.skipTags();
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    topics: topics_,
    nodes: nodes_,
  };
}

function encodeDescribeQuorumResponse(w: Writer, version: number, value: DescribeQuorumResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 2) {
    const errorMessage_: string | null = value.errorMessage === undefined ? '' : value.errorMessage;
    w.compactNullableString(errorMessage_);
  }
  const topics_: readonly DescribeQuorumResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDescribeQuorumResponseTopic(w, version, item);
  const nodes_: readonly DescribeQuorumResponseNodeInit[] = value.nodes ?? [];
  if (!(version >= 2) && nodes_.length !== 0) throw fieldNotInVersion('DescribeQuorumResponse', 'nodes', version);
  if (version >= 2) {
    w.compactArrayLength(nodes_.length);
    for (const item of nodes_) encodeDescribeQuorumResponseNode(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeDescribeQuorumResponseNode(r: Reader, version: number): DescribeQuorumResponseNode {
  const nodeId_ = r.int32();
  const listeners_: DescribeQuorumResponseListener[] = [];
  const listeners_length = r.compactArrayLength(5);
  for (let i = 0; i < listeners_length; i++) listeners_.push(decodeDescribeQuorumResponseListener(r, version));
  r.skipTags();
  return {
    nodeId: nodeId_,
    listeners: listeners_,
  };
}

function encodeDescribeQuorumResponseNode(w: Writer, version: number, value: DescribeQuorumResponseNodeInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const listeners_: readonly DescribeQuorumResponseListenerInit[] = value.listeners;
  w.compactArrayLength(listeners_.length);
  for (const item of listeners_) encodeDescribeQuorumResponseListener(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumResponseListener(r: Reader, version: number): DescribeQuorumResponseListener {
  const name_ = r.compactString();
  const host_ = r.compactString();
  const port_ = r.uint16();
  r.skipTags();
  return {
    name: name_,
    host: host_,
    port: port_,
  };
}

function encodeDescribeQuorumResponseListener(w: Writer, version: number, value: DescribeQuorumResponseListenerInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumResponseTopic(r: Reader, version: number): DescribeQuorumResponseTopic {
  const topicName_ = r.compactString();
  const partitions_: DescribeQuorumResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(25);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDescribeQuorumResponsePartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeDescribeQuorumResponseTopic(w: Writer, version: number, value: DescribeQuorumResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly DescribeQuorumResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDescribeQuorumResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumResponsePartition(r: Reader, version: number): DescribeQuorumResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 2 ? r.compactNullableString() : '';
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const highWatermark_ = r.int64();
  const currentVoters_: DescribeQuorumResponseReplicaState[] = [];
  const currentVoters_length = r.compactArrayLength(13);
  for (let i = 0; i < currentVoters_length; i++) currentVoters_.push(decodeDescribeQuorumResponseReplicaState(r, version));
  const observers_: DescribeQuorumResponseReplicaState[] = [];
  const observers_length = r.compactArrayLength(13);
  for (let i = 0; i < observers_length; i++) observers_.push(decodeDescribeQuorumResponseReplicaState(r, version));
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    highWatermark: highWatermark_,
    currentVoters: currentVoters_,
    observers: observers_,
  };
}

function encodeDescribeQuorumResponsePartition(w: Writer, version: number, value: DescribeQuorumResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 2) {
    const errorMessage_: string | null = value.errorMessage === undefined ? '' : value.errorMessage;
    w.compactNullableString(errorMessage_);
  }
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const highWatermark_: number = value.highWatermark;
  w.int64(highWatermark_);
  const currentVoters_: readonly DescribeQuorumResponseReplicaStateInit[] = value.currentVoters;
  w.compactArrayLength(currentVoters_.length);
  for (const item of currentVoters_) encodeDescribeQuorumResponseReplicaState(w, version, item);
  const observers_: readonly DescribeQuorumResponseReplicaStateInit[] = value.observers;
  w.compactArrayLength(observers_.length);
  for (const item of observers_) encodeDescribeQuorumResponseReplicaState(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeQuorumResponseReplicaState(r: Reader, version: number): DescribeQuorumResponseReplicaState {
  const replicaId_ = r.int32();
  const replicaDirectoryId_ = version >= 2 ? r.uuid() : ZERO_UUID;
  const logEndOffset_ = r.int64();
  const lastFetchTimestamp_ = version >= 1 ? r.int64() : -1;
  const lastCaughtUpTimestamp_ = version >= 1 ? r.int64() : -1;
  r.skipTags();
  return {
    replicaId: replicaId_,
    replicaDirectoryId: replicaDirectoryId_,
    logEndOffset: logEndOffset_,
    lastFetchTimestamp: lastFetchTimestamp_,
    lastCaughtUpTimestamp: lastCaughtUpTimestamp_,
  };
}

function encodeDescribeQuorumResponseReplicaState(w: Writer, version: number, value: DescribeQuorumResponseReplicaStateInit): void {
  const replicaId_: number = value.replicaId;
  w.int32(replicaId_);
  const replicaDirectoryId_: Uuid = value.replicaDirectoryId ?? ZERO_UUID;
  if (!(version >= 2) && replicaDirectoryId_ !== ZERO_UUID) throw fieldNotInVersion('DescribeQuorumResponseReplicaState', 'replicaDirectoryId', version);
  if (version >= 2) {
    w.uuid(replicaDirectoryId_);
  }
  const logEndOffset_: number = value.logEndOffset;
  w.int64(logEndOffset_);
  if (version >= 1) {
    const lastFetchTimestamp_: number = value.lastFetchTimestamp ?? -1;
    w.int64(lastFetchTimestamp_);
  }
  if (version >= 1) {
    const lastCaughtUpTimestamp_: number = value.lastCaughtUpTimestamp ?? -1;
    w.int64(lastCaughtUpTimestamp_);
  }
  w.unsignedVarint(0);
}

export const describeQuorum: Api<DescribeQuorumRequest, DescribeQuorumRequestInit, DescribeQuorumResponse, DescribeQuorumResponseInit> = {
  key: 55,
  name: 'DescribeQuorum',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker', 'controller'],
  request: {
    name: 'DescribeQuorumRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeQuorumRequest', version, 0, 2);
      return decodeDescribeQuorumRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeQuorumRequest', version, 0, 2);
      encodeDescribeQuorumRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeQuorumResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeQuorumResponse', version, 0, 2);
      return decodeDescribeQuorumResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeQuorumResponse', version, 0, 2);
      encodeDescribeQuorumResponse(writer, version, value);
    },
  },
};
