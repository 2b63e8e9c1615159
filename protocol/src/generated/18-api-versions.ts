// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ApiVersionsRequest {
  readonly clientSoftwareName: string;
  readonly clientSoftwareVersion: string;
}

export interface ApiVersionsRequestInit {
  readonly clientSoftwareName?: string | undefined;
  readonly clientSoftwareVersion?: string | undefined;
}

function decodeApiVersionsRequest(r: Reader, version: number): ApiVersionsRequest {
  const clientSoftwareName_ = version >= 3 ? r.compactString() : '';
  const clientSoftwareVersion_ = version >= 3 ? r.compactString() : '';
  if (version >= 3) {
    r.skipTags();
  }
  return {
    clientSoftwareName: clientSoftwareName_,
    clientSoftwareVersion: clientSoftwareVersion_,
  };
}

function encodeApiVersionsRequest(w: Writer, version: number, value: ApiVersionsRequestInit): void {
  if (version >= 3) {
    const clientSoftwareName_: string = value.clientSoftwareName ?? '';
    w.compactString(clientSoftwareName_);
  }
  if (version >= 3) {
    const clientSoftwareVersion_: string = value.clientSoftwareVersion ?? '';
    w.compactString(clientSoftwareVersion_);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface ApiVersionsResponse {
  readonly errorCode: number;
  readonly apiKeys: readonly ApiVersionsResponseApiKey[];
  readonly throttleTimeMs: number;
  readonly supportedFeatures: readonly ApiVersionsResponseSupportedFeature[];
  readonly finalizedFeaturesEpoch: number;
  readonly finalizedFeatures: readonly ApiVersionsResponseFinalizedFeature[];
  readonly zkMigrationReady: boolean;
}

export interface ApiVersionsResponseInit {
  readonly errorCode: number;
  readonly apiKeys: readonly ApiVersionsResponseApiKeyInit[];
  readonly throttleTimeMs?: number | undefined;
  readonly supportedFeatures?: readonly ApiVersionsResponseSupportedFeatureInit[] | undefined;
  readonly finalizedFeaturesEpoch?: number | undefined;
  readonly finalizedFeatures?: readonly ApiVersionsResponseFinalizedFeatureInit[] | undefined;
  readonly zkMigrationReady?: boolean | undefined;
}

export interface ApiVersionsResponseFinalizedFeature {
  readonly name: string;
  readonly maxVersionLevel: number;
  readonly minVersionLevel: number;
}

export interface ApiVersionsResponseFinalizedFeatureInit {
  readonly name: string;
  readonly maxVersionLevel: number;
  readonly minVersionLevel: number;
}

export interface ApiVersionsResponseSupportedFeature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface ApiVersionsResponseSupportedFeatureInit {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface ApiVersionsResponseApiKey {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface ApiVersionsResponseApiKeyInit {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

function decodeApiVersionsResponse(r: Reader, version: number): ApiVersionsResponse {
  const errorCode_ = r.int16();
  const apiKeys_: ApiVersionsResponseApiKey[] = [];
  const apiKeys_length = version >= 3 ? r.compactArrayLength(7) : r.arrayLength(6);
  for (let i = 0; i < apiKeys_length; i++) apiKeys_.push(decodeApiVersionsResponseApiKey(r, version));
  const throttleTimeMs_ = version >= 1 ? r.int32() : 0;
  const supportedFeatures_: ApiVersionsResponseSupportedFeature[] = [];
  let finalizedFeaturesEpoch_: number = -1;
  const finalizedFeatures_: ApiVersionsResponseFinalizedFeature[] = [];
  let zkMigrationReady_: boolean = false;
  if (version >= 3) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          supportedFeatures_.length = 0;
          const supportedFeatures_length = r.compactArrayLength(6);
          for (let i = 0; i < supportedFeatures_length; i++) supportedFeatures_.push(decodeApiVersionsResponseSupportedFeature(r, version));
          break;
        }
        case 1: {
          finalizedFeaturesEpoch_ = r.int64();
          break;
        }
        case 2: {
          finalizedFeatures_.length = 0;
          const finalizedFeatures_length = r.compactArrayLength(6);
          for (let i = 0; i < finalizedFeatures_length; i++) finalizedFeatures_.push(decodeApiVersionsResponseFinalizedFeature(r, version));
          break;
        }
        case 3: {
          zkMigrationReady_ = r.bool();
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    errorCode: errorCode_,
    apiKeys: apiKeys_,
    throttleTimeMs: throttleTimeMs_,
    supportedFeatures: supportedFeatures_,
    finalizedFeaturesEpoch: finalizedFeaturesEpoch_,
    finalizedFeatures: finalizedFeatures_,
    zkMigrationReady: zkMigrationReady_,
  };
}

function encodeApiVersionsResponse(w: Writer, version: number, value: ApiVersionsResponseInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const apiKeys_: readonly ApiVersionsResponseApiKeyInit[] = value.apiKeys;
  if (version >= 3) {
    w.compactArrayLength(apiKeys_.length);
  } else {
    w.arrayLength(apiKeys_.length);
  }
  for (const item of apiKeys_) encodeApiVersionsResponseApiKey(w, version, item);
  if (version >= 1) {
    const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
    w.int32(throttleTimeMs_);
  }
  const supportedFeatures_: readonly ApiVersionsResponseSupportedFeatureInit[] = value.supportedFeatures ?? [];
  const finalizedFeaturesEpoch_: number = value.finalizedFeaturesEpoch ?? -1;
  const finalizedFeatures_: readonly ApiVersionsResponseFinalizedFeatureInit[] = value.finalizedFeatures ?? [];
  const zkMigrationReady_: boolean = value.zkMigrationReady ?? false;
  if (version >= 3) {
    const has_supportedFeatures = supportedFeatures_.length !== 0;
    const has_finalizedFeaturesEpoch = finalizedFeaturesEpoch_ !== -1;
    const has_finalizedFeatures = finalizedFeatures_.length !== 0;
    const has_zkMigrationReady = zkMigrationReady_ !== false;
    w.unsignedVarint((has_supportedFeatures ? 1 : 0) + (has_finalizedFeaturesEpoch ? 1 : 0) + (has_finalizedFeatures ? 1 : 0) + (has_zkMigrationReady ? 1 : 0));
    if (has_supportedFeatures) {
      const mark = w.beginTag(0);
      w.compactArrayLength(supportedFeatures_.length);
      for (const item of supportedFeatures_) encodeApiVersionsResponseSupportedFeature(w, version, item);
      w.endTag(mark);
    }
    if (has_finalizedFeaturesEpoch) {
      const mark = w.beginTag(1);
      w.int64(finalizedFeaturesEpoch_);
      w.endTag(mark);
    }
    if (has_finalizedFeatures) {
      const mark = w.beginTag(2);
      w.compactArrayLength(finalizedFeatures_.length);
      for (const item of finalizedFeatures_) encodeApiVersionsResponseFinalizedFeature(w, version, item);
      w.endTag(mark);
    }
    if (has_zkMigrationReady) {
      const mark = w.beginTag(3);
      w.bool(zkMigrationReady_);
      w.endTag(mark);
    }
  }
}

function decodeApiVersionsResponseFinalizedFeature(r: Reader, version: number): ApiVersionsResponseFinalizedFeature {
  const name_ = r.compactString();
  const maxVersionLevel_ = r.int16();
  const minVersionLevel_ = r.int16();
  r.skipTags();
  return {
    name: name_,
    maxVersionLevel: maxVersionLevel_,
    minVersionLevel: minVersionLevel_,
  };
}

function encodeApiVersionsResponseFinalizedFeature(w: Writer, version: number, value: ApiVersionsResponseFinalizedFeatureInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const maxVersionLevel_: number = value.maxVersionLevel;
  w.int16(maxVersionLevel_);
  const minVersionLevel_: number = value.minVersionLevel;
  w.int16(minVersionLevel_);
  w.unsignedVarint(0);
}

function decodeApiVersionsResponseSupportedFeature(r: Reader, version: number): ApiVersionsResponseSupportedFeature {
  const name_ = r.compactString();
  const minVersion_ = r.int16();
  const maxVersion_ = r.int16();
  r.skipTags();
  return {
    name: name_,
    minVersion: minVersion_,
    maxVersion: maxVersion_,
  };
}

function encodeApiVersionsResponseSupportedFeature(w: Writer, version: number, value: ApiVersionsResponseSupportedFeatureInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const minVersion_: number = value.minVersion;
  w.int16(minVersion_);
  const maxVersion_: number = value.maxVersion;
  w.int16(maxVersion_);
  w.unsignedVarint(0);
}

function decodeApiVersionsResponseApiKey(r: Reader, version: number): ApiVersionsResponseApiKey {
  const apiKey_ = r.int16();
  const minVersion_ = r.int16();
  const maxVersion_ = r.int16();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    apiKey: apiKey_,
    minVersion: minVersion_,
    maxVersion: maxVersion_,
  };
}

function encodeApiVersionsResponseApiKey(w: Writer, version: number, value: ApiVersionsResponseApiKeyInit): void {
  const apiKey_: number = value.apiKey;
  w.int16(apiKey_);
  const minVersion_: number = value.minVersion;
  w.int16(minVersion_);
  const maxVersion_: number = value.maxVersion;
  w.int16(maxVersion_);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const apiVersions: Api<ApiVersionsRequest, ApiVersionsRequestInit, ApiVersionsResponse, ApiVersionsResponseInit> = {
  key: 18,
  name: 'ApiVersions',
  minVersion: 0,
  maxVersion: 4,
  listeners: ['broker', 'controller'],
  request: {
    name: 'ApiVersionsRequest',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('ApiVersionsRequest', version, 0, 4);
      return decodeApiVersionsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ApiVersionsRequest', version, 0, 4);
      encodeApiVersionsRequest(writer, version, value);
    },
  },
  response: {
    name: 'ApiVersionsResponse',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('ApiVersionsResponse', version, 0, 4);
      return decodeApiVersionsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ApiVersionsResponse', version, 0, 4);
      encodeApiVersionsResponse(writer, version, value);
    },
  },
};
