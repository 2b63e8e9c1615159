// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface AlterClientQuotasRequest {
  readonly entries: readonly AlterClientQuotasRequestEntry[];
  readonly validateOnly: boolean;
}

export interface AlterClientQuotasRequestInit {
  readonly entries: readonly AlterClientQuotasRequestEntryInit[];
  readonly validateOnly: boolean;
}

export interface AlterClientQuotasRequestEntry {
  readonly entity: readonly AlterClientQuotasRequestEntity[];
  readonly ops: readonly AlterClientQuotasRequestOp[];
}

export interface AlterClientQuotasRequestEntryInit {
  readonly entity: readonly AlterClientQuotasRequestEntityInit[];
  readonly ops: readonly AlterClientQuotasRequestOpInit[];
}

export interface AlterClientQuotasRequestOp {
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

export interface AlterClientQuotasRequestOpInit {
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

export interface AlterClientQuotasRequestEntity {
  readonly entityType: string;
  readonly entityName: string | null;
}

export interface AlterClientQuotasRequestEntityInit {
  readonly entityType: string;
  readonly entityName: string | null;
}

function decodeAlterClientQuotasRequest(r: Reader, version: number): AlterClientQuotasRequest {
  const entries_: AlterClientQuotasRequestEntry[] = [];
  const entries_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(8);
  for (let i = 0; i < entries_length; i++) entries_.push(decodeAlterClientQuotasRequestEntry(r, version));
  const validateOnly_ = r.bool();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    entries: entries_,
    validateOnly: validateOnly_,
  };
}

function encodeAlterClientQuotasRequest(w: Writer, version: number, value: AlterClientQuotasRequestInit): void {
  const entries_: readonly AlterClientQuotasRequestEntryInit[] = value.entries;
  if (version >= 1) {
    w.compactArrayLength(entries_.length);
  } else {
    w.arrayLength(entries_.length);
  }
  for (const item of entries_) encodeAlterClientQuotasRequestEntry(w, version, item);
  const validateOnly_: boolean = value.validateOnly;
  w.bool(validateOnly_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeAlterClientQuotasRequestEntry(r: Reader, version: number): AlterClientQuotasRequestEntry {
  const entity_: AlterClientQuotasRequestEntity[] = [];
  const entity_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < entity_length; i++) entity_.push(decodeAlterClientQuotasRequestEntity(r, version));
  const ops_: AlterClientQuotasRequestOp[] = [];
  const ops_length = version >= 1 ? r.compactArrayLength(11) : r.arrayLength(11);
  for (let i = 0; i < ops_length; i++) ops_.push(decodeAlterClientQuotasRequestOp(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    entity: entity_,
    ops: ops_,
  };
}

function encodeAlterClientQuotasRequestEntry(w: Writer, version: number, value: AlterClientQuotasRequestEntryInit): void {
  const entity_: readonly AlterClientQuotasRequestEntityInit[] = value.entity;
  if (version >= 1) {
    w.compactArrayLength(entity_.length);
  } else {
    w.arrayLength(entity_.length);
  }
  for (const item of entity_) encodeAlterClientQuotasRequestEntity(w, version, item);
  const ops_: readonly AlterClientQuotasRequestOpInit[] = value.ops;
  if (version >= 1) {
    w.compactArrayLength(ops_.length);
  } else {
    w.arrayLength(ops_.length);
  }
  for (const item of ops_) encodeAlterClientQuotasRequestOp(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeAlterClientQuotasRequestOp(r: Reader, version: number): AlterClientQuotasRequestOp {
  const key_ = version >= 1 ? r.compactString() : r.string();
  const value_ = r.float64();
  const remove_ = r.bool();
  if (version >= 1) {
    r.skipTags();
  }
  return {
    key: key_,
    value: value_,
    remove: remove_,
  };
}

function encodeAlterClientQuotasRequestOp(w: Writer, version: number, value: AlterClientQuotasRequestOpInit): void {
  const key_: string = value.key;
  if (version >= 1) {
    w.compactString(key_);
  } else {
    w.string(key_);
  }
  const value_: number = value.value;
  w.float64(value_);
  const remove_: boolean = value.remove;
  w.bool(remove_);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeAlterClientQuotasRequestEntity(r: Reader, version: number): AlterClientQuotasRequestEntity {
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

function encodeAlterClientQuotasRequestEntity(w: Writer, version: number, value: AlterClientQuotasRequestEntityInit): void {
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

export interface AlterClientQuotasResponse {
  readonly throttleTimeMs: number;
  readonly entries: readonly AlterClientQuotasResponseEntry[];
}

export interface AlterClientQuotasResponseInit {
  readonly throttleTimeMs: number;
  readonly entries: readonly AlterClientQuotasResponseEntryInit[];
}

export interface AlterClientQuotasResponseEntry {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly entity: readonly AlterClientQuotasResponseEntity[];
}

export interface AlterClientQuotasResponseEntryInit {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly entity: readonly AlterClientQuotasResponseEntityInit[];
}

export interface AlterClientQuotasResponseEntity {
  readonly entityType: string;
  readonly entityName: string | null;
}

export interface AlterClientQuotasResponseEntityInit {
  readonly entityType: string;
  readonly entityName: string | null;
}

function decodeAlterClientQuotasResponse(r: Reader, version: number): AlterClientQuotasResponse {
  const throttleTimeMs_ = r.int32();
  const entries_: AlterClientQuotasResponseEntry[] = [];
  const entries_length = version >= 1 ? r.compactArrayLength(5) : r.arrayLength(8);
  for (let i = 0; i < entries_length; i++) entries_.push(decodeAlterClientQuotasResponseEntry(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    entries: entries_,
  };
}

function encodeAlterClientQuotasResponse(w: Writer, version: number, value: AlterClientQuotasResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const entries_: readonly AlterClientQuotasResponseEntryInit[] = value.entries;
  if (version >= 1) {
    w.compactArrayLength(entries_.length);
  } else {
    w.arrayLength(entries_.length);
  }
  for (const item of entries_) encodeAlterClientQuotasResponseEntry(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeAlterClientQuotasResponseEntry(r: Reader, version: number): AlterClientQuotasResponseEntry {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 1 ? r.compactNullableString() : r.nullableString();
  const entity_: AlterClientQuotasResponseEntity[] = [];
  const entity_length = version >= 1 ? r.compactArrayLength(3) : r.arrayLength(4);
  for (let i = 0; i < entity_length; i++) entity_.push(decodeAlterClientQuotasResponseEntity(r, version));
  if (version >= 1) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    entity: entity_,
  };
}

function encodeAlterClientQuotasResponseEntry(w: Writer, version: number, value: AlterClientQuotasResponseEntryInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 1) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  const entity_: readonly AlterClientQuotasResponseEntityInit[] = value.entity;
  if (version >= 1) {
    w.compactArrayLength(entity_.length);
  } else {
    w.arrayLength(entity_.length);
  }
  for (const item of entity_) encodeAlterClientQuotasResponseEntity(w, version, item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

function decodeAlterClientQuotasResponseEntity(r: Reader, version: number): AlterClientQuotasResponseEntity {
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

function encodeAlterClientQuotasResponseEntity(w: Writer, version: number, value: AlterClientQuotasResponseEntityInit): void {
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

export const alterClientQuotas: Api<AlterClientQuotasRequest, AlterClientQuotasRequestInit, AlterClientQuotasResponse, AlterClientQuotasResponseInit> = {
  key: 49,
  name: 'AlterClientQuotas',
  minVersion: 0,
  maxVersion: 1,
  listeners: ['broker', 'controller'],
  request: {
    name: 'AlterClientQuotasRequest',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('AlterClientQuotasRequest', version, 0, 1);
      return decodeAlterClientQuotasRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterClientQuotasRequest', version, 0, 1);
      encodeAlterClientQuotasRequest(writer, version, value);
    },
  },
  response: {
    name: 'AlterClientQuotasResponse',
    minVersion: 0,
    maxVersion: 1,
    flexibleFrom: 1,
    decode(reader, version) {
      checkVersion('AlterClientQuotasResponse', version, 0, 1);
      return decodeAlterClientQuotasResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('AlterClientQuotasResponse', version, 0, 1);
      encodeAlterClientQuotasResponse(writer, version, value);
    },
  },
};
