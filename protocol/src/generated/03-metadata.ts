// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion, nullNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface MetadataRequest {
  readonly topics: readonly MetadataRequestTopic[] | null;
  readonly allowAutoTopicCreation: boolean;
  readonly includeClusterAuthorizedOperations: boolean;
  readonly includeTopicAuthorizedOperations: boolean;
}

export interface MetadataRequestInit {
  readonly topics: readonly MetadataRequestTopicInit[] | null;
  readonly allowAutoTopicCreation?: boolean | undefined;
  readonly includeClusterAuthorizedOperations?: boolean | undefined;
  readonly includeTopicAuthorizedOperations?: boolean | undefined;
}

export interface MetadataRequestTopic {
  readonly topicId: Uuid;
  readonly name: string | null;
}

export interface MetadataRequestTopicInit {
  readonly topicId?: Uuid | undefined;
  readonly name: string | null;
}

function decodeMetadataRequest(r: Reader, version: number): MetadataRequest {
  let topics_: readonly MetadataRequestTopic[] | null = [];
  {
    const length = version >= 9 ? (version >= 1 ? r.compactNullableArrayLength(2) : r.compactArrayLength(2)) : (version >= 1 ? r.nullableArrayLength(2) : r.arrayLength(2));
    if (length < 0) {
      topics_ = null;
    } else {
      const items: MetadataRequestTopic[] = [];
      for (let i = 0; i < length; i++) items.push(decodeMetadataRequestTopic(r, version));
      topics_ = items;
    }
  }
  const allowAutoTopicCreation_ = version >= 4 ? r.bool() : true;
  const includeClusterAuthorizedOperations_ = version >= 8 && version <= 10 ? r.bool() : false;
  const includeTopicAuthorizedOperations_ = version >= 8 ? r.bool() : false;
  if (version >= 9) {
    r.skipTags();
  }
  return {
    topics: topics_,
    allowAutoTopicCreation: allowAutoTopicCreation_,
    includeClusterAuthorizedOperations: includeClusterAuthorizedOperations_,
    includeTopicAuthorizedOperations: includeTopicAuthorizedOperations_,
  };
}

function encodeMetadataRequest(w: Writer, version: number, value: MetadataRequestInit): void {
  const topics_: readonly MetadataRequestTopicInit[] | null = value.topics;
  if (!(version >= 1) && topics_ === null) throw nullNotInVersion('MetadataRequest', 'topics', version);
  if (topics_ === null) {
    if (version >= 9) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 9) {
      w.compactArrayLength(topics_.length);
    } else {
      w.arrayLength(topics_.length);
    }
    for (const item of topics_) encodeMetadataRequestTopic(w, version, item);
  }
  const allowAutoTopicCreation_: boolean = value.allowAutoTopicCreation ?? true;
  if (!(version >= 4) && allowAutoTopicCreation_ !== true) throw fieldNotInVersion('MetadataRequest', 'allowAutoTopicCreation', version);
  if (version >= 4) {
    w.bool(allowAutoTopicCreation_);
  }
  const includeClusterAuthorizedOperations_: boolean = value.includeClusterAuthorizedOperations ?? false;
  if (!(version >= 8 && version <= 10) && includeClusterAuthorizedOperations_ !== false) throw fieldNotInVersion('MetadataRequest', 'includeClusterAuthorizedOperations', version);
  if (version >= 8 && version <= 10) {
    w.bool(includeClusterAuthorizedOperations_);
  }
  const includeTopicAuthorizedOperations_: boolean = value.includeTopicAuthorizedOperations ?? false;
  if (!(version >= 8) && includeTopicAuthorizedOperations_ !== false) throw fieldNotInVersion('MetadataRequest', 'includeTopicAuthorizedOperations', version);
  if (version >= 8) {
    w.bool(includeTopicAuthorizedOperations_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeMetadataRequestTopic(r: Reader, version: number): MetadataRequestTopic {
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const name_ = version >= 9 ? (version >= 10 ? r.compactNullableString() : r.compactString()) : (version >= 10 ? r.nullableString() : r.string());
  if (version >= 9) {
    r.skipTags();
  }
  return {
    topicId: topicId_,
    name: name_,
  };
}

function encodeMetadataRequestTopic(w: Writer, version: number, value: MetadataRequestTopicInit): void {
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const name_: string | null = value.name;
  if (!(version >= 10) && name_ === null) throw nullNotInVersion('MetadataRequestTopic', 'name', version);
  if (version >= 9) {
    w.compactNullableString(name_);
  } else {
    w.nullableString(name_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

export interface MetadataResponse {
  readonly throttleTimeMs: number;
  readonly brokers: readonly MetadataResponseBroker[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topics: readonly MetadataResponseTopic[];
  readonly clusterAuthorizedOperations: number;
  readonly errorCode: number;
}

export interface MetadataResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly brokers: readonly MetadataResponseBrokerInit[];
  readonly clusterId?: string | null | undefined;
  readonly controllerId?: number | undefined;
  readonly topics: readonly MetadataResponseTopicInit[];
  readonly clusterAuthorizedOperations?: number | undefined;
  readonly errorCode?: number | undefined;
}

export interface MetadataResponseTopic {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  readonly partitions: readonly MetadataResponsePartition[];
  readonly topicAuthorizedOperations: number;
}

export interface MetadataResponseTopicInit {
  readonly errorCode: number;
  readonly name: string | null;
  readonly topicId?: Uuid | undefined;
  readonly isInternal?: boolean | undefined;
  readonly partitions: readonly MetadataResponsePartitionInit[];
  readonly topicAuthorizedOperations?: number | undefined;
}

export interface MetadataResponsePartition {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface MetadataResponsePartitionInit {
  readonly errorCode: number;
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch?: number | undefined;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  readonly offlineReplicas?: readonly number[] | undefined;
}

export interface MetadataResponseBroker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface MetadataResponseBrokerInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

function decodeMetadataResponse(r: Reader, version: number): MetadataResponse {
  const throttleTimeMs_ = version >= 3 ? r.int32() : 0;
  const brokers_: MetadataResponseBroker[] = [];
  const brokers_length = version >= 9 ? r.compactArrayLength(11) : r.arrayLength(10);
  for (let i = 0; i < brokers_length; i++) brokers_.push(decodeMetadataResponseBroker(r, version));
  const clusterId_ = version >= 2 ? (version >= 9 ? r.compactNullableString() : r.nullableString()) : null;
  const controllerId_ = version >= 1 ? r.int32() : -1;
  const topics_: MetadataResponseTopic[] = [];
  const topics_length = version >= 9 ? r.compactArrayLength(10) : r.arrayLength(8);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeMetadataResponseTopic(r, version));
  const clusterAuthorizedOperations_ = version >= 8 && version <= 10 ? r.int32() : -2147483648;
  const errorCode_ = version >= 13 ? r.int16() : 0;
  if (version >= 9) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    brokers: brokers_,
    clusterId: clusterId_,
    controllerId: controllerId_,
    topics: topics_,
    clusterAuthorizedOperations: clusterAuthorizedOperations_,
    errorCode: errorCode_,
  };
}

function encodeMetadataResponse(w: Writer, version: number, value: MetadataResponseInit): void {
  if (version >= 3) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const brokers_: readonly MetadataResponseBrokerInit[] = value.brokers;
  if (version >= 9) {
    w.compactArrayLength(brokers_.length);
  } else {
    w.arrayLength(brokers_.length);
  }
  for (const item of brokers_) encodeMetadataResponseBroker(w, version, item);
  if (version >= 2) {
    const clusterId_: string | null = value.clusterId ?? null;
    if (version >= 9) {
      w.compactNullableString(clusterId_);
    } else {
      w.nullableString(clusterId_);
    }
  }
  if (version >= 1) {
    const controllerId_: number = value.controllerId ?? -1;
    w.int32(controllerId_);
  }
  const topics_: readonly MetadataResponseTopicInit[] = value.topics;
  if (version >= 9) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeMetadataResponseTopic(w, version, item);
  const clusterAuthorizedOperations_: number = value.clusterAuthorizedOperations ?? -2147483648;
  if (!(version >= 8 && version <= 10) && clusterAuthorizedOperations_ !== -2147483648) throw fieldNotInVersion('MetadataResponse', 'clusterAuthorizedOperations', version);
  if (version >= 8 && version <= 10) {
    w.int32(clusterAuthorizedOperations_);
  }
  if (version >= 13) {
    const errorCode_: number = value.errorCode ?? 0;
    w.int16(errorCode_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeMetadataResponseTopic(r: Reader, version: number): MetadataResponseTopic {
  const errorCode_ = r.int16();
  const name_ = version >= 9 ? (version >= 12 ? r.compactNullableString() : r.compactString()) : (version >= 12 ? r.nullableString() : r.string());
  const topicId_ = version >= 10 ? r.uuid() : ZERO_UUID;
  const isInternal_ = version >= 1 ? r.bool() : false;
  const partitions_: MetadataResponsePartition[] = [];
  const partitions_length = version >= 9 ? r.compactArrayLength(18) : r.arrayLength(18);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeMetadataResponsePartition(r, version));
  const topicAuthorizedOperations_ = version >= 8 ? r.int32() : -2147483648;
  if (version >= 9) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    name: name_,
    topicId: topicId_,
    isInternal: isInternal_,
    partitions: partitions_,
    topicAuthorizedOperations: topicAuthorizedOperations_,
  };
}

function encodeMetadataResponseTopic(w: Writer, version: number, value: MetadataResponseTopicInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const name_: string | null = value.name;
  if (!(version >= 12) && name_ === null) throw nullNotInVersion('MetadataResponseTopic', 'name', version);
  if (version >= 9) {
    w.compactNullableString(name_);
  } else {
    w.nullableString(name_);
  }
  if (version >= 10) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  if (version >= 1) {
    const isInternal_: boolean = value.isInternal ?? false;
    w.bool(isInternal_);
  }
  const partitions_: readonly MetadataResponsePartitionInit[] = value.partitions;
  if (version >= 9) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeMetadataResponsePartition(w, version, item);
  const topicAuthorizedOperations_: number = value.topicAuthorizedOperations ?? -2147483648;
  if (!(version >= 8) && topicAuthorizedOperations_ !== -2147483648) throw fieldNotInVersion('MetadataResponseTopic', 'topicAuthorizedOperations', version);
  if (version >= 8) {
    w.int32(topicAuthorizedOperations_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeMetadataResponsePartition(r: Reader, version: number): MetadataResponsePartition {
  const errorCode_ = r.int16();
  const partitionIndex_ = r.int32();
  const leaderId_ = r.int32();
  const leaderEpoch_ = version >= 7 ? r.int32() : -1;
  const replicaNodes_: number[] = [];
  const replicaNodes_length = version >= 9 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < replicaNodes_length; i++) replicaNodes_.push(r.int32());
  const isrNodes_: number[] = [];
  const isrNodes_length = version >= 9 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < isrNodes_length; i++) isrNodes_.push(r.int32());
  const offlineReplicas_: number[] = [];
  if (version >= 5) {
    const offlineReplicas_length = version >= 9 ? r.compactArrayLength(4) : r.arrayLength(4);
    for (let i = 0; i < offlineReplicas_length; i++) offlineReplicas_.push(r.int32());
  }
  if (version >= 9) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    partitionIndex: partitionIndex_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    replicaNodes: replicaNodes_,
    isrNodes: isrNodes_,
    offlineReplicas: offlineReplicas_,
  };
}

function encodeMetadataResponsePartition(w: Writer, version: number, value: MetadataResponsePartitionInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  if (version >= 7) {
    const leaderEpoch_: number = value.leaderEpoch ?? -1;
    w.int32(leaderEpoch_);
  }
  const replicaNodes_: readonly number[] = value.replicaNodes;
  if (version >= 9) {
    w.compactArrayLength(replicaNodes_.length);
  } else {
    w.arrayLength(replicaNodes_.length);
  }
  for (const item of replicaNodes_) w.int32(item);
  const isrNodes_: readonly number[] = value.isrNodes;
  if (version >= 9) {
    w.compactArrayLength(isrNodes_.length);
  } else {
    w.arrayLength(isrNodes_.length);
  }
  for (const item of isrNodes_) w.int32(item);
  if (version >= 5) {
    const offlineReplicas_: readonly number[] = value.offlineReplicas ?? [];
    if (version >= 9) {
      w.compactArrayLength(offlineReplicas_.length);
    } else {
      w.arrayLength(offlineReplicas_.length);
    }
    for (const item of offlineReplicas_) w.int32(item);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeMetadataResponseBroker(r: Reader, version: number): MetadataResponseBroker {
  const nodeId_ = r.int32();
  const host_ = version >= 9 ? r.compactString() : r.string();
  const port_ = r.int32();
  const rack_ = version >= 1 ? (version >= 9 ? r.compactNullableString() : r.nullableString()) : null;
  if (version >= 9) {
    r.skipTags();
  }
  return {
    nodeId: nodeId_,
    host: host_,
    port: port_,
    rack: rack_,
  };
}

function encodeMetadataResponseBroker(w: Writer, version: number, value: MetadataResponseBrokerInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  if (version >= 9) {
    w.compactString(host_);
  } else {
    w.string(host_);
  }
  const port_: number = value.port;
  w.int32(port_);
  if (version >= 1) {
    const rack_: string | null = value.rack ?? null;
    if (version >= 9) {
      w.compactNullableString(rack_);
    } else {
      w.nullableString(rack_);
    }
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

export const metadata: Api<MetadataRequest, MetadataRequestInit, MetadataResponse, MetadataResponseInit> = {
  key: 3,
  name: 'Metadata',
  minVersion: 0,
  maxVersion: 13,
  listeners: ['broker'],
  request: {
    name: 'MetadataRequest',
    minVersion: 0,
    maxVersion: 13,
    flexibleFrom: 9,
    decode(reader, version) {
      checkVersion('MetadataRequest', version, 0, 13);
      return decodeMetadataRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('MetadataRequest', version, 0, 13);
      encodeMetadataRequest(writer, version, value);
    },
  },
  response: {
    name: 'MetadataResponse',
    minVersion: 0,
    maxVersion: 13,
    flexibleFrom: 9,
    decode(reader, version) {
      checkVersion('MetadataResponse', version, 0, 13);
      return decodeMetadataResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('MetadataResponse', version, 0, 13);
      encodeMetadataResponse(writer, version, value);
    },
  },
};
