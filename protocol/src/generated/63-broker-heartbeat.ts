// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface BrokerHeartbeatRequest {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly currentMetadataOffset: number;
  readonly wantFence: boolean;
  readonly wantShutDown: boolean;
  readonly offlineLogDirs: readonly Uuid[];
  readonly cordonedLogDirs: readonly Uuid[] | null;
}

export interface BrokerHeartbeatRequestInit {
  readonly brokerId: number;
  readonly brokerEpoch?: number | undefined;
  readonly currentMetadataOffset: number;
  readonly wantFence: boolean;
  readonly wantShutDown: boolean;
  readonly offlineLogDirs?: readonly Uuid[] | undefined;
  readonly cordonedLogDirs?: readonly Uuid[] | null | undefined;
}

function decodeBrokerHeartbeatRequest(r: Reader, version: number): BrokerHeartbeatRequest {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  const currentMetadataOffset_ = r.int64();
  const wantFence_ = r.bool();
  const wantShutDown_ = r.bool();
  const offlineLogDirs_: Uuid[] = [];
  let cordonedLogDirs_: readonly Uuid[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        offlineLogDirs_.length = 0;
        const offlineLogDirs_length = r.compactArrayLength(16);
        for (let i = 0; i < offlineLogDirs_length; i++) offlineLogDirs_.push(r.uuid());
        break;
      }
      case 1: {
        if (!(version >= 2)) { r.skipTo(end); break; }
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
    brokerEpoch: brokerEpoch_,
    currentMetadataOffset: currentMetadataOffset_,
    wantFence: wantFence_,
    wantShutDown: wantShutDown_,
    offlineLogDirs: offlineLogDirs_,
    cordonedLogDirs: cordonedLogDirs_,
  };
}

function encodeBrokerHeartbeatRequest(w: Writer, version: number, value: BrokerHeartbeatRequestInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch ?? -1;
  w.int64(brokerEpoch_);
  const currentMetadataOffset_: number = value.currentMetadataOffset;
  w.int64(currentMetadataOffset_);
  const wantFence_: boolean = value.wantFence;
  w.bool(wantFence_);
  const wantShutDown_: boolean = value.wantShutDown;
  w.bool(wantShutDown_);
  const offlineLogDirs_: readonly Uuid[] = value.offlineLogDirs ?? [];
  if (!(version >= 1) && offlineLogDirs_.length !== 0) throw fieldNotInVersion('BrokerHeartbeatRequest', 'offlineLogDirs', version);
  const cordonedLogDirs_: readonly Uuid[] | null = value.cordonedLogDirs ?? null;
  if (!(version >= 2) && cordonedLogDirs_ !== null) throw fieldNotInVersion('BrokerHeartbeatRequest', 'cordonedLogDirs', version);
  const has_offlineLogDirs = version >= 1 && offlineLogDirs_.length !== 0;
  const has_cordonedLogDirs = version >= 2 && cordonedLogDirs_ !== null;
  w.unsignedVarint((has_offlineLogDirs ? 1 : 0) + (has_cordonedLogDirs ? 1 : 0));
  if (has_offlineLogDirs) {
    const mark = w.beginTag(0);
    w.compactArrayLength(offlineLogDirs_.length);
    for (const item of offlineLogDirs_) w.uuid(item);
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

export interface BrokerHeartbeatResponse {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly isCaughtUp: boolean;
  readonly isFenced: boolean;
  readonly shouldShutDown: boolean;
}

export interface BrokerHeartbeatResponseInit {
  readonly throttleTimeMs: number;
  readonly errorCode: number;
  readonly isCaughtUp?: boolean | undefined;
  readonly isFenced?: boolean | undefined;
  readonly shouldShutDown: boolean;
}

function decodeBrokerHeartbeatResponse(r: Reader, version: number): BrokerHeartbeatResponse {
  const throttleTimeMs_ = r.int32();
  const errorCode_ = r.int16();
  const isCaughtUp_ = r.bool();
  const isFenced_ = r.bool();
  const shouldShutDown_ = r.bool();
  r.skipTags();
  return {
    throttleTimeMs: throttleTimeMs_,
    errorCode: errorCode_,
    isCaughtUp: isCaughtUp_,
    isFenced: isFenced_,
    shouldShutDown: shouldShutDown_,
  };
}

function encodeBrokerHeartbeatResponse(w: Writer, version: number, value: BrokerHeartbeatResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const isCaughtUp_: boolean = value.isCaughtUp ?? false;
  w.bool(isCaughtUp_);
  const isFenced_: boolean = value.isFenced ?? true;
  w.bool(isFenced_);
  const shouldShutDown_: boolean = value.shouldShutDown;
  w.bool(shouldShutDown_);
  w.unsignedVarint(0);
}

export const brokerHeartbeat: Api<BrokerHeartbeatRequest, BrokerHeartbeatRequestInit, BrokerHeartbeatResponse, BrokerHeartbeatResponseInit> = {
  key: 63,
  name: 'BrokerHeartbeat',
  minVersion: 0,
  maxVersion: 2,
  listeners: ['controller'],
  request: {
    name: 'BrokerHeartbeatRequest',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('BrokerHeartbeatRequest', version, 0, 2);
      return decodeBrokerHeartbeatRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BrokerHeartbeatRequest', version, 0, 2);
      encodeBrokerHeartbeatRequest(writer, version, value);
    },
  },
  response: {
    name: 'BrokerHeartbeatResponse',
    minVersion: 0,
    maxVersion: 2,
    flexibleFrom: 0,
    decode(reader, version) {
      checkVersion('BrokerHeartbeatResponse', version, 0, 2);
      return decodeBrokerHeartbeatResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('BrokerHeartbeatResponse', version, 0, 2);
      encodeBrokerHeartbeatResponse(writer, version, value);
    },
  },
};
