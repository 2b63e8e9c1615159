// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AlterConfigsRequest {
  readonly resources: readonly AlterConfigsRequestResource[];
  readonly validateOnly: boolean;
}

export interface AlterConfigsRequestInit {
  readonly resources: readonly AlterConfigsRequestResourceInit[];
  readonly validateOnly: boolean;
}

export interface AlterConfigsRequestResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly AlterConfigsRequestConfig[];
}

export interface AlterConfigsRequestResourceInit {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly AlterConfigsRequestConfigInit[];
}

export interface AlterConfigsRequestConfig {
  readonly name: string;
  readonly value: string | null;
}

export interface AlterConfigsRequestConfigInit {
  readonly name: string;
  readonly value: string | null;
}

function decodeAlterConfigsRequest(r: Reader, version: number): AlterConfigsRequest {
  const resources_: AlterConfigsRequestResource[] = [];
  const resources_length = version >= 2 ? r.compactArrayLength(4) : r.arrayLength(7);
  for (let i = 0; i < resources_length; i++) resources_.push(decodeAlterConfigsRequestResource(r, version));
  const validateOnly_ = r.bool();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    resources: resources_,
    validateOnly: validateOnly_,
  };
}

function encodeAlterConfigsRequest(w: Writer, version: number, value: AlterConfigsRequestInit): void {
  const resources_: readonly AlterConfigsRequestResourceInit[] = value.resources;
  if (version >= 2) {
    w.compactArrayLength(resources_.length);
  } else {
    w.arrayLength(resources_.length);
  }
  for (const item of resources_) encodeAlterConfigsRequestResource(w, version, item);
  const validateOnly_: boolean = value.validateOnly;
  w.bool(validateOnly_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeAlterConfigsRequestResource(r: Reader, version: number): AlterConfigsRequestResource {
  const resourceType_ = r.int8();
  const resourceName_ = version >= 2 ? r.compactString() : r.string();
  const configs_: AlterConfigsRequestConfig[] = [];
  const configs_length = version >= 2 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < configs_length; i++) configs_.push(decodeAlterConfigsRequestConfig(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    resourceType: resourceType_,
    resourceName: resourceName_,
    configs: configs_,
  };
}

function encodeAlterConfigsRequestResource(w: Writer, version: number, value: AlterConfigsRequestResourceInit): void {
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 2) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  const configs_: readonly AlterConfigsRequestConfigInit[] = value.configs;
  if (version >= 2) {
    w.compactArrayLength(configs_.length);
  } else {
    w.arrayLength(configs_.length);
  }
  for (const item of configs_) encodeAlterConfigsRequestConfig(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeAlterConfigsRequestConfig(r: Reader, version: number): AlterConfigsRequestConfig {
  const name_ = version >= 2 ? r.compactString() : r.string();
  const value_ = version >= 2 ? r.compactNullableString() : r.nullableString();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    name: name_,
    value: value_,
  };
}

function encodeAlterConfigsRequestConfig(w: Writer, version: number, value: AlterConfigsRequestConfigInit): void {
  const name_: string = value.name;
  if (version >= 2) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const value_: string | null = value.value;
  if (version >= 2) {
    w.compactNullableString(value_);
  } else {
    w.nullableString(value_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface AlterConfigsResponse {
  readonly throttleTimeMs: number;
  readonly responses: readonly AlterConfigsResponseResponse[];
}

export interface AlterConfigsResponseInit {
  readonly throttleTimeMs: number;
  readonly responses: readonly AlterConfigsResponseResponseInit[];
}

export interface AlterConfigsResponseResponse {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface AlterConfigsResponseResponseInit {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

function decodeAlterConfigsResponse(r: Reader, version: number): AlterConfigsResponse {
  const throttleTimeMs_ = r.int32();
  const responses_: AlterConfigsResponseResponse[] = [];
  const responses_length = version >= 2 ? r.compactArrayLength(6) : r.arrayLength(7);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeAlterConfigsResponseResponse(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    responses: responses_,
  };
}

function encodeAlterConfigsResponse(w: Writer, version: number, value: AlterConfigsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const responses_: readonly AlterConfigsResponseResponseInit[] = value.responses;
  if (version >= 2) {
    w.compactArrayLength(responses_.length);
  } else {
    w.arrayLength(responses_.length);
  }
  for (const item of responses_) encodeAlterConfigsResponseResponse(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeAlterConfigsResponseResponse(r: Reader, version: number): AlterConfigsResponseResponse {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 2 ? r.compactNullableString() : r.nullableString();
  const resourceType_ = r.int8();
  const resourceName_ = version >= 2 ? r.compactString() : r.string();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    resourceType: resourceType_,
    resourceName: resourceName_,
  };
}

function encodeAlterConfigsResponseResponse(w: Writer, version: number, value: AlterConfigsResponseResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 2) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 2) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const alterConfigs: Api<AlterConfigsRequest, AlterConfigsRequestInit, AlterConfigsResponse, AlterConfigsResponseInit> = {
  key: 33,
  name: 'AlterConfigs',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker', 'controller'],
  request: {
    name: 'AlterConfigsRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('AlterConfigsRequest', version, 0, 2);
      return decodeAlterConfigsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterConfigsRequest', version, 0, 2);
      encodeAlterConfigsRequest(writer, version, value);
    },
  },
  response: {
    name: 'AlterConfigsResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('AlterConfigsResponse', version, 0, 2);
      return decodeAlterConfigsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterConfigsResponse', version, 0, 2);
      encodeAlterConfigsResponse(writer, version, value);
    },
  },
};
