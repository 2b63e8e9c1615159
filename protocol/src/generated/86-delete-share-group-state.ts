// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DeleteShareGroupStateRequest {
  readonly groupId: string;
  readonly topics: readonly DeleteShareGroupStateRequestTopic[];
}

export interface DeleteShareGroupStateRequestInit {
  readonly groupId: string;
  readonly topics: readonly DeleteShareGroupStateRequestTopicInit[];
}

export interface DeleteShareGroupStateRequestTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly DeleteShareGroupStateRequestPartition[];
}

export interface DeleteShareGroupStateRequestTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly DeleteShareGroupStateRequestPartitionInit[];
}

export interface DeleteShareGroupStateRequestPartition {
  readonly partition: number;
  readonly stateEpoch: number;
}

export interface DeleteShareGroupStateRequestPartitionInit {
  readonly partition: number;
  readonly stateEpoch?: number | undefined;
}

function decodeDeleteShareGroupStateRequest(r: Reader, version: number): DeleteShareGroupStateRequest {
  const groupId_ = r.compactString();
  const topics_: DeleteShareGroupStateRequestTopic[] = [];
  const topics_length = r.compactArrayLength(18);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDeleteShareGroupStateRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeDeleteShareGroupStateRequest(w: Writer, version: number, value: DeleteShareGroupStateRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DeleteShareGroupStateRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDeleteShareGroupStateRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupStateRequestTopic(r: Reader, version: number): DeleteShareGroupStateRequestTopic {
  const topicId_ = r.uuid();
  const partitions_: DeleteShareGroupStateRequestPartition[] = [];
  const partitions_length = r.compactArrayLength(5);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDeleteShareGroupStateRequestPartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeDeleteShareGroupStateRequestTopic(w: Writer, version: number, value: DeleteShareGroupStateRequestTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly DeleteShareGroupStateRequestPartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDeleteShareGroupStateRequestPartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupStateRequestPartition(r: Reader, version: number): DeleteShareGroupStateRequestPartition {
  const partition_ = r.int32();
  let stateEpoch_: number = -1;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 10000: {
        stateEpoch_ = r.int32();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    partition: partition_,
    stateEpoch: stateEpoch_,
  };
}

function encodeDeleteShareGroupStateRequestPartition(w: Writer, version: number, value: DeleteShareGroupStateRequestPartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const stateEpoch_: number = value.stateEpoch ?? -1;
  const has_stateEpoch = stateEpoch_ !== -1;
  w.unsignedVarint((has_stateEpoch ? 1 : 0));
  if (has_stateEpoch) {
    const mark = w.beginTag(10000);
    w.int32(stateEpoch_);
    w.endTag(mark);
  }
}

export interface DeleteShareGroupStateResponse {
  readonly results: readonly DeleteShareGroupStateResponseTopic[];
}

export interface DeleteShareGroupStateResponseInit {
  readonly results: readonly DeleteShareGroupStateResponseTopicInit[];
}

export interface DeleteShareGroupStateResponseTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly DeleteShareGroupStateResponsePartition[];
}

export interface DeleteShareGroupStateResponseTopicInit {
  readonly topicId: Uuid;
  readonly partitions: readonly DeleteShareGroupStateResponsePartitionInit[];
}

export interface DeleteShareGroupStateResponsePartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DeleteShareGroupStateResponsePartitionInit {
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeDeleteShareGroupStateResponse(r: Reader, version: number): DeleteShareGroupStateResponse {
  const results_: DeleteShareGroupStateResponseTopic[] = [];
  const results_length = r.compactArrayLength(18);
  for (let i = 0; i < results_length; i++) results_.push(decodeDeleteShareGroupStateResponseTopic(r, version));
  r.skipTags();
  return {
    results: results_,
  };
}

function encodeDeleteShareGroupStateResponse(w: Writer, version: number, value: DeleteShareGroupStateResponseInit): void {
  const results_: readonly DeleteShareGroupStateResponseTopicInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeDeleteShareGroupStateResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupStateResponseTopic(r: Reader, version: number): DeleteShareGroupStateResponseTopic {
  const topicId_ = r.uuid();
  const partitions_: DeleteShareGroupStateResponsePartition[] = [];
  const partitions_length = r.compactArrayLength(8);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeDeleteShareGroupStateResponsePartition(r, version));
  r.skipTags();
  return {
    topicId: topicId_,
    partitions: partitions_,
  };
}

function encodeDeleteShareGroupStateResponseTopic(w: Writer, version: number, value: DeleteShareGroupStateResponseTopicInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const partitions_: readonly DeleteShareGroupStateResponsePartitionInit[] = value.partitions;
  w.compactArrayLength(partitions_.length);
  for (const item of partitions_) encodeDeleteShareGroupStateResponsePartition(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupStateResponsePartition(r: Reader, version: number): DeleteShareGroupStateResponsePartition {
  const partition_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    partition: partition_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDeleteShareGroupStateResponsePartition(w: Writer, version: number, value: DeleteShareGroupStateResponsePartitionInit): void {
  const partition_: number = value.partition;
  w.int32(partition_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const deleteShareGroupState: Api<DeleteShareGroupStateRequest, DeleteShareGroupStateRequestInit, DeleteShareGroupStateResponse, DeleteShareGroupStateResponseInit> = {
  key: 86,
  name: 'DeleteShareGroupState',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'DeleteShareGroupStateRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DeleteShareGroupStateRequest', version, 0, 0);
      return decodeDeleteShareGroupStateRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteShareGroupStateRequest', version, 0, 0);
      encodeDeleteShareGroupStateRequest(writer, version, value);
    },
  },
  response: {
    name: 'DeleteShareGroupStateResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DeleteShareGroupStateResponse', version, 0, 0);
      return decodeDeleteShareGroupStateResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteShareGroupStateResponse', version, 0, 0);
      encodeDeleteShareGroupStateResponse(writer, version, value);
    },
  },
};
