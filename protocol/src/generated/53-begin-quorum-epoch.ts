// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface BeginQuorumEpochRequest {
  readonly clusterId: string | null;
  readonly voterId: number;
  readonly topics: readonly BeginQuorumEpochRequestTopic[];
  readonly leaderEndpoints: readonly BeginQuorumEpochRequestLeaderEndpoint[];
}

export interface BeginQuorumEpochRequestInit {
  readonly clusterId?: string | null | undefined;
  readonly voterId?: number | undefined;
  readonly topics: readonly BeginQuorumEpochRequestTopicInit[];
  readonly leaderEndpoints?: readonly BeginQuorumEpochRequestLeaderEndpointInit[] | undefined;
}

export interface BeginQuorumEpochRequestLeaderEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface BeginQuorumEpochRequestLeaderEndpointInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface BeginQuorumEpochRequestTopic {
  readonly topicName: string;
  readonly partitions: readonly BeginQuorumEpochRequestPartition[];
}

export interface BeginQuorumEpochRequestTopicInit {
  readonly topicName: string;
  readonly partitions: readonly BeginQuorumEpochRequestPartitionInit[];
}

export interface BeginQuorumEpochRequestPartition {
  readonly partitionIndex: number;
  readonly voterDirectoryId: Uuid;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface BeginQuorumEpochRequestPartitionInit {
  readonly partitionIndex: number;
  readonly voterDirectoryId?: Uuid | undefined;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

function decodeBeginQuorumEpochRequest(r: Reader, version: number): BeginQuorumEpochRequest {
  const clusterId_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  const voterId_ = version >= 1 ? r.int32() : -1;
  const topics_: BeginQuorumEpochRequestTopic[] = [];
  const topics_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeBeginQuorumEpochRequestTopic(r, version));
  const leaderEndpoints_: BeginQuorumEpochRequestLeaderEndpoint[] = [];
  if (version >= 1) {
    const leaderEndpoints_length = r.compactArrayLength(5);
    for (let i = 0; i < leaderEndpoints_length; i++) leaderEndpoints_.push(decodeBeginQuorumEpochRequestLeaderEndpoint(r, version));
  }
  if (version >= 1) {
    r.skipTags();
  }
  return {
    clusterId: clusterId_,
    voterId: voterId_,
    topics: topics_,
    leaderEndpoints: leaderEndpoints_,
  };
}

function encodeBeginQuorumEpochRequest(w: Writer, version: number, value: BeginQuorumEpochRequestInit): void {
  const clusterId_: string | null = value.clusterId ?? null;
  if (version >= 1) {
    w.compactNullableString(clusterId_);
  } else {
    w.nullableString(clusterId_);
  }
  if (version >= 1) {
    const voterId_: number = value.voterId ?? -1;
    w.int32(voterId_);
  }
  const topics_: readonly BeginQuorumEpochRequestTopicInit[] = value.topics;
  if (version >= 1) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeBeginQuorumEpochRequestTopic(w, version, item);
  if (version >= 1) {
    const leaderEndpoints_: readonly BeginQuorumEpochRequestLeaderEndpointInit[] = value.leaderEndpoints ?? [];
    w.compactArrayLength(leaderEndpoints_.length);
    for (const item of leaderEndpoints_) encodeBeginQuorumEpochRequestLeaderEndpoint(w, version, item);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeBeginQuorumEpochRequestLeaderEndpoint(r: Reader, version: number): BeginQuorumEpochRequestLeaderEndpoint {
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

function encodeBeginQuorumEpochRequestLeaderEndpoint(w: Writer, version: number, value: BeginQuorumEpochRequestLeaderEndpointInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeBeginQuorumEpochRequestTopic(r: Reader, version: number): BeginQuorumEpochRequestTopic {
  const topicName_ = version >= 1 ? r.compactString() : r.string();
  const partitions_: BeginQuorumEpochRequestPartition[] = [];
  const partitions_length = version >= 1 ? r.compactArrayLength(29) : r.arrayLength(12);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeBeginQuorumEpochRequestPartition(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeBeginQuorumEpochRequestTopic(w: Writer, version: number, value: BeginQuorumEpochRequestTopicInit): void {
  const topicName_: string = value.topicName;
  if (version >= 1) {
    w.compactString(topicName_);
  } else {
    w.string(topicName_);
  }
  const partitions_: readonly BeginQuorumEpochRequestPartitionInit[] = value.partitions;
  if (version >= 1) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeBeginQuorumEpochRequestPartition(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeBeginQuorumEpochRequestPartition(r: Reader, version: number): BeginQuorumEpochRequestPartition {
  const partitionIndex_ = r.int32();
  const voterDirectoryId_ = version >= 1 ? r.uuid() : ZERO_UUID;
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    voterDirectoryId: voterDirectoryId_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeBeginQuorumEpochRequestPartition(w: Writer, version: number, value: BeginQuorumEpochRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  if (version >= 1) {
    const voterDirectoryId_: Uuid = value.voterDirectoryId ?? ZERO_UUID;
    w.uuid(voterDirectoryId_);
  }
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch;
  w.int32(leaderEpoch_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export interface BeginQuorumEpochResponse {
  readonly errorCode: number;
  readonly topics: readonly BeginQuorumEpochResponseTopic[];
  readonly nodeEndpoints: readonly BeginQuorumEpochResponseNodeEndpoint[];
}

export interface BeginQuorumEpochResponseInit {
  readonly errorCode: number;
  readonly topics: readonly BeginQuorumEpochResponseTopicInit[];
  readonly nodeEndpoints?: readonly BeginQuorumEpochResponseNodeEndpointInit[] | undefined;
}

export interface BeginQuorumEpochResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface BeginQuorumEpochResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface BeginQuorumEpochResponseTopic {
  readonly topicName: string;
  readonly partitions: readonly BeginQuorumEpochResponsePartition[];
}

export interface BeginQuorumEpochResponseTopicInit {
  readonly topicName: string;
  readonly partitions: readonly BeginQuorumEpochResponsePartitionInit[];
}

export interface BeginQuorumEpochResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface BeginQuorumEpochResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

function decodeBeginQuorumEpochResponse(r: Reader, version: number): BeginQuorumEpochResponse {
  const errorCode_ = r.int16();
  const topics_: BeginQuorumEpochResponseTopic[] = [];
  const topics_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeBeginQuorumEpochResponseTopic(r, version));
  const nodeEndpoints_: BeginQuorumEpochResponseNodeEndpoint[] = [];
  if (version >= 1) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          nodeEndpoints_.length = 0;
          const nodeEndpoints_length = r.compactArrayLength(8);
          for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeBeginQuorumEpochResponseNodeEndpoint(r, version));
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

function encodeBeginQuorumEpochResponse(w: Writer, version: number, value: BeginQuorumEpochResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const topics_: readonly BeginQuorumEpochResponseTopicInit[] = value.topics;
  if (version >= 1) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeBeginQuorumEpochResponseTopic(w, version, item);
  const nodeEndpoints_: readonly BeginQuorumEpochResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 1) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('BeginQuorumEpochResponse', 'nodeEndpoints', version);
  if (version >= 1) {
    const has_nodeEndpoints = nodeEndpoints_.length !== 0;
    w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
    if (has_nodeEndpoints) {
      const mark = w.beginTag(0);
      w.compactArrayLength(nodeEndpoints_.length);
      for (const item of nodeEndpoints_) encodeBeginQuorumEpochResponseNodeEndpoint(w, version, item);
      w.endTag(mark);
    }
  }
}

function decodeBeginQuorumEpochResponseNodeEndpoint(r: Reader, version: number): BeginQuorumEpochResponseNodeEndpoint {
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

function encodeBeginQuorumEpochResponseNodeEndpoint(w: Writer, version: number, value: BeginQuorumEpochResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

function decodeBeginQuorumEpochResponseTopic(r: Reader, version: number): BeginQuorumEpochResponseTopic {
  const topicName_ = version >= 1 ? r.compactString() : r.string();
  const partitions_: BeginQuorumEpochResponsePartition[] = [];
  const partitions_length = version >= 1 ? r.compactArrayLength(15) : r.arrayLength(14);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeBeginQuorumEpochResponsePartition(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    topicName: topicName_,
    partitions: partitions_,
  };
}

function encodeBeginQuorumEpochResponseTopic(w: Writer, version: number, value: BeginQuorumEpochResponseTopicInit): void {
  const topicName_: string = value.topicName;
  if (version >= 1) {
    w.compactString(topicName_);
  } else {
    w.string(topicName_);
  }
  const partitions_: readonly BeginQuorumEpochResponsePartitionInit[] = value.partitions;
  if (version >= 1) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeBeginQuorumEpochResponsePartition(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeBeginQuorumEpochResponsePartition(r: Reader, version: number): BeginQuorumEpochResponsePartition {
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

function encodeBeginQuorumEpochResponsePartition(w: Writer, version: number, value: BeginQuorumEpochResponsePartitionInit): void {
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

export const beginQuorumEpoch: Api<BeginQuorumEpochRequest, BeginQuorumEpochRequestInit, BeginQuorumEpochResponse, BeginQuorumEpochResponseInit> = {
  key: 53,
  name: 'BeginQuorumEpoch',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['controller'],
  request: {
    name: 'BeginQuorumEpochRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('BeginQuorumEpochRequest', version, 0, 1);
      return decodeBeginQuorumEpochRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BeginQuorumEpochRequest', version, 0, 1);
      encodeBeginQuorumEpochRequest(writer, version, value);
    },
  },
  response: {
    name: 'BeginQuorumEpochResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('BeginQuorumEpochResponse', version, 0, 1);
      return decodeBeginQuorumEpochResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BeginQuorumEpochResponse', version, 0, 1);
      encodeBeginQuorumEpochResponse(writer, version, value);
    },
  },
};
