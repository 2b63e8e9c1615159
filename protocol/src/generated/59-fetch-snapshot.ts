// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface FetchSnapshotRequest {
  readonly clusterId: string | null;
  readonly replicaId: number;
  readonly maxBytes: number;
  readonly topics: readonly FetchSnapshotRequestTopic[];
}

export interface FetchSnapshotRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly replicaId?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly topics: readonly FetchSnapshotRequestTopicInit[];
}

export interface FetchSnapshotRequestTopic {
  readonly name: string;
  readonly partitions: readonly FetchSnapshotRequestPartition[];
}

export interface FetchSnapshotRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly FetchSnapshotRequestPartitionInit[];
}

export interface FetchSnapshotRequestPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly snapshotId: FetchSnapshotRequestSnapshotId;
  readonly position: number;
  readonly replicaDirectoryId: Uuid;
}

export interface FetchSnapshotRequestPartitionInit {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly snapshotId: FetchSnapshotRequestSnapshotIdInit;
  readonly position: number;
  readonly replicaDirectoryId?: Uuid | undefined;
}

export interface FetchSnapshotRequestSnapshotId {
  readonly endOffset: number;
  readonly epoch: number;
}

export interface FetchSnapshotRequestSnapshotIdInit {
  readonly endOffset: number;
  readonly epoch: number;
}

const DEFAULT_FetchSnapshotRequestSnapshotId: FetchSnapshotRequestSnapshotId = { endOffset: 0, epoch: 0 };

function decodeFetchSnapshotRequest(r: Reader, version: number): FetchSnapshotRequest {
  const replicaId_ = r.int32();
  const maxBytes_ = r.int32();
  const topics_: FetchSnapshotRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeFetchSnapshotRequestTopic(r, version));
  let clusterId_: string | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        clusterId_ = r.compactNullableString();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    clusterId: clusterId_,
    replicaId: replicaId_,
    maxBytes: maxBytes_,
    topics: topics_,
  };
}

function encodeFetchSnapshotRequest(w: Writer, version: number, value: FetchSnapshotRequestInit): void {
  const replicaId_: number = value.replicaId ?? -1;
  w.int32(replicaId_);
  const maxBytes_: number = value.maxBytes ?? 2147483647;
  w.int32(maxBytes_);
  const topics_: readonly FetchSnapshotRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeFetchSnapshotRequestTopic(w, version, item);
  const clusterId_: string | null = value.clusterId ?? null;
  const has_clusterId = clusterId_ !== null;
  w.unsignedVarint((has_clusterId ? 1 : 0));
  if (has_clusterId) {
    const mark = w.beginTag(0);
    w.compactNullableString(clusterId_);
    w.endTag(mark);
  }
}

function decodeFetchSnapshotRequestTopic(r: Reader, version: number): FetchSnapshotRequestTopic {
  const name_ = r.compactString();
  const partitions_: FetchSnapshotRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(30);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeFetchSnapshotRequestPartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeFetchSnapshotRequestTopic(w: Writer, version: number, value: FetchSnapshotRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly FetchSnapshotRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeFetchSnapshotRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeFetchSnapshotRequestPartition(r: Reader, version: number): FetchSnapshotRequestPartition {
  const partition_ = r.int32();
  const currentLeaderEpoch_ = r.int32();
  const snapshotId_ = decodeFetchSnapshotRequestSnapshotId(r, version);
  const position_ = r.int64();
  let replicaDirectoryId_: Uuid = ZERO_UUID;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        replicaDirectoryId_ = r.uuid();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    partition: partition_,
    currentLeaderEpoch: currentLeaderEpoch_,
    snapshotId: snapshotId_,
    position: position_,
    replicaDirectoryId: replicaDirectoryId_,
  };
}

function encodeFetchSnapshotRequestPartition(w: Writer, version: number, value: FetchSnapshotRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const currentLeaderEpoch_: number = value.currentLeaderEpoch;
  w.int32(currentLeaderEpoch_);
  const snapshotId_: FetchSnapshotRequestSnapshotIdInit = value.snapshotId;
  encodeFetchSnapshotRequestSnapshotId(w, version, snapshotId_);
  const position_: number = value.position;
  w.int64(position_);
  const replicaDirectoryId_: Uuid = value.replicaDirectoryId ?? ZERO_UUID;
  const has_replicaDirectoryId = version >= 1 && replicaDirectoryId_ !== ZERO_UUID;
  w.unsignedVarint((has_replicaDirectoryId ? 1 : 0));
  if (has_replicaDirectoryId) {
    const mark = w.beginTag(0);
    w.uuid(replicaDirectoryId_);
    w.endTag(mark);
  }
}

function decodeFetchSnapshotRequestSnapshotId(r: Reader, version: number): FetchSnapshotRequestSnapshotId {
  const endOffset_ = r.int64();
  const epoch_ = r.int32();
  r.skipTags();
  return {
    endOffset: endOffset_,
    epoch: epoch_,
  };
}

function encodeFetchSnapshotRequestSnapshotId(w: Writer, version: number, value: FetchSnapshotRequestSnapshotIdInit): void {
  const endOffset_: number = value.endOffset;
  w.int64(endOffset_);
  const epoch_: number = value.epoch;
  w.int32(epoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchSnapshotRequestSnapshotId(value: FetchSnapshotRequestSnapshotIdInit): boolean {
  return value === DEFAULT_FetchSnapshotRequestSnapshotId || (!(value.endOffset !== 0) && !(value.epoch !== 0));
}

export interface FetchSnapshotResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly topics: readonly FetchSnapshotResponseTopic[];
  readonly nodeEndpoints: readonly FetchSnapshotResponseNodeEndpoint[];
}

export interface FetchSnapshotResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly topics: readonly FetchSnapshotResponseTopicInit[];
  readonly nodeEndpoints?: readonly FetchSnapshotResponseNodeEndpointInit[] | undefined;
}

export interface FetchSnapshotResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface FetchSnapshotResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface FetchSnapshotResponseTopic {
  readonly name: string;
  readonly partitions: readonly FetchSnapshotResponsePartition[];
}

export interface FetchSnapshotResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly FetchSnapshotResponsePartitionInit[];
}

export interface FetchSnapshotResponsePartition {
  readonly index: number;
  readonly errorCode: number;
  readonly snapshotId: FetchSnapshotResponseSnapshotId;
  readonly currentLeader: FetchSnapshotResponseCurrentLeader;
  readonly size: number;
  readonly position: number;
  readonly unalignedRecords: Buffer;
}

export interface FetchSnapshotResponsePartitionInit {
  readonly index: number;
  readonly errorCode: number;
  readonly snapshotId: FetchSnapshotResponseSnapshotIdInit;
  readonly currentLeader?: FetchSnapshotResponseCurrentLeaderInit | undefined;
  readonly size: number;
  readonly position: number;
  readonly unalignedRecords: Buffer;
}

export interface FetchSnapshotResponseCurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface FetchSnapshotResponseCurrentLeaderInit {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface FetchSnapshotResponseSnapshotId {
  readonly endOffset: number;
  readonly epoch: number;
}

export interface FetchSnapshotResponseSnapshotIdInit {
  readonly endOffset: number;
  readonly epoch: number;
}

const DEFAULT_FetchSnapshotResponseSnapshotId: FetchSnapshotResponseSnapshotId = { endOffset: 0, epoch: 0 };

const DEFAULT_FetchSnapshotResponseCurrentLeader: FetchSnapshotResponseCurrentLeader = { leaderId: 0, leaderEpoch: 0 };

function decodeFetchSnapshotResponse(r: Reader, version: number): FetchSnapshotResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const topics_: FetchSnapshotResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeFetchSnapshotResponseTopic(r, version));
  const nodeEndpoints_: FetchSnapshotResponseNodeEndpoint[] = [];
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        nodeEndpoints_.length = 0;
        const nodeEndpoints_length = r.compactArrayLength(8);
        for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeFetchSnapshotResponseNodeEndpoint(r, version));
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    topics: topics_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeFetchSnapshotResponse(w: Writer, version: number, value: FetchSnapshotResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const topics_: readonly FetchSnapshotResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeFetchSnapshotResponseTopic(w, version, item);
  const nodeEndpoints_: readonly FetchSnapshotResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 1) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('FetchSnapshotResponse', 'nodeEndpoints', version);
  const has_nodeEndpoints = version >= 1 && nodeEndpoints_.length !== 0;
  w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
  if (has_nodeEndpoints) {
    const mark = w.beginTag(0);
    w.compactArrayLength(nodeEndpoints_.length);
    for (const item of nodeEndpoints_) encodeFetchSnapshotResponseNodeEndpoint(w, version, item);
    w.endTag(mark);
  }
}

function decodeFetchSnapshotResponseNodeEndpoint(r: Reader, version: number): FetchSnapshotResponseNodeEndpoint {
  const nodeId_ = r.int32();
  const host_ = r.compactString();
  const port_ = r.uint16();
  r.skipTags();
  return {
    nodeId: nodeId_,
    host: host_,
    port: port_,
  };
}

function encodeFetchSnapshotResponseNodeEndpoint(w: Writer, version: number, value: FetchSnapshotResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeFetchSnapshotResponseTopic(r: Reader, version: number): FetchSnapshotResponseTopic {
  const name_ = r.compactString();
  const partitions_: FetchSnapshotResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(37);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeFetchSnapshotResponsePartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeFetchSnapshotResponseTopic(w: Writer, version: number, value: FetchSnapshotResponseTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly FetchSnapshotResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeFetchSnapshotResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeFetchSnapshotResponsePartition(r: Reader, version: number): FetchSnapshotResponsePartition {
  const index_ = r.int32();
  const errorCode_ = r.int16();
  const snapshotId_ = decodeFetchSnapshotResponseSnapshotId(r, version);
  const size_ = r.int64();
  const position_ = r.int64();
  const unalignedRecords_ = r.compactBytes();
  let currentLeader_: FetchSnapshotResponseCurrentLeader = DEFAULT_FetchSnapshotResponseCurrentLeader;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        currentLeader_ = decodeFetchSnapshotResponseCurrentLeader(r, version);
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    index: index_,
    errorCode: errorCode_,
    snapshotId: snapshotId_,
    currentLeader: currentLeader_,
    size: size_,
    position: position_,
    unalignedRecords: unalignedRecords_,
  };
}

function encodeFetchSnapshotResponsePartition(w: Writer, version: number, value: FetchSnapshotResponsePartitionInit): void {
  const index_: number = value.index;
  w.int32(index_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const snapshotId_: FetchSnapshotResponseSnapshotIdInit = value.snapshotId;
  encodeFetchSnapshotResponseSnapshotId(w, version, snapshotId_);
  const size_: number = value.size;
  w.int64(size_);
  const position_: number = value.position;
  w.int64(position_);
  const unalignedRecords_: Buffer = value.unalignedRecords;
  w.compactRecords(unalignedRecords_);
  const currentLeader_: FetchSnapshotResponseCurrentLeaderInit = value.currentLeader ?? DEFAULT_FetchSnapshotResponseCurrentLeader;
  const has_currentLeader = !isDefaultFetchSnapshotResponseCurrentLeader(currentLeader_);
  w.unsignedVarint((has_currentLeader ? 1 : 0));
  if (has_currentLeader) {
    const mark = w.beginTag(0);
    encodeFetchSnapshotResponseCurrentLeader(w, version, currentLeader_);
    w.endTag(mark);
  }
}

function decodeFetchSnapshotResponseCurrentLeader(r: Reader, version: number): FetchSnapshotResponseCurrentLeader {
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeFetchSnapshotResponseCurrentLeader(w: Writer, version: number, value: FetchSnapshotResponseCurrentLeaderInit): void {
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchSnapshotResponseCurrentLeader(value: FetchSnapshotResponseCurrentLeaderInit): boolean {
  return value === DEFAULT_FetchSnapshotResponseCurrentLeader || (!(value.leaderId !== 0) && !(value.leaderEpoch !== 0));
}

function decodeFetchSnapshotResponseSnapshotId(r: Reader, version: number): FetchSnapshotResponseSnapshotId {
  const endOffset_ = r.int64();
  const epoch_ = r.int32();
  r.skipTags();
  return {
    endOffset: endOffset_,
    epoch: epoch_,
  };
}

function encodeFetchSnapshotResponseSnapshotId(w: Writer, version: number, value: FetchSnapshotResponseSnapshotIdInit): void {
  const endOffset_: number = value.endOffset;
  w.int64(endOffset_);
  const epoch_: number = value.epoch;
  w.int32(epoch_);
  w.unsignedVarint(0);
}

function isDefaultFetchSnapshotResponseSnapshotId(value: FetchSnapshotResponseSnapshotIdInit): boolean {
  return value === DEFAULT_FetchSnapshotResponseSnapshotId || (!(value.endOffset !== 0) && !(value.epoch !== 0));
}

export const fetchSnapshot: Api<FetchSnapshotRequest, FetchSnapshotRequestInit, FetchSnapshotResponse, FetchSnapshotResponseInit> = {
  key: 59,
  name: 'FetchSnapshot',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['controller'],
  request: {
    name: 'FetchSnapshotRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('FetchSnapshotRequest', version, 0, 1);
      return decodeFetchSnapshotRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FetchSnapshotRequest', version, 0, 1);
      encodeFetchSnapshotRequest(writer, version, value);
    },
  },
  response: {
    name: 'FetchSnapshotResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('FetchSnapshotResponse', version, 0, 1);
      return decodeFetchSnapshotResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('FetchSnapshotResponse', version, 0, 1);
      encodeFetchSnapshotResponse(writer, version, value);
    },
  },
};
