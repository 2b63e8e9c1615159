// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface BrokerRegistrationRequest {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly incarnationId: Uuid;
  readonly listeners: readonly BrokerRegistrationRequestListener[];
  readonly features: readonly BrokerRegistrationRequestFeature[];
  readonly rack: string | null;
  readonly isMigratingZkBroker: boolean;
  readonly logDirs: readonly Uuid[];
  readonly previousBrokerEpoch: number;
}

export interface BrokerRegistrationRequestInit {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly incarnationId: Uuid;
  readonly listeners: readonly BrokerRegistrationRequestListenerInit[];
  readonly features: readonly BrokerRegistrationRequestFeatureInit[];
  readonly rack: string | null;
  readonly isMigratingZkBroker?: boolean | undefined;
  readonly logDirs?: readonly Uuid[] | undefined;
  readonly previousBrokerEpoch?: number | undefined;
}

export interface BrokerRegistrationRequestFeature {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface BrokerRegistrationRequestFeatureInit {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface BrokerRegistrationRequestListener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

export interface BrokerRegistrationRequestListenerInit {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

function decodeBrokerRegistrationRequest(r: Reader, version: number): BrokerRegistrationRequest {
  const brokerId_ = r.int32();
  const clusterId_ = r.compactString();
  const incarnationId_ = r.uuid();
  const listeners_: BrokerRegistrationRequestListener[] = [];
  const listeners_length = r.compactArrayLength(7);
  for (let i = 0; i < listeners_length; i++) listeners_.push(decodeBrokerRegistrationRequestListener(r, version));
  const features_: BrokerRegistrationRequestFeature[] = [];
  const features_length = r.compactArrayLength(6);
  for (let i = 0; i < features_length; i++) features_.push(decodeBrokerRegistrationRequestFeature(r, version));
  const rack_ = r.compactNullableString();
  const isMigratingZkBroker_ = version >= 1 ? r.bool() : false;
  const logDirs_: Uuid[] = [];
  if (version >= 2) {
    const logDirs_length = r.compactArrayLength(16);
    for (let i = 0; i < logDirs_length; i++) logDirs_.push(r.uuid());
  }
  const previousBrokerEpoch_ = version >= 3 ? r.int64() : -1;
  r.skipTags();
  return {
    brokerId: brokerId_,
    clusterId: clusterId_,
    incarnationId: incarnationId_,
    listeners: listeners_,
    features: features_,
    rack: rack_,
    isMigratingZkBroker: isMigratingZkBroker_,
    logDirs: logDirs_,
    previousBrokerEpoch: previousBrokerEpoch_,
  };
}

function encodeBrokerRegistrationRequest(w: Writer, version: number, value: BrokerRegistrationRequestInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const clusterId_: string = value.clusterId;
  w.compactString(clusterId_);
  const incarnationId_: Uuid = value.incarnationId;
  w.uuid(incarnationId_);
  const listeners_: readonly BrokerRegistrationRequestListenerInit[] = value.listeners;
  w.compactArrayLength(listeners_.length);
  for (const item of listeners_) encodeBrokerRegistrationRequestListener(w, version, item);
  const features_: readonly BrokerRegistrationRequestFeatureInit[] = value.features;
  w.compactArrayLength(features_.length);
  for (const item of features_) encodeBrokerRegistrationRequestFeature(w, version, item);
  const rack_: string | null = value.rack;
  w.compactNullableString(rack_);
  const isMigratingZkBroker_: boolean = value.isMigratingZkBroker ?? false;
  if (!(version >= 1) && isMigratingZkBroker_ !== false) throw fieldNotInVersion('BrokerRegistrationRequest', 'isMigratingZkBroker', version);
  if (version >= 1) {
    w.bool(isMigratingZkBroker_);
  }
  if (version >= 2) {
    const logDirs_: readonly Uuid[] = value.logDirs ?? [];
    w.compactArrayLength(logDirs_.length);
    for (const item of logDirs_) w.uuid(item);
  }
  if (version >= 3) {
    const previousBrokerEpoch_: number = value.previousBrokerEpoch ?? -1;
    w.int64(previousBrokerEpoch_);
  }
  w.unsignedVarint(0);
}

function decodeBrokerRegistrationRequestFeature(r: Reader, version: number): BrokerRegistrationRequestFeature {
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

function encodeBrokerRegistrationRequestFeature(w: Writer, version: number, value: BrokerRegistrationRequestFeatureInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const minSupportedVersion_: number = value.minSupportedVersion;
  w.int16(minSupportedVersion_);
  const maxSupportedVersion_: number = value.maxSupportedVersion;
  w.int16(maxSupportedVersion_);
  w.unsignedVarint(0);
}

function decodeBrokerRegistrationRequestListener(r: Reader, version: number): BrokerRegistrationRequestListener {
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

function encodeBrokerRegistrationRequestListener(w: Writer, version: number, value: BrokerRegistrationRequestListenerInit): void {
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

export interface BrokerRegistrationResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly brokerEpoch: number;
}

export interface BrokerRegistrationResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly brokerEpoch?: number | undefined;
}

function decodeBrokerRegistrationResponse(r: Reader, version: number): BrokerRegistrationResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const brokerEpoch_ = r.int64();
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    brokerEpoch: brokerEpoch_,
  };
}

function encodeBrokerRegistrationResponse(w: Writer, version: number, value: BrokerRegistrationResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  w.unsignedVarint(0);
}

export const brokerRegistration: Api<BrokerRegistrationRequest, BrokerRegistrationRequestInit, BrokerRegistrationResponse, BrokerRegistrationResponseInit> = {
  key: 62,
  name: 'BrokerRegistration',
  minVersion: 0,
  maxVersion: 4,
  listeners: ['controller'],
  request: {
    name: 'BrokerRegistrationRequest',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('BrokerRegistrationRequest', version, 0, 4);
      return decodeBrokerRegistrationRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BrokerRegistrationRequest', version, 0, 4);
      encodeBrokerRegistrationRequest(writer, version, value);
    },
  },
  response: {
    name: 'BrokerRegistrationResponse',
    minVersion: 0,
    maxVersion: 4,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('BrokerRegistrationResponse', version, 0, 4);
      return decodeBrokerRegistrationResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BrokerRegistrationResponse', version, 0, 4);
      encodeBrokerRegistrationResponse(writer, version, value);
    },
  },
};
