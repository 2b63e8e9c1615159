// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface CreateTopicsRequest {
  readonly topics: readonly CreateTopicsRequestTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

export interface CreateTopicsRequestInit {
  readonly topics: readonly CreateTopicsRequestTopicInit[];
  readonly timeoutMs?: number | undefined;
  readonly validateOnly?: boolean | undefined;
}

export interface CreateTopicsRequestTopic {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly CreateTopicsRequestAssignment[];
  readonly configs: readonly CreateTopicsRequestConfig[];
}

export interface CreateTopicsRequestTopicInit {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly CreateTopicsRequestAssignmentInit[];
  readonly configs: readonly CreateTopicsRequestConfigInit[];
}

export interface CreateTopicsRequestConfig {
  readonly name: string;
  readonly value: string | null;
}

export interface CreateTopicsRequestConfigInit {
  readonly name: string;
  readonly value: string | null;
}

export interface CreateTopicsRequestAssignment {
  readonly partitionIndex: number;
  readonly brokerIds: readonly number[];
}

export interface CreateTopicsRequestAssignmentInit {
  readonly partitionIndex: number;
  readonly brokerIds: readonly number[];
}

function decodeCreateTopicsRequest(r: Reader, version: number): CreateTopicsRequest {
  const topics_: CreateTopicsRequestTopic[] = [];
  const topics_length = version >= 5 ? r.compactArrayLength(10) : r.arrayLength(16);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeCreateTopicsRequestTopic(r, version));
  const timeoutMs_ = r.int32();
  const validateOnly_ = r.bool();
  if (version >= 5) {
    r.skipTags();
  }
  return {
    topics: topics_,
    timeoutMs: timeoutMs_,
    validateOnly: validateOnly_,
  };
}

function encodeCreateTopicsRequest(w: Writer, version: number, value: CreateTopicsRequestInit): void {
  const topics_: readonly CreateTopicsRequestTopicInit[] = value.topics;
  if (version >= 5) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeCreateTopicsRequestTopic(w, version, item);
  const timeoutMs_: number = value.timeoutMs ?? 60000;
  w.int32(timeoutMs_);
  const validateOnly_: boolean = value.validateOnly ?? false;
  w.bool(validateOnly_);
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeCreateTopicsRequestTopic(r: Reader, version: number): CreateTopicsRequestTopic {
  const name_ = version >= 5 ? r.compactString() : r.string();
  const numPartitions_ = r.int32();
  const replicationFactor_ = r.int16();
  const assignments_: CreateTopicsRequestAssignment[] = [];
  const assignments_length = version >= 5 ? r.compactArrayLength(6) : r.arrayLength(8);
  for (let i = 0; i < assignments_length; i++) assignments_.push(decodeCreateTopicsRequestAssignment(r, version));
  const configs_: CreateTopicsRequestConfig[] = [];
  const configs_length = version >= 5 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < configs_length; i++) configs_.push(decodeCreateTopicsRequestConfig(r, version));
  if (version >= 5) {
    r.skipTags();
  }
  return {
    name: name_,
    numPartitions: numPartitions_,
    replicationFactor: replicationFactor_,
    assignments: assignments_,
    configs: configs_,
  };
}

function encodeCreateTopicsRequestTopic(w: Writer, version: number, value: CreateTopicsRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 5) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const numPartitions_: number = value.numPartitions;
  w.int32(numPartitions_);
  const replicationFactor_: number = value.replicationFactor;
  w.int16(replicationFactor_);
  const assignments_: readonly CreateTopicsRequestAssignmentInit[] = value.assignments;
  if (version >= 5) {
    w.compactArrayLength(assignments_.length);
  } else {
    w.arrayLength(assignments_.length);
  }
  for (const item of assignments_) encodeCreateTopicsRequestAssignment(w, version, item);
  const configs_: readonly CreateTopicsRequestConfigInit[] = value.configs;
  if (version >= 5) {
    w.compactArrayLength(configs_.length);
  } else {
    w.arrayLength(configs_.length);
  }
  for (const item of configs_) encodeCreateTopicsRequestConfig(w, version, item);
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeCreateTopicsRequestConfig(r: Reader, version: number): CreateTopicsRequestConfig {
  const name_ = version >= 5 ? r.compactString() : r.string();
  const value_ = version >= 5 ? r.compactNullableString() : r.nullableString();
  if (version >= 5) {
    r.skipTags();
  }
  return {
    name: name_,
    value: value_,
  };
}

function encodeCreateTopicsRequestConfig(w: Writer, version: number, value: CreateTopicsRequestConfigInit): void {
  const name_: string = value.name;
  if (version >= 5) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const value_: string | null = value.value;
  if (version >= 5) {
    w.compactNullableString(value_);
  } else {
    w.nullableString(value_);
  }
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeCreateTopicsRequestAssignment(r: Reader, version: number): CreateTopicsRequestAssignment {
  const partitionIndex_ = r.int32();
  const brokerIds_: number[] = [];
  const brokerIds_length = version >= 5 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < brokerIds_length; i++) brokerIds_.push(r.int32());
  if (version >= 5) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    brokerIds: brokerIds_,
  };
}

function encodeCreateTopicsRequestAssignment(w: Writer, version: number, value: CreateTopicsRequestAssignmentInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const brokerIds_: readonly number[] = value.brokerIds;
  if (version >= 5) {
    w.compactArrayLength(brokerIds_.length);
  } else {
    w.arrayLength(brokerIds_.length);
  }
  for (const item of brokerIds_) w.int32(item);
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

export interface CreateTopicsResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly CreateTopicsResponseTopic[];
}

export interface CreateTopicsResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly CreateTopicsResponseTopicInit[];
}

export interface CreateTopicsResponseTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topicConfigErrorCode: number;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configs: readonly CreateTopicsResponseConfig[] | null;
}

export interface CreateTopicsResponseTopicInit {
  readonly name: string;
  readonly topicId?: Uuid | undefined;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly topicConfigErrorCode?: number | undefined;
  readonly numPartitions?: number | undefined;
  readonly replicationFactor?: number | undefined;
  readonly configs?: readonly CreateTopicsResponseConfigInit[] | null | undefined;
}

export interface CreateTopicsResponseConfig {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
}

export interface CreateTopicsResponseConfigInit {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource?: number | undefined;
  readonly isSensitive: boolean;
}

function decodeCreateTopicsResponse(r: Reader, version: number): CreateTopicsResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: CreateTopicsResponseTopic[] = [];
  const topics_length = version >= 5 ? r.compactArrayLength(12) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeCreateTopicsResponseTopic(r, version));
  if (version >= 5) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeCreateTopicsResponse(w: Writer, version: number, value: CreateTopicsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly CreateTopicsResponseTopicInit[] = value.topics;
  if (version >= 5) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeCreateTopicsResponseTopic(w, version, item);
  if (version >= 5) {
    w.unsignedVarint(0);
  }
}

function decodeCreateTopicsResponseTopic(r: Reader, version: number): CreateTopicsResponseTopic {
  const name_ = version >= 5 ? r.compactString() : r.string();
  const topicId_ = version >= 7 ? r.uuid() : ZERO_UUID;
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 5 ? r.compactNullableString() : r.nullableString();
  const numPartitions_ = version >= 5 ? r.int32() : -1;
  const replicationFactor_ = version >= 5 ? r.int16() : -1;
  let configs_: readonly CreateTopicsResponseConfig[] | null = [];
  if (version >= 5) {
    const length = r.compactNullableArrayLength(6);
    if (length < 0) {
      configs_ = null;
    } else {
      const items: CreateTopicsResponseConfig[] = [];
      for (let i = 0; i < length; i++) items.push(decodeCreateTopicsResponseConfig(r, version));
      configs_ = items;
    }
  }
  let topicConfigErrorCode_: number = 0;
  if (version >= 5) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          topicConfigErrorCode_ = r.int16();
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    name: name_,
    topicId: topicId_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    topicConfigErrorCode: topicConfigErrorCode_,
    numPartitions: numPartitions_,
    replicationFactor: replicationFactor_,
    configs: configs_,
  };
}

function encodeCreateTopicsResponseTopic(w: Writer, version: number, value: CreateTopicsResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 5) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  if (version >= 7) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 5) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  if (version >= 5) {
    const numPartitions_: number = value.numPartitions ?? -1;
    w.int32(numPartitions_);
  }
  if (version >= 5) {
    const replicationFactor_: number = value.replicationFactor ?? -1;
    w.int16(replicationFactor_);
  }
  if (version >= 5) {
    const configs_: readonly CreateTopicsResponseConfigInit[] | null = value.configs === undefined ? [] : value.configs;
    if (configs_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(configs_.length);
      for (const item of configs_) encodeCreateTopicsResponseConfig(w, version, item);
    }
  }
  const topicConfigErrorCode_: number = value.topicConfigErrorCode ?? 0;
  if (version >= 5) {
    const has_topicConfigErrorCode = topicConfigErrorCode_ !== 0;
    w.unsignedVarint((has_topicConfigErrorCode ? 1 : 0));
    if (has_topicConfigErrorCode) {
      const mark = w.beginTag(0);
      w.int16(topicConfigErrorCode_);
      w.endTag(mark);
    }
  }
}

function decodeCreateTopicsResponseConfig(r: Reader, version: number): CreateTopicsResponseConfig {
  const name_ = r.compactString();
  const value_ = r.compactNullableString();
  const readOnly_ = r.bool();
  const configSource_ = r.int8();
  const isSensitive_ = r.bool();
  r.skipTags();
  return {
    name: name_,
    value: value_,
    readOnly: readOnly_,
    configSource: configSource_,
    isSensitive: isSensitive_,
  };
}

function encodeCreateTopicsResponseConfig(w: Writer, version: number, value: CreateTopicsResponseConfigInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const value_: string | null = value.value;
  w.compactNullableString(value_);
  const readOnly_: boolean = value.readOnly;
  w.bool(readOnly_);
  const configSource_: number = value.configSource ?? -1;
  w.int8(configSource_);
  const isSensitive_: boolean = value.isSensitive;
  w.bool(isSensitive_);
  w.unsignedVarint(0);
}

export const createTopics: Api<CreateTopicsRequest, CreateTopicsRequestInit, CreateTopicsResponse, CreateTopicsResponseInit> = {
  key: 19,
  name: 'CreateTopics',
  minVersion: 2,
  maxVersion: 7,
  listeners: ['broker', 'controller'],
  request: {
    name: 'CreateTopicsRequest',
    minVersion: 2,
    maxVersion: 7,
    flexibleFrom: 5,
    decode(reader, version) {
      checkVersion('CreateTopicsRequest', version, 2, 7);
      return decodeCreateTopicsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('CreateTopicsRequest', version, 2, 7);
      encodeCreateTopicsRequest(writer, version, value);
    },
  },
  response: {
    name: 'CreateTopicsResponse',
    minVersion: 2,
    maxVersion: 7,
    flexibleFrom: 5,
    decode(reader, version) {
      checkVersion('CreateTopicsResponse', version, 2, 7);
      return decodeCreateTopicsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('CreateTopicsResponse', version, 2, 7);
      encodeCreateTopicsResponse(writer, version, value);
    },
  },
};
