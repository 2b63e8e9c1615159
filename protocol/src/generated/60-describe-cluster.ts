// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeClusterRequest {
  readonly includeClusterAuthorizedOperations: boolean;
  readonly endpointType: number;
  readonly includeFencedBrokers: boolean;
}

export interface DescribeClusterRequestInit {
  readonly includeClusterAuthorizedOperations: boolean;
  readonly endpointType?: number | undefined;
  readonly includeFencedBrokers?: boolean | undefined;
}

function decodeDescribeClusterRequest(r: Reader, version: number): DescribeClusterRequest {
  const includeClusterAuthorizedOperations_ = r.bool();
  const endpointType_ = version >= 1 ? r.int8() : 1;
  const includeFencedBrokers_ = version >= 2 ? r.bool() : false;
  r.skipTags();
  return {
    includeClusterAuthorizedOperations: includeClusterAuthorizedOperations_,
    endpointType: endpointType_,
    includeFencedBrokers: includeFencedBrokers_,
  };
}

function encodeDescribeClusterRequest(w: Writer, version: number, value: DescribeClusterRequestInit): void {
  const includeClusterAuthorizedOperations_: boolean = value.includeClusterAuthorizedOperations;
  w.bool(includeClusterAuthorizedOperations_);
  const endpointType_: number = value.endpointType ?? 1;
  if (!(version >= 1) && endpointType_ !== 1) throw fieldNotInVersion('DescribeClusterRequest', 'endpointType', version);
  if (version >= 1) {
    w.int8(endpointType_);
  }
  const includeFencedBrokers_: boolean = value.includeFencedBrokers ?? false;
  if (!(version >= 2) && includeFencedBrokers_ !== false) throw fieldNotInVersion('DescribeClusterRequest', 'includeFencedBrokers', version);
  if (version >= 2) {
    w.bool(includeFencedBrokers_);
  }
  w.unsignedVarint(0);
}

export interface DescribeClusterResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly endpointType: number;
  readonly clusterId: string;
  readonly controllerId: number;
  readonly brokers: readonly DescribeClusterResponseBroker[];
  readonly clusterAuthorizedOperations: number;
}

export interface DescribeClusterResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly endpointType?: number | undefined;
  readonly clusterId: string;
  readonly controllerId?: number | undefined;
  readonly brokers: readonly DescribeClusterResponseBrokerInit[];
  readonly clusterAuthorizedOperations?: number | undefined;
}

export interface DescribeClusterResponseBroker {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

export interface DescribeClusterResponseBrokerInit {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
  readonly isFenced?: boolean | undefined;
}

function decodeDescribeClusterResponse(r: Reader, version: number): DescribeClusterResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const endpointType_ = version >= 1 ? r.int8() : 1;
  const clusterId_ = r.compactString();
  const controllerId_ = r.int32();
  const brokers_: DescribeClusterResponseBroker[] = [];
  const brokers_length = r.compactArrayLength(11);
  for (let i = 0; i < brokers_length; i++) brokers_.push(decodeDescribeClusterResponseBroker(r, version));
  const clusterAuthorizedOperations_ = r.int32();
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    endpointType: endpointType_,
    clusterId: clusterId_,
    controllerId: controllerId_,
    brokers: brokers_,
    clusterAuthorizedOperations: clusterAuthorizedOperations_,
  };
}

function encodeDescribeClusterResponse(w: Writer, version: number, value: DescribeClusterResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const endpointType_: number = value.endpointType ?? 1;
  if (!(version >= 1) && endpointType_ !== 1) throw fieldNotInVersion('DescribeClusterResponse', 'endpointType', version);
  if (version >= 1) {
    w.int8(endpointType_);
  }
  const clusterId_: string = value.clusterId;
  w.compactString(clusterId_);
  const controllerId_: number = value.controllerId ?? -1;
  w.int32(controllerId_);
  const brokers_: readonly DescribeClusterResponseBrokerInit[] = value.brokers;
  w.compactArrayLength(brokers_.length);
  for (const item of brokers_) encodeDescribeClusterResponseBroker(w, version, item);
  const clusterAuthorizedOperations_: number = value.clusterAuthorizedOperations ?? -2147483648;
  w.int32(clusterAuthorizedOperations_);
  w.unsignedVarint(0);
}

function decodeDescribeClusterResponseBroker(r: Reader, version: number): DescribeClusterResponseBroker {
  const brokerId_ = r.int32();
  const host_ = r.compactString();
  const port_ = r.int32();
  const rack_ = r.compactNullableString();
  const isFenced_ = version >= 2 ? r.bool() : false;
  r.skipTags();
  return {
    brokerId: brokerId_,
    host: host_,
    port: port_,
    rack: rack_,
    isFenced: isFenced_,
  };
}

function encodeDescribeClusterResponseBroker(w: Writer, version: number, value: DescribeClusterResponseBrokerInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.int32(port_);
  const rack_: string | null = value.rack ?? null;
  w.compactNullableString(rack_);
  const isFenced_: boolean = value.isFenced ?? false;
  if (!(version >= 2) && isFenced_ !== false) throw fieldNotInVersion('DescribeClusterResponseBroker', 'isFenced', version);
  if (version >= 2) {
    w.bool(isFenced_);
  }
  w.unsignedVarint(0);
}

export const describeCluster: Api<DescribeClusterRequest, DescribeClusterRequestInit, DescribeClusterResponse, DescribeClusterResponseInit> = {
  key: 60,
  name: 'DescribeCluster',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker', 'controller'],
  request: {
    name: 'DescribeClusterRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeClusterRequest', version, 0, 2);
      return decodeDescribeClusterRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeClusterRequest', version, 0, 2);
      encodeDescribeClusterRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeClusterResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeClusterResponse', version, 0, 2);
      return decodeDescribeClusterResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeClusterResponse', version, 0, 2);
      encodeDescribeClusterResponse(writer, version, value);
    },
  },
};
