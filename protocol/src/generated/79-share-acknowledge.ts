// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ShareAcknowledgeRequest {
  readonly groupId: string | null;
  readonly memberId: string | null;
  readonly shareSessionEpoch: number;
  readonly isRenewAck: boolean;
  readonly topics: readonly ShareAcknowledgeRequestTopic[];
}

export interface ShareAcknowledgeRequestInit {
  readonly groupId?: string | null | undefined;
  readonly memberId: string | null;
  readonly shareSessionEpoch: number;
  readonly isRenewAck?: boolean | undefined;
  readonly topics: readonly ShareAcknowledgeRequestTopicInit[];
}

export interface ShareAcknowledgeRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareAcknowledgeRequestPartition[];
}

export interface ShareAcknowledgeRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareAcknowledgeRequestPartitionInit[];
}

export interface ShareAcknowledgeRequestPartition {
  readonly partitionIndex: number;
  readonly acknowledgementBatches: readonly ShareAcknowledgeRequestAcknowledgementBatch[];
}

export interface ShareAcknowledgeRequestPartitionInit {
  readonly partitionIndex: number;
  readonly acknowledgementBatches: readonly ShareAcknowledgeRequestAcknowledgementBatchInit[];
}

export interface ShareAcknowledgeRequestAcknowledgementBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly acknowledgeTypes: readonly number[];
}

export interface ShareAcknowledgeRequestAcknowledgementBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly acknowledgeTypes: readonly number[];
}

function decodeShareAcknowledgeRequest(r: Reader, version: number): ShareAcknowledgeRequest {
  const groupId_ = r.compactNullableString();
  const memberId_ = r.compactNullableString();
  const shareSessionEpoch_ = r.int32();
  const isRenewAck_ = version >= 2 ? r.bool() : false;
  const topics_: ShareAcknowledgeRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeShareAcknowledgeRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    memberId: memberId_,
    shareSessionEpoch: shareSessionEpoch_,
    isRenewAck: isRenewAck_,
    topics: topics_,
  };
}

function encodeShareAcknowledgeRequest(w: Writer, version: number, value: ShareAcknowledgeRequestInit): void {
  const groupId_: string | null = value.groupId ?? null;
  w.compactNullableString(groupId_);
  const memberId_: string | null = value.memberId;
  w.compactNullableString(memberId_);
  const shareSessionEpoch_: number = value.shareSessionEpoch;
  w.int32(shareSessionEpoch_);
  const isRenewAck_: boolean = value.isRenewAck ?? false;
  if (!(version >= 2) && isRenewAck_ !== false) throw fieldNotInVersion('ShareAcknowledgeRequest', 'isRenewAck', version);
  if (version >= 2) {
    w.bool(isRenewAck_);
  }
  const topics_: readonly ShareAcknowledgeRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeShareAcknowledgeRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeRequestTopic(r: Reader, version: number): ShareAcknowledgeRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: ShareAcknowledgeRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeShareAcknowledgeRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareAcknowledgeRequestTopic(w: Writer, version: number, value: ShareAcknowledgeRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ShareAcknowledgeRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeShareAcknowledgeRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeRequestPartition(r: Reader, version: number): ShareAcknowledgeRequestPartition {
  const partitionIndex_ = r.int32();
  const acknowledgementBatches_: ShareAcknowledgeRequestAcknowledgementBatch[] = [];
  const acknowledgementBatches_length = r.compactArrayLength(18);
  for (let i = 0; i < acknowledgementBatches_length; i++) acknowledgementBatches_.push(decodeShareAcknowledgeRequestAcknowledgementBatch(r, version));
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    acknowledgementBatches: acknowledgementBatches_,
  };
}

function encodeShareAcknowledgeRequestPartition(w: Writer, version: number, value: ShareAcknowledgeRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const acknowledgementBatches_: readonly ShareAcknowledgeRequestAcknowledgementBatchInit[] = value.acknowledgementBatches;
  w.compactArrayLength(acknowledgementBatches_.length);
  for (const item of acknowledgementBatches_) encodeShareAcknowledgeRequestAcknowledgementBatch(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeRequestAcknowledgementBatch(r: Reader, version: number): ShareAcknowledgeRequestAcknowledgementBatch {
  const firstOffset_ = r.int64();
  const lastOffset_ = r.int64();
  const acknowledgeTypes_: number[] = [];
  const acknowledgeTypes_length = r.compactArrayLength(1);
  for (let i = 0; i < acknowledgeTypes_length; i++) acknowledgeTypes_.push(r.int8());
  r.skipTags();
  return {
    firstOffset: firstOffset_,
    lastOffset: lastOffset_,
    acknowledgeTypes: acknowledgeTypes_,
  };
}

function encodeShareAcknowledgeRequestAcknowledgementBatch(w: Writer, version: number, value: ShareAcknowledgeRequestAcknowledgementBatchInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const acknowledgeTypes_: readonly number[] = value.acknowledgeTypes;
  w.compactArrayLength(acknowledgeTypes_.length);
  for (const item of acknowledgeTypes_) w.int8(item);
  w.unsignedVarint(0);
}

export interface ShareAcknowledgeResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly acquisitionLockTimeoutMs: number;
  readonly responses: readonly ShareAcknowledgeResponseTopic[];
  readonly nodeEndpoints: readonly ShareAcknowledgeResponseNodeEndpoint[];
}

export interface ShareAcknowledgeResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly acquisitionLockTimeoutMs?: number | undefined;
  readonly responses: readonly ShareAcknowledgeResponseTopicInit[];
  readonly nodeEndpoints: readonly ShareAcknowledgeResponseNodeEndpointInit[];
}

export interface ShareAcknowledgeResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface ShareAcknowledgeResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

export interface ShareAcknowledgeResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareAcknowledgeResponsePartition[];
}

export interface ShareAcknowledgeResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareAcknowledgeResponsePartitionInit[];
}

export interface ShareAcknowledgeResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly currentLeader: ShareAcknowledgeResponseLeaderIdAndEpoch;
}

export interface ShareAcknowledgeResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly currentLeader: ShareAcknowledgeResponseLeaderIdAndEpochInit;
}

export interface ShareAcknowledgeResponseLeaderIdAndEpoch {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface ShareAcknowledgeResponseLeaderIdAndEpochInit {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

const DEFAULT_ShareAcknowledgeResponseLeaderIdAndEpoch: ShareAcknowledgeResponseLeaderIdAndEpoch = { leaderId: 0, leaderEpoch: 0 };

function decodeShareAcknowledgeResponse(r: Reader, version: number): ShareAcknowledgeResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const acquisitionLockTimeoutMs_ = version >= 2 ? r.int32() : 0;
  const responses_: ShareAcknowledgeResponseTopic[] = [];
  const responses_length = r.compactArrayLength(18);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeShareAcknowledgeResponseTopic(r, version));
  const nodeEndpoints_: ShareAcknowledgeResponseNodeEndpoint[] = [];
  const nodeEndpoints_length = r.compactArrayLength(11);
  for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeShareAcknowledgeResponseNodeEndpoint(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    acquisitionLockTimeoutMs: acquisitionLockTimeoutMs_,
    responses: responses_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeShareAcknowledgeResponse(w: Writer, version: number, value: ShareAcknowledgeResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  if (version >= 2) {
    const acquisitionLockTimeoutMs_: number = value.acquisitionLockTimeoutMs ?? 0;
    w.int32(acquisitionLockTimeoutMs_);
  }
  const responses_: readonly ShareAcknowledgeResponseTopicInit[] = value.responses;
  w.compactArrayLength(responses_.length);
  for (const item of responses_) encodeShareAcknowledgeResponseTopic(w, version, item);
  const nodeEndpoints_: readonly ShareAcknowledgeResponseNodeEndpointInit[] = value.nodeEndpoints;
  w.compactArrayLength(nodeEndpoints_.length);
  for (const item of nodeEndpoints_) encodeShareAcknowledgeResponseNodeEndpoint(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeResponseNodeEndpoint(r: Reader, version: number): ShareAcknowledgeResponseNodeEndpoint {
  const nodeId_ = r.int32();
  const host_ = r.compactString();
  const port_ = r.int32();
  const rack_ = r.compactNullableString();
  r.skipTags();
  return {
    nodeId: nodeId_,
    host: host_,
    port: port_,
    rack: rack_,
  };
}

function encodeShareAcknowledgeResponseNodeEndpoint(w: Writer, version: number, value: ShareAcknowledgeResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.int32(port_);
  const rack_: string | null = value.rack ?? null;
  w.compactNullableString(rack_);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeResponseTopic(r: Reader, version: number): ShareAcknowledgeResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: ShareAcknowledgeResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(17);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeShareAcknowledgeResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareAcknowledgeResponseTopic(w: Writer, version: number, value: ShareAcknowledgeResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ShareAcknowledgeResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeShareAcknowledgeResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeResponsePartition(r: Reader, version: number): ShareAcknowledgeResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const currentLeader_ = decodeShareAcknowledgeResponseLeaderIdAndEpoch(r, version);
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    currentLeader: currentLeader_,
  };
}

function encodeShareAcknowledgeResponsePartition(w: Writer, version: number, value: ShareAcknowledgeResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const currentLeader_: ShareAcknowledgeResponseLeaderIdAndEpochInit = value.currentLeader;
  encodeShareAcknowledgeResponseLeaderIdAndEpoch(w, version, currentLeader_);
  w.unsignedVarint(0);
}

function decodeShareAcknowledgeResponseLeaderIdAndEpoch(r: Reader, version: number): ShareAcknowledgeResponseLeaderIdAndEpoch {
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeShareAcknowledgeResponseLeaderIdAndEpoch(w: Writer, version: number, value: ShareAcknowledgeResponseLeaderIdAndEpochInit): void {
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

function isDefaultShareAcknowledgeResponseLeaderIdAndEpoch(value: ShareAcknowledgeResponseLeaderIdAndEpochInit): boolean {
  return value === DEFAULT_ShareAcknowledgeResponseLeaderIdAndEpoch || (!(value.leaderId !== 0) && !(value.leaderEpoch !== 0));
}

export const shareAcknowledge: Api<ShareAcknowledgeRequest, ShareAcknowledgeRequestInit, ShareAcknowledgeResponse, ShareAcknowledgeResponseInit> = {
  key: 79,
  name: 'ShareAcknowledge',
  minVersion: 1,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'ShareAcknowledgeRequest',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareAcknowledgeRequest', version, 1, 2);
      return decodeShareAcknowledgeRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareAcknowledgeRequest', version, 1, 2);
      encodeShareAcknowledgeRequest(writer, version, value);
    },
  },
  response: {
    name: 'ShareAcknowledgeResponse',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareAcknowledgeResponse', version, 1, 2);
      return decodeShareAcknowledgeResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareAcknowledgeResponse', version, 1, 2);
      encodeShareAcknowledgeResponse(writer, version, value);
    },
  },
};
