// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface PartitionRecord {
  readonly partitionId: number;
  readonly topicId: Uuid;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly leader: number;
  readonly leaderRecoveryState: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly directories: readonly Uuid[];
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface PartitionRecordInit {
  readonly partitionId?: number | undefined;
  readonly topicId: Uuid;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly leader?: number | undefined;
  readonly leaderRecoveryState?: number | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly partitionEpoch?: number | undefined;
  readonly directories?: readonly Uuid[] | undefined;
  readonly eligibleLeaderReplicas?: readonly number[] | null | undefined;
  readonly lastKnownElr?: readonly number[] | null | undefined;
}

function decodePartitionRecord(r: Reader, version: number): PartitionRecord {
  const partitionId_ = r.int32();
  const topicId_ = r.uuid();
  const replicas_: number[] = [];
  const replicas_length = r.compactArrayLength(4);
  for (let i = 0; i < replicas_length; i++) replicas_.push(r.int32());
  const isr_: number[] = [];
  const isr_length = r.compactArrayLength(4);
  for (let i = 0; i < isr_length; i++) isr_.push(r.int32());
  const removingReplicas_: number[] = [];
  const removingReplicas_length = r.compactArrayLength(4);
  for (let i = 0; i < removingReplicas_length; i++) removingReplicas_.push(r.int32());
  const addingReplicas_: number[] = [];
  const addingReplicas_length = r.compactArrayLength(4);
  for (let i = 0; i < addingReplicas_length; i++) addingReplicas_.push(r.int32());
  const leader_ = r.int32();
  const leaderEpoch_ = r.int32();
  const partitionEpoch_ = r.int32();
  const directories_: Uuid[] = [];
  if (version >= 1) {
    const directories_length = r.compactArrayLength(16);
    for (let i = 0; i < directories_length; i++) directories_.push(r.uuid());
  }
  let leaderRecoveryState_: number = 0;
  let eligibleLeaderReplicas_: readonly number[] | null = null;
  let lastKnownElr_: readonly number[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        leaderRecoveryState_ = r.int8();
        break;
      }
      case 1: {
        if (!(version >= 2)) { r.skipTo(end); break; }
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          eligibleLeaderReplicas_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          eligibleLeaderReplicas_ = items;
        }
        break;
      }
      case 2: {
        if (!(version >= 2)) { r.skipTo(end); break; }
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          lastKnownElr_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          lastKnownElr_ = items;
        }
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    partitionId: partitionId_,
    topicId: topicId_,
    replicas: replicas_,
    isr: isr_,
    removingReplicas: removingReplicas_,
    addingReplicas: addingReplicas_,
    leader: leader_,
    leaderRecoveryState: leaderRecoveryState_,
    leaderEpoch: leaderEpoch_,
    partitionEpoch: partitionEpoch_,
    directories: directories_,
    eligibleLeaderReplicas: eligibleLeaderReplicas_,
    lastKnownElr: lastKnownElr_,
  };
}

function encodePartitionRecord(w: Writer, version: number, value: PartitionRecordInit): void {
  const partitionId_: number = value.partitionId ?? -1;
  w.int32(partitionId_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const replicas_: readonly number[] = value.replicas;
  w.compactArrayLength(replicas_.length);
  for (const item of replicas_) w.int32(item);
  const isr_: readonly number[] = value.isr;
  w.compactArrayLength(isr_.length);
  for (const item of isr_) w.int32(item);
  const removingReplicas_: readonly number[] = value.removingReplicas;
  w.compactArrayLength(removingReplicas_.length);
  for (const item of removingReplicas_) w.int32(item);
  const addingReplicas_: readonly number[] = value.addingReplicas;
  w.compactArrayLength(addingReplicas_.length);
  for (const item of addingReplicas_) w.int32(item);
  const leader_: number = value.leader ?? -1;
  w.int32(leader_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  const partitionEpoch_: number = value.partitionEpoch ?? -1;
  w.int32(partitionEpoch_);
  const directories_: readonly Uuid[] = value.directories ?? [];
  if (!(version >= 1) && directories_.length !== 0) throw fieldNotInVersion('PartitionRecord', 'directories', version);
  if (version >= 1) {
    w.compactArrayLength(directories_.length);
    for (const item of directories_) w.uuid(item);
  }
  const leaderRecoveryState_: number = value.leaderRecoveryState ?? 0;
  const eligibleLeaderReplicas_: readonly number[] | null = value.eligibleLeaderReplicas ?? null;
  if (!(version >= 2) && eligibleLeaderReplicas_ !== null) throw fieldNotInVersion('PartitionRecord', 'eligibleLeaderReplicas', version);
  const lastKnownElr_: readonly number[] | null = value.lastKnownElr ?? null;
  if (!(version >= 2) && lastKnownElr_ !== null) throw fieldNotInVersion('PartitionRecord', 'lastKnownElr', version);
  const has_leaderRecoveryState = leaderRecoveryState_ !== 0;
  const has_eligibleLeaderReplicas = version >= 2 && eligibleLeaderReplicas_ !== null;
  const has_lastKnownElr = version >= 2 && lastKnownElr_ !== null;
  w.unsignedVarint((has_leaderRecoveryState ? 1 : 0) + (has_eligibleLeaderReplicas ? 1 : 0) + (has_lastKnownElr ? 1 : 0));
  if (has_leaderRecoveryState) {
    const mark = w.beginTag(0);
    w.int8(leaderRecoveryState_);
    w.endTag(mark);
  }
  if (has_eligibleLeaderReplicas) {
    const mark = w.beginTag(1);
    if (eligibleLeaderReplicas_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(eligibleLeaderReplicas_.length);
      for (const item of eligibleLeaderReplicas_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_lastKnownElr) {
    const mark = w.beginTag(2);
    if (lastKnownElr_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(lastKnownElr_.length);
      for (const item of lastKnownElr_) w.int32(item);
    }
    w.endTag(mark);
  }
}

export const partitionRecord: StoredCodec<PartitionRecord, PartitionRecordInit> = {
  type: 3,
  name: 'PartitionRecord',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('PartitionRecord', version, 0, 2);
    return decodePartitionRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('PartitionRecord', version, 0, 2);
    encodePartitionRecord(writer, version, value);
  },
};
