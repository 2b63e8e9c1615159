// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ListGroupsRequest {
  readonly statesFilter: readonly string[];
  readonly typesFilter: readonly string[];
}

export interface ListGroupsRequestInit {
  readonly statesFilter?: readonly string[] | undefined;
  readonly typesFilter?: readonly string[] | undefined;
}

function decodeListGroupsRequest(r: Reader, version: number): ListGroupsRequest {
  const statesFilter_: string[] = [];
  if (version >= 4) {
    const statesFilter_length = r.compactArrayLength(1);
    for (let i = 0; i < statesFilter_length; i++) statesFilter_.push(r.compactString());
  }
  const typesFilter_: string[] = [];
  if (version >= 5) {
    const typesFilter_length = r.compactArrayLength(1);
    for (let i = 0; i < typesFilter_length; i++) typesFilter_.push(r.compactString());
  }
  if (version >= 3) {
    r.skipTags();
  }
  return {
    statesFilter: statesFilter_,
    typesFilter: typesFilter_,
  };
}

function encodeListGroupsRequest(w: Writer, version: number, value: ListGroupsRequestInit): void {
  const statesFilter_: readonly string[] = value.statesFilter ?? [];
  if (!(version >= 4) && statesFilter_.length !== 0) throw fieldNotInVersion('ListGroupsRequest', 'statesFilter', version);
  if (version >= 4) {
    w.compactArrayLength(statesFilter_.length);
    for (const item of statesFilter_) w.compactString(item);
  }
  const typesFilter_: readonly string[] = value.typesFilter ?? [];
  if (!(version >= 5) && typesFilter_.length !== 0) throw fieldNotInVersion('ListGroupsRequest', 'typesFilter', version);
  if (version >= 5) {
    w.compactArrayLength(typesFilter_.length);
    for (const item of typesFilter_) w.compactString(item);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface ListGroupsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly groups: readonly ListGroupsResponseGroup[];
}

export interface ListGroupsResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly errorCode: number;
  readonly groups: readonly ListGroupsResponseGroupInit[];
}

export interface ListGroupsResponseGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly groupState: string;
  readonly groupType: string;
}

export interface ListGroupsResponseGroupInit {
  readonly groupId: string;
  readonly protocolType: string;
  readonly groupState?: string | undefined;
  readonly groupType?: string | undefined;
}

function decodeListGroupsResponse(r: Reader, version: number): ListGroupsResponse {
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const errorCode_ = r.int16();
  const groups_: ListGroupsResponseGroup[] = [];
  const groups_length = version >= 3 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < groups_length; i++) groups_.push(decodeListGroupsResponseGroup(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    groups: groups_,
  };
}

function encodeListGroupsResponse(w: Writer, version: number, value: ListGroupsResponseInit): void {
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const groups_: readonly ListGroupsResponseGroupInit[] = value.groups;
  if (version >= 3) {
    w.compactArrayLength(groups_.length);
  } else {
    w.arrayLength(groups_.length);
  }
  for (const item of groups_) encodeListGroupsResponseGroup(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeListGroupsResponseGroup(r: Reader, version: number): ListGroupsResponseGroup {
  const groupId_ = version >= 3 ? r.compactString() : r.string();
  const protocolType_ = version >= 3 ? r.compactString() : r.string();
  const groupState_ = version >= 4 ? r.compactString() : '';
  const groupType_ = version >= 5 ? r.compactString() : '';
  if (version >= 3) {
    r.skipTags();
  }
  return {
    groupId: groupId_,
    protocolType: protocolType_,
    groupState: groupState_,
    groupType: groupType_,
  };
}

function encodeListGroupsResponseGroup(w: Writer, version: number, value: ListGroupsResponseGroupInit): void {
  const groupId_: string = value.groupId;
  if (version >= 3) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const protocolType_: string = value.protocolType;
  if (version >= 3) {
    w.compactString(protocolType_);
  } else {
    w.string(protocolType_);
  }
  if (version >= 4) {
    const groupState_: string = value.groupState ?? '';
    w.compactString(groupState_);
  }
  if (version >= 5) {
    const groupType_: string = value.groupType ?? '';
    w.compactString(groupType_);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const listGroups: Api<ListGroupsRequest, ListGroupsRequestInit, ListGroupsResponse, ListGroupsResponseInit> = {
  key: 16,
  name: 'ListGroups',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'ListGroupsRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('ListGroupsRequest', version, 0, 5);
      return decodeListGroupsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListGroupsRequest', version, 0, 5);
      encodeListGroupsRequest(writer, version, value);
    },
  },
  response: {
    name: 'ListGroupsResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('ListGroupsResponse', version, 0, 5);
      return decodeListGroupsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListGroupsResponse', version, 0, 5);
      encodeListGroupsResponse(writer, version, value);
    },
  },
};
