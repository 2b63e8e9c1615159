// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ListTransactionsRequest {
  readonly stateFilters: readonly string[];
  readonly producerIdFilters: readonly number[];
  readonly durationFilter: number;
  readonly transactionalIdPattern: string | null;
}

export interface ListTransactionsRequestInit {
  readonly stateFilters: readonly string[];
  readonly producerIdFilters: readonly number[];
  readonly durationFilter?: number | undefined;
  readonly transactionalIdPattern?: string | null | undefined;
}

function decodeListTransactionsRequest(r: Reader, version: number): ListTransactionsRequest {
  const stateFilters_: string[] = [];
  const stateFilters_length = r.compactArrayLength(1);
  for (let i = 0; i < stateFilters_length; i++) stateFilters_.push(r.compactString());
  const producerIdFilters_: number[] = [];
  const producerIdFilters_length = r.compactArrayLength(8);
  for (let i = 0; i < producerIdFilters_length; i++) producerIdFilters_.push(r.int64());
  const durationFilter_ = version >= 1 ? r.int64() : -1;
  const transactionalIdPattern_ = version >= 2 ? r.compactNullableString() : null;
  r.skipTags();
  return {
    stateFilters: stateFilters_,
    producerIdFilters: producerIdFilters_,
    durationFilter: durationFilter_,
    transactionalIdPattern: transactionalIdPattern_,
  };
}

function encodeListTransactionsRequest(w: Writer, version: number, value: ListTransactionsRequestInit): void {
  const stateFilters_: readonly string[] = value.stateFilters;
  w.compactArrayLength(stateFilters_.length);
  for (const item of stateFilters_) w.compactString(item);
  const producerIdFilters_: readonly number[] = value.producerIdFilters;
  w.compactArrayLength(producerIdFilters_.length);
  for (const item of producerIdFilters_) w.int64(item);
  const durationFilter_: number = value.durationFilter ?? -1;
  if (!(version >= 1) && durationFilter_ !== -1) throw fieldNotInVersion('ListTransactionsRequest', 'durationFilter', version);
  if (version >= 1) {
    w.int64(durationFilter_);
  }
  const transactionalIdPattern_: string | null = value.transactionalIdPattern ?? null;
  if (!(version >= 2) && transactionalIdPattern_ !== null) throw fieldNotInVersion('ListTransactionsRequest', 'transactionalIdPattern', version);
  if (version >= 2) {
    w.compactNullableString(transactionalIdPattern_);
  }
  w.unsignedVarint(0);
}

export interface ListTransactionsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly unknownStateFilters: readonly string[];
  readonly transactionStates: readonly ListTransactionsResponseTransactionState[];
}

export interface ListTransactionsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly unknownStateFilters: readonly string[];
  readonly transactionStates: readonly ListTransactionsResponseTransactionStateInit[];
}

export interface ListTransactionsResponseTransactionState {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly transactionState: string;
}

export interface ListTransactionsResponseTransactionStateInit {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly transactionState: string;
}

function decodeListTransactionsResponse(r: Reader, version: number): ListTransactionsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const unknownStateFilters_: string[] = [];
  const unknownStateFilters_length = r.compactArrayLength(1);
  for (let i = 0; i < unknownStateFilters_length; i++) unknownStateFilters_.push(r.compactString());
  const transactionStates_: ListTransactionsResponseTransactionState[] = [];
  const transactionStates_length = r.compactArrayLength(11);
  for (let i = 0; i < transactionStates_length; i++) transactionStates_.push(decodeListTransactionsResponseTransactionState(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    unknownStateFilters: unknownStateFilters_,
    transactionStates: transactionStates_,
  };
}

function encodeListTransactionsResponse(w: Writer, version: number, value: ListTransactionsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const unknownStateFilters_: readonly string[] = value.unknownStateFilters;
  w.compactArrayLength(unknownStateFilters_.length);
  for (const item of unknownStateFilters_) w.compactString(item);
  const transactionStates_: readonly ListTransactionsResponseTransactionStateInit[] = value.transactionStates;
  w.compactArrayLength(transactionStates_.length);
  for (const item of transactionStates_) encodeListTransactionsResponseTransactionState(w, version, item);
  w.unsignedVarint(0);
}

function decodeListTransactionsResponseTransactionState(r: Reader, version: number): ListTransactionsResponseTransactionState {
  const transactionalId_ = r.compactString();
  const producerId_ = r.int64();
  const transactionState_ = r.compactString();
  r.skipTags();
  return {
    transactionalId: transactionalId_,
    producerId: producerId_,
    transactionState: transactionState_,
  };
}

function encodeListTransactionsResponseTransactionState(w: Writer, version: number, value: ListTransactionsResponseTransactionStateInit): void {
  const transactionalId_: string = value.transactionalId;
  w.compactString(transactionalId_);
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const transactionState_: string = value.transactionState;
  w.compactString(transactionState_);
  w.unsignedVarint(0);
}

export const listTransactions: Api<ListTransactionsRequest, ListTransactionsRequestInit, ListTransactionsResponse, ListTransactionsResponseInit> = {
  key: 66,
  name: 'ListTransactions',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker'],
  request: {
    name: 'ListTransactionsRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListTransactionsRequest', version, 0, 2);
      return decodeListTransactionsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListTransactionsRequest', version, 0, 2);
      encodeListTransactionsRequest(writer, version, value);
    },
  },
  response: {
    name: 'ListTransactionsResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('ListTransactionsResponse', version, 0, 2);
      return decodeListTransactionsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ListTransactionsResponse', version, 0, 2);
      encodeListTransactionsResponse(writer, version, value);
    },
  },
};
