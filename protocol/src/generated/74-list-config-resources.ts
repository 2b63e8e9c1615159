// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ListConfigResourcesRequest {
  readonly resourceTypes: readonly number[];
}

export interface ListConfigResourcesRequestInit {
  readonly resourceTypes?: readonly number[] | undefined;
}

function decodeListConfigResourcesRequest(r: Reader, version: number): ListConfigResourcesRequest {
  const resourceTypes_: number[] = [];
  if (version >= 1) {
    const resourceTypes_length = r.compactArrayLength(1);
    for (let i = 0; i < resourceTypes_length; i++) resourceTypes_.push(r.int8());
  }
  r.skipTags();
  return {
    resourceTypes: resourceTypes_,
  };
}

function encodeListConfigResourcesRequest(w: Writer, version: number, value: ListConfigResourcesRequestInit): void {
  const resourceTypes_: readonly number[] = value.resourceTypes ?? [];
  if (!(version >= 1) && resourceTypes_.length !== 0) throw fieldNotInVersion('ListConfigResourcesRequest', 'resourceTypes', version);
  if (version >= 1) {
    w.compactArrayLength(resourceTypes_.length);
    for (const item of resourceTypes_) w.int8(item);
  }
  w.unsignedVarint(0);
}

export interface ListConfigResourcesResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly configResources: readonly ListConfigResourcesResponseConfigResource[];
}

export interface ListConfigResourcesResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly configResources: readonly ListConfigResourcesResponseConfigResourceInit[];
}

export interface ListConfigResourcesResponseConfigResource {
  readonly resourceName: string;
  readonly resourceType: number;
}

export interface ListConfigResourcesResponseConfigResourceInit {
  readonly resourceName: string;
  readonly resourceType?: number | undefined;
}

function decodeListConfigResourcesResponse(r: Reader, version: number): ListConfigResourcesResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const configResources_: ListConfigResourcesResponseConfigResource[] = [];
  const configResources_length = r.compactArrayLength(2);
  for (let i = 0; i < configResources_length; i++) configResources_.push(decodeListConfigResourcesResponseConfigResource(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    configResources: configResources_,
  };
}

function encodeListConfigResourcesResponse(w: Writer, version: number, value: ListConfigResourcesResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const configResources_: readonly ListConfigResourcesResponseConfigResourceInit[] = value.configResources;
  w.compactArrayLength(configResources_.length);
  for (const item of configResources_) encodeListConfigResourcesResponseConfigResource(w, version, item);
  w.unsignedVarint(0);
}

function decodeListConfigResourcesResponseConfigResource(r: Reader, version: number): ListConfigResourcesResponseConfigResource {
  const resourceName_ = r.compactString();
  const resourceType_ = version >= 1 ? r.int8() : 16;
  r.skipTags();
  return {
    resourceName: resourceName_,
    resourceType: resourceType_,
  };
}

function encodeListConfigResourcesResponseConfigResource(w: Writer, version: number, value: ListConfigResourcesResponseConfigResourceInit): void {
  const resourceName_: string = value.resourceName;
  w.compactString(resourceName_);
  if (version >= 1) {
    const resourceType_: number = value.resourceType ?? 16;
    w.int8(resourceType_);
  }
  w.unsignedVarint(0);
}

export const listConfigResources: Api<ListConfigResourcesRequest, ListConfigResourcesRequestInit, ListConfigResourcesResponse, ListConfigResourcesResponseInit> = {
  key: 74,
  name: 'ListConfigResources',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'ListConfigResourcesRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListConfigResourcesRequest', version, 0, 1);
      return decodeListConfigResourcesRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListConfigResourcesRequest', version, 0, 1);
      encodeListConfigResourcesRequest(writer, version, value);
    },
  },
  response: {
    name: 'ListConfigResourcesResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListConfigResourcesResponse', version, 0, 1);
      return decodeListConfigResourcesResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListConfigResourcesResponse', version, 0, 1);
      encodeListConfigResourcesResponse(writer, version, value);
    },
  },
};
