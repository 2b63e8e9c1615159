// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DeleteShareGroupOffsetsRequest {
  readonly groupId: string;
  readonly topics: readonly DeleteShareGroupOffsetsRequestTopic[];
}

export interface DeleteShareGroupOffsetsRequestInit {
  readonly groupId: string;
  readonly topics: readonly DeleteShareGroupOffsetsRequestTopicInit[];
}

export interface DeleteShareGroupOffsetsRequestTopic {
  readonly topicName: string;
}

export interface DeleteShareGroupOffsetsRequestTopicInit {
  readonly topicName: string;
}

function decodeDeleteShareGroupOffsetsRequest(r: Reader, version: number): DeleteShareGroupOffsetsRequest {
  const groupId_ = r.compactString();
  const topics_: DeleteShareGroupOffsetsRequestTopic[] = [];
  const topics_length = r.compactArrayLength(2);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeDeleteShareGroupOffsetsRequestTopic(r, version));
  r.skipTags();
  return {
    groupId: groupId_,
    topics: topics_,
  };
}

function encodeDeleteShareGroupOffsetsRequest(w: Writer, version: number, value: DeleteShareGroupOffsetsRequestInit): void {
  const groupId_: string = value.groupId;
  w.compactString(groupId_);
  const topics_: readonly DeleteShareGroupOffsetsRequestTopicInit[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) encodeDeleteShareGroupOffsetsRequestTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupOffsetsRequestTopic(r: Reader, version: number): DeleteShareGroupOffsetsRequestTopic {
  const topicName_ = r.compactString();
  r.skipTags();
  return {
    topicName: topicName_,
  };
}

function encodeDeleteShareGroupOffsetsRequestTopic(w: Writer, version: number, value: DeleteShareGroupOffsetsRequestTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  w.unsignedVarint(0);
}

export interface DeleteShareGroupOffsetsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly responses: readonly DeleteShareGroupOffsetsResponseTopic[];
}

export interface DeleteShareGroupOffsetsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly responses: readonly DeleteShareGroupOffsetsResponseTopicInit[];
}

export interface DeleteShareGroupOffsetsResponseTopic {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DeleteShareGroupOffsetsResponseTopicInit {
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeDeleteShareGroupOffsetsResponse(r: Reader, version: number): DeleteShareGroupOffsetsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const responses_: DeleteShareGroupOffsetsResponseTopic[] = [];
  const responses_length = r.compactArrayLength(21);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeDeleteShareGroupOffsetsResponseTopic(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    responses: responses_,
  };
}

function encodeDeleteShareGroupOffsetsResponse(w: Writer, version: number, value: DeleteShareGroupOffsetsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  const responses_: readonly DeleteShareGroupOffsetsResponseTopicInit[] = value.responses;
  w.compactArrayLength(responses_.length);
  for (const item of responses_) encodeDeleteShareGroupOffsetsResponseTopic(w, version, item);
  w.unsignedVarint(0);
}

function decodeDeleteShareGroupOffsetsResponseTopic(r: Reader, version: number): DeleteShareGroupOffsetsResponseTopic {
  const topicName_ = r.compactString();
  const topicId_ = r.uuid();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    topicName: topicName_,
    topicId: topicId_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDeleteShareGroupOffsetsResponseTopic(w: Writer, version: number, value: DeleteShareGroupOffsetsResponseTopicInit): void {
  const topicName_: string = value.topicName;
  w.compactString(topicName_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const deleteShareGroupOffsets: Api<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsRequestInit, DeleteShareGroupOffsetsResponse, DeleteShareGroupOffsetsResponseInit> = {
  key: 92,
  name: 'DeleteShareGroupOffsets',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker'],
  request: {
    name: 'DeleteShareGroupOffsetsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DeleteShareGroupOffsetsRequest', version, 0, 0);
      return decodeDeleteShareGroupOffsetsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteShareGroupOffsetsRequest', version, 0, 0);
      encodeDeleteShareGroupOffsetsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DeleteShareGroupOffsetsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DeleteShareGroupOffsetsResponse', version, 0, 0);
      return decodeDeleteShareGroupOffsetsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteShareGroupOffsetsResponse', version, 0, 0);
      encodeDeleteShareGroupOffsetsResponse(writer, version, value);
    },
  },
};
