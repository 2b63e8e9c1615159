// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface LeaderChangeMessage {
  readonly version: number;
  readonly leaderId: number;
  readonly voters: readonly LeaderChangeMessageVoter[];
  readonly grantingVoters: readonly LeaderChangeMessageVoter[];
}

export interface LeaderChangeMessageInit {
  readonly version: number;
  readonly leaderId: number;
  readonly voters: readonly LeaderChangeMessageVoterInit[];
  readonly grantingVoters: readonly LeaderChangeMessageVoterInit[];
}

export interface LeaderChangeMessageVoter {
  readonly voterId: number;
  readonly voterDirectoryId: Uuid;
}

export interface LeaderChangeMessageVoterInit {
  readonly voterId: number;
  readonly voterDirectoryId?: Uuid | undefined;
}

function decodeLeaderChangeMessage(r: Reader, version: number): LeaderChangeMessage {
  const version_ = r.int16();
  const leaderId_ = r.int32();
  const voters_: LeaderChangeMessageVoter[] = [];
  const voters_length = r.compactArrayLength(5);
  for (let i = 0; i < voters_length; i++) voters_.push(decodeLeaderChangeMessageVoter(r, version));
  const grantingVoters_: LeaderChangeMessageVoter[] = [];
  const grantingVoters_length = r.compactArrayLength(5);
  for (let i = 0; i < grantingVoters_length; i++) grantingVoters_.push(decodeLeaderChangeMessageVoter(r, version));
  r.skipTags();
  return {
    version: version_,
    leaderId: leaderId_,
    voters: voters_,
    grantingVoters: grantingVoters_,
  };
}

function encodeLeaderChangeMessage(w: Writer, version: number, value: LeaderChangeMessageInit): void {
  const version_: number = value.version;
  w.int16(version_);
  const leaderId_: number = value.leaderId;
  w.int32(leaderId_);
  const voters_: readonly LeaderChangeMessageVoterInit[] = value.voters;
  w.compactArrayLength(voters_.length);
  for (const item of voters_) encodeLeaderChangeMessageVoter(w, version, item);
  const grantingVoters_: readonly LeaderChangeMessageVoterInit[] = value.grantingVoters;
  w.compactArrayLength(grantingVoters_.length);
  for (const item of grantingVoters_) encodeLeaderChangeMessageVoter(w, version, item);
  w.unsignedVarint(0);
}

function decodeLeaderChangeMessageVoter(r: Reader, version: number): LeaderChangeMessageVoter {
  const voterId_ = r.int32();
  const voterDirectoryId_ = version >= 1 ? r.uuid() : ZERO_UUID;
  r.skipTags();
  return {
    voterId: voterId_,
    voterDirectoryId: voterDirectoryId_,
  };
}

function encodeLeaderChangeMessageVoter(w: Writer, version: number, value: LeaderChangeMessageVoterInit): void {
  const voterId_: number = value.voterId;
  w.int32(voterId_);
  const voterDirectoryId_: Uuid = value.voterDirectoryId ?? ZERO_UUID;
  if (!(version >= 1) && voterDirectoryId_ !== ZERO_UUID) throw fieldNotInVersion('LeaderChangeMessageVoter', 'voterDirectoryId', version);
  if (version >= 1) {
    w.uuid(voterDirectoryId_);
  }
  w.unsignedVarint(0);
}

export const leaderChangeMessage: StoredCodec<LeaderChangeMessage, LeaderChangeMessageInit> = {
  type: 2,
  name: 'LeaderChangeMessage',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('LeaderChangeMessage', version, 0, 1);
    return decodeLeaderChangeMessage(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('LeaderChangeMessage', version, 0, 1);
    encodeLeaderChangeMessage(writer, version, value);
  },
};
