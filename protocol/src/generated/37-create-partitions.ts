// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface CreatePartitionsRequest {
  readonly topics: readonly CreatePartitionsRequestTopic[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

export interface CreatePartitionsRequestInit {
  readonly topics: readonly CreatePartitionsRequestTopicInit[];
  readonly timeoutMs: number;
  readonly validateOnly: boolean;
}

export interface CreatePartitionsRequestTopic {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly CreatePartitionsRequestAssignment[] | null;
}

export interface CreatePartitionsRequestTopicInit {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly CreatePartitionsRequestAssignmentInit[] | null;
}

export interface CreatePartitionsRequestAssignment {
  readonly brokerIds: readonly number[];
}

export interface CreatePartitionsRequestAssignmentInit {
  readonly brokerIds: readonly number[];
}

function decodeCreatePartitionsRequest(r: Reader, version: number): CreatePartitionsRequest {
  const topics_: CreatePartitionsRequestTopic[] = [];
  const topics_length = version >= 2 ? r.compactArrayLength(7) : r.arrayLength(10);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeCreatePartitionsRequestTopic(r, version));
  const timeoutMs_ = r.int32();
  const validateOnly_ = r.bool();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    topics: topics_,
    timeoutMs: timeoutMs_,
    validateOnly: validateOnly_,
  };
}

function encodeCreatePartitionsRequest(w: Writer, version: number, value: CreatePartitionsRequestInit): void {
  const topics_: readonly CreatePartitionsRequestTopicInit[] = value.topics;
  if (version >= 2) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeCreatePartitionsRequestTopic(w, version, item);
  const timeoutMs_: number = value.timeoutMs;
  w.int32(timeoutMs_);
  const validateOnly_: boolean = value.validateOnly;
  w.bool(validateOnly_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeCreatePartitionsRequestTopic(r: Reader, version: number): CreatePartitionsRequestTopic {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const count_ = r.int32();
  let assignments_: readonly CreatePartitionsRequestAssignment[] | null = [];
  {
    const length = version >= 2 ? r.compactNullableArrayLength(2) : r.nullableArrayLength(4);
    if (length < 0) {
      assignments_ = null;
    } else {
      const items: CreatePartitionsRequestAssignment[] = [];
      for (let i = 0; i < length; i++) items.push(decodeCreatePartitionsRequestAssignment(r, version));
      assignments_ = items;
    }
  }
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    count: count_,
    assignments: assignments_,
  };
}

function encodeCreatePartitionsRequestTopic(w: Writer, version: number, value: CreatePartitionsRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const count_: number = value.count;
  w.int32(count_);
  const assignments_: readonly CreatePartitionsRequestAssignmentInit[] | null = value.assignments;
  if (assignments_ === null) {
    if (version >= 2) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 2) {
      w.compactArrayLength(assignments_.length);
    } else {
      w.arrayLength(assignments_.length);
    }
    for (const item of assignments_) encodeCreatePartitionsRequestAssignment(w, version, item);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeCreatePartitionsRequestAssignment(r: Reader, version: number): CreatePartitionsRequestAssignment {
  const brokerIds_: number[] = [];
  const brokerIds_length = version >= 2 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < brokerIds_length; i++) brokerIds_.push(r.int32());
  if (version >= 2) {
    r.skipTags();
  }
  return {
    brokerIds: brokerIds_,
  };
}

function encodeCreatePartitionsRequestAssignment(w: Writer, version: number, value: CreatePartitionsRequestAssignmentInit): void {
  const brokerIds_: readonly number[] = value.brokerIds;
  if (version >= 2) {
    w.compactArrayLength(brokerIds_.length);
  } else {
    w.arrayLength(brokerIds_.length);
  }
  for (const item of brokerIds_) w.int32(item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface CreatePartitionsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly CreatePartitionsResponseResult[];
}

export interface CreatePartitionsResponseInit {
  readonly throttleTimeMs: number;
  readonly results: readonly CreatePartitionsResponseResultInit[];
}

export interface CreatePartitionsResponseResult {
  readonly name: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface CreatePartitionsResponseResultInit {
  readonly name: string;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

function decodeCreatePartitionsResponse(r: Reader, version: number): CreatePartitionsResponse {
  const throttleTimeMs_ = r.int32();
  const results_: CreatePartitionsResponseResult[] = [];
  const results_length = version >= 2 ? r.compactArrayLength(5) : r.arrayLength(6);
  for (let i = 0; i < results_length; i++) results_.push(decodeCreatePartitionsResponseResult(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    results: results_,
  };
}

function encodeCreatePartitionsResponse(w: Writer, version: number, value: CreatePartitionsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const results_: readonly CreatePartitionsResponseResultInit[] = value.results;
  if (version >= 2) {
    w.compactArrayLength(results_.length);
  } else {
    w.arrayLength(results_.length);
  }
  for (const item of results_) encodeCreatePartitionsResponseResult(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeCreatePartitionsResponseResult(r: Reader, version: number): CreatePartitionsResponseResult {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 2 ? r.compactNullableString() : r.nullableString();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeCreatePartitionsResponseResult(w: Writer, version: number, value: CreatePartitionsResponseResultInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage ?? null;
  if (version >= 2) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const createPartitions: Api<CreatePartitionsRequest, CreatePartitionsRequestInit, CreatePartitionsResponse, CreatePartitionsResponseInit> = {
  key: 37,
  name: 'CreatePartitions',
  minVersion: 0,
  maxVersion: 3,
  listeners: ['broker', 'controller'],
  request: {
    name: 'CreatePartitionsRequest',
    minVersion: 0,
    maxVersion: 3,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('CreatePartitionsRequest', version, 0, 3);
      return decodeCreatePartitionsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('CreatePartitionsRequest', version, 0, 3);
      encodeCreatePartitionsRequest(writer, version, value);
    },
  },
  response: {
    name: 'CreatePartitionsResponse',
    minVersion: 0,
    maxVersion: 3,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('CreatePartitionsResponse', version, 0, 3);
      return decodeCreatePartitionsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('CreatePartitionsResponse', version, 0, 3);
      encodeCreatePartitionsResponse(writer, version, value);
    },
  },
};
