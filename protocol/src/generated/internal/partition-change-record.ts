// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface PartitionChangeRecord {
  readonly partitionId: number;
  readonly topicId: Uuid;
  readonly isr: readonly number[] | null;
  readonly leader: number;
  readonly replicas: readonly number[] | null;
  readonly removingReplicas: readonly number[] | null;
  readonly addingReplicas: readonly number[] | null;
  readonly leaderRecoveryState: number;
  readonly directories: readonly Uuid[] | null;
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface PartitionChangeRecordInit {
  readonly partitionId?: number | undefined;
  readonly topicId: Uuid;
  readonly isr?: readonly number[] | null | undefined;
  readonly leader?: number | undefined;
  readonly replicas?: readonly number[] | null | undefined;
  readonly removingReplicas?: readonly number[] | null | undefined;
  readonly addingReplicas?: readonly number[] | null | undefined;
  readonly leaderRecoveryState?: number | undefined;
  readonly directories?: readonly Uuid[] | null | undefined;
  readonly eligibleLeaderReplicas?: readonly number[] | null | undefined;
  readonly lastKnownElr?: readonly number[] | null | undefined;
}

function decodePartitionChangeRecord(r: Reader, version: number): PartitionChangeRecord {
  const partitionId_ = r.int32();
  const topicId_ = r.uuid();
  let isr_: readonly number[] | null = null;
  let leader_: number = -2;
  let replicas_: readonly number[] | null = null;
  let removingReplicas_: readonly number[] | null = null;
  let addingReplicas_: readonly number[] | null = null;
  let leaderRecoveryState_: number = -1;
  let directories_: readonly Uuid[] | null = null;
  let eligibleLeaderReplicas_: readonly number[] | null = null;
  let lastKnownElr_: readonly number[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          isr_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          isr_ = items;
        }
        break;
      }
      case 1: {
        leader_ = r.int32();
        break;
      }
      case 2: {
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          replicas_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          replicas_ = items;
        }
        break;
      }
      case 3: {
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          removingReplicas_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          removingReplicas_ = items;
        }
        break;
      }
      case 4: {
        const length = r.compactNullableArrayLength(4);
        if (length < 0) {
          addingReplicas_ = null;
        } else {
          const items: number[] = [];
          for (let i = 0; i < length; i++) items.push(r.int32());
          addingReplicas_ = items;
        }
        break;
      }
      case 5: {
        leaderRecoveryState_ = r.int8();
        break;
      }
      case 8: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        const length = r.compactNullableArrayLength(16);
        if (length < 0) {
          directories_ = null;
        } else {
          const items: Uuid[] = [];
          for (let i = 0; i < length; i++) items.push(r.uuid());
          directories_ = items;
        }
        break;
      }
      case 6: {
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
      case 7: {
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
    isr: isr_,
    leader: leader_,
    replicas: replicas_,
    removingReplicas: removingReplicas_,
    addingReplicas: addingReplicas_,
    leaderRecoveryState: leaderRecoveryState_,
    directories: directories_,
    eligibleLeaderReplicas: eligibleLeaderReplicas_,
    lastKnownElr: lastKnownElr_,
  };
}

function encodePartitionChangeRecord(w: Writer, version: number, value: PartitionChangeRecordInit): void {
  const partitionId_: number = value.partitionId ?? -1;
  w.int32(partitionId_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  const isr_: readonly number[] | null = value.isr ?? null;
  const leader_: number = value.leader ?? -2;
  const replicas_: readonly number[] | null = value.replicas ?? null;
  const removingReplicas_: readonly number[] | null = value.removingReplicas ?? null;
  const addingReplicas_: readonly number[] | null = value.addingReplicas ?? null;
  const leaderRecoveryState_: number = value.leaderRecoveryState ?? -1;
  const directories_: readonly Uuid[] | null = value.directories ?? null;
  if (!(version >= 1) && directories_ !== null) throw fieldNotInVersion('PartitionChangeRecord', 'directories', version);
  const eligibleLeaderReplicas_: readonly number[] | null = value.eligibleLeaderReplicas ?? null;
  if (!(version >= 2) && eligibleLeaderReplicas_ !== null) throw fieldNotInVersion('PartitionChangeRecord', 'eligibleLeaderReplicas', version);
  const lastKnownElr_: readonly number[] | null = value.lastKnownElr ?? null;
  if (!(version >= 2) && lastKnownElr_ !== null) throw fieldNotInVersion('PartitionChangeRecord', 'lastKnownElr', version);
  const has_isr = isr_ !== null;
  const has_leader = leader_ !== -2;
  const has_replicas = replicas_ !== null;
  const has_removingReplicas = removingReplicas_ !== null;
  const has_addingReplicas = addingReplicas_ !== null;
  const has_leaderRecoveryState = leaderRecoveryState_ !== -1;
  const has_eligibleLeaderReplicas = version >= 2 && eligibleLeaderReplicas_ !== null;
  const has_lastKnownElr = version >= 2 && lastKnownElr_ !== null;
  const has_directories = version >= 1 && directories_ !== null;
  w.unsignedVarint((has_isr ? 1 : 0) + (has_leader ? 1 : 0) + (has_replicas ? 1 : 0) + (has_removingReplicas ? 1 : 0) + (has_addingReplicas ? 1 : 0) + (has_leaderRecoveryState ? 1 : 0) + (has_eligibleLeaderReplicas ? 1 : 0) + (has_lastKnownElr ? 1 : 0) + (has_directories ? 1 : 0));
  if (has_isr) {
    const mark = w.beginTag(0);
    if (isr_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(isr_.length);
      for (const item of isr_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_leader) {
    const mark = w.beginTag(1);
    w.int32(leader_);
    w.endTag(mark);
  }
  if (has_replicas) {
    const mark = w.beginTag(2);
    if (replicas_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(replicas_.length);
      for (const item of replicas_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_removingReplicas) {
    const mark = w.beginTag(3);
    if (removingReplicas_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(removingReplicas_.length);
      for (const item of removingReplicas_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_addingReplicas) {
    const mark = w.beginTag(4);
    if (addingReplicas_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(addingReplicas_.length);
      for (const item of addingReplicas_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_leaderRecoveryState) {
    const mark = w.beginTag(5);
    w.int8(leaderRecoveryState_);
    w.endTag(mark);
  }
  if (has_eligibleLeaderReplicas) {
    const mark = w.beginTag(6);
    if (eligibleLeaderReplicas_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(eligibleLeaderReplicas_.length);
      for (const item of eligibleLeaderReplicas_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_lastKnownElr) {
    const mark = w.beginTag(7);
    if (lastKnownElr_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(lastKnownElr_.length);
      for (const item of lastKnownElr_) w.int32(item);
    }
    w.endTag(mark);
  }
  if (has_directories) {
    const mark = w.beginTag(8);
    if (directories_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(directories_.length);
      for (const item of directories_) w.uuid(item);
    }
    w.endTag(mark);
  }
}

export const partitionChangeRecord: StoredCodec<PartitionChangeRecord, PartitionChangeRecordInit> = {
  type: 5,
  name: 'PartitionChangeRecord',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('PartitionChangeRecord', version, 0, 2);
    return decodePartitionChangeRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('PartitionChangeRecord', version, 0, 2);
    encodePartitionChangeRecord(writer, version, value);
  },
};
