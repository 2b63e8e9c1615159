// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Codec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface QuorumStateData {
  readonly clusterId: string;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly votedId: number;
  readonly votedDirectoryId: Uuid;
  readonly appliedOffset: number;
  readonly currentVoters: readonly QuorumStateDataVoter[] | null;
}

export interface QuorumStateDataInit {
  readonly clusterId?: string | undefined;
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
  readonly votedId?: number | undefined;
  readonly votedDirectoryId?: Uuid | undefined;
  readonly appliedOffset?: number | undefined;
  readonly currentVoters?: readonly QuorumStateDataVoterInit[] | null | undefined;
}

export interface QuorumStateDataVoter {
  readonly voterId: number;
}

export interface QuorumStateDataVoterInit {
  readonly voterId: number;
}

function decodeQuorumStateData(r: Reader, version: number): QuorumStateData {
  const clusterId_ = version <= 0 ? r.compactString() : '';
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  const votedId_ = r.int32();
  const votedDirectoryId_ = version >= 1 ? r.uuid() : ZERO_UUID;
  const appliedOffset_ = version <= 0 ? r.int64() : 0;
  let currentVoters_: readonly QuorumStateDataVoter[] | null = [];
  if (version <= 0) {
    const length = r.compactNullableArrayLength(5);
    if (length < 0) {
      currentVoters_ = null;
    } else {
      const items: QuorumStateDataVoter[] = [];
      for (let i = 0; i < length; i++) items.push(decodeQuorumStateDataVoter(r, version));
      currentVoters_ = items;
    }
  }
  r.skipTags();
  return {
    clusterId: clusterId_,
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
    votedId: votedId_,
    votedDirectoryId: votedDirectoryId_,
    appliedOffset: appliedOffset_,
    currentVoters: currentVoters_,
  };
}

function encodeQuorumStateData(w: Writer, version: number, value: QuorumStateDataInit): void {
  const clusterId_: string = value.clusterId ?? '';
  if (!(version <= 0) && clusterId_ !== '') throw fieldNotInVersion('QuorumStateData', 'clusterId', version);
  if (version <= 0) {
    w.compactString(clusterId_);
  }
  const leaderId_: number = value.leaderId ?? -1;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  const votedId_: number = value.votedId ?? -1;
  w.int32(votedId_);
  const votedDirectoryId_: Uuid = value.votedDirectoryId ?? ZERO_UUID;
  if (!(version >= 1) && votedDirectoryId_ !== ZERO_UUID) throw fieldNotInVersion('QuorumStateData', 'votedDirectoryId', version);
  if (version >= 1) {
    w.uuid(votedDirectoryId_);
  }
  const appliedOffset_: number = value.appliedOffset ?? 0;
  if (!(version <= 0) && appliedOffset_ !== 0) throw fieldNotInVersion('QuorumStateData', 'appliedOffset', version);
  if (version <= 0) {
    w.int64(appliedOffset_);
  }
  const currentVoters_: readonly QuorumStateDataVoterInit[] | null = value.currentVoters === undefined ? [] : value.currentVoters;
  if (!(version <= 0) && (currentVoters_ === null || currentVoters_.length !== 0)) throw fieldNotInVersion('QuorumStateData', 'currentVoters', version);
  if (version <= 0) {
    if (currentVoters_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(currentVoters_.length);
      for (const item of currentVoters_) encodeQuorumStateDataVoter(w, version, item);
    }
  }
  w.unsignedVarint(0);
}

function decodeQuorumStateDataVoter(r: Reader, version: number): QuorumStateDataVoter {
  const voterId_ = r.int32();
  r.skipTags();
  return {
    voterId: voterId_,
  };
}

function encodeQuorumStateDataVoter(w: Writer, version: number, value: QuorumStateDataVoterInit): void {
  const voterId_: number = value.voterId;
  w.int32(voterId_);
  w.unsignedVarint(0);
}

export const quorumStateData: Codec<QuorumStateData, QuorumStateDataInit> = {
  name: 'QuorumStateData',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('QuorumStateData', version, 0, 1);
    return decodeQuorumStateData(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('QuorumStateData', version, 0, 1);
    encodeQuorumStateData(writer, version, value);
  },
};
