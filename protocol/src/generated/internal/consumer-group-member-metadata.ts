// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerGroupMemberMetadataKey {
  readonly groupId: string;
  readonly memberId: string;
}

export interface ConsumerGroupMemberMetadataKeyInit {
  readonly groupId: string;
  readonly memberId: string;
}

function decodeConsumerGroupMemberMetadataKey(r: Reader, version: number): ConsumerGroupMemberMetadataKey {
  const groupId_ = r.string();
  const memberId_ = r.string();
  return {
    groupId: groupId_,
    memberId: memberId_,
  };
}

function encodeConsumerGroupMemberMetadataKey(w: Writer, version: number, value: ConsumerGroupMemberMetadataKeyInit): void {
  const groupId_: string = value.groupId;
  w.string(groupId_);
  const memberId_: string = value.memberId;
  w.string(memberId_);
}

export const consumerGroupMemberMetadataKey: StoredCodec<ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataKeyInit> = {
  type: 5,
  name: 'ConsumerGroupMemberMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerGroupMemberMetadataKey', version, 0, 0);
    return decodeConsumerGroupMemberMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupMemberMetadataKey', version, 0, 0);
    encodeConsumerGroupMemberMetadataKey(writer, version, value);
  },
};

export interface ConsumerGroupMemberMetadataValue {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  readonly classicMemberMetadata: ConsumerGroupMemberMetadataValueClassicMemberMetadata | null;
}

export interface ConsumerGroupMemberMetadataValueInit {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly serverAssignor: string | null;
  readonly classicMemberMetadata?: ConsumerGroupMemberMetadataValueClassicMemberMetadataInit | null | undefined;
}

export interface ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  readonly sessionTimeoutMs: number;
  readonly supportedProtocols: readonly ConsumerGroupMemberMetadataValueClassicProtocol[];
}

export interface ConsumerGroupMemberMetadataValueClassicMemberMetadataInit {
  readonly sessionTimeoutMs: number;
  readonly supportedProtocols: readonly ConsumerGroupMemberMetadataValueClassicProtocolInit[];
}

export interface ConsumerGroupMemberMetadataValueClassicProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface ConsumerGroupMemberMetadataValueClassicProtocolInit {
  readonly name: string;
  readonly metadata: Buffer;
}

const DEFAULT_ConsumerGroupMemberMetadataValueClassicMemberMetadata: ConsumerGroupMemberMetadataValueClassicMemberMetadata = { sessionTimeoutMs: 0, supportedProtocols: [] };

function decodeConsumerGroupMemberMetadataValue(r: Reader, version: number): ConsumerGroupMemberMetadataValue {
  const instanceId_ = r.compactNullableString();
  const rackId_ = r.compactNullableString();
  const clientId_ = r.compactString();
  const clientHost_ = r.compactString();
  const subscribedTopicNames_: string[] = [];
  const subscribedTopicNames_length = r.compactArrayLength(1);
  for (let i = 0; i < subscribedTopicNames_length; i++) subscribedTopicNames_.push(r.compactString());
  const subscribedTopicRegex_ = r.compactNullableString();
  const rebalanceTimeoutMs_ = r.int32();
  const serverAssignor_ = r.compactNullableString();
  let classicMemberMetadata_: ConsumerGroupMemberMetadataValueClassicMemberMetadata | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (r.int8() < 0) classicMemberMetadata_ = null;
        else classicMemberMetadata_ = decodeConsumerGroupMemberMetadataValueClassicMemberMetadata(r, version);
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    instanceId: instanceId_,
    rackId: rackId_,
    clientId: clientId_,
    clientHost: clientHost_,
    subscribedTopicNames: subscribedTopicNames_,
    subscribedTopicRegex: subscribedTopicRegex_,
    rebalanceTimeoutMs: rebalanceTimeoutMs_,
    serverAssignor: serverAssignor_,
    classicMemberMetadata: classicMemberMetadata_,
  };
}

function encodeConsumerGroupMemberMetadataValue(w: Writer, version: number, value: ConsumerGroupMemberMetadataValueInit): void {
  const instanceId_: string | null = value.instanceId;
  w.compactNullableString(instanceId_);
  const rackId_: string | null = value.rackId;
  w.compactNullableString(rackId_);
  const clientId_: string = value.clientId;
  w.compactString(clientId_);
  const clientHost_: string = value.clientHost;
  w.compactString(clientHost_);
  const subscribedTopicNames_: readonly string[] = value.subscribedTopicNames;
  w.compactArrayLength(subscribedTopicNames_.length);
  for (const item of subscribedTopicNames_) w.compactString(item);
  const subscribedTopicRegex_: string | null = value.subscribedTopicRegex;
  w.compactNullableString(subscribedTopicRegex_);
  const rebalanceTimeoutMs_: number = value.rebalanceTimeoutMs ?? -1;
  w.int32(rebalanceTimeoutMs_);
  const serverAssignor_: string | null = value.serverAssignor;
  w.compactNullableString(serverAssignor_);
  const classicMemberMetadata_: ConsumerGroupMemberMetadataValueClassicMemberMetadataInit | null = value.classicMemberMetadata ?? null;
  const has_classicMemberMetadata = classicMemberMetadata_ !== null;
  w.unsignedVarint((has_classicMemberMetadata ? 1 : 0));
  if (has_classicMemberMetadata) {
    const mark = w.beginTag(0);
    if (classicMemberMetadata_ === null) {
      w.int8(-1);
    } else {
      w.int8(1);
      encodeConsumerGroupMemberMetadataValueClassicMemberMetadata(w, version, classicMemberMetadata_);
    }
    w.endTag(mark);
  }
}

function decodeConsumerGroupMemberMetadataValueClassicMemberMetadata(r: Reader, version: number): ConsumerGroupMemberMetadataValueClassicMemberMetadata {
  const sessionTimeoutMs_ = r.int32();
  const supportedProtocols_: ConsumerGroupMemberMetadataValueClassicProtocol[] = [];
  const supportedProtocols_length = r.compactArrayLength(3);
  for (let i = 0; i < supportedProtocols_length; i++) supportedProtocols_.push(decodeConsumerGroupMemberMetadataValueClassicProtocol(r, version));
  r.skipTags();
  return {
    sessionTimeoutMs: sessionTimeoutMs_,
    supportedProtocols: supportedProtocols_,
  };
}

function encodeConsumerGroupMemberMetadataValueClassicMemberMetadata(w: Writer, version: number, value: ConsumerGroupMemberMetadataValueClassicMemberMetadataInit): void {
  const sessionTimeoutMs_: number = value.sessionTimeoutMs;
  w.int32(sessionTimeoutMs_);
  const supportedProtocols_: readonly ConsumerGroupMemberMetadataValueClassicProtocolInit[] = value.supportedProtocols;
  w.compactArrayLength(supportedProtocols_.length);
  for (const item of supportedProtocols_) encodeConsumerGroupMemberMetadataValueClassicProtocol(w, version, item);
  w.unsignedVarint(0);
}

function isDefaultConsumerGroupMemberMetadataValueClassicMemberMetadata(value: ConsumerGroupMemberMetadataValueClassicMemberMetadataInit): boolean {
  return value === DEFAULT_ConsumerGroupMemberMetadataValueClassicMemberMetadata || (!(value.sessionTimeoutMs !== 0) && !(value.supportedProtocols.length !== 0));
}

function decodeConsumerGroupMemberMetadataValueClassicProtocol(r: Reader, version: number): ConsumerGroupMemberMetadataValueClassicProtocol {
  const name_ = r.compactString();
  const metadata_ = r.compactBytes();
  r.skipTags();
  return {
    name: name_,
    metadata: metadata_,
  };
}

function encodeConsumerGroupMemberMetadataValueClassicProtocol(w: Writer, version: number, value: ConsumerGroupMemberMetadataValueClassicProtocolInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const metadata_: Buffer = value.metadata;
  w.compactBytes(metadata_);
  w.unsignedVarint(0);
}

export const consumerGroupMemberMetadataValue: StoredCodec<ConsumerGroupMemberMetadataValue, ConsumerGroupMemberMetadataValueInit> = {
  type: 5,
  name: 'ConsumerGroupMemberMetadataValue',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('ConsumerGroupMemberMetadataValue', version, 0, 0);
    return decodeConsumerGroupMemberMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerGroupMemberMetadataValue', version, 0, 0);
    encodeConsumerGroupMemberMetadataValue(writer, version, value);
  },
};
