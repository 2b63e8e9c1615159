// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface RegisterBrokerRecord {
  readonly brokerId: number;
  readonly isMigratingZkBroker: boolean;
  readonly incarnationId: Uuid;
  readonly brokerEpoch: number;
  readonly endPoints: readonly RegisterBrokerRecordEndpoint[];
  readonly features: readonly RegisterBrokerRecordFeature[];
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly logDirs: readonly Uuid[];
  readonly cordonedLogDirs: readonly Uuid[] | null;
}

export interface RegisterBrokerRecordInit {
  readonly brokerId: number;
  readonly isMigratingZkBroker?: boolean | undefined;
  readonly incarnationId: Uuid;
  readonly brokerEpoch: number;
  readonly endPoints: readonly RegisterBrokerRecordEndpointInit[];
  readonly features: readonly RegisterBrokerRecordFeatureInit[];
  readonly rack: string | null;
  readonly fenced?: boolean | undefined;
  readonly inControlledShutdown?: boolean | undefined;
  readonly logDirs?: readonly Uuid[] | undefined;
  readonly cordonedLogDirs?: readonly Uuid[] | null | undefined;
}

export interface RegisterBrokerRecordFeature {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface RegisterBrokerRecordFeatureInit {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface RegisterBrokerRecordEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

export interface RegisterBrokerRecordEndpointInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

function decodeRegisterBrokerRecord(r: Reader, version: number): RegisterBrokerRecord {
  const brokerId_ = r.int32();
  const isMigratingZkBroker_ = version >= 2 ? r.bool() : false;
  const incarnationId_ = r.uuid();
  const brokerEpoch_ = r.int64();
  const endPoints_: RegisterBrokerRecordEndpoint[] = [];
  const endPoints_length = r.compactArrayLength(7);
  for (let i = 0; i < endPoints_length; i++) endPoints_.push(decodeRegisterBrokerRecordEndpoint(r, version));
  const features_: RegisterBrokerRecordFeature[] = [];
  const features_length = r.compactArrayLength(6);
  for (let i = 0; i < features_length; i++) features_.push(decodeRegisterBrokerRecordFeature(r, version));
  const rack_ = r.compactNullableString();
  const fenced_ = r.bool();
  const inControlledShutdown_ = version >= 1 ? r.bool() : false;
  const logDirs_: Uuid[] = [];
  let cordonedLogDirs_: readonly Uuid[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (!(version >= 3)) { r.skipTo(end); break; }
        logDirs_.length = 0;
        const logDirs_length = r.compactArrayLength(16);
        for (let i = 0; i < logDirs_length; i++) logDirs_.push(r.uuid());
        break;
      }
      case 1: {
        if (!(version >= 4)) { r.skipTo(end); break; }
        const length = r.compactNullableArrayLength(16);
        if (length < 0) {
          cordonedLogDirs_ = null;
        } else {
          const items: Uuid[] = [];
          for (let i = 0; i < length; i++) items.push(r.uuid());
          cordonedLogDirs_ = items;
        }
        break;
      }
      default:
        r.skipTo(end);
    }
    r.closeTag(end);
  }
  return {
    brokerId: brokerId_,
    isMigratingZkBroker: isMigratingZkBroker_,
    incarnationId: incarnationId_,
    brokerEpoch: brokerEpoch_,
    endPoints: endPoints_,
    features: features_,
    rack: rack_,
    fenced: fenced_,
    inControlledShutdown: inControlledShutdown_,
    logDirs: logDirs_,
    cordonedLogDirs: cordonedLogDirs_,
  };
}

function encodeRegisterBrokerRecord(w: Writer, version: number, value: RegisterBrokerRecordInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const isMigratingZkBroker_: boolean = value.isMigratingZkBroker ?? false;
  if (!(version >= 2) && isMigratingZkBroker_ !== false) throw fieldNotInVersion('RegisterBrokerRecord', 'isMigratingZkBroker', version);
  if (version >= 2) {
    w.bool(isMigratingZkBroker_);
  }
  const incarnationId_: Uuid = value.incarnationId;
  w.uuid(incarnationId_);
  const brokerEpoch_: number = value.brokerEpoch;
  w.int64(brokerEpoch_);
  const endPoints_: readonly RegisterBrokerRecordEndpointInit[] = value.endPoints;
  w.compactArrayLength(endPoints_.length);
  for (const item of endPoints_) encodeRegisterBrokerRecordEndpoint(w, version, item);
  const features_: readonly RegisterBrokerRecordFeatureInit[] = value.features;
  w.compactArrayLength(features_.length);
  for (const item of features_) encodeRegisterBrokerRecordFeature(w, version, item);
  const rack_: string | null = value.rack;
  w.compactNullableString(rack_);
  const fenced_: boolean = value.fenced ?? true;
  w.bool(fenced_);
  const inControlledShutdown_: boolean = value.inControlledShutdown ?? false;
  if (!(version >= 1) && inControlledShutdown_ !== false) throw fieldNotInVersion('RegisterBrokerRecord', 'inControlledShutdown', version);
  if (version >= 1) {
    w.bool(inControlledShutdown_);
  }
  const logDirs_: readonly Uuid[] = value.logDirs ?? [];
  if (!(version >= 3) && logDirs_.length !== 0) throw fieldNotInVersion('RegisterBrokerRecord', 'logDirs', version);
  const cordonedLogDirs_: readonly Uuid[] | null = value.cordonedLogDirs ?? null;
  if (!(version >= 4) && cordonedLogDirs_ !== null) throw fieldNotInVersion('RegisterBrokerRecord', 'cordonedLogDirs', version);
  const has_logDirs = version >= 3 && logDirs_.length !== 0;
  const has_cordonedLogDirs = version >= 4 && cordonedLogDirs_ !== null;
  w.unsignedVarint((has_logDirs ? 1 : 0) + (has_cordonedLogDirs ? 1 : 0));
  if (has_logDirs) {
    const mark = w.beginTag(0);
    w.compactArrayLength(logDirs_.length);
    for (const item of logDirs_) w.uuid(item);
    w.endTag(mark);
  }
  if (has_cordonedLogDirs) {
    const mark = w.beginTag(1);
    if (cordonedLogDirs_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(cordonedLogDirs_.length);
      for (const item of cordonedLogDirs_) w.uuid(item);
    }
    w.endTag(mark);
  }
}

function decodeRegisterBrokerRecordFeature(r: Reader, version: number): RegisterBrokerRecordFeature {
  const name_ = r.compactString();
  const minSupportedVersion_ = r.int16();
  const maxSupportedVersion_ = r.int16();
  r.skipTags();
  return {
    name: name_,
    minSupportedVersion: minSupportedVersion_,
    maxSupportedVersion: maxSupportedVersion_,
  };
}

function encodeRegisterBrokerRecordFeature(w: Writer, version: number, value: RegisterBrokerRecordFeatureInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const minSupportedVersion_: number = value.minSupportedVersion;
  w.int16(minSupportedVersion_);
  const maxSupportedVersion_: number = value.maxSupportedVersion;
  w.int16(maxSupportedVersion_);
  w.unsignedVarint(0);
}

function decodeRegisterBrokerRecordEndpoint(r: Reader, version: number): RegisterBrokerRecordEndpoint {
  const name_ = r.compactString();
  const host_ = r.compactString();
  const port_ = r.uint16();
  const securityProtocol_ = r.int16();
  r.skipTags();
  return {
    name: name_,
    host: host_,
    port: port_,
    securityProtocol: securityProtocol_,
  };
}

function encodeRegisterBrokerRecordEndpoint(w: Writer, version: number, value: RegisterBrokerRecordEndpointInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.uint16(port_);
  const securityProtocol_: number = value.securityProtocol;
  w.int16(securityProtocol_);
  w.unsignedVarint(0);
}

export const registerBrokerRecord: StoredCodec<RegisterBrokerRecord, RegisterBrokerRecordInit> = {
  type: 0,
  name: 'RegisterBrokerRecord',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('RegisterBrokerRecord', version, 0, 4);
    return decodeRegisterBrokerRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('RegisterBrokerRecord', version, 0, 4);
    encodeRegisterBrokerRecord(writer, version, value);
  },
};
