// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ShareFetchRequest {
  readonly groupId: string | null;
  readonly memberId: string | null;
  readonly shareSessionEpoch: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxRecords: number;
  readonly batchSize: number;
  readonly shareAcquireMode: number;
  readonly isRenewAck: boolean;
  readonly topics: readonly ShareFetchRequestTopic[];
  readonly forgottenTopicsData: readonly ShareFetchRequestForgottenTopic[];
}

export interface ShareFetchRequestInit {
  readonly groupId?: string | null | undefined;
  readonly memberId: string | null;
  readonly shareSessionEpoch: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes?: number | undefined;
  readonly maxRecords: number;
  readonly batchSize: number;
  readonly shareAcquireMode?: number | undefined;
  readonly isRenewAck?: boolean | undefined;
  readonly topics: readonly ShareFetchRequestTopicInit[];
  readonly forgottenTopicsData: readonly ShareFetchRequestForgottenTopicInit[];
}

export interface ShareFetchRequestForgottenTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ShareFetchRequestForgottenTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface ShareFetchRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareFetchRequestPartition[];
}

export interface ShareFetchRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareFetchRequestPartitionInit[];
}

export interface ShareFetchRequestPartition {
  readonly partitionIndex: number;
  readonly acknowledgementBatches: readonly ShareFetchRequestAcknowledgementBatch[];
}

export interface ShareFetchRequestPartitionInit {
  readonly partitionIndex: number;
  readonly acknowledgementBatches: readonly ShareFetchRequestAcknowledgementBatchInit[];
}

export interface ShareFetchRequestAcknowledgementBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly acknowledgeTypes: readonly number[];
}

export interface ShareFetchRequestAcknowledgementBatchInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly acknowledgeTypes: readonly number[];
}

function decodeShareFetchRequest(r: Reader, version: number): ShareFetchRequest {
  const groupId_ = r.compactNullableString();
  const memberId_ = r.compactNullableString();
  const shareSessionEpoch_ = r.int32();
  const maxWaitMs_ = r.int32();
  const minBytes_ = r.int32();
  const maxBytes_ = r.int32();
  const maxRecords_ = r.int32();
  const batchSize_ = r.int32();
  const shareAcquireMode_ = version >= 2 ? r.int8() : 0;
  const isRenewAck_ = version >= 2 ? r.bool() : false;
  const topics_: ShareFetchRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeShareFetchRequestTopic(r, version));
  const forgottenTopicsData_: ShareFetchRequestForgottenTopic[] = [];
  const forgottenTopicsData_length = r.compactArrayLength(18);
  for (let i = 0; i < forgottenTopicsData_length; i++) forgottenTopicsData_.push(decodeShareFetchRequestForgottenTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    memberId: memberId_,
    shareSessionEpoch: shareSessionEpoch_,
    maxWaitMs: maxWaitMs_,
    minBytes: minBytes_,
    maxBytes: maxBytes_,
    maxRecords: maxRecords_,
    batchSize: batchSize_,
    shareAcquireMode: shareAcquireMode_,
    isRenewAck: isRenewAck_,
    topics: topics_,
    forgottenTopicsData: forgottenTopicsData_,
  };
}

function encodeShareFetchRequest(w: Writer, version: number, value: ShareFetchRequestInit): void {
  const groupId_: string | null = value.groupId ?? null;
  w.compactNullableString(groupId_);
  const memberId_: string | null = value.memberId;
  w.compactNullableString(memberId_);
  const shareSessionEpoch_: number = value.shareSessionEpoch;
  w.int32(shareSessionEpoch_);
  const maxWaitMs_: number = value.maxWaitMs;
  w.int32(maxWaitMs_);
  const minBytes_: number = value.minBytes;
  w.int32(minBytes_);
  const maxBytes_: number = value.maxBytes ?? 2147483647;
  w.int32(maxBytes_);
  const maxRecords_: number = value.maxRecords;
  w.int32(maxRecords_);
  const batchSize_: number = value.batchSize;
  w.int32(batchSize_);
  if (version >= 2) {
    const shareAcquireMode_: number = value.shareAcquireMode ?? 0;
    w.int8(shareAcquireMode_);
  }
  const isRenewAck_: boolean = value.isRenewAck ?? false;
  if (!(version >= 2) && isRenewAck_ !== false) throw fieldNotInVersion('ShareFetchRequest', 'isRenewAck', version);
  if (version >= 2) {
    w.bool(isRenewAck_);
  }
  const topics_: readonly ShareFetchRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeShareFetchRequestTopic(w, version, item);
  const forgottenTopicsData_: readonly ShareFetchRequestForgottenTopicInit[] = value.forgottenTopicsData;
  w.compactArrayLength(forgottenTopicsData_.length);
  for (const item of forgottenTopicsData_) encodeShareFetchRequestForgottenTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchRequestForgottenTopic(r: Reader, version: number): ShareFetchRequestForgottenTopic {
  const topicId_ = r.uuid();
  const partitions_: number[] = [];
  const partitions_length = r.compactArrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareFetchRequestForgottenTopic(w: Writer, version: number, value: ShareFetchRequestForgottenTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly number[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
  w.unsignedVarint(0);
}

function decodeShareFetchRequestTopic(r: Reader, version: number): ShareFetchRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: ShareFetchRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeShareFetchRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareFetchRequestTopic(w: Writer, version: number, value: ShareFetchRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ShareFetchRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeShareFetchRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchRequestPartition(r: Reader, version: number): ShareFetchRequestPartition {
  const partitionIndex_ = r.int32();
  const acknowledgementBatches_: ShareFetchRequestAcknowledgementBatch[] = [];
  const acknowledgementBatches_length = r.compactArrayLength(18);
  for (let i = 0; i < acknowledgementBatches_length; i++) acknowledgementBatches_.push(decodeShareFetchRequestAcknowledgementBatch(r, version));
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    acknowledgementBatches: acknowledgementBatches_,
  };
}

function encodeShareFetchRequestPartition(w: Writer, version: number, value: ShareFetchRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const acknowledgementBatches_: readonly ShareFetchRequestAcknowledgementBatchInit[] = value.acknowledgementBatches;
  w.compactArrayLength(acknowledgementBatches_.length);
  for (const item of acknowledgementBatches_) encodeShareFetchRequestAcknowledgementBatch(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchRequestAcknowledgementBatch(r: Reader, version: number): ShareFetchRequestAcknowledgementBatch {
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

function encodeShareFetchRequestAcknowledgementBatch(w: Writer, version: number, value: ShareFetchRequestAcknowledgementBatchInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const acknowledgeTypes_: readonly number[] = value.acknowledgeTypes;
  w.compactArrayLength(acknowledgeTypes_.length);
  for (const item of acknowledgeTypes_) w.int8(item);
  w.unsignedVarint(0);
}

export interface ShareFetchResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly acquisitionLockTimeoutMs: number;
  readonly responses: readonly ShareFetchResponseTopic[];
  readonly nodeEndpoints: readonly ShareFetchResponseNodeEndpoint[];
}

export interface ShareFetchResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly acquisitionLockTimeoutMs: number;
  readonly responses: readonly ShareFetchResponseTopicInit[];
  readonly nodeEndpoints: readonly ShareFetchResponseNodeEndpointInit[];
}

export interface ShareFetchResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface ShareFetchResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

export interface ShareFetchResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareFetchResponsePartition[];
}

export interface ShareFetchResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly ShareFetchResponsePartitionInit[];
}

export interface ShareFetchResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly acknowledgeErrorCode: number;
  readonly acknowledgeErrorMessage: string | null;
  readonly currentLeader: ShareFetchResponseLeaderIdAndEpoch;
  readonly records: Buffer;
  readonly acquiredRecords: readonly ShareFetchResponseAcquiredRecords[];
}

export interface ShareFetchResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly acknowledgeErrorCode: number;
  readonly acknowledgeErrorMessage?: string | null | undefined;
  readonly currentLeader: ShareFetchResponseLeaderIdAndEpochInit;
  readonly records: Buffer;
  readonly acquiredRecords: readonly ShareFetchResponseAcquiredRecordsInit[];
}

export interface ShareFetchResponseAcquiredRecords {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryCount: number;
}

export interface ShareFetchResponseAcquiredRecordsInit {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryCount: number;
}

export interface ShareFetchResponseLeaderIdAndEpoch {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface ShareFetchResponseLeaderIdAndEpochInit {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

const DEFAULT_ShareFetchResponseLeaderIdAndEpoch: ShareFetchResponseLeaderIdAndEpoch = { leaderId: 0, leaderEpoch: 0 };

function decodeShareFetchResponse(r: Reader, version: number): ShareFetchResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const acquisitionLockTimeoutMs_ = r.int32();
  const responses_: ShareFetchResponseTopic[] = [];
  const responses_length = r.compactArrayLength(18);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeShareFetchResponseTopic(r, version));
  const nodeEndpoints_: ShareFetchResponseNodeEndpoint[] = [];
  const nodeEndpoints_length = r.compactArrayLength(11);
  for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeShareFetchResponseNodeEndpoint(r, version));
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

function encodeShareFetchResponse(w: Writer, version: number, value: ShareFetchResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const acquisitionLockTimeoutMs_: number = value.acquisitionLockTimeoutMs;
  w.int32(acquisitionLockTimeoutMs_);
  const responses_: readonly ShareFetchResponseTopicInit[] = value.responses;
  w.compactArrayLength(responses_.length);
  for (const item of responses_) encodeShareFetchResponseTopic(w, version, item);
  const nodeEndpoints_: readonly ShareFetchResponseNodeEndpointInit[] = value.nodeEndpoints;
  w.compactArrayLength(nodeEndpoints_.length);
  for (const item of nodeEndpoints_) encodeShareFetchResponseNodeEndpoint(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchResponseNodeEndpoint(r: Reader, version: number): ShareFetchResponseNodeEndpoint {
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

function encodeShareFetchResponseNodeEndpoint(w: Writer, version: number, value: ShareFetchResponseNodeEndpointInit): void {
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

function decodeShareFetchResponseTopic(r: Reader, version: number): ShareFetchResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: ShareFetchResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(22);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeShareFetchResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeShareFetchResponseTopic(w: Writer, version: number, value: ShareFetchResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly ShareFetchResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeShareFetchResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchResponsePartition(r: Reader, version: number): ShareFetchResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const acknowledgeErrorCode_ = r.int16();
  const acknowledgeErrorMessage_ = r.compactNullableString();
  const currentLeader_ = decodeShareFetchResponseLeaderIdAndEpoch(r, version);
  const records_ = r.compactBytes();
  const acquiredRecords_: ShareFetchResponseAcquiredRecords[] = [];
  const acquiredRecords_length = r.compactArrayLength(19);
  for (let i = 0; i < acquiredRecords_length; i++) acquiredRecords_.push(decodeShareFetchResponseAcquiredRecords(r, version));
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    acknowledgeErrorCode: acknowledgeErrorCode_,
    acknowledgeErrorMessage: acknowledgeErrorMessage_,
    currentLeader: currentLeader_,
    records: records_,
    acquiredRecords: acquiredRecords_,
  };
}

function encodeShareFetchResponsePartition(w: Writer, version: number, value: ShareFetchResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const acknowledgeErrorCode_: number = value.acknowledgeErrorCode;
  w.int16(acknowledgeErrorCode_);
  const acknowledgeErrorMessage_: string | null = value.acknowledgeErrorMessage ?? null;
  w.compactNullableString(acknowledgeErrorMessage_);
  const currentLeader_: ShareFetchResponseLeaderIdAndEpochInit = value.currentLeader;
  encodeShareFetchResponseLeaderIdAndEpoch(w, version, currentLeader_);
  const records_: Buffer = value.records;
  w.compactRecords(records_);
  const acquiredRecords_: readonly ShareFetchResponseAcquiredRecordsInit[] = value.acquiredRecords;
  w.compactArrayLength(acquiredRecords_.length);
  for (const item of acquiredRecords_) encodeShareFetchResponseAcquiredRecords(w, version, item);
  w.unsignedVarint(0);
}

function decodeShareFetchResponseAcquiredRecords(r: Reader, version: number): ShareFetchResponseAcquiredRecords {
  const firstOffset_ = r.int64();
  const lastOffset_ = r.int64();
  const deliveryCount_ = r.int16();
  r.skipTags();
  return {
    firstOffset: firstOffset_,
    lastOffset: lastOffset_,
    deliveryCount: deliveryCount_,
  };
}

function encodeShareFetchResponseAcquiredRecords(w: Writer, version: number, value: ShareFetchResponseAcquiredRecordsInit): void {
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const deliveryCount_: number = value.deliveryCount;
  w.int16(deliveryCount_);
  w.unsignedVarint(0);
}

function decodeShareFetchResponseLeaderIdAndEpoch(r: Reader, version: number): ShareFetchResponseLeaderIdAndEpoch {
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeShareFetchResponseLeaderIdAndEpoch(w: Writer, version: number, value: ShareFetchResponseLeaderIdAndEpochInit): void {
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

function isDefaultShareFetchResponseLeaderIdAndEpoch(value: ShareFetchResponseLeaderIdAndEpochInit): boolean {
  return value === DEFAULT_ShareFetchResponseLeaderIdAndEpoch || (!(value.leaderId !== 0) && !(value.leaderEpoch !== 0));
}

export const shareFetch: Api<ShareFetchRequest, ShareFetchRequestInit, ShareFetchResponse, ShareFetchResponseInit> = {
  key: 78,
  name: 'ShareFetch',
  minVersion: 1,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'ShareFetchRequest',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareFetchRequest', version, 1, 2);
      return decodeShareFetchRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareFetchRequest', version, 1, 2);
      encodeShareFetchRequest(writer, version, value);
    },
  },
  response: {
    name: 'ShareFetchResponse',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('ShareFetchResponse', version, 1, 2);
      return decodeShareFetchResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ShareFetchResponse', version, 1, 2);
      encodeShareFetchResponse(writer, version, value);
    },
  },
};
