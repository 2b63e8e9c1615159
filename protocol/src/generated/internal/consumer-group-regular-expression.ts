// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerGroupRegularExpressionKey {
  readonly groupId: string;
  readonly regularExpression: string;
}

export interface ConsumerGroupRegularExpressionKeyInit {
  readonly groupId: string;
  readonly regularExpression: string;
}

function decodeConsumerGroupRegularExpressionKey(r: Reader, version: number): ConsumerGroupRegularExpressionKey {
  const groupId_ = r.string();
  const regularExpression_ = r.string();
  return {
    groupId: groupId_,
    regularExpression: regularExpression_,
  };
}

function encodeConsumerGroupRegularExpressionKey(w: Writer, version: number, value: ConsumerGroupRegularExpressionKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const regularExpression_: string = value.regularExpression;
  w.string(regularExpression_);
}

export const consumerGroupRegularExpressionKey: StoredCodec<ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionKeyInit> = {
  type: 16,
  name: 'ConsumerGroupRegularExpressionKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupRegularExpressionKey', version, 0, 0);
    return decodeConsumerGroupRegularExpressionKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupRegularExpressionKey', version, 0, 0);
    encodeConsumerGroupRegularExpressionKey(writer, version, value);
  },
};

export interface ConsumerGroupRegularExpressionValue {
  readonly topics: readonly string[];
  readonly version: number;
  readonly timestamp: number;
}

export interface ConsumerGroupRegularExpressionValueInit {
  readonly topics: readonly string[];
  readonly version: number;
  readonly timestamp: number;
}

function decodeConsumerGroupRegularExpressionValue(r: Reader, version: number): ConsumerGroupRegularExpressionValue {
  const topics_: string[] = [];
  const topics_length = r.compactArrayLength(1);
  for (let i = 0; i < topics_length; i++) topics_.push(r.compactString());
  const version_ = r.int64();
  const timestamp_ = r.int64();
  r.skipTags();
  return {
    topics: topics_,
    version: version_,
    timestamp: timestamp_,
  };
}

function encodeConsumerGroupRegularExpressionValue(w: Writer, version: number, value: ConsumerGroupRegularExpressionValueInit): void {
  const topics_: readonly string[] = value.topics;
  w.compactArrayLength(topics_.length);
  for (const item of topics_) w.compactString(item);
  const version_: number = value.version;
  w.int64(version_);
  const timestamp_: number = value.timestamp;
  w.int64(timestamp_);
  w.unsignedVarint(0);
}

export const consumerGroupRegularExpressionValue: StoredCodec<ConsumerGroupRegularExpressionValue, ConsumerGroupRegularExpressionValueInit> = {
  type: 16,
  name: 'ConsumerGroupRegularExpressionValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupRegularExpressionValue', version, 0, 0);
    return decodeConsumerGroupRegularExpressionValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupRegularExpressionValue', version, 0, 0);
    encodeConsumerGroupRegularExpressionValue(writer, version, value);
  },
};
