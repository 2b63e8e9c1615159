// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion, nullNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DeleteTopicsRequest {
  readonly topics: readonly DeleteTopicsRequestTopic[];
  readonly topicNames: readonly string[];
  readonly timeoutMs: number;
}

export interface DeleteTopicsRequestInit {
  readonly topics?: readonly DeleteTopicsRequestTopicInit[] | undefined;
  readonly topicNames?: readonly string[] | undefined;
  readonly timeoutMs: number;
}

export interface DeleteTopicsRequestTopic {
  readonly name: string | null;
  readonly topicId: Uuid;
}

export interface DeleteTopicsRequestTopicInit {
  readonly name?: string | null | undefined;
  readonly topicId: Uuid;
}

function decodeDeleteTopicsRequest(r: Reader, version: number): DeleteTopicsRequest {
  const topics_: DeleteTopicsRequestTopic[] = [];
  if (version >= 6) {
    const topics_length = r.compactArrayLength(18);
    for (let i = 0; i < topics_length; i++) topics_.push(decodeDeleteTopicsRequestTopic(r, version));
  }
  const topicNames_: string[] = [];
  if (version <= 5) {
    const topicNames_length = version >= 4 ? r.compactArrayLength(1) : r.arrayLength(2);
    for (let i = 0; i < topicNames_length; i++) topicNames_.push(version >= 4 ? r.compactString() : r.string());
  }
  const timeoutMs_ = r.int32();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    topics: topics_,
    topicNames: topicNames_,
    timeoutMs: timeoutMs_,
  };
}

function encodeDeleteTopicsRequest(w: Writer, version: number, value: DeleteTopicsRequestInit): void {
  const topics_: readonly DeleteTopicsRequestTopicInit[] = value.topics ?? [];
  if (!(version >= 6) && topics_.length !== 0) throw fieldNotInVersion('DeleteTopicsRequest', 'topics', version);
  if (version >= 6) {
    w.compactArrayLength(topics_.length);
    for (const item of topics_) encodeDeleteTopicsRequestTopic(w, version, item);
  }
  if (version <= 5) {
    const topicNames_: readonly string[] = value.topicNames ?? [];
    if (version >= 4) {
      w.compactArrayLength(topicNames_.length);
    } else {
      w.arrayLength(topicNames_.length);
    }
    for (const item of topicNames_) if (version >= 4) w.compactString(item); else w.string(item);
  }
  const timeoutMs_: number = value.timeoutMs;
  w.int32(timeoutMs_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteTopicsRequestTopic(r: Reader, version: number): DeleteTopicsRequestTopic {
  const name_ = r.compactNullableString();
  const topicId_ = r.uuid();
  r.skipTags();
  return {
    name: name_,
    topicId: topicId_,
  };
}

function encodeDeleteTopicsRequestTopic(w: Writer, version: number, value: DeleteTopicsRequestTopicInit): void {
  const name_: string | null = value.name ?? null;
  w.compactNullableString(name_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  w.unsignedVarint(0);
}

export interface DeleteTopicsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly DeleteTopicsResponseTopic[];
}

export interface DeleteTopicsResponseInit {
  readonly throttleTimeMs: number;
  readonly responses: readonly DeleteTopicsResponseTopicInit[];
}

export interface DeleteTopicsResponseTopic {
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface DeleteTopicsResponseTopicInit {
  readonly name: string | null;
  readonly topicId?: Uuid | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeDeleteTopicsResponse(r: Reader, version: number): DeleteTopicsResponse {
  const throttleTimeMs_ = r.int32();
  const responses_: DeleteTopicsResponseTopic[] = [];
  const responses_length = version >= 4 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeDeleteTopicsResponseTopic(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    responses: responses_,
  };
}

function encodeDeleteTopicsResponse(w: Writer, version: number, value: DeleteTopicsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const responses_: readonly DeleteTopicsResponseTopicInit[] = value.responses;
  if (version >= 4) {
    w.compactArrayLength(responses_.length);
  } else {
    w.arrayLength(responses_.length);
  }
  for (const item of responses_) encodeDeleteTopicsResponseTopic(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteTopicsResponseTopic(r: Reader, version: number): DeleteTopicsResponseTopic {
  const name_ = version >= 4 ? (version >= 6 ? r.compactNullableString() : r.compactString()) : (version >= 6 ? r.nullableString() : r.string());
  const topicId_ = version >= 6 ? r.uuid() : ZERO_UUID;
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 5 ? r.compactNullableString() : null;
  if (version >= 4) {
    r.skipTags();
  }
  return {
    name: name_,
    topicId: topicId_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeDeleteTopicsResponseTopic(w: Writer, version: number, value: DeleteTopicsResponseTopicInit): void {
  const name_: string | null = value.name;
  if (!(version >= 6) && name_ === null) throw nullNotInVersion('DeleteTopicsResponseTopic', 'name', version);
  if (version >= 4) {
    w.compactNullableString(name_);
  } else {
    w.nullableString(name_);
  }
  if (version >= 6) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 5) {
    const errorMessage_: string | null = value.errorMessage ?? null;
    w.compactNullableString(errorMessage_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const deleteTopics: Api<DeleteTopicsRequest, DeleteTopicsRequestInit, DeleteTopicsResponse, DeleteTopicsResponseInit> = {
  key: 20,
  name: 'DeleteTopics',
  minVersion: 1,
  maxVersion: 6,
  listeners: ['broker', 'controller'],
  request: {
    name: 'DeleteTopicsRequest',
    minVersion: 1,
    maxVersion: 6,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('DeleteTopicsRequest', version, 1, 6);
      return decodeDeleteTopicsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteTopicsRequest', version, 1, 6);
      encodeDeleteTopicsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DeleteTopicsResponse',
    minVersion: 1,
    maxVersion: 6,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('DeleteTopicsResponse', version, 1, 6);
      return decodeDeleteTopicsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteTopicsResponse', version, 1, 6);
      encodeDeleteTopicsResponse(writer, version, value);
    },
  },
};
