// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface EndQuorumEpochRequest {
  readonly clusterId: string | null;
  readonly topics: readonly EndQuorumEpochRequestTopic[];
  readonly leaderEndpoints: readonly EndQuorumEpochRequestLeaderEndpoint[];
}

export interface EndQuorumEpochRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly topics: readonly EndQuorumEpochRequestTopicInit[];
  readonly leaderEndpoints?: readonly EndQuorumEpochRequestLeaderEndpointInit[] | undefined;
}

export interface EndQuorumEpochRequestLeaderEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface EndQuorumEpochRequestLeaderEndpointInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface EndQuorumEpochRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly EndQuorumEpochRequestPartition[];
}

export interface EndQuorumEpochRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly EndQuorumEpochRequestPartitionInit[];
}

export interface EndQuorumEpochRequestPartition {
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly preferredSuccessors: readonly number[];
  readonly preferredCandidates: readonly EndQuorumEpochRequestReplicaInfo[];
}

export interface EndQuorumEpochRequestPartitionInit {
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly preferredSuccessors?: readonly number[] | undefined;
  readonly preferredCandidates?: readonly EndQuorumEpochRequestReplicaInfoInit[] | undefined;
}

export interface EndQuorumEpochRequestReplicaInfo {
  readonly candidateId: number;
  readonly candidateDirectoryId: Uuid;
}

export interface EndQuorumEpochRequestReplicaInfoInit {
  readonly candidateId: number;
  readonly candidateDirectoryId: Uuid;
}

function decodeEndQuorumEpochRequest(r: Reader, version: number): EndQuorumEpochRequest {
  const clusterId_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  const topics_: EndQuorumEpochRequestTopic[] = [];
  const topics_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeEndQuorumEpochRequestTopic(r, version));
  const leaderEndpoints_: EndQuorumEpochRequestLeaderEndpoint[] = [];
  if (version >= 1) {
    const leaderEndpoints_length = r.compactArrayLength(5);
    for (let i = 0; i < leaderEndpoints_length; i++) leaderEndpoints_.push(decodeEndQuorumEpochRequestLeaderEndpoint(r, version));
  }
  if (version >= 1) {
    r.skipTags();
  }
  return {
    clusterId: clusterId_,
    topics: topics_,
    leaderEndpoints: leaderEndpoints_,
  };
}

function encodeEndQuorumEpochRequest(w: Writer, version: number, value: EndQuorumEpochRequestInit): void {
  const clusterId_: string | null = value.clusterId ?? null;
  if (version >= 1) {
    w.compactNullableString(clusterId_);
  } else {
    w.nullableString(clusterId_);
  }
  const topics_: readonly EndQuorumEpochRequestTopicInit[] = value.topics;
  if (version >= 1) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeEndQuorumEpochRequestTopic(w, version, item);
  if (version >= 1) {
    const leaderEndpoints_: readonly EndQuorumEpochRequestLeaderEndpointInit[] = value.leaderEndpoints ?? [];
    w.compactArrayLength(leaderEndpoints_.length);
    for (const item of leaderEndpoints_) encodeEndQuorumEpochRequestLeaderEndpoint(w, version, item);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeEndQuorumEpochRequestLeaderEndpoint(r: Reader, version: number): EndQuorumEpochRequestLeaderEndpoint {
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

function encodeEndQuorumEpochRequestLeaderEndpoint(w: Writer, version: number, value: EndQuorumEpochRequestLeaderEndpointInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeEndQuorumEpochRequestTopic(r: Reader, version: number): EndQuorumEpochRequestTopic {
  const topicName_ = version >= 1 ? r.compactString() : r.string();
  const partitions_: EndQuorumEpochRequestPartition[] = [];
  const partitions_length = version >= 1 ? r.compactArrayLength(14) : r.arrayLength(16);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeEndQuorumEpochRequestPartition(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeEndQuorumEpochRequestTopic(w: Writer, version: number, value: EndQuorumEpochRequestTopicInit): void {
  const topicName_: string = value.topicName;
  if (version >= 1) {
    w.compactString(topicName_);
  } else {
    w.string(topicName_);
  }
  const partitions_: readonly EndQuorumEpochRequestPartitionInit[] = value.partitions;
  if (version >= 1) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeEndQuorumEpochRequestPartition(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeEndQuorumEpochRequestPartition(r: Reader, version: number): EndQuorumEpochRequestPartition {
  const partitionIndex_ = r.int32();
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const preferredSuccessors_: number[] = [];
  if (version <= 0) {
    const preferredSuccessors_length = r.arrayLength(4);
    for (let i = 0; i < preferredSuccessors_length; i++) preferredSuccessors_.push(r.int32());
  }
  const preferredCandidates_: EndQuorumEpochRequestReplicaInfo[] = [];
  if (version >= 1) {
    const preferredCandidates_length = r.compactArrayLength(21);
    for (let i = 0; i < preferredCandidates_length; i++) preferredCandidates_.push(decodeEndQuorumEpochRequestReplicaInfo(r, version));
  }
  if (version >= 1) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    preferredSuccessors: preferredSuccessors_,
    preferredCandidates: preferredCandidates_,
  };
}

function encodeEndQuorumEpochRequestPartition(w: Writer, version: number, value: EndQuorumEpochRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version <= 0) {
    const preferredSuccessors_: readonly number[] = value.preferredSuccessors ?? [];
    w.arrayLength(preferredSuccessors_.length);
    for (const item of preferredSuccessors_) w.int32(item);
  }
  if (version >= 1) {
    const preferredCandidates_: readonly EndQuorumEpochRequestReplicaInfoInit[] = value.preferredCandidates ?? [];
    w.compactArrayLength(preferredCandidates_.length);
    for (const item of preferredCandidates_) encodeEndQuorumEpochRequestReplicaInfo(w, version, item);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeEndQuorumEpochRequestReplicaInfo(r: Reader, version: number): EndQuorumEpochRequestReplicaInfo {
  const candidateId_ = r.int32();
  const candidateDirectoryId_ = r.uuid();
  r.skipTags();
  return {
    candidateId: candidateId_,
    candidateDirectoryId: candidateDirectoryId_,
  };
}

function encodeEndQuorumEpochRequestReplicaInfo(w: Writer, version: number, value: EndQuorumEpochRequestReplicaInfoInit): void {
  const candidateId_: number = value.candidateId;
  w.int32(candidateId_);
  const candidateDirectoryId_: Uuid = value.candidateDirectoryId;
  w.uuid(candidateDirectoryId_);
  w.unsignedVarint(0);
}

export interface EndQuorumEpochResponse {
  readonly errorCode: number;
  readonly topics: readonly EndQuorumEpochResponseTopic[];
  readonly nodeEndpoints: readonly EndQuorumEpochResponseNodeEndpoint[];
}

export interface EndQuorumEpochResponseInit {
  readonly errorCode: number;
  readonly topics: readonly EndQuorumEpochResponseTopicInit[];
  readonly nodeEndpoints?: readonly EndQuorumEpochResponseNodeEndpointInit[] | undefined;
}

export interface EndQuorumEpochResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface EndQuorumEpochResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface EndQuorumEpochResponseTopic {
  readonly topicName: string;
  readonly partitions: readonly EndQuorumEpochResponsePartition[];
}

export interface EndQuorumEpochResponseTopicInit {
  readonly topicName: string;
  readonly partitions: readonly EndQuorumEpochResponsePartitionInit[];
}

export interface EndQuorumEpochResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface EndQuorumEpochResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

function decodeEndQuorumEpochResponse(r: Reader, version: number): EndQuorumEpochResponse {
  const errorCode_ = r.int16();
  const topics_: EndQuorumEpochResponseTopic[] = [];
  const topics_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeEndQuorumEpochResponseTopic(r, version));
  const nodeEndpoints_: EndQuorumEpochResponseNodeEndpoint[] = [];
  if (version >= 1) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          nodeEndpoints_.length = 0;
          const nodeEndpoints_length = r.compactArrayLength(8);
          for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeEndQuorumEpochResponseNodeEndpoint(r, version));
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    errorCode: errorCode_,
    topics: topics_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeEndQuorumEpochResponse(w: Writer, version: number, value: EndQuorumEpochResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const topics_: readonly EndQuorumEpochResponseTopicInit[] = value.topics;
  if (version >= 1) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeEndQuorumEpochResponseTopic(w, version, item);
  const nodeEndpoints_: readonly EndQuorumEpochResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 1) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('EndQuorumEpochResponse', 'nodeEndpoints', version);
  if (version >= 1) {
    const has_nodeEndpoints = nodeEndpoints_.length !== 0;
    w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
    if (has_nodeEndpoints) {
      const mark = w.beginTag(0);
      w.compactArrayLength(nodeEndpoints_.length);
      for (const item of nodeEndpoints_) encodeEndQuorumEpochResponseNodeEndpoint(w, version, item);
      w.endTag(mark);
    }
  }
}

function decodeEndQuorumEpochResponseNodeEndpoint(r: Reader, version: number): EndQuorumEpochResponseNodeEndpoint {
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

function encodeEndQuorumEpochResponseNodeEndpoint(w: Writer, version: number, value: EndQuorumEpochResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeEndQuorumEpochResponseTopic(r: Reader, version: number): EndQuorumEpochResponseTopic {
  const topicName_ = version >= 1 ? r.compactString() : r.string();
  const partitions_: EndQuorumEpochResponsePartition[] = [];
  const partitions_length = version >= 1 ? r.compactArrayLength(15) : r.arrayLength(14);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeEndQuorumEpochResponsePartition(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeEndQuorumEpochResponseTopic(w: Writer, version: number, value: EndQuorumEpochResponseTopicInit): void {
  const topicName_: string = value.topicName;
  if (version >= 1) {
    w.compactString(topicName_);
  } else {
    w.string(topicName_);
  }
  const partitions_: readonly EndQuorumEpochResponsePartitionInit[] = value.partitions;
  if (version >= 1) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeEndQuorumEpochResponsePartition(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeEndQuorumEpochResponsePartition(r: Reader, version: number): EndQuorumEpochResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeEndQuorumEpochResponsePartition(w: Writer, version: number, value: EndQuorumEpochResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export const endQuorumEpoch: Api<EndQuorumEpochRequest, EndQuorumEpochRequestInit, EndQuorumEpochResponse, EndQuorumEpochResponseInit> = {
  key: 54,
  name: 'EndQuorumEpoch',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['controller'],
  request: {
    name: 'EndQuorumEpochRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('EndQuorumEpochRequest', version, 0, 1);
      return decodeEndQuorumEpochRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EndQuorumEpochRequest', version, 0, 1);
      encodeEndQuorumEpochRequest(writer, version, value);
    },
  },
  response: {
    name: 'EndQuorumEpochResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('EndQuorumEpochResponse', version, 0, 1);
      return decodeEndQuorumEpochResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('EndQuorumEpochResponse', version, 0, 1);
      encodeEndQuorumEpochResponse(writer, version, value);
    },
  },
};
