// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface TransactionLogKey {
  readonly transactionalId: string;
}

export interface TransactionLogKeyInit {
  readonly transactionalId: string;
}

function decodeTransactionLogKey(r: Reader, version: number): TransactionLogKey {
  const transactionalId_ = r.string();
  return {
    transactionalId: transactionalId_,
  };
}

function encodeTransactionLogKey(w: Writer, version: number, value: TransactionLogKeyInit): void {
  const transactionalId_: string = value.transactionalId;
  w.string(transactionalId_);
}

export const transactionLogKey: Codec<TransactionLogKey, TransactionLogKeyInit> = {
  name: 'TransactionLogKey',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('TransactionLogKey', version, 0, 0);
    return decodeTransactionLogKey(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('TransactionLogKey', version, 0, 0);
    encodeTransactionLogKey(writer, version, value);
  },
};

export interface TransactionLogValue {
  readonly producerId: number;
  readonly previousProducerId: number;
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  readonly nextProducerEpoch: number;
  readonly transactionTimeoutMs: number;
  readonly transactionStatus: number;
  readonly transactionPartitions: readonly TransactionLogValuePartitions[] | null;
  readonly transactionLastUpdateTimestampMs: number;
  readonly transactionStartTimestampMs: number;
  readonly clientTransactionVersion: number;
}

export interface TransactionLogValueInit {
  readonly producerId: number;
  readonly previousProducerId?: number | undefined;
  readonly nextProducerId?: number | undefined;
  readonly producerEpoch: number;
  readonly nextProducerEpoch?: number | undefined;
  readonly transactionTimeoutMs: number;
  readonly transactionStatus: number;
  readonly transactionPartitions: readonly TransactionLogValuePartitionsInit[] | null;
  readonly transactionLastUpdateTimestampMs: number;
  readonly transactionStartTimestampMs: number;
  readonly clientTransactionVersion?: number | undefined;
}

export interface TransactionLogValuePartitions {
  readonly topic: string;
  readonly partitionIds: readonly number[];
}

export interface TransactionLogValuePartitionsInit {
  readonly topic: string;
  readonly partitionIds: readonly number[];
}

function decodeTransactionLogValue(r: Reader, version: number): TransactionLogValue {
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const transactionTimeoutMs_ = r.int32();
  const transactionStatus_ = r.int8();
  let transactionPartitions_: readonly TransactionLogValuePartitions[] | null = [];
  {
    const length = version >= 1 ? r.compactNullableArrayLength(3) : r.nullableArrayLength(6);
    if (length < 0) {
      transactionPartitions_ = null;
    } else {
      const items: TransactionLogValuePartitions[] = [];
      for (let i = 0; i < length; i++) items.push(decodeTransactionLogValuePartitions(r, version));
      transactionPartitions_ = items;
    }
  }
  const transactionLastUpdateTimestampMs_ = r.int64();
  const transactionStartTimestampMs_ = r.int64();
  let previousProducerId_: number = -1;
  let nextProducerId_: number = -1;
  let nextProducerEpoch_: number = -1;
  let clientTransactionVersion_: number = 0;
  if (version >= 1) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          previousProducerId_ = r.int64();
          break;
        }
        case 1: {
          nextProducerId_ = r.int64();
          break;
        }
        case 3: {
          nextProducerEpoch_ = r.int16();
          break;
        }
        case 2: {
          clientTransactionVersion_ = r.int16();
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    producerId: producerId_,
    previousProducerId: previousProducerId_,
    nextProducerId: nextProducerId_,
    producerEpoch: producerEpoch_,
    nextProducerEpoch: nextProducerEpoch_,
    transactionTimeoutMs: transactionTimeoutMs_,
    transactionStatus: transactionStatus_,
    transactionPartitions: transactionPartitions_,
    transactionLastUpdateTimestampMs: transactionLastUpdateTimestampMs_,
    transactionStartTimestampMs: transactionStartTimestampMs_,
    clientTransactionVersion: clientTransactionVersion_,
  };
}

function encodeTransactionLogValue(w: Writer, version: number, value: TransactionLogValueInit): void {
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const transactionTimeoutMs_: number = value.transactionTimeoutMs;
  w.int32(transactionTimeoutMs_);
  const transactionStatus_: number = value.transactionStatus;
  w.int8(transactionStatus_);
  const transactionPartitions_: readonly TransactionLogValuePartitionsInit[] | null = value.transactionPartitions;
  if (transactionPartitions_ === null) {
    if (version >= 1) {
      w.compactArrayLength(-1);
    } else {
      w.arrayLength(-1);
    }
  } else {
    if (version >= 1) {
      w.compactArrayLength(transactionPartitions_.length);
    } else {
      w.arrayLength(transactionPartitions_.length);
    }
    for (const item of transactionPartitions_) encodeTransactionLogValuePartitions(w, version, item);
  }
  const transactionLastUpdateTimestampMs_: number = value.transactionLastUpdateTimestampMs;
  w.int64(transactionLastUpdateTimestampMs_);
  const transactionStartTimestampMs_: number = value.transactionStartTimestampMs;
  w.int64(transactionStartTimestampMs_);
  const previousProducerId_: number = value.previousProducerId ?? -1;
  if (!(version >= 1) && previousProducerId_ !== -1) throw fieldNotInVersion('TransactionLogValue', 'previousProducerId', version);
  const nextProducerId_: number = value.nextProducerId ?? -1;
  if (!(version >= 1) && nextProducerId_ !== -1) throw fieldNotInVersion('TransactionLogValue', 'nextProducerId', version);
  const nextProducerEpoch_: number = value.nextProducerEpoch ?? -1;
  if (!(version >= 1) && nextProducerEpoch_ !== -1) throw fieldNotInVersion('TransactionLogValue', 'nextProducerEpoch', version);
  const clientTransactionVersion_: number = value.clientTransactionVersion ?? 0;
  if (!(version >= 1) && clientTransactionVersion_ !== 0) throw fieldNotInVersion('TransactionLogValue', 'clientTransactionVersion', version);
  if (version >= 1) {
    const has_previousProducerId = previousProducerId_ !== -1;
    const has_nextProducerId = nextProducerId_ !== -1;
    const has_clientTransactionVersion = clientTransactionVersion_ !== 0;
    const has_nextProducerEpoch = nextProducerEpoch_ !== -1;
    w.unsignedVarint((has_previousProducerId ? 1 : 0) + (has_nextProducerId ? 1 : 0) + (has_clientTransactionVersion ? 1 : 0) + (has_nextProducerEpoch ? 1 : 0));
    if (has_previousProducerId) {
      const mark = w.beginTag(0);
      w.int64(previousProducerId_);
      w.endTag(mark);
    }
    if (has_nextProducerId) {
      const mark = w.beginTag(1);
      w.int64(nextProducerId_);
      w.endTag(mark);
    }
    if (has_clientTransactionVersion) {
      const mark = w.beginTag(2);
      w.int16(clientTransactionVersion_);
      w.endTag(mark);
    }
    if (has_nextProducerEpoch) {
      const mark = w.beginTag(3);
      w.int16(nextProducerEpoch_);
      w.endTag(mark);
    }
  }
}

function decodeTransactionLogValuePartitions(r: Reader, version: number): TransactionLogValuePartitions {
  const topic_ = version >= 1 ? r.compactString() : r.string();
  const partitionIds_: number[] = [];
  const partitionIds_length = version >= 1 ? r.compactArrayLength(4) : r.arrayLength(4);
  for (let i = 0; i < partitionIds_length; i++) partitionIds_.push(r.int32());
  if (version >= 1) {
    r.skipTags();
  }
  return {
    topic: topic_,
    partitionIds: partitionIds_,
  };
}

function encodeTransactionLogValuePartitions(w: Writer, version: number, value: TransactionLogValuePartitionsInit): void {
  const topic_: string = value.topic;
  if (version >= 1) {
    w.compactString(topic_);
  } else {
    w.string(topic_);
  }
  const partitionIds_: readonly number[] = value.partitionIds;
  if (version >= 1) {
    w.compactArrayLength(partitionIds_.length);
  } else {
    w.arrayLength(partitionIds_.length);
  }
  for (const item of partitionIds_) w.int32(item);
  if (version >= 1) {
    w.unsignedVarint(0);
  }
}

export const transactionLogValue: Codec<TransactionLogValue, TransactionLogValueInit> = {
  name: 'TransactionLogValue',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  decode(reader, version) {
    checkVersion('TransactionLogValue', version, 0, 1);
    return decodeTransactionLogValue(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('TransactionLogValue', version, 0, 1);
    encodeTransactionLogValue(writer, version, value);
  },
};
