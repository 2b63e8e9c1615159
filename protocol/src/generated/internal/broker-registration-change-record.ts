// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface BrokerRegistrationChangeRecord {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly fenced: number;
  readonly inControlledShutdown: number;
  readonly logDirs: readonly Uuid[];
  readonly cordonedLogDirs: readonly Uuid[] | null;
}

export interface BrokerRegistrationChangeRecordInit {
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly fenced?: number | undefined;
  readonly inControlledShutdown?: number | undefined;
  readonly logDirs?: readonly Uuid[] | undefined;
  readonly cordonedLogDirs?: readonly Uuid[] | null | undefined;
}

function decodeBrokerRegistrationChangeRecord(r: Reader, version: number): BrokerRegistrationChangeRecord {
  const brokerId_ = r.int32();
  const brokerEpoch_ = r.int64();
  let fenced_: number = 0;
  let inControlledShutdown_: number = 0;
  const logDirs_: Uuid[] = [];
  let cordonedLogDirs_: readonly Uuid[] | null = null;
  for (let count = r.unsignedVarint(); count > 0; count--) {
    const tag = r.unsignedVarint();
    const end = r.tagEnd();
    switch (tag) {
      case 0: {
        fenced_ = r.int8();
        break;
      }
      case 1: {
        if (!(version >= 1)) { r.skipTo(end); break; }
        inControlledShutdown_ = r.int8();
        break;
      }
      case 2: {
        if (!(version >= 2)) { r.skipTo(end); break; }
        logDirs_.length = 0;
        const logDirs_length = r.compactArrayLength(16);
        for (let i = 0; i < logDirs_length; i++) logDirs_.push(r.uuid());
        break;
      }
      case 3: {
        if (!(version >= 3)) { r.skipTo(end); break; }
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
    fenced: fenced_,
    inControlledShutdown: inControlledShutdown_,
    logDirs: logDirs_,
    cordonedLogDirs: cordonedLogDirs_,
  };
}

function encodeBrokerRegistrationChangeRecord(w: Writer, version: number, value: BrokerRegistrationChangeRecordInit): void {
  const brokerId_: number = value.brokerId;
  w.int32(brokerId_);
  const brokerEpoch_: number = value.brokerEpoch;
  w.int64(brokerEpoch_);
  const fenced_: number = value.fenced ?? 0;
  const inControlledShutdown_: number = value.inControlledShutdown ?? 0;
  if (!(version >= 1) && inControlledShutdown_ !== 0) throw fieldNotInVersion('BrokerRegistrationChangeRecord', 'inControlledShutdown', version);
  const logDirs_: readonly Uuid[] = value.logDirs ?? [];
  if (!(version >= 2) && logDirs_.length !== 0) throw fieldNotInVersion('BrokerRegistrationChangeRecord', 'logDirs', version);
  const cordonedLogDirs_: readonly Uuid[] | null = value.cordonedLogDirs ?? null;
  if (!(version >= 3) && cordonedLogDirs_ !== null) throw fieldNotInVersion('BrokerRegistrationChangeRecord', 'cordonedLogDirs', version);
  const has_fenced = fenced_ !== 0;
  const has_inControlledShutdown = version >= 1 && inControlledShutdown_ !== 0;
  const has_logDirs = version >= 2 && logDirs_.length !== 0;
  const has_cordonedLogDirs = version >= 3 && cordonedLogDirs_ !== null;
  w.unsignedVarint((has_fenced ? 1 : 0) + (has_inControlledShutdown ? 1 : 0) + (has_logDirs ? 1 : 0) + (has_cordonedLogDirs ? 1 : 0));
  if (has_fenced) {
    const mark = w.beginTag(0);
    w.int8(fenced_);
    w.endTag(mark);
  }
  if (has_inControlledShutdown) {
    const mark = w.beginTag(1);
    w.int8(inControlledShutdown_);
    w.endTag(mark);
  }
  if (has_logDirs) {
    const mark = w.beginTag(2);
    w.compactArrayLength(logDirs_.length);
    for (const item of logDirs_) w.uuid(item);
    w.endTag(mark);
  }
  if (has_cordonedLogDirs) {
    const mark = w.beginTag(3);
    if (cordonedLogDirs_ === null) {
      w.compactArrayLength(-1);
    } else {
      w.compactArrayLength(cordonedLogDirs_.length);
      for (const item of cordonedLogDirs_) w.uuid(item);
    }
    w.endTag(mark);
  }
}

export const brokerRegistrationChangeRecord: StoredCodec<BrokerRegistrationChangeRecord, BrokerRegistrationChangeRecordInit> = {
  type: 17,
  name: 'BrokerRegistrationChangeRecord',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('BrokerRegistrationChangeRecord', version, 0, 3);
    return decodeBrokerRegistrationChangeRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('BrokerRegistrationChangeRecord', version, 0, 3);
    encodeBrokerRegistrationChangeRecord(writer, version, value);
  },
};
