// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeClientQuotasRequest {
  readonly components: readonly DescribeClientQuotasRequestComponent[];
  readonly strict: boolean;
}

export interface DescribeClientQuotasRequestInit {
  readonly components: readonly DescribeClientQuotasRequestComponentInit[];
  readonly strict: boolean;
}

export interface DescribeClientQuotasRequestComponent {
  readonly entityType: string;
  readonly matchType: number;
  readonly match: string | null;
}

export interface DescribeClientQuotasRequestComponentInit {
  readonly entityType: string;
  readonly matchType: number;
  readonly match: string | null;
}

function decodeDescribeClientQuotasRequest(r: Reader, version: number): DescribeClientQuotasRequest {
  const components_: DescribeClientQuotasRequestComponent[] = [];
  const components_length = version >= 1 ? r.compactArrayLength(4) : r.arrayLength(5);
  for (let i = 0; i < components_length; i++) components_.push(decodeDescribeClientQuotasRequestComponent(r, version));
  const strict_ = r.bool();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    components: components_,
    strict: strict_,
  };
}

function encodeDescribeClientQuotasRequest(w: Writer, version: number, value: DescribeClientQuotasRequestInit): void {
  const components_: readonly DescribeClientQuotasRequestComponentInit[] = value.components;
  if (version >= 1) {
    w.compactArrayLength(components_.length);
  } else {
    w.arrayLength(components_.length);
  }
  for (const item of components_) encodeDescribeClientQuotasRequestComponent(w, version, item);
  const strict_: boolean = value.strict;
  w.bool(strict_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeClientQuotasRequestComponent(r: Reader, version: number): DescribeClientQuotasRequestComponent {
  const entityType_ = version >= 1 ? r.compactString() : r.string();
  const matchType_ = r.int8();
  const match_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    entityType: entityType_,
    matchType: matchType_,
    match: match_,
  };
}

function encodeDescribeClientQuotasRequestComponent(w: Writer, version: number, value: DescribeClientQuotasRequestComponentInit): void {
  const entityType_: string = value.entityType;
  if (version >= 1) {
    w.compactString(entityType_);
  } else {
    w.string(entityType_);
  }
  const matchType_: number = value.matchType;
  w.int8(matchType_);
  const match_: string | null = value.match;
  if (version >= 1) {
    w.compactNullableString(match_);
  } else {
    w.nullableString(match_);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export interface DescribeClientQuotasResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly entries: readonly DescribeClientQuotasResponseEntry[] | null;
}

export interface DescribeClientQuotasResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly entries: readonly DescribeClientQuotasResponseEntryInit[] | null;
}

export interface DescribeClientQuotasResponseEntry {
  readonly entity: readonly DescribeClientQuotasResponseEntity[];
  readonly values: readonly DescribeClientQuotasResponseValue[];
}

export interface DescribeClientQuotasResponseEntryInit {
  readonly entity: readonly DescribeClientQuotasResponseEntityInit[];
  readonly values: readonly DescribeClientQuotasResponseValueInit[];
}

export interface DescribeClientQuotasResponseValue {
  readonly key: string;
  readonly value: number;
}

export interface DescribeClientQuotasResponseValueInit {
  readonly key: string;
  readonly value: number;
}

export interface DescribeClientQuotasResponseEntity {
  readonly entityType: string;
  readonly entityName: string | null;
}

export interface DescribeClientQuotasResponseEntityInit {
  readonly entityType: string;
  readonly entityName: string | null;
}

function decodeDescribeClientQuotasResponse(r: Reader, version: number): DescribeClientQuotasResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  let entries_: readonly DescribeClientQuotasResponseEntry[] | null = [];
  {
    const length = version >= 1 ? r.compactNullableArrayLength(3) : r.nullableArrayLength(8);
    if (length < 0) {
      entries_ = null;
    } else {
      const items: DescribeClientQuotasResponseEntry[] = [];
      for (let i = 0; i < length; i++) items.push(decodeDescribeClientQuotasResponseEntry(r, version));
      entries_ = items;
    }
  }
  if (version >= 1) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    entries: entries_,
  };
}

function encodeDescribeClientQuotasResponse(w: Writer, version: number, value: DescribeClientQuotasResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 1) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  const entries_: readonly DescribeClientQuotasResponseEntryInit[] | null = value.entries;
  if (entries_ === null) {
    if (version >= 1) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 1) {
      w.compactArrayLength(entries_.length);
    } else {
      w.arrayLength(entries_.length);
    }
    for (const item of entries_) encodeDescribeClientQuotasResponseEntry(w, version, item);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeClientQuotasResponseEntry(r: Reader, version: number): DescribeClientQuotasResponseEntry {
  const entity_: DescribeClientQuotasResponseEntity[] = [];
  const entity_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < entity_length; i++) entity_.push(decodeDescribeClientQuotasResponseEntity(r, version));
  const values_: DescribeClientQuotasResponseValue[] = [];
  const values_length = version >= 1 ? r.compactArrayLength(10) : r.arrayLength(10);
  for (let i = 0; i < values_length; i++) values_.push(decodeDescribeClientQuotasResponseValue(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    entity: entity_,
    values: values_,
  };
}

function encodeDescribeClientQuotasResponseEntry(w: Writer, version: number, value: DescribeClientQuotasResponseEntryInit): void {
  const entity_: readonly DescribeClientQuotasResponseEntityInit[] = value.entity;
  if (version >= 1) {
    w.compactArrayLength(entity_.length);
  } else {
    w.arrayLength(entity_.length);
  }
  for (const item of entity_) encodeDescribeClientQuotasResponseEntity(w, version, item);
  const values_: readonly DescribeClientQuotasResponseValueInit[] = value.values;
  if (version >= 1) {
    w.compactArrayLength(values_.length);
  } else {
    w.arrayLength(values_.length);
  }
  for (const item of values_) encodeDescribeClientQuotasResponseValue(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeClientQuotasResponseValue(r: Reader, version: number): DescribeClientQuotasResponseValue {
  const key_ = version >= 1 ? r.compactString() : r.string();
  const value_ = r.float64();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    key: key_,
    value: value_,
  };
}

function encodeDescribeClientQuotasResponseValue(w: Writer, version: number, value: DescribeClientQuotasResponseValueInit): void {
  const key_: string = value.key;
  if (version >= 1) {
    w.compactString(key_);
  } else {
    w.string(key_);
  }
  const value_: number = value.value;
  w.float64(value_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeClientQuotasResponseEntity(r: Reader, version: number): DescribeClientQuotasResponseEntity {
  const entityType_ = version >= 1 ? r.compactString() : r.string();
  const entityName_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    entityType: entityType_,
    entityName: entityName_,
  };
}

function encodeDescribeClientQuotasResponseEntity(w: Writer, version: number, value: DescribeClientQuotasResponseEntityInit): void {
  const entityType_: string = value.entityType;
  if (version >= 1) {
    w.compactString(entityType_);
  } else {
    w.string(entityType_);
  }
  const entityName_: string | null = value.entityName;
  if (version >= 1) {
    w.compactNullableString(entityName_);
  } else {
    w.nullableString(entityName_);
  }
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export const describeClientQuotas: Api<DescribeClientQuotasRequest, DescribeClientQuotasRequestInit, DescribeClientQuotasResponse, DescribeClientQuotasResponseInit> = {
  key: 48,
  name: 'DescribeClientQuotas',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker'],
  request: {
    name: 'DescribeClientQuotasRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('DescribeClientQuotasRequest', version, 0, 1);
      return decodeDescribeClientQuotasRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeClientQuotasRequest', version, 0, 1);
      encodeDescribeClientQuotasRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeClientQuotasResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('DescribeClientQuotasResponse', version, 0, 1);
      return decodeDescribeClientQuotasResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeClientQuotasResponse', version, 0, 1);
      encodeDescribeClientQuotasResponse(writer, version, value);
    },
  },
};
