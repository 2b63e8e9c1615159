// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface GroupMetadataKey {
  readonly group: string;
}

export interface GroupMetadataKeyInit {
  readonly group: string;
}

function decodeGroupMetadataKey(r: Reader, version: number): GroupMetadataKey {
  const group_ = r.string();
  return {
    group: group_,
  };
}

function encodeGroupMetadataKey(w: Writer, version: number, value: GroupMetadataKeyInit): void {
  const group_: string = value.group;
  w.string(group_);
}

export const groupMetadataKey: StoredCodec<GroupMetadataKey, GroupMetadataKeyInit> = {
  type: 2,
  name: 'GroupMetadataKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('GroupMetadataKey', version, 0, 0);
    return decodeGroupMetadataKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('GroupMetadataKey', version, 0, 0);
    encodeGroupMetadataKey(writer, version, value);
  },
};

export interface GroupMetadataValue {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly currentStateTimestamp: number;
  readonly members: readonly GroupMetadataValueMember[];
}

export interface GroupMetadataValueInit {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly currentStateTimestamp?: number | undefined;
  readonly members: readonly GroupMetadataValueMemberInit[];
}

export interface GroupMetadataValueMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeout: number;
  readonly sessionTimeout: number;
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

export interface GroupMetadataValueMemberInit {
  readonly memberId: string;
  readonly groupInstanceId?: string | null | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeout?: number | undefined;
  readonly sessionTimeout: number;
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

function decodeGroupMetadataValue(r: Reader, version: number): GroupMetadataValue {
  const protocolType_ = version >= 4 ? r.compactString() : r.string();
  const generation_ = r.int32();
  const protocol_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const leader_ = version >= 4 ? r.compactNullableString() : r.nullableString();
  const currentStateTimestamp_ = version >= 2 ? r.int64() : -1;
  const members_: GroupMetadataValueMember[] = [];
  const members_length = version >= 4 ? r.compactArrayLength(15) : r.arrayLength(18);
  for (let i = 0; i < members_length; i++) members_.push(decodeGroupMetadataValueMember(r, version));
  if (version >= 4) {
    r.skipTags();
  }
  return {
    protocolType: protocolType_,
    generation: generation_,
    protocol: protocol_,
    leader: leader_,
    currentStateTimestamp: currentStateTimestamp_,
    members: members_,
  };
}

function encodeGroupMetadataValue(w: Writer, version: number, value: GroupMetadataValueInit): void {
  const protocolType_: string = value.protocolType;
  if (version >= 4) {
    w.compactString(protocolType_);
  } else {
    w.string(protocolType_);
  }
  const generation_: number = value.generation;
  w.int32(generation_);
  const protocol_: string | null = value.protocol;
  if (version >= 4) {
    w.compactNullableString(protocol_);
  } else {
    w.nullableString(protocol_);
  }
  const leader_: string | null = value.leader;
  if (version >= 4) {
    w.compactNullableString(leader_);
  } else {
    w.nullableString(leader_);
  }
  if (version >= 2) {
    const currentStateTimestamp_: number = value.currentStateTimestamp ?? -1;
    w.int64(currentStateTimestamp_);
  }
  const members_: readonly GroupMetadataValueMemberInit[] = value.members;
  if (version >= 4) {
    w.compactArrayLength(members_.length);
  } else {
    w.arrayLength(members_.length);
  }
  for (const item of members_) encodeGroupMetadataValueMember(w, version, item);
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

function decodeGroupMetadataValueMember(r: Reader, version: number): GroupMetadataValueMember {
  const memberId_ = version >= 4 ? r.compactString() : r.string();
  const groupInstanceId_ = version >= 3 ? (version >= 4 ? r.compactNullableString() : r.nullableString()) : null;
  const clientId_ = version >= 4 ? r.compactString() : r.string();
  const clientHost_ = version >= 4 ? r.compactString() : r.string();
  const rebalanceTimeout_ = version >= 1 ? r.int32() : -1;
  const sessionTimeout_ = r.int32();
  const subscription_ = version >= 4 ? r.compactBytes() : r.bytes();
  const assignment_ = version >= 4 ? r.compactBytes() : r.bytes();
  if (version >= 4) {
    r.skipTags();
  }
  return {
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    clientId: clientId_,
    clientHost: clientHost_,
    rebalanceTimeout: rebalanceTimeout_,
    sessionTimeout: sessionTimeout_,
    subscription: subscription_,
    assignment: assignment_,
  };
}

function encodeGroupMetadataValueMember(w: Writer, version: number, value: GroupMetadataValueMemberInit): void {
  const memberId_: string = value.memberId;
  if (version >= 4) {
    w.compactString(memberId_);
  } else {
    w.string(memberId_);
  }
  if (version >= 3) {
    const groupInstanceId_: string | null = value.groupInstanceId ?? null;
    if (version >= 4) {
      w.compactNullableString(groupInstanceId_);
    } else {
      w.nullableString(groupInstanceId_);
    }
  }
  const clientId_: string = value.clientId;
  if (version >= 4) {
    w.compactString(clientId_);
  } else {
    w.string(clientId_);
  }
  const clientHost_: string = value.clientHost;
  if (version >= 4) {
    w.compactString(clientHost_);
  } else {
    w.string(clientHost_);
  }
  if (version >= 1) {
    const rebalanceTimeout_: number = value.rebalanceTimeout ?? -1;
    w.int32(rebalanceTimeout_);
  }
  const sessionTimeout_: number = value.sessionTimeout;
  w.int32(sessionTimeout_);
  const subscription_: Buffer = value.subscription;
  if (version >= 4) {
    w.compactBytes(subscription_);
  } else {
    w.bytes(subscription_);
  }
  const assignment_: Buffer = value.assignment;
  if (version >= 4) {
    w.compactBytes(assignment_);
  } else {
    w.bytes(assignment_);
  }
  if (version >= 4) {
    w.unsignedVarint(0);
  }
}

export const groupMetadataValue: StoredCodec<GroupMetadataValue, GroupMetadataValueInit> = {
  type: 2,
  name: 'GroupMetadataValue',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    checkVersion('GroupMetadataValue', version, 0, 4);
    return decodeGroupMetadataValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('GroupMetadataValue', version, 0, 4);
    encodeGroupMetadataValue(writer, version, value);
  },
};
