// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DeleteGroupsRequest {
  readonly groupsNames: readonly string[];
}

export interface DeleteGroupsRequestInit {
  readonly groupsNames: readonly string[];
}

function decodeDeleteGroupsRequest(r: Reader, version: number): DeleteGroupsRequest {
  const groupsNames_: string[] = [];
  const groupsNames_length = version >= 2 ? r.compactArrayLength(1) : r.arrayLength(2);
  for (let i = 0; i < groupsNames_length; i++) groupsNames_.push(version >= 2 ? r.compactString() : r.string());
  if (version >= 2) {
    r.skipTags();
  }
  return {
    groupsNames: groupsNames_,
  };
}

function encodeDeleteGroupsRequest(w: Writer, version: number, value: DeleteGroupsRequestInit): void {
  const groupsNames_: readonly string[] = value.groupsNames;
  if (version >= 2) {
    w.compactArrayLength(groupsNames_.length);
  } else {
    w.arrayLength(groupsNames_.length);
  }
  for (const item of groupsNames_) if (version >= 2) w.compactString(item); else w.string(item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export interface DeleteGroupsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly DeleteGroupsResponseResult[];
}

export interface DeleteGroupsResponseInit {
  readonly throttleTimeMs: number;
  readonly results: readonly DeleteGroupsResponseResultInit[];
}

export interface DeleteGroupsResponseResult {
  readonly groupId: string;
  readonly errorCode: number;
}

export interface DeleteGroupsResponseResultInit {
  readonly groupId: string;
  readonly errorCode: number;
}

function decodeDeleteGroupsResponse(r: Reader, version: number): DeleteGroupsResponse {
  const throttleTimeMs_ = r.int32();
  const results_: DeleteGroupsResponseResult[] = [];
  const results_length = version >= 2 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < results_length; i++) results_.push(decodeDeleteGroupsResponseResult(r, version));
  if (version >= 2) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    results: results_,
  };
}

function encodeDeleteGroupsResponse(w: Writer, version: number, value: DeleteGroupsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const results_: readonly DeleteGroupsResponseResultInit[] = value.results;
  if (version >= 2) {
    w.compactArrayLength(results_.length);
  } else {
    w.arrayLength(results_.length);
  }
  for (const item of results_) encodeDeleteGroupsResponseResult(w, version, item);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

function decodeDeleteGroupsResponseResult(r: Reader, version: number): DeleteGroupsResponseResult {
  const groupId_ = version >= 2 ? r.compactString() : r.string();
  const errorCode_ = r.int16();
  if (version >= 2) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    errorCode: errorCode_,
  };
}

function encodeDeleteGroupsResponseResult(w: Writer, version: number, value: DeleteGroupsResponseResultInit): void {
  const groupId_: string = value.groupId;
  if (version >= 2) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 2) {
    w.unsignedVarint(0);
  }
}

export const deleteGroups: Api<DeleteGroupsRequest, DeleteGroupsRequestInit, DeleteGroupsResponse, DeleteGroupsResponseInit> = {
  key: 42,
  name: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'DeleteGroupsRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DeleteGroupsRequest', version, 0, 2);
      return decodeDeleteGroupsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteGroupsRequest', version, 0, 2);
      encodeDeleteGroupsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DeleteGroupsResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 2,
    decode(reader, version) {
      checkVersion('DeleteGroupsResponse', version, 0, 2);
      return decodeDeleteGroupsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DeleteGroupsResponse', version, 0, 2);
      encodeDeleteGroupsResponse(writer, version, value);
    },
  },
};
