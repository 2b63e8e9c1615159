// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ClientQuotaRecord {
  readonly entity: readonly ClientQuotaRecordEntity[];
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

export interface ClientQuotaRecordInit {
  readonly entity: readonly ClientQuotaRecordEntityInit[];
  readonly key: string;
  readonly value: number;
  readonly remove: boolean;
}

export interface ClientQuotaRecordEntity {
  readonly entityType: string;
  readonly entityName: string | null;
}

export interface ClientQuotaRecordEntityInit {
  readonly entityType: string;
  readonly entityName: string | null;
}

function decodeClientQuotaRecord(r: Reader, version: number): ClientQuotaRecord {
  const entity_: ClientQuotaRecordEntity[] = [];
  const entity_length = r.compactArrayLength(3);
  for (let i = 0; i < entity_length; i++) entity_.push(decodeClientQuotaRecordEntity(r, version));
  const key_ = r.compactString();
  const value_ = r.float64();
  const remove_ = r.bool();
  r.skipTags();
  return {
    entity: entity_,
    key: key_,
    value: value_,
    remove: remove_,
  };
}

function encodeClientQuotaRecord(w: Writer, version: number, value: ClientQuotaRecordInit): void {
  const entity_: readonly ClientQuotaRecordEntityInit[] = value.entity;
  w.compactArrayLength(entity_.length);
  for (const item of entity_) encodeClientQuotaRecordEntity(w, version, item);
  const key_: string = value.key;
  w.compactString(key_);
  const value_: number = value.value;
  w.float64(value_);
  const remove_: boolean = value.remove;
  w.bool(remove_);
  w.unsignedVarint(0);
}

function decodeClientQuotaRecordEntity(r: Reader, version: number): ClientQuotaRecordEntity {
  const entityType_ = r.compactString();
  const entityName_ = r.compactNullableString();
  r.skipTags();
  return {
    entityType: entityType_,
    entityName: entityName_,
  };
}

function encodeClientQuotaRecordEntity(w: Writer, version: number, value: ClientQuotaRecordEntityInit): void {
  const entityType_: string = value.entityType;
  w.compactString(entityType_);
  const entityName_: string | null = value.entityName;
  w.compactNullableString(entityName_);
  w.unsignedVarint(0);
}

export const clientQuotaRecord: StoredCodec<ClientQuotaRecord, ClientQuotaRecordInit> = {
  type: 14,
  name: 'ClientQuotaRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ClientQuotaRecord', version, 0, 0);
    return decodeClientQuotaRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ClientQuotaRecord', version, 0, 0);
    encodeClientQuotaRecord(writer, version, value);
  },
};
