// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { INT64_MAX } from '../codec/int64.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface FetchRequest {
  readonly clusterId: string | null;
  readonly replicaId: number;
  readonly replicaState: FetchRequestReplicaState;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: readonly FetchRequestTopic[];
  readonly forgottenTopicsData: readonly FetchRequestForgottenTopic[];
  readonly rackId: string;
}

export interface FetchRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly replicaId?: number | undefined;
  readonly replicaState?: FetchRequestReplicaStateInit | undefined;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes?: number | undefined;
  readonly isolationLevel?: number | undefined;
  readonly sessionId?: number | undefined;
  readonly sessionEpoch?: number | undefined;
  readonly topics: readonly FetchRequestTopicInit[];
  readonly forgottenTopicsData?: readonly FetchRequestForgottenTopicInit[] | undefined;
  readonly rackId?: string | undefined;
}

export interface FetchRequestForgottenTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export interface FetchRequestForgottenTopicInit {
  readonly topic?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly number[];
}

export interface FetchRequestTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: readonly FetchRequestPartition[];
}

export interface FetchRequestTopicInit {
  readonly topic?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly FetchRequestPartitionInit[];
}

export interface FetchRequestPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly partitionMaxBytes: number;
  readonly replicaDirectoryId: Uuid;
  readonly highWatermark: number;
}

export interface FetchRequestPartitionInit {
  readonly partition: number;
  readonly currentLeaderEpoch?: number | undefined;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly partitionMaxBytes: number;
  readonly replicaDirectoryId?: Uuid | undefined;
  readonly highWatermark?: number | undefined;
}

export interface FetchRequestReplicaState {
  readonly replicaId: number;
  readonly replicaEpoch: number;
}

export interface FetchRequestReplicaStateInit {
  readonly replicaId?: number | undefined;
  readonly replicaEpoch?: number | undefined;
}

const DEFAULT_FetchRequestReplicaState: FetchRequestReplicaState = { replicaId: -1, replicaEpoch: -1 };

function decodeFetchRequest(r: Reader, version: number): FetchRequest {
  const replicaId_ = version <= 14 ? r.int32() : -1;
  const maxWaitMs_ = r.int32();
  const minBytes_ = r.int32();
  const maxBytes_ = r.int32();
  const isolationLevel_ = r.int8();
  const sessionId_ = version >= 7 ? r.int32() : 0;
  const sessionEpoch_ = version >= 7 ? r.int32() : -1;
  const topics_: FetchRequestTopic[] = [];
  const topics_length = version >= 12 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeFetchRequestTopic(r, version));
  const forgottenTopicsData_: FetchRequestForgottenTopic[] = [];
  if (version >= 7) {
    const forgottenTopicsData_length = version >= 12 ? r.compactArrayLength(3) : r.arrayLength(6);
    for (let i = 0; i < forgottenTopicsData_length; i++) forgottenTopicsData_.push(decodeFetchRequestForgottenTopic(r, version));
  }
  const rackId_ = version >= 11 ? (version >= 12 ? r.compactString() : r.string()) : '';
  let clusterId_: string | null = null;
  let replicaState_: FetchRequestReplicaState = DEFAULT_FetchRequestReplicaState;
  if (version >= 12) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          clusterId_ = r.compactNullableString();
          break;
        }
        case 1: {
          if (!(version >= 15)) { r.skipTo(end); break; }
          replicaState_ = decodeFetchRequestReplicaState(r, version);
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    clusterId: clusterId_,
    replicaId: replicaId_,
    replicaState: replicaState_,
    maxWaitMs: maxWaitMs_,
    minBytes: minBytes_,
    maxBytes: maxBytes_,
    isolationLevel: isolationLevel_,
    sessionId: sessionId_,
    sessionEpoch: sessionEpoch_,
    topics: topics_,
    forgottenTopicsData: forgottenTopicsData_,
    rackId: rackId_,
  };
}

function encodeFetchRequest(w: Writer, version: number, value: FetchRequestInit): void {
  const replicaId_: number = value.replicaId ?? -1;
  if (!(version <= 14) && replicaId_ !== -1) throw fieldNotInVersion('FetchRequest', 'replicaId', version);
  if (version <= 14) {
    w.int32(replicaId_);
  }
  const maxWaitMs_: number = value.maxWaitMs;
  w.int32(maxWaitMs_);
  const minBytes_: number = value.minBytes;
  w.int32(minBytes_);
  const maxBytes_: number = value.maxBytes ?? 2147483647;
  w.int32(maxBytes_);
  const isolationLevel_: number = value.isolationLevel ?? 0;
  w.int8(isolationLevel_);
  if (version >= 7) {
    const sessionId_: number = value.sessionId ?? 0;
    w.int32(sessionId_);
  }
  if (version >= 7) {
    const sessionEpoch_: number = value.sessionEpoch ?? -1;
    w.int32(sessionEpoch_);
  }
  const topics_: readonly FetchRequestTopicInit[] = value.topics;
  if (version >= 12) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeFetchRequestTopic(w, version, item);
  const forgottenTopicsData_: readonly FetchRequestForgottenTopicInit[] = value.forgottenTopicsData ?? [];
  if (!(version >= 7) && forgottenTopicsData_.length !== 0) throw fieldNotInVersion('FetchRequest', 'forgottenTopicsData', version);
  if (version >= 7) {
    if (version >= 12) {
      w.compactArrayLength(forgottenTopicsData_.length);
    } else {
      w.arrayLength(forgottenTopicsData_.length);
    }
    for (const item of forgottenTopicsData_) encodeFetchRequestForgottenTopic(w, version, item);
  }
  if (version >= 11) {
    const rackId_: string = value.rackId ?? '';
    if (version >= 12) {
      w.compactString(rackId_);
    } else {
      w.string(rackId_);
    }
  }
  const clusterId_: string | null = value.clusterId ?? null;
  const replicaState_: FetchRequestReplicaStateInit = value.replicaState ?? DEFAULT_FetchRequestReplicaState;
  if (!(version >= 15) && !isDefaultFetchRequestReplicaState(replicaState_)) throw fieldNotInVersion('FetchRequest', 'replicaState', version);
  if (version >= 12) {
    const has_clusterId = clusterId_ !== null;
    const has_replicaState = version >= 15 && !isDefaultFetchRequestReplicaState(replicaState_);
    w.unsignedVarint((has_clusterId ? 1 : 0) + (has_replicaState ? 1 : 0));
    if (has_clusterId) {
      const mark = w.beginTag(0);
      w.compactNullableString(clusterId_);
      w.endTag(mark);
    }
    if (has_replicaState) {
      const mark = w.beginTag(1);
      encodeFetchRequestReplicaState(w, version, replicaState_);
      w.endTag(mark);
    }
  }
}

function decodeFetchRequestForgottenTopic(r: Reader, version: number): FetchRequestForgottenTopic {
  const topic_ = version <= 12 ? (version >= 12 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 13 ? r.uuid() : ZERO_UUID;
  const partitions_: number[] = [];
  const partitions_length = version >= 12 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  if (version >= 12) {
    r.skipTags();
  }
  return {
    topic: topic_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeFetchRequestForgottenTopic(w: Writer, version: number, value: FetchRequestForgottenTopicInit): void {
  if (version <= 12) {
    const topic_: string = value.topic ?? '';
    if (version >= 12) {
      w.compactString(topic_);
    } else {
      w.string(topic_);
    }
  }
  if (version >= 13) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly number[] = value.partitions;
  if (version >= 12) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) w.int32(item);
  if (version >= 12) {
    w.unsignedVarint(0);
  }
}

function decodeFetchRequestTopic(r: Reader, version: number): FetchRequestTopic {
  const topic_ = version <= 12 ? (version >= 12 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 13 ? r.uuid() : ZERO_UUID;
  const partitions_: FetchRequestPartition[] = [];
  const partitions_length = version >= 12 ? r.compactArrayLength(33) : r.arrayLength(16);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeFetchRequestPartition(r, version));
  if (version >= 12) {
    r.skipTags();
  }
  return {
    topic: topic_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeFetchRequestTopic(w: Writer, version: number, value: FetchRequestTopicInit): void {
  if (version <= 12) {
    const topic_: string = value.topic ?? '';
    if (version >= 12) {
      w.compactString(topic_);
    } else {
      w.string(topic_);
    }
  }
  if (version >= 13) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly FetchRequestPartitionInit[] = value.partitions;
  if (version >= 12) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeFetchRequestPartition(w, version, item);
  if (version >= 12) {
    w.unsignedVarint(0);
  }
}

function decodeFetchRequestPartition(r: Reader, version: number): FetchRequestPartition {
  const partition_ = r.int32();
  const currentLeaderEpoch_ = version >= 9 ? r.int32() : -1;
  const fetchOffset_ = r.int64();
  const lastFetchedEpoch_ = version >= 12 ? r.int32() : -1;
  const logStartOffset_ = version >= 5 ? r.int64() : -1;
  const partitionMaxBytes_ = r.int32();
  let replicaDirectoryId_: Uuid = ZERO_UUID;
  let highWatermark_: number = INT64_MAX;
  if (version >= 12) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          if (!(version >= 17)) { r.skipTo(end); break; }
          replicaDirectoryId_ = r.uuid();
          break;
        }
        case 1: {
          if (!(version >= 18)) { r.skipTo(end); break; }
          highWatermark_ = r.int64();
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    partition: partition_,
    currentLeaderEpoch: currentLeaderEpoch_,
    fetchOffset: fetchOffset_,
    lastFetchedEpoch: lastFetchedEpoch_,
    logStartOffset: logStartOffset_,
    partitionMaxBytes: partitionMaxBytes_,
    replicaDirectoryId: replicaDirectoryId_,
    highWatermark: highWatermark_,
  };
}

function encodeFetchRequestPartition(w: Writer, version: number, value: FetchRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  if (version >= 9) {
    const currentLeaderEpoch_: number = value.currentLeaderEpoch ?? -1;
    w.int32(currentLeaderEpoch_);
  }
  const fetchOffset_: number = value.fetchOffset;
  w.int64(fetchOffset_);
  const lastFetchedEpoch_: number = value.lastFetchedEpoch ?? -1;
  if (!(version >= 12) && lastFetchedEpoch_ !== -1) throw fieldNotInVersion('FetchRequestPartition', 'lastFetchedEpoch', version);
  if (version >= 12) {
    w.int32(lastFetchedEpoch_);
  }
  if (version >= 5) {
    const logStartOffset_: number = value.logStartOffset ?? -1;
    w.int64(logStartOffset_);
  }
  const partitionMaxBytes_: number = value.partitionMaxBytes;
  w.int32(partitionMaxBytes_);
  const replicaDirectoryId_: Uuid = value.replicaDirectoryId ?? ZERO_UUID;
  const highWatermark_: number = value.highWatermark ?? INT64_MAX;
  if (version >= 12) {
    const has_replicaDirectoryId = version >= 17 && replicaDirectoryId_ !== ZERO_UUID;
    const has_highWatermark = version >= 18 && highWatermark_ !== INT64_MAX;
    w.unsignedVarint((has_replicaDirectoryId ? 1 : 0) + (has_highWatermark ? 1 : 0));
    if (has_replicaDirectoryId) {
      const mark = w.beginTag(0);
      w.uuid(replicaDirectoryId_);
      w.endTag(mark);
    }
    if (has_highWatermark) {
      const mark = w.beginTag(1);
      w.int64(highWatermark_);
      w.endTag(mark);
    }
  }
}

function decodeFetchRequestReplicaState(r: Reader, version: number): FetchRequestReplicaState {
  const replicaId_ = r.int32();
  const replicaEpoch_ = r.int64();
  r.skipTags();
  return {
    replicaId: replicaId_,
    replicaEpoch: replicaEpoch_,
  };
}

function encodeFetchRequestReplicaState(w: Writer, version: number, value: FetchRequestReplicaStateInit): void {
  const replicaId_: number = value.replicaId ?? -1;
  w.int32(replicaId_);
  const replicaEpoch_: number = value.replicaEpoch ?? -1;
  w.int64(replicaEpoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchRequestReplicaState(value: FetchRequestReplicaStateInit): boolean {
  return value === DEFAULT_FetchRequestReplicaState || (!((value.replicaId ?? -1) !== -1) && !((value.replicaEpoch ?? -1) !== -1));
}

export interface FetchResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly FetchResponseTopic[];
  readonly nodeEndpoints: readonly FetchResponseNodeEndpoint[];
}

export interface FetchResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode?: number | undefined;
  readonly sessionId?: number | undefined;
  readonly responses: readonly FetchResponseTopicInit[];
  readonly nodeEndpoints?: readonly FetchResponseNodeEndpointInit[] | undefined;
}

export interface FetchResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface FetchResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

export interface FetchResponseTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: readonly FetchResponsePartition[];
}

export interface FetchResponseTopicInit {
  readonly topic?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitions: readonly FetchResponsePartitionInit[];
}

export interface FetchResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly divergingEpoch: FetchResponseDivergingEpoch;
  readonly currentLeader: FetchResponseCurrentLeader;
  readonly snapshotId: FetchResponseSnapshotId;
  readonly abortedTransactions: readonly FetchResponseAbortedTransaction[] | null;
  readonly preferredReadReplica: number;
  readonly records: Buffer | null;
}

export interface FetchResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly divergingEpoch?: FetchResponseDivergingEpochInit | undefined;
  readonly currentLeader?: FetchResponseCurrentLeaderInit | undefined;
  readonly snapshotId?: FetchResponseSnapshotIdInit | undefined;
  readonly abortedTransactions: readonly FetchResponseAbortedTransactionInit[] | null;
  readonly preferredReadReplica?: number | undefined;
  readonly records: Buffer | null;
}

export interface FetchResponseAbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchResponseAbortedTransactionInit {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchResponseSnapshotId {
  readonly endOffset: number;
  readonly epoch: number;
}

export interface FetchResponseSnapshotIdInit {
  readonly endOffset?: number | undefined;
  readonly epoch?: number | undefined;
}

export interface FetchResponseCurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface FetchResponseCurrentLeaderInit {
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

export interface FetchResponseDivergingEpoch {
  readonly epoch: number;
  readonly endOffset: number;
}

export interface FetchResponseDivergingEpochInit {
  readonly epoch?: number | undefined;
  readonly endOffset?: number | undefined;
}

const DEFAULT_FetchResponseDivergingEpoch: FetchResponseDivergingEpoch = { epoch: -1, endOffset: -1 };

const DEFAULT_FetchResponseCurrentLeader: FetchResponseCurrentLeader = { leaderId: -1, leaderEpoch: -1 };

const DEFAULT_FetchResponseSnapshotId: FetchResponseSnapshotId = { endOffset: -1, epoch: -1 };

function decodeFetchResponse(r: Reader, version: number): FetchResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = version >= 7 ? r.int16() : 0;
  const sessionId_ = version >= 7 ? r.int32() : 0;
  const responses_: FetchResponseTopic[] = [];
  const responses_length = version >= 12 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeFetchResponseTopic(r, version));
  const nodeEndpoints_: FetchResponseNodeEndpoint[] = [];
  if (version >= 12) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          if (!(version >= 16)) { r.skipTo(end); break; }
          nodeEndpoints_.length = 0;
          const nodeEndpoints_length = r.compactArrayLength(11);
          for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeFetchResponseNodeEndpoint(r, version));
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    sessionId: sessionId_,
    responses: responses_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeFetchResponse(w: Writer, version: number, value: FetchResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  if (version >= 7) {
    const errorCode_: number = value.errorCode ?? 0;
    w.int16(errorCode_);
  }
  const sessionId_: number = value.sessionId ?? 0;
  if (!(version >= 7) && sessionId_ !== 0) throw fieldNotInVersion('FetchResponse', 'sessionId', version);
  if (version >= 7) {
    w.int32(sessionId_);
  }
  const responses_: readonly FetchResponseTopicInit[] = value.responses;
  if (version >= 12) {
    w.compactArrayLength(responses_.length);
  } else {
    w.arrayLength(responses_.length);
  }
  for (const item of responses_) encodeFetchResponseTopic(w, version, item);
  const nodeEndpoints_: readonly FetchResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 16) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('FetchResponse', 'nodeEndpoints', version);
  if (version >= 12) {
    const has_nodeEndpoints = version >= 16 && nodeEndpoints_.length !== 0;
    w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
    if (has_nodeEndpoints) {
      const mark = w.beginTag(0);
      w.compactArrayLength(nodeEndpoints_.length);
      for (const item of nodeEndpoints_) encodeFetchResponseNodeEndpoint(w, version, item);
      w.endTag(mark);
    }
  }
}

function decodeFetchResponseNodeEndpoint(r: Reader, version: number): FetchResponseNodeEndpoint {
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

function encodeFetchResponseNodeEndpoint(w: Writer, version: number, value: FetchResponseNodeEndpointInit): void {
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

function decodeFetchResponseTopic(r: Reader, version: number): FetchResponseTopic {
  const topic_ = version <= 12 ? (version >= 12 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 13 ? r.uuid() : ZERO_UUID;
  const partitions_: FetchResponsePartition[] = [];
  const partitions_length = version >= 12 ? r.compactArrayLength(37) : r.arrayLength(30);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeFetchResponsePartition(r, version));
  if (version >= 12) {
    r.skipTags();
  }
  return {
    topic: topic_,
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeFetchResponseTopic(w: Writer, version: number, value: FetchResponseTopicInit): void {
  if (version <= 12) {
    const topic_: string = value.topic ?? '';
    if (version >= 12) {
      w.compactString(topic_);
    } else {
      w.string(topic_);
    }
  }
  if (version >= 13) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitions_: readonly FetchResponsePartitionInit[] = value.partitions;
  if (version >= 12) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeFetchResponsePartition(w, version, item);
  if (version >= 12) {
    w.unsignedVarint(0);
  }
}

function decodeFetchResponsePartition(r: Reader, version: number): FetchResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const highWatermark_ = r.int64();
  const lastStableOffset_ = r.int64();
  const logStartOffset_ = version >= 5 ? r.int64() : -1;
  let abortedTransactions_: readonly FetchResponseAbortedTransaction[] | null = [];
  {
    const length = version >= 12 ? r.compactNullableArrayLength(17) : r.nullableArrayLength(16);
    if (length < 0) {
      abortedTransactions_ = null;
    } else {
      const items: FetchResponseAbortedTransaction[] = [];
      for (let i = 0; i < length; i++) items.push(decodeFetchResponseAbortedTransaction(r, version));
      abortedTransactions_ = items;
    }
  }
  const preferredReadReplica_ = version >= 11 ? r.int32() : -1;
  const records_ = version >= 12 ? r.compactNullableBytes() : r.nullableBytes();
  let divergingEpoch_: FetchResponseDivergingEpoch = DEFAULT_FetchResponseDivergingEpoch;
  let currentLeader_: FetchResponseCurrentLeader = DEFAULT_FetchResponseCurrentLeader;
  let snapshotId_: FetchResponseSnapshotId = DEFAULT_FetchResponseSnapshotId;
  if (version >= 12) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          divergingEpoch_ = decodeFetchResponseDivergingEpoch(r, version);
          break;
        }
        case 1: {
          currentLeader_ = decodeFetchResponseCurrentLeader(r, version);
          break;
        }
        case 2: {
          snapshotId_ = decodeFetchResponseSnapshotId(r, version);
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    highWatermark: highWatermark_,
    lastStableOffset: lastStableOffset_,
    logStartOffset: logStartOffset_,
    divergingEpoch: divergingEpoch_,
    currentLeader: currentLeader_,
    snapshotId: snapshotId_,
    abortedTransactions: abortedTransactions_,
    preferredReadReplica: preferredReadReplica_,
    records: records_,
  };
}

function encodeFetchResponsePartition(w: Writer, version: number, value: FetchResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const highWatermark_: number = value.highWatermark;
  w.int64(highWatermark_);
  const lastStableOffset_: number = value.lastStableOffset ?? -1;
  w.int64(lastStableOffset_);
  if (version >= 5) {
    const logStartOffset_: number = value.logStartOffset ?? -1;
    w.int64(logStartOffset_);
  }
  const abortedTransactions_: readonly FetchResponseAbortedTransactionInit[] | null = value.abortedTransactions;
  if (abortedTransactions_ === null) {
    if (version >= 12) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 12) {
      w.compactArrayLength(abortedTransactions_.length);
    } else {
      w.arrayLength(abortedTransactions_.length);
    }
    for (const item of abortedTransactions_) encodeFetchResponseAbortedTransaction(w, version, item);
  }
  const preferredReadReplica_: number = value.preferredReadReplica ?? -1;
  if (!(version >= 11) && preferredReadReplica_ !== -1) throw fieldNotInVersion('FetchResponsePartition', 'preferredReadReplica', version);
  if (version >= 11) {
    w.int32(preferredReadReplica_);
  }
  const records_: Buffer | null = value.records;
  if (version >= 12) {
    w.compactNullableRecords(records_);
  } else {
    w.nullableRecords(records_);
  }
  const divergingEpoch_: FetchResponseDivergingEpochInit = value.divergingEpoch ?? DEFAULT_FetchResponseDivergingEpoch;
  if (!(version >= 12) && !isDefaultFetchResponseDivergingEpoch(divergingEpoch_)) throw fieldNotInVersion('FetchResponsePartition', 'divergingEpoch', version);
  const currentLeader_: FetchResponseCurrentLeaderInit = value.currentLeader ?? DEFAULT_FetchResponseCurrentLeader;
  if (!(version >= 12) && !isDefaultFetchResponseCurrentLeader(currentLeader_)) throw fieldNotInVersion('FetchResponsePartition', 'currentLeader', version);
  const snapshotId_: FetchResponseSnapshotIdInit = value.snapshotId ?? DEFAULT_FetchResponseSnapshotId;
  if (!(version >= 12) && !isDefaultFetchResponseSnapshotId(snapshotId_)) throw fieldNotInVersion('FetchResponsePartition', 'snapshotId', version);
  if (version >= 12) {
    const has_divergingEpoch = !isDefaultFetchResponseDivergingEpoch(divergingEpoch_);
    const has_currentLeader = !isDefaultFetchResponseCurrentLeader(currentLeader_);
    const has_snapshotId = !isDefaultFetchResponseSnapshotId(snapshotId_);
    w.unsignedVarint((has_divergingEpoch ? 1 : 0) + (has_currentLeader ? 1 : 0) + (has_snapshotId ? 1 : 0));
    if (has_divergingEpoch) {
      const mark = w.beginTag(0);
      encodeFetchResponseDivergingEpoch(w, version, divergingEpoch_);
      w.endTag(mark);
    }
    if (has_currentLeader) {
      const mark = w.beginTag(1);
      encodeFetchResponseCurrentLeader(w, version, currentLeader_);
      w.endTag(mark);
    }
    if (has_snapshotId) {
      const mark = w.beginTag(2);
      encodeFetchResponseSnapshotId(w, version, snapshotId_);
      w.endTag(mark);
    }
  }
}

function decodeFetchResponseAbortedTransaction(r: Reader, version: number): FetchResponseAbortedTransaction {
  const producerId_ = r.int64();
  const firstOffset_ = r.int64();
  if (version >= 12) {
    r.skipTags();
  }
  return {
    producerId: producerId_,
    firstOffset: firstOffset_,
  };
}

function encodeFetchResponseAbortedTransaction(w: Writer, version: number, value: FetchResponseAbortedTransactionInit): void {
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const firstOffset_: number = value.firstOffset;
  w.int64(firstOffset_);
  if (version >= 12) {
    w.unsignedVarint(0);
  }
}

function decodeFetchResponseSnapshotId(r: Reader, version: number): FetchResponseSnapshotId {
  const endOffset_ = r.int64();
  const epoch_ = r.int32();
  r.skipTags();
  return {
    endOffset: endOffset_,
    epoch: epoch_,
  };
}

function encodeFetchResponseSnapshotId(w: Writer, version: number, value: FetchResponseSnapshotIdInit): void {
  const endOffset_: number = value.endOffset ?? -1;
  w.int64(endOffset_);
  const epoch_: number = value.epoch ?? -1;
  w.int32(epoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchResponseSnapshotId(value: FetchResponseSnapshotIdInit): boolean {
  return value === DEFAULT_FetchResponseSnapshotId || (!((value.endOffset ?? -1) !== -1) && !((value.epoch ?? -1) !== -1));
}

function decodeFetchResponseCurrentLeader(r: Reader, version: number): FetchResponseCurrentLeader {
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeFetchResponseCurrentLeader(w: Writer, version: number, value: FetchResponseCurrentLeaderInit): void {
  const leaderId_: number = value.leaderId ?? -1;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchResponseCurrentLeader(value: FetchResponseCurrentLeaderInit): boolean {
  return value === DEFAULT_FetchResponseCurrentLeader || (!((value.leaderId ?? -1) !== -1) && !((value.leaderEpoch ?? -1) !== -1));
}

function decodeFetchResponseDivergingEpoch(r: Reader, version: number): FetchResponseDivergingEpoch {
  const epoch_ = r.int32();
  const endOffset_ = r.int64();
  r.skipTags();
  return {
    epoch: epoch_,
    endOffset: endOffset_,
  };
}

function encodeFetchResponseDivergingEpoch(w: Writer, version: number, value: FetchResponseDivergingEpochInit): void {
  const epoch_: number = value.epoch ?? -1;
  w.int32(epoch_);
  const endOffset_: number = value.endOffset ?? -1;
  w.int64(endOffset_);
  w.unsignedVarint(0);
}

function isDefaultFetchResponseDivergingEpoch(value: FetchResponseDivergingEpochInit): boolean {
  return value === DEFAULT_FetchResponseDivergingEpoch || (!((value.epoch ?? -1) !== -1) && !((value.endOffset ?? -1) !== -1));
}

export const fetch: Api<FetchRequest, FetchRequestInit, FetchResponse, FetchResponseInit> = {
  key: 1,
  name: 'Fetch',
  minVersion: 4,
  maxVersion: 18,
  listeners: ['broker', 'controller'],
  request: {
    name: 'FetchRequest',
    minVersion: 4,
    maxVersion: 18,
    flexibleFrom: 12,
    decode(reader, version) {
      checkVersion('FetchRequest', version, 4, 18);
      return decodeFetchRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FetchRequest', version, 4, 18);
      encodeFetchRequest(writer, version, value);
    },
  },
  response: {
    name: 'FetchResponse',
    minVersion: 4,
    maxVersion: 18,
    flexibleFrom: 12,
    decode(reader, version) {
      checkVersion('FetchResponse', version, 4, 18);
      return decodeFetchResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FetchResponse', version, 4, 18);
      encodeFetchResponse(writer, version, value);
    },
  },
};
