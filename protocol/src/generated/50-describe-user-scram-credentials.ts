// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeUserScramCredentialsRequest {
  readonly users: readonly DescribeUserScramCredentialsRequestUser[] | null;
}

export interface DescribeUserScramCredentialsRequestInit {
  readonly users: readonly DescribeUserScramCredentialsRequestUserInit[] | null;
}

export interface DescribeUserScramCredentialsRequestUser {
  readonly name: string;
}

export interface DescribeUserScramCredentialsRequestUserInit {
  readonly name: string;
}

function decodeDescribeUserScramCredentialsRequest(r: Reader, version: number): DescribeUserScramCredentialsRequest {
  let users_: readonly DescribeUserScramCredentialsRequestUser[] | null = [];
  {
    const length = r.compactNullableArrayLength(2);
    if (length < 0) {
      users_ = null;
    } else {
      const items: DescribeUserScramCredentialsRequestUser[] = [];
      for (let i = 0; i < length; i++) items.push(decodeDescribeUserScramCredentialsRequestUser(r, version));
      users_ = items;
    }
  }
  r.skipTags();
  return {
    users: users_,
  };
}

function encodeDescribeUserScramCredentialsRequest(w: Writer, version: number, value: DescribeUserScramCredentialsRequestInit): void {
  const users_: readonly DescribeUserScramCredentialsRequestUserInit[] | null = value.users;
  if (users_ === null) {
    w.compactArrayLength(-1);
  } else {
    w.compactArrayLength(users_.length);
    for (const item of users_) encodeDescribeUserScramCredentialsRequestUser(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeDescribeUserScramCredentialsRequestUser(r: Reader, version: number): DescribeUserScramCredentialsRequestUser {
  const name_ = r.compactString();
  r.skipTags();
  return {
    name: name_,
  };
}

function encodeDescribeUserScramCredentialsRequestUser(w: Writer, version: number, value: DescribeUserScramCredentialsRequestUserInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  w.unsignedVarint(0);
}

export interface DescribeUserScramCredentialsResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly results: readonly DescribeUserScramCredentialsResponseResult[];
}

export interface DescribeUserScramCredentialsResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly results: readonly DescribeUserScramCredentialsResponseResultInit[];
}

export interface DescribeUserScramCredentialsResponseResult {
  readonly user: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly credentialInfos: readonly DescribeUserScramCredentialsResponseCredentialInfo[];
}

export interface DescribeUserScramCredentialsResponseResultInit {
  readonly user: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly credentialInfos: readonly DescribeUserScramCredentialsResponseCredentialInfoInit[];
}

export interface DescribeUserScramCredentialsResponseCredentialInfo {
  readonly mechanism: number;
  readonly iterations: number;
}

export interface DescribeUserScramCredentialsResponseCredentialInfoInit {
  readonly mechanism: number;
  readonly iterations: number;
}

function decodeDescribeUserScramCredentialsResponse(r: Reader, version: number): DescribeUserScramCredentialsResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const results_: DescribeUserScramCredentialsResponseResult[] = [];
  const results_length = r.compactArrayLength(6);
  for (let i = 0; i < results_length; i++) results_.push(decodeDescribeUserScramCredentialsResponseResult(r, version));
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    results: results_,
  };
}

function encodeDescribeUserScramCredentialsResponse(w: Writer, version: number, value: DescribeUserScramCredentialsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  const results_: readonly DescribeUserScramCredentialsResponseResultInit[] = value.results;
  w.compactArrayLength(results_.length);
  for (const item of results_) encodeDescribeUserScramCredentialsResponseResult(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeUserScramCredentialsResponseResult(r: Reader, version: number): DescribeUserScramCredentialsResponseResult {
  const user_ = r.compactString();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const credentialInfos_: DescribeUserScramCredentialsResponseCredentialInfo[] = [];
  const credentialInfos_length = r.compactArrayLength(6);
  for (let i = 0; i < credentialInfos_length; i++) credentialInfos_.push(decodeDescribeUserScramCredentialsResponseCredentialInfo(r, version));
  r.skipTags();
  return {
    user: user_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    credentialInfos: credentialInfos_,
  };
}

function encodeDescribeUserScramCredentialsResponseResult(w: Writer, version: number, value: DescribeUserScramCredentialsResponseResultInit): void {
  const user_: string = value.user;
  w.compactString(user_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  const credentialInfos_: readonly DescribeUserScramCredentialsResponseCredentialInfoInit[] = value.credentialInfos;
  w.compactArrayLength(credentialInfos_.length);
  for (const item of credentialInfos_) encodeDescribeUserScramCredentialsResponseCredentialInfo(w, version, item);
  w.unsignedVarint(0);
}

function decodeDescribeUserScramCredentialsResponseCredentialInfo(r: Reader, version: number): DescribeUserScramCredentialsResponseCredentialInfo {
  const mechanism_ = r.int8();
  const iterations_ = r.int32();
  r.skipTags();
  return {
    mechanism: mechanism_,
    iterations: iterations_,
  };
}

function encodeDescribeUserScramCredentialsResponseCredentialInfo(w: Writer, version: number, value: DescribeUserScramCredentialsResponseCredentialInfoInit): void {
  const mechanism_: number = value.mechanism;
  w.int8(mechanism_);
  const iterations_: number = value.iterations;
  w.int32(iterations_);
  w.unsignedVarint(0);
}

export const describeUserScramCredentials: Api<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsRequestInit, DescribeUserScramCredentialsResponse, DescribeUserScramCredentialsResponseInit> = {
  key: 50,
  name: 'DescribeUserScramCredentials',
  minVersion: 0,
  maxVersion: 0,
  listeners: ['broker', 'controller'],
  request: {
    name: 'DescribeUserScramCredentialsRequest',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeUserScramCredentialsRequest', version, 0, 0);
      return decodeDescribeUserScramCredentialsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeUserScramCredentialsRequest', version, 0, 0);
      encodeDescribeUserScramCredentialsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeUserScramCredentialsResponse',
    minVersion: 0,
    maxVersion: 0,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('DescribeUserScramCredentialsResponse', version, 0, 0);
      return decodeDescribeUserScramCredentialsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeUserScramCredentialsResponse', version, 0, 0);
      encodeDescribeUserScramCredentialsResponse(writer, version, value);
    },
  },
};
