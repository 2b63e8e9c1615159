// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface VotersRecord {
  readonly version: number;
  readonly voters: readonly VotersRecordVoter[];
}

export interface VotersRecordInit {
  readonly version: number;
  readonly voters: readonly VotersRecordVoterInit[];
}

export interface VotersRecordVoter {
  readonly voterId: number;
  readonly voterDirectoryId: Uuid;
  readonly endpoints: readonly VotersRecordEndpoint[];
  readonly kRaftVersionFeature: VotersRecordKRaftVersionFeature;
}

export interface VotersRecordVoterInit {
  readonly voterId: number;
  readonly voterDirectoryId: Uuid;
  readonly endpoints: readonly VotersRecordEndpointInit[];
  readonly kRaftVersionFeature: VotersRecordKRaftVersionFeatureInit;
}

export interface VotersRecordKRaftVersionFeature {
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface VotersRecordKRaftVersionFeatureInit {
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface VotersRecordEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface VotersRecordEndpointInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const DEFAULT_VotersRecordKRaftVersionFeature: VotersRecordKRaftVersionFeature = { minSupportedVersion: 0, maxSupportedVersion: 0 };

function decodeVotersRecord(r: Reader, version: number): VotersRecord {
  const version_ = r.int16();
  const voters_: VotersRecordVoter[] = [];
  const voters_length = r.compactArrayLength(27);
  for (let i = 0; i < voters_length; i++) voters_.push(decodeVotersRecordVoter(r, version));
  r.skipTags();
  return {
    version: version_,
    voters: voters_,
  };
}

function encodeVotersRecord(w: Writer, version: number, value: VotersRecordInit): void {
  const version_: number = value.version;
  w.int16(version_);
  const voters_: readonly VotersRecordVoterInit[] = value.voters;
  w.compactArrayLength(voters_.length);
  for (const item of voters_) encodeVotersRecordVoter(w, version, item);
  w.unsignedVarint(0);
}

function decodeVotersRecordVoter(r: Reader, version: number): VotersRecordVoter {
  const voterId_ = r.int32();
  const voterDirectoryId_ = r.uuid();
  const endpoints_: VotersRecordEndpoint[] = [];
  const endpoints_length = r.compactArrayLength(5);
  for (let i = 0; i < endpoints_length; i++) endpoints_.push(decodeVotersRecordEndpoint(r, version));
  const kRaftVersionFeature_ = decodeVotersRecordKRaftVersionFeature(r, version);
  r.skipTags();
  return {
    voterId: voterId_,
    voterDirectoryId: voterDirectoryId_,
    endpoints: endpoints_,
    kRaftVersionFeature: kRaftVersionFeature_,
  };
}

function encodeVotersRecordVoter(w: Writer, version: number, value: VotersRecordVoterInit): void {
  const voterId_: number = value.voterId;
  w.int32(voterId_);
  const voterDirectoryId_: Uuid = value.voterDirectoryId;
  w.uuid(voterDirectoryId_);
  const endpoints_: readonly VotersRecordEndpointInit[] = value.endpoints;
  w.compactArrayLength(endpoints_.length);
  for (const item of endpoints_) encodeVotersRecordEndpoint(w, version, item);
  const kRaftVersionFeature_: VotersRecordKRaftVersionFeatureInit = value.kRaftVersionFeature;
  encodeVotersRecordKRaftVersionFeature(w, version, kRaftVersionFeature_);
  w.unsignedVarint(0);
}

function decodeVotersRecordKRaftVersionFeature(r: Reader, version: number): VotersRecordKRaftVersionFeature {
  const minSupportedVersion_ = r.int16();
  const maxSupportedVersion_ = r.int16();
  r.skipTags();
  return {
    minSupportedVersion: minSupportedVersion_,
    maxSupportedVersion: maxSupportedVersion_,
  };
}

function encodeVotersRecordKRaftVersionFeature(w: Writer, version: number, value: VotersRecordKRaftVersionFeatureInit): void {
  const minSupportedVersion_: number = value.minSupportedVersion;
  w.int16(minSupportedVersion_);
  const maxSupportedVersion_: number = value.maxSupportedVersion;
  w.int16(maxSupportedVersion_);
  w.unsignedVarint(0);
}

function isDefaultVotersRecordKRaftVersionFeature(value: VotersRecordKRaftVersionFeatureInit): boolean {
  return value === DEFAULT_VotersRecordKRaftVersionFeature || (!(value.minSupportedVersion !== 0) && !(value.maxSupportedVersion !== 0));
}

function decodeVotersRecordEndpoint(r: Reader, version: number): VotersRecordEndpoint {
  const name_ = r.compactString();
  const host_ = r.compactString();
  const port_ = r.uint16();
  r.skipTags();
  return {
    name: name_,
    host: host_,
    port: port_,
  };
}

function encodeVotersRecordEndpoint(w: Writer, version: number, value: VotersRecordEndpointInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  w.unsignedVarint(0);
}

export const votersRecord: StoredCodec<VotersRecord, VotersRecordInit> = {
  type: 6,
  name: 'VotersRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('VotersRecord', version, 0, 0);
    return decodeVotersRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('VotersRecord', version, 0, 0);
    encodeVotersRecord(writer, version, value);
  },
};
