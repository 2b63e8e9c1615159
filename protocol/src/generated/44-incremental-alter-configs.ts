// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface IncrementalAlterConfigsRequest {
  readonly resources: readonly IncrementalAlterConfigsRequestResource[];
  readonly validateOnly: boolean;
}

export interface IncrementalAlterConfigsRequestInit {
  readonly resources: readonly IncrementalAlterConfigsRequestResourceInit[];
  readonly validateOnly: boolean;
}

export interface IncrementalAlterConfigsRequestResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly IncrementalAlterConfigsRequestConfig[];
}

export interface IncrementalAlterConfigsRequestResourceInit {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly IncrementalAlterConfigsRequestConfigInit[];
}

export interface IncrementalAlterConfigsRequestConfig {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

export interface IncrementalAlterConfigsRequestConfigInit {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

function decodeIncrementalAlterConfigsRequest(r: Reader, version: number): IncrementalAlterConfigsRequest {
  const resources_: IncrementalAlterConfigsRequestResource[] = [];
  const resources_length = version >= 1 ? r.compactArrayLength(4) : r.arrayLength(7);
  for (let i = 0; i < resources_length; i++) resources_.push(decodeIncrementalAlterConfigsRequestResource(r, version));
  const validateOnly_ = r.bool();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    resources: resources_,
    validateOnly: validateOnly_,
  };
}

function encodeIncrementalAlterConfigsRequest(w: Writer, version: number, value: IncrementalAlterConfigsRequestInit): void {
  const resources_: readonly IncrementalAlterConfigsRequestResourceInit[] = value.resources;
  if (version >= 1) {
    w.compactArrayLength(resources_.length);
  } else {
    w.arrayLength(resources_.length);
  }
  for (const item of resources_) encodeIncrementalAlterConfigsRequestResource(w, version, item);
  const validateOnly_: boolean = value.validateOnly;
  w.bool(validateOnly_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeIncrementalAlterConfigsRequestResource(r: Reader, version: number): IncrementalAlterConfigsRequestResource {
  const resourceType_ = r.int8();
  const resourceName_ = version >= 1 ? r.compactString() : r.string();
  const configs_: IncrementalAlterConfigsRequestConfig[] = [];
  const configs_length = version >= 1 ? r.compactArrayLength(4) : r.arrayLength(5);
  for (let i = 0; i < configs_length; i++) configs_.push(decodeIncrementalAlterConfigsRequestConfig(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    resourceType: resourceType_,
    resourceName: resourceName_,
    configs: configs_,
  };
}

function encodeIncrementalAlterConfigsRequestResource(w: Writer, version: number, value: IncrementalAlterConfigsRequestResourceInit): void {
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 1) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  const configs_: readonly IncrementalAlterConfigsRequestConfigInit[] = value.configs;
  if (version >= 1) {
    w.compactArrayLength(configs_.length);
  } else {
    w.arrayLength(configs_.length);
  }
  for (const item of configs_) encodeIncrementalAlterConfigsRequestConfig(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeIncrementalAlterConfigsRequestConfig(r: Reader, version: number): IncrementalAlterConfigsRequestConfig {
  const name_ = version >= 1 ? r.compactString() : r.string();
  const configOperation_ = r.int8();
  const value_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    name: name_,
    configOperation: configOperation_,
    value: value_,
  };
}

function encodeIncrementalAlterConfigsRequestConfig(w: Writer, version: number, value: IncrementalAlterConfigsRequestConfigInit): void {
  const name_: string = value.name;
  if (version >= 1) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const configOperation_: number = value.configOperation;
  w.int8(configOperation_);
  const value_: string | null = value.value;
  if (version >= 1) {
    w.compactNullableString(value_);
  } else {
    w.nullableString(value_);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export interface IncrementalAlterConfigsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly IncrementalAlterConfigsResponseResource[];
}

export interface IncrementalAlterConfigsResponseInit {
  readonly throttleTimeMs: number;
  readonly responses: readonly IncrementalAlterConfigsResponseResourceInit[];
}

export interface IncrementalAlterConfigsResponseResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface IncrementalAlterConfigsResponseResourceInit {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

function decodeIncrementalAlterConfigsResponse(r: Reader, version: number): IncrementalAlterConfigsResponse {
  const throttleTimeMs_ = r.int32();
  const responses_: IncrementalAlterConfigsResponseResource[] = [];
  const responses_length = version >= 1 ? r.compactArrayLength(6) : r.arrayLength(7);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeIncrementalAlterConfigsResponseResource(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    responses: responses_,
  };
}

function encodeIncrementalAlterConfigsResponse(w: Writer, version: number, value: IncrementalAlterConfigsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const responses_: readonly IncrementalAlterConfigsResponseResourceInit[] = value.responses;
  if (version >= 1) {
    w.compactArrayLength(responses_.length);
  } else {
    w.arrayLength(responses_.length);
  }
  for (const item of responses_) encodeIncrementalAlterConfigsResponseResource(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeIncrementalAlterConfigsResponseResource(r: Reader, version: number): IncrementalAlterConfigsResponseResource {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  const resourceType_ = r.int8();
  const resourceName_ = version >= 1 ? r.compactString() : r.string();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    resourceType: resourceType_,
    resourceName: resourceName_,
  };
}

function encodeIncrementalAlterConfigsResponseResource(w: Writer, version: number, value: IncrementalAlterConfigsResponseResourceInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 1) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 1) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export const incrementalAlterConfigs: Api<IncrementalAlterConfigsRequest, IncrementalAlterConfigsRequestInit, IncrementalAlterConfigsResponse, IncrementalAlterConfigsResponseInit> = {
  key: 44,
  name: 'IncrementalAlterConfigs',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker', 'controller'],
  request: {
    name: 'IncrementalAlterConfigsRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('IncrementalAlterConfigsRequest', version, 0, 1);
      return decodeIncrementalAlterConfigsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('IncrementalAlterConfigsRequest', version, 0, 1);
      encodeIncrementalAlterConfigsRequest(writer, version, value);
    },
  },
  response: {
    name: 'IncrementalAlterConfigsResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('IncrementalAlterConfigsResponse', version, 0, 1);
      return decodeIncrementalAlterConfigsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('IncrementalAlterConfigsResponse', version, 0, 1);
      encodeIncrementalAlterConfigsResponse(writer, version, value);
    },
  },
};
