// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface WriteTxnMarkersRequest {
  readonly markers: readonly WriteTxnMarkersRequestMarker[];
}

export interface WriteTxnMarkersRequestInit {
  readonly markers: readonly WriteTxnMarkersRequestMarkerInit[];
}

export interface WriteTxnMarkersRequestMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly transactionResult: boolean;
  readonly topics: readonly WriteTxnMarkersRequestTopic[];
  readonly coordinatorEpoch: number;
  readonly transactionVersion: number;
}

export interface WriteTxnMarkersRequestMarkerInit {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly transactionResult: boolean;
  readonly topics: readonly WriteTxnMarkersRequestTopicInit[];
  readonly coordinatorEpoch: number;
  readonly transactionVersion?: number | undefined;
}

export interface WriteTxnMarkersRequestTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

export interface WriteTxnMarkersRequestTopicInit {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}

function decodeWriteTxnMarkersRequest(r: Reader, version: number): WriteTxnMarkersRequest {
  const markers_: WriteTxnMarkersRequestMarker[] = [];
  const markers_length = r.compactArrayLength(17);
  for (let i = 0; i < markers_length; i++) markers_.push(decodeWriteTxnMarkersRequestMarker(r, version));
  r.skipTags();
  return {
    markers: markers_,
  };
}

function encodeWriteTxnMarkersRequest(w: Writer, version: number, value: WriteTxnMarkersRequestInit): void {
  const markers_: readonly WriteTxnMarkersRequestMarkerInit[] = value.markers;
  w.compactArrayLength(markers_.length);
  for (const item of markers_) encodeWriteTxnMarkersRequestMarker(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteTxnMarkersRequestMarker(r: Reader, version: number): WriteTxnMarkersRequestMarker {
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const transactionResult_ = r.bool();
  const topics_: WriteTxnMarkersRequestTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeWriteTxnMarkersRequestTopic(r, version));
  const coordinatorEpoch_ = r.int32();
  const transactionVersion_ = version >= 2 ? r.int8() : 0;
  r.skipTags();
  return {
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    transactionResult: transactionResult_,
    topics: topics_,
    coordinatorEpoch: coordinatorEpoch_,
    transactionVersion: transactionVersion_,
  };
}

function encodeWriteTxnMarkersRequestMarker(w: Writer, version: number, value: WriteTxnMarkersRequestMarkerInit): void {
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const transactionResult_: boolean = value.transactionResult;
  w.bool(transactionResult_);
  const topics_: readonly WriteTxnMarkersRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeWriteTxnMarkersRequestTopic(w, version, item);
  const coordinatorEpoch_: number = value.coordinatorEpoch;
  w.int32(coordinatorEpoch_);
  if (version >= 2) {
    const transactionVersion_: number = value.transactionVersion ?? 0;
    w.int8(transactionVersion_);
  }
  w.unsignedVarint(0);
}

function decodeWriteTxnMarkersRequestTopic(r: Reader, version: number): WriteTxnMarkersRequestTopic {
  const name_ = r.compactString();
  const partitionIndexes_: number[] = [];
  const partitionIndexes_length = r.compactArrayLength(4);
  for (let i = 0; i < partitionIndexes_length; i++) partitionIndexes_.push(r.int32());
  r.skipTags();
  return {
    name: name_,
    partitionIndexes: partitionIndexes_,
  };
}

function encodeWriteTxnMarkersRequestTopic(w: Writer, version: number, value: WriteTxnMarkersRequestTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitionIndexes_: readonly number[] = value.partitionIndexes;
  w.compactArrayLength(partitionIndexes_.length);
  for (const item of partitionIndexes_) w.int32(item);
  w.unsignedVarint(0);
}

export interface WriteTxnMarkersResponse {
  readonly markers: readonly WriteTxnMarkersResponseMarker[];
}

export interface WriteTxnMarkersResponseInit {
  readonly markers: readonly WriteTxnMarkersResponseMarkerInit[];
}

export interface WriteTxnMarkersResponseMarker {
  readonly producerId: number;
  readonly topics: readonly WriteTxnMarkersResponseTopic[];
}

export interface WriteTxnMarkersResponseMarkerInit {
  readonly producerId: number;
  readonly topics: readonly WriteTxnMarkersResponseTopicInit[];
}

export interface WriteTxnMarkersResponseTopic {
  readonly name: string;
  readonly partitions: readonly WriteTxnMarkersResponsePartition[];
}

export interface WriteTxnMarkersResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly WriteTxnMarkersResponsePartitionInit[];
}

export interface WriteTxnMarkersResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

export interface WriteTxnMarkersResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

function decodeWriteTxnMarkersResponse(r: Reader, version: number): WriteTxnMarkersResponse {
  const markers_: WriteTxnMarkersResponseMarker[] = [];
  const markers_length = r.compactArrayLength(10);
  for (let i = 0; i < markers_length; i++) markers_.push(decodeWriteTxnMarkersResponseMarker(r, version));
  r.skipTags();
  return {
    markers: markers_,
  };
}

function encodeWriteTxnMarkersResponse(w: Writer, version: number, value: WriteTxnMarkersResponseInit): void {
  const markers_: readonly WriteTxnMarkersResponseMarkerInit[] = value.markers;
  w.compactArrayLength(markers_.length);
  for (const item of markers_) encodeWriteTxnMarkersResponseMarker(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteTxnMarkersResponseMarker(r: Reader, version: number): WriteTxnMarkersResponseMarker {
  const producerId_ = r.int64();
  const topics_: WriteTxnMarkersResponseTopic[] = [];
  const topics_length = r.compactArrayLength(3);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeWriteTxnMarkersResponseTopic(r, version));
  r.skipTags();
  return {
    producerId: producerId_,
    topics: topics_,
  };
}

function encodeWriteTxnMarkersResponseMarker(w: Writer, version: number, value: WriteTxnMarkersResponseMarkerInit): void {
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const topics_: readonly WriteTxnMarkersResponseTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeWriteTxnMarkersResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteTxnMarkersResponseTopic(r: Reader, version: number): WriteTxnMarkersResponseTopic {
  const name_ = r.compactString();
  const partitions_: WriteTxnMarkersResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(7);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeWriteTxnMarkersResponsePartition(r, version));
  r.skipTags();
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeWriteTxnMarkersResponseTopic(w: Writer, version: number, value: WriteTxnMarkersResponseTopicInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const partitions_: readonly WriteTxnMarkersResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeWriteTxnMarkersResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeWriteTxnMarkersResponsePartition(r: Reader, version: number): WriteTxnMarkersResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  r.skipTags();
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
  };
}

function encodeWriteTxnMarkersResponsePartition(w: Writer, version: number, value: WriteTxnMarkersResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  w.unsignedVarint(0);
}

export const writeTxnMarkers: Api<WriteTxnMarkersRequest, WriteTxnMarkersRequestInit, WriteTxnMarkersResponse, WriteTxnMarkersResponseInit> = {
  key: 27,
  name: 'WriteTxnMarkers',
  minVersion: 1,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'WriteTxnMarkersRequest',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('WriteTxnMarkersRequest', version, 1, 2);
      return decodeWriteTxnMarkersRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('WriteTxnMarkersRequest', version, 1, 2);
      encodeWriteTxnMarkersRequest(writer, version, value);
    },
  },
  response: {
    name: 'WriteTxnMarkersResponse',
    minVersion: 1,
    maxVersion: 2,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('WriteTxnMarkersResponse', version, 1, 2);
      return decodeWriteTxnMarkersResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('WriteTxnMarkersResponse', version, 1, 2);
      encodeWriteTxnMarkersResponse(writer, version, value);
    },
  },
};
