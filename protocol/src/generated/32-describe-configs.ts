// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface DescribeConfigsRequest {
  readonly resources: readonly DescribeConfigsRequestResource[];
  readonly includeSynonyms: boolean;
  readonly includeDocumentation: boolean;
}

export interface DescribeConfigsRequestInit {
  readonly resources: readonly DescribeConfigsRequestResourceInit[];
  readonly includeSynonyms?: boolean | undefined;
  readonly includeDocumentation?: boolean | undefined;
}

export interface DescribeConfigsRequestResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configurationKeys: readonly string[] | null;
}

export interface DescribeConfigsRequestResourceInit {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configurationKeys: readonly string[] | null;
}

function decodeDescribeConfigsRequest(r: Reader, version: number): DescribeConfigsRequest {
  const resources_: DescribeConfigsRequestResource[] = [];
  const resources_length = version >= 4 ? r.compactArrayLength(4) : r.arrayLength(7);
  for (let i = 0; i < resources_length; i++) resources_.push(decodeDescribeConfigsRequestResource(r, version));
  const includeSynonyms_ = r.bool();
  const includeDocumentation_ = version >= 3 ? r.bool() : false;
  if (version >= 4) {
    r.skipTags();
  }
  return {
    resources: resources_,
    includeSynonyms: includeSynonyms_,
    includeDocumentation: includeDocumentation_,
  };
}

function encodeDescribeConfigsRequest(w: Writer, version: number, value: DescribeConfigsRequestInit): void {
  const resources_: readonly DescribeConfigsRequestResourceInit[] = value.resources;
  if (version >= 4) {
    w.compactArrayLength(resources_.length);
  } else {
    w.arrayLength(resources_.length);
  }
  for (const item of resources_) encodeDescribeConfigsRequestResource(w, version, item);
  const includeSynonyms_: boolean = value.includeSynonyms ?? false;
  w.bool(includeSynonyms_);
  const includeDocumentation_: boolean = value.includeDocumentation ?? false;
  if (!(version >= 3) && includeDocumentation_ !== false) throw fieldNotInVersion('DescribeConfigsRequest', 'includeDocumentation', version);
  if (version >= 3) {
    w.bool(includeDocumentation_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeConfigsRequestResource(r: Reader, version: number): DescribeConfigsRequestResource {
  const resourceType_ = r.int8();
  const resourceName_ = version >= 4 ? r.compactString() : r.string();
  let configurationKeys_: readonly string[] | null = [];
  {
    const length = version >= 4 ? r.compactNullableArrayLength(1) : r.nullableArrayLength(2);
    if (length < 0) {
      configurationKeys_ = null;
    } else {
      const items: string[] = [];
      for (let i = 0; i < length; i++) items.push(version >= 4 ? r.compactString() : r.string());
      configurationKeys_ = items;
    }
  }
  if (version >= 4) {
    r.skipTags();
  }
  return {
    resourceType: resourceType_,
    resourceName: resourceName_,
    configurationKeys: configurationKeys_,
  };
}

function encodeDescribeConfigsRequestResource(w: Writer, version: number, value: DescribeConfigsRequestResourceInit): void {
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 4) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  const configurationKeys_: readonly string[] | null = value.configurationKeys;
  if (configurationKeys_ === null) {
    if (version >= 4) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 4) {
      w.compactArrayLength(configurationKeys_.length);
    } else {
      w.arrayLength(configurationKeys_.length);
    }
    for (const item of configurationKeys_) if (version >= 4) w.compactString(item); else w.string(item);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export interface DescribeConfigsResponse {
  readonly throttleTimeMs: number;
  readonly results: readonly DescribeConfigsResponseResult[];
}

export interface DescribeConfigsResponseInit {
  readonly throttleTimeMs: number;
  readonly results: readonly DescribeConfigsResponseResultInit[];
}

export interface DescribeConfigsResponseResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly DescribeConfigsResponseConfig[];
}

export interface DescribeConfigsResponseResultInit {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly DescribeConfigsResponseConfigInit[];
}

export interface DescribeConfigsResponseConfig {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly synonyms: readonly DescribeConfigsResponseSynonym[];
  readonly configType: number;
  readonly documentation: string | null;
}

export interface DescribeConfigsResponseConfigInit {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource?: number | undefined;
  readonly isSensitive: boolean;
  readonly synonyms: readonly DescribeConfigsResponseSynonymInit[];
  readonly configType?: number | undefined;
  readonly documentation?: string | null | undefined;
}

export interface DescribeConfigsResponseSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

export interface DescribeConfigsResponseSynonymInit {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

function decodeDescribeConfigsResponse(r: Reader, version: number): DescribeConfigsResponse {
  const throttleTimeMs_ = r.int32();
  const results_: DescribeConfigsResponseResult[] = [];
  const results_length = version >= 4 ? r.compactArrayLength(7) : r.arrayLength(11);
  for (let i = 0; i < results_length; i++) results_.push(decodeDescribeConfigsResponseResult(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    results: results_,
  };
}

function encodeDescribeConfigsResponse(w: Writer, version: number, value: DescribeConfigsResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const results_: readonly DescribeConfigsResponseResultInit[] = value.results;
  if (version >= 4) {
    w.compactArrayLength(results_.length);
  } else {
    w.arrayLength(results_.length);
  }
  for (const item of results_) encodeDescribeConfigsResponseResult(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeConfigsResponseResult(r: Reader, version: number): DescribeConfigsResponseResult {
  const errorCode_ = r.int16();
  const errorMessage_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const resourceType_ = r.int8();
  const resourceName_ = version >= 4 ? r.compactString() : r.string();
  const configs_: DescribeConfigsResponseConfig[] = [];
  const configs_length = version >= 4 ? r.compactArrayLength(9) : r.arrayLength(11);
  for (let i = 0; i < configs_length; i++) configs_.push(decodeDescribeConfigsResponseConfig(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    errorCode: errorCode_,
    errorMessage: errorMessage_,
    resourceType: resourceType_,
    resourceName: resourceName_,
    configs: configs_,
  };
}

function encodeDescribeConfigsResponseResult(w: Writer, version: number, value: DescribeConfigsResponseResultInit): void {
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const errorMessage_: string | null = value.errorMessage;
  if (version >= 4) {
    w.compactNullableString(errorMessage_);
  } else {
    w.nullableString(errorMessage_);
  }
  const resourceType_: number = value.resourceType;
  w.int8(resourceType_);
  const resourceName_: string = value.resourceName;
  if (version >= 4) {
    w.compactString(resourceName_);
  } else {
    w.string(resourceName_);
  }
  const configs_: readonly DescribeConfigsResponseConfigInit[] = value.configs;
  if (version >= 4) {
    w.compactArrayLength(configs_.length);
  } else {
    w.arrayLength(configs_.length);
  }
  for (const item of configs_) encodeDescribeConfigsResponseConfig(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeConfigsResponseConfig(r: Reader, version: number): DescribeConfigsResponseConfig {
  const name_ = version >= 4 ? r.compactString() : r.string();
  const value_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const readOnly_ = r.bool();
  const configSource_ = r.int8();
  const isSensitive_ = r.bool();
  const synonyms_: DescribeConfigsResponseSynonym[] = [];
  const synonyms_length = version >= 4 ? r.compactArrayLength(4) : r.arrayLength(5);
  for (let i = 0; i < synonyms_length; i++) synonyms_.push(decodeDescribeConfigsResponseSynonym(r, version));
  const configType_ = version >= 3 ? r.int8() : 0;
  const documentation_ = version >= 3 ? (version >= 4 ? r.compactNullableString() : r.nullableString()) : '';
  if (version >= 4) {
    r.skipTags();
  }
  return {
    name: name_,
    value: value_,
    readOnly: readOnly_,
    configSource: configSource_,
    isSensitive: isSensitive_,
    synonyms: synonyms_,
    configType: configType_,
    documentation: documentation_,
  };
}

function encodeDescribeConfigsResponseConfig(w: Writer, version: number, value: DescribeConfigsResponseConfigInit): void {
  const name_: string = value.name;
  if (version >= 4) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const value_: string | null = value.value;
  if (version >= 4) {
    w.compactNullableString(value_);
  } else {
    w.nullableString(value_);
  }
  const readOnly_: boolean = value.readOnly;
  w.bool(readOnly_);
  const configSource_: number = value.configSource ?? -1;
  w.int8(configSource_);
  const isSensitive_: boolean = value.isSensitive;
  w.bool(isSensitive_);
  const synonyms_: readonly DescribeConfigsResponseSynonymInit[] = value.synonyms;
  if (version >= 4) {
    w.compactArrayLength(synonyms_.length);
  } else {
    w.arrayLength(synonyms_.length);
  }
  for (const item of synonyms_) encodeDescribeConfigsResponseSynonym(w, version, item);
  if (version >= 3) {
    const configType_: number = value.configType ?? 0;
    w.int8(configType_);
  }
  if (version >= 3) {
    const documentation_: string | null = value.documentation === undefined ? '' : value.documentation;
    if (version >= 4) {
      w.compactNullableString(documentation_);
    } else {
      w.nullableString(documentation_);
    }
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeDescribeConfigsResponseSynonym(r: Reader, version: number): DescribeConfigsResponseSynonym {
  const name_ = version >= 4 ? r.compactString() : r.string();
  const value_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const source_ = r.int8();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    name: name_,
    value: value_,
    source: source_,
  };
}

function encodeDescribeConfigsResponseSynonym(w: Writer, version: number, value: DescribeConfigsResponseSynonymInit): void {
  const name_: string = value.name;
  if (version >= 4) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const value_: string | null = value.value;
  if (version >= 4) {
    w.compactNullableString(value_);
  } else {
    w.nullableString(value_);
  }
  const source_: number = value.source;
  w.int8(source_);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const describeConfigs: Api<DescribeConfigsRequest, DescribeConfigsRequestInit, DescribeConfigsResponse, DescribeConfigsResponseInit> = {
  key: 32,
  name: 'DescribeConfigs',
  minVersion: 1,
  maxVersion: 4,
  listeners: ['broker', 'controller'],
  request: {
    name: 'DescribeConfigsRequest',
    minVersion: 1,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('DescribeConfigsRequest', version, 1, 4);
      return decodeDescribeConfigsRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeConfigsRequest', version, 1, 4);
      encodeDescribeConfigsRequest(writer, version, value);
    },
  },
  response: {
    name: 'DescribeConfigsResponse',
    minVersion: 1,
    maxVersion: 4,
    flexibleFrom: 4,
    decode(reader, version) {
      checkVersion('DescribeConfigsResponse', version, 1, 4);
      return decodeDescribeConfigsResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('DescribeConfigsResponse', version, 1, 4);
      encodeDescribeConfigsResponse(writer, version, value);
    },
  },
};
