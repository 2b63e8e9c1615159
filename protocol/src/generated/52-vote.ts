// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface VoteRequest {
  readonly clusterId: string | null;
  readonly voterId: number;
  readonly topics: readonly VoteRequestTopic[];
}

export interface VoteRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly voterId?: number | undefined;
  readonly topics: readonly VoteRequestTopicInit[];
}

export interface VoteRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly VoteRequestPartition[];
}

export interface VoteRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly VoteRequestPartitionInit[];
}

export interface VoteRequestPartition {
  readonly partitionIndex: number;
  readonly replicaEpoch: number;
  readonly replicaId: number;
  readonly replicaDirectoryId: Uuid;
  readonly voterDirectoryId: Uuid;
  readonly lastOffsetEpoch: number;
  readonly lastOffset: number;
  readonly preVote: boolean;
}

export interface VoteRequestPartitionInit {
  readonly partitionIndex: number;
  readonly replicaEpoch: number;
  readonly replicaId: number;
  readonly replicaDirectoryId?: Uuid | undefined;
  readonly voterDirectoryId?: Uuid | undefined;
  readonly lastOffsetEpoch: number;
  readonly lastOffset: number;
  readonly preVote?: boolean | undefined;
}

function decodeVoteRequest(r: Reader, version: number): VoteRequest {
  const clusterId_ = r.compactNullableString();
  const voterId_ = version >= 1 ? r.int32() : -1;
  const topics_: VoteRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeVoteRequestTopic(r, version));
  r.skipTags();
  return {
    clusterId: clusterId_,
    voterId: voterId_,
    topics: topics_,
  };
}

function encodeVoteRequest(w: Writer, version: number, value: VoteRequestInit): void {
  const clusterId_: string | null = value.clusterId ?? null;
  w.compactNullableString(clusterId_);
  if (version >= 1) {
    const voterId_: number = value.voterId ?? -1;
    w.int32(voterId_);
  }
  const topics_: readonly VoteRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeVoteRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeVoteRequestTopic(r: Reader, version: number): VoteRequestTopic {
  const topicName_ = r.compactString();
  const partitions_: VoteRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(25);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeVoteRequestPartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeVoteRequestTopic(w: Writer, version: number, value: VoteRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly VoteRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeVoteRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeVoteRequestPartition(r: Reader, version: number): VoteRequestPartition {
  const partitionIndex_ = r.int32();
  const replicaEpoch_ = r.int32();
  const replicaId_ = r.int32();
  const replicaDirectoryId_ = version >= 1 ? r.uuid() : ZERO_UUID;
  const voterDirectoryId_ = version >= 1 ? r.uuid() : ZERO_UUID;
  const lastOffsetEpoch_ = r.int32();
  const lastOffset_ = r.int64();
  const preVote_ = version >= 2 ? r.bool() : false;
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    replicaEpoch: replicaEpoch_,
    replicaId: replicaId_,
    replicaDirectoryId: replicaDirectoryId_,
    voterDirectoryId: voterDirectoryId_,
    lastOffsetEpoch: lastOffsetEpoch_,
    lastOffset: lastOffset_,
    preVote: preVote_,
  };
}

function encodeVoteRequestPartition(w: Writer, version: number, value: VoteRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const replicaEpoch_: number = value.replicaEpoch;
  w.int32(replicaEpoch_);
  const replicaId_: number = value.replicaId;
  w.int32(replicaId_);
  if (version >= 1) {
    const replicaDirectoryId_: Uuid = value.replicaDirectoryId ?? ZERO_UUID;
    w.uuid(replicaDirectoryId_);
  }
  if (version >= 1) {
    const voterDirectoryId_: Uuid = value.voterDirectoryId ?? ZERO_UUID;
    w.uuid(voterDirectoryId_);
  }
  const lastOffsetEpoch_: number = value.lastOffsetEpoch;
  w.int32(lastOffsetEpoch_);
  const lastOffset_: number = value.lastOffset;
  w.int64(lastOffset_);
  const preVote_: boolean = value.preVote ?? false;
  if (!(version >= 2) && preVote_ !== false) throw fieldNotInVersion('VoteRequestPartition', 'preVote', version);
  if (version >= 2) {
    w.bool(preVote_);
  }
  w.unsignedVarint(0);
}

export interface VoteResponse {
  readonly errorCode: number;
  readonly topics: readonly VoteResponseTopic[];
  readonly nodeEndpoints: readonly VoteResponseNodeEndpoint[];
}

export interface VoteResponseInit {
  readonly errorCode: number;
  readonly topics: readonly VoteResponseTopicInit[];
  readonly nodeEndpoints?: readonly VoteResponseNodeEndpointInit[] | undefined;
}

export interface VoteResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface VoteResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface VoteResponseTopic {
  readonly topicName: string;
  readonly partitions: readonly VoteResponsePartition[];
}

export interface VoteResponseTopicInit {
  readonly topicName: string;
  readonly partitions: readonly VoteResponsePartitionInit[];
}

export interface VoteResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly voteGranted: boolean;
}

export interface VoteResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly voteGranted: boolean;
}

function decodeVoteResponse(r: Reader, version: number): VoteResponse {
  const errorCode_ = r.int16();
  const topics_: VoteResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeVoteResponseTopic(r, version));
  const nodeEndpoints_: VoteResponseNodeEndpoint[] = [];
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        nodeEndpoints_.length = 0;
        const nodeEndpoints_length = r.compactArrayLength(8);
        for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeVoteResponseNodeEndpoint(r, version));
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    errorCode: errorCode_,
    topics: topics_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeVoteResponse(w: Writer, version: number, value: VoteResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const topics_: readonly VoteResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeVoteResponseTopic(w, version, item);
  const nodeEndpoints_: readonly VoteResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 1) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('VoteResponse', 'nodeEndpoints', version);
  const has_nodeEndpoints = version >= 1 && nodeEndpoints_.length !== 0;
  w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
  if (has_nodeEndpoints) {
    const mark = w.beginTag(0);
    w.compactArrayLength(nodeEndpoints_.length);
    for (const item of nodeEndpoints_) encodeVoteResponseNodeEndpoint(w, version, item);
    w.endTag(mark);
  }
}

function decodeVoteResponseNodeEndpoint(r: Reader, version: number): VoteResponseNodeEndpoint {
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

function encodeVoteResponseNodeEndpoint(w: Writer, version: number, value: VoteResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeVoteResponseTopic(r: Reader, version: number): VoteResponseTopic {
  const topicName_ = r.compactString();
  const partitions_: VoteResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(16);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeVoteResponsePartition(r, version));
  r.skipTags();
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeVoteResponseTopic(w: Writer, version: number, value: VoteResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const partitions_: readonly VoteResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeVoteResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeVoteResponsePartition(r: Reader, version: number): VoteResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const voteGranted_ = r.bool();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    voteGranted: voteGranted_,
  };
}

function encodeVoteResponsePartition(w: Writer, version: number, value: VoteResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  const voteGranted_: boolean = value.voteGranted;
  w.bool(voteGranted_);
  w.unsignedVarint(0);
}

export const vote: Api<VoteRequest, VoteRequestInit, VoteResponse, VoteResponseInit> = {
  key: 52,
  name: 'Vote',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['controller'],
  request: {
    name: 'VoteRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('VoteRequest', version, 0, 2);
      return decodeVoteRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('VoteRequest', version, 0, 2);
      encodeVoteRequest(writer, version, value);
    },
  },
  response: {
    name: 'VoteResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('VoteResponse', version, 0, 2);
      return decodeVoteResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('VoteResponse', version, 0, 2);
      encodeVoteResponse(writer, version, value);
    },
  },
};
