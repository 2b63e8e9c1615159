// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface UpdateFeaturesRequest {
  readonly timeoutMs: number;
  readonly featureUpdates: readonly UpdateFeaturesRequestFeatureUpdate[];
  readonly validateOnly: boolean;
}

export interface UpdateFeaturesRequestInit {
  readonly timeoutMs?: number | undefined;
  readonly featureUpdates: readonly UpdateFeaturesRequestFeatureUpdateInit[];
  readonly validateOnly?: boolean | undefined;
}

export interface UpdateFeaturesRequestFeatureUpdate {
  readonly feature: string;
  readonly maxVersionLevel: number;
  readonly allowDowngrade: boolean;
  readonly upgradeType: number;
}

export interface UpdateFeaturesRequestFeatureUpdateInit {
  readonly feature: string;
  readonly maxVersionLevel: number;
  readonly allowDowngrade?: boolean | undefined;
  readonly upgradeType?: number | undefined;
}

function decodeUpdateFeaturesRequest(r: Reader, version: number): UpdateFeaturesRequest {
  const timeoutMs_ = r.int32();
  const featureUpdates_: UpdateFeaturesRequestFeatureUpdate[] = [];
  const featureUpdates_length = r.compactArrayLength(5);
  for (let i = 0; i < featureUpdates_length; i++) featureUpdates_.push(decodeUpdateFeaturesRequestFeatureUpdate(r, version));
  const validateOnly_ = version >= 1 ? r.bool() : false;
  r.skipTags();
  return {
    timeoutMs: timeoutMs_,
    featureUpdates: featureUpdates_,
    validateOnly: validateOnly_,
  };
}

function encodeUpdateFeaturesRequest(w: Writer, version: number, value: UpdateFeaturesRequestInit): void {
  const timeoutMs_: number = value.timeoutMs ?? 60000;
  w.int32(timeoutMs_);
  const featureUpdates_: readonly UpdateFeaturesRequestFeatureUpdateInit[] = value.featureUpdates;
  w.compactArrayLength(featureUpdates_.length);
  for (const item of featureUpdates_) encodeUpdateFeaturesRequestFeatureUpdate(w, version, item);
  const validateOnly_: boolean = value.validateOnly ?? false;
  if (!(version >= 1) && validateOnly_ !== false) throw fieldNotInVersion('UpdateFeaturesRequest', 'validateOnly', version);
  if (version >= 1) {
    w.bool(validateOnly_);
  }
  w.unsignedVarint(0);
}

function decodeUpdateFeaturesRequestFeatureUpdate(r: Reader, version: number): UpdateFeaturesRequestFeatureUpdate {
  const feature_ = r.compactString();
  const maxVersionLevel_ = r.int16();
  const allowDowngrade_ = version <= 0 ? r.bool() : false;
  const upgradeType_ = version >= 1 ? r.int8() : 1;
  r.skipTags();
  return {
    feature: feature_,
    maxVersionLevel: maxVersionLevel_,
    allowDowngrade: allowDowngrade_,
    upgradeType: upgradeType_,
  };
}

function encodeUpdateFeaturesRequestFeatureUpdate(w: Writer, version: number, value: UpdateFeaturesRequestFeatureUpdateInit): void {
  const feature_: string = value.feature;
  w.compactString(feature_);
  const maxVersionLevel_: number = value.maxVersionLevel;
  w.int16(maxVersionLevel_);
  const allowDowngrade_: boolean = value.allowDowngrade ?? false;
  if (!(version <= 0) && allowDowngrade_ !== false) throw fieldNotInVersion('UpdateFeaturesRequestFeatureUpdate', 'allowDowngrade', version);
  if (version <= 0) {
    w.bool(allowDowngrade_);
  }
  const upgradeType_: number = value.upgradeType ?? 1;
  if (!(version >= 1) && upgradeType_ !== 1) throw fieldNotInVersion('UpdateFeaturesRequestFeatureUpdate', 'upgradeType', version);
  if (version >= 1) {
    w.int8(upgradeType_);
  }
  w.unsignedVarint(0);
}

export interface UpdateFeaturesResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly results: readonly UpdateFeaturesResponseResult[];
}

export interface UpdateFeaturesResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly results?: readonly UpdateFeaturesResponseResultInit[] | undefined;
}

export interface UpdateFeaturesResponseResult {
  readonly feature: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface UpdateFeaturesResponseResultInit {
  readonly feature: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function decodeUpdateFeaturesResponse(r: Reader, version: number): UpdateFeaturesResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  const results_: UpdateFeaturesResponseResult[] = [];
  if (version <= 1) {
    const results_length = r.compactArrayLength(5);
    for (let i = 0; i < results_length; i++) results_.push(decodeUpdateFeaturesResponseResult(r, version));
  }
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    results: results_,
  };
}

function encodeUpdateFeaturesResponse(w: Writer, version: number, value: UpdateFeaturesResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  if (version <= 1) {
    const results_: readonly UpdateFeaturesResponseResultInit[] = value.results ?? [];
    w.compactArrayLength(results_.length);
    for (const item of results_) encodeUpdateFeaturesResponseResult(w, version, item);
  }
  w.unsignedVarint(0);
}

function decodeUpdateFeaturesResponseResult(r: Reader, version: number): UpdateFeaturesResponseResult {
  const feature_ = r.compactString();
  const errorCode_ = r.int16();
  const errorMessage_ = r.compactNullableString();
  r.skipTags();
  return {
    feature: feature_,
    errorCode: errorCode_,
    errorMessage: errorMessage_,
  };
}

function encodeUpdateFeaturesResponseResult(w: Writer, version: number, value: UpdateFeaturesResponseResultInit): void {
  const feature_: string = value.feature;
  w.compactString(feature_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  w.compactNullableString(errorMessage_);
  w.unsignedVarint(0);
}

export const updateFeatures: Api<UpdateFeaturesRequest, UpdateFeaturesRequestInit, UpdateFeaturesResponse, UpdateFeaturesResponseInit> = {
  key: 57,
  name: 'UpdateFeatures',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['broker', 'controller'],
  request: {
    name: 'UpdateFeaturesRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('UpdateFeaturesRequest', version, 0, 2);
      return decodeUpdateFeaturesRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('UpdateFeaturesRequest', version, 0, 2);
      encodeUpdateFeaturesRequest(writer, version, value);
    },
  },
  response: {
    name: 'UpdateFeaturesResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('UpdateFeaturesResponse', version, 0, 2);
      return decodeUpdateFeaturesResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('UpdateFeaturesResponse', version, 0, 2);
      encodeUpdateFeaturesResponse(writer, version, value);
    },
  },
};
