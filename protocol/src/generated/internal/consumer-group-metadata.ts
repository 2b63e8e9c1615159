// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerGroupMetadataKey {
  readonly groupId: string;
}

export interface ConsumerGroupMetadataKeyInit {
  readonly groupId: string;
}

function decodeConsumerGroupMetadataKey(r: Reader, version: number): ConsumerGroupMetadataKey {
  const groupId_ = r.string();
  return {
    groupId: groupId_,
  };
}

function encodeConsumerGroupMetadataKey(w: Writer, version: number, value: ConsumerGroupMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
}

export const consumerGroupMetadataKey: StoredCodec<ConsumerGroupMetadataKey, ConsumerGroupMetadataKeyInit> = {
  type: 3,
  name: 'ConsumerGroupMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupMetadataKey', version, 0, 0);
    return decodeConsumerGroupMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupMetadataKey', version, 0, 0);
    encodeConsumerGroupMetadataKey(writer, version, value);
  },
};

export interface ConsumerGroupMetadataValue {
  readonly epoch: number;
  readonly metadataHash: number;
}

export interface ConsumerGroupMetadataValueInit {
  readonly epoch: number;
  readonly metadataHash?: number | undefined;
}

function decodeConsumerGroupMetadataValue(r: Reader, version: number): ConsumerGroupMetadataValue {
  const epoch_ = r.int32();
  let metadataHash_: number = 0;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        metadataHash_ = r.int64();
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    epoch: epoch_,
    metadataHash: metadataHash_,
  };
}

function encodeConsumerGroupMetadataValue(w: Writer, version: number, value: ConsumerGroupMetadataValueInit): void {
  const epoch_: number = value.epoch;
  w.int32(epoch_);
  const metadataHash_: number = value.metadataHash ?? 0;
  const has_metadataHash = metadataHash_ !== 0;
  w.unsignedVarint((has_metadataHash ? 1 : 0));
  if (has_metadataHash) {
    const mark = w.beginTag(0);
    w.int64(metadataHash_);
    w.endTag(mark);
  }
}

export const consumerGroupMetadataValue: StoredCodec<ConsumerGroupMetadataValue, ConsumerGroupMetadataValueInit> = {
  type: 3,
  name: 'ConsumerGroupMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupMetadataValue', version, 0, 0);
    return decodeConsumerGroupMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupMetadataValue', version, 0, 0);
    encodeConsumerGroupMetadataValue(writer, version, value);
  },
};
