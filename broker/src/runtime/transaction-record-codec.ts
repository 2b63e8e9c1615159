import { Reader } from '@millrace/protocol';
import { transactionLogKey, transactionLogValue } from '@millrace/protocol/internal';
import {
  NO_PARTITIONS,
  NO_PRODUCER_EPOCH,
  type Transaction,
  type TransactionRecord,
  transactionStates,
} from '../core/transaction/transaction.ts';
import type { CoordinatorCodec } from './coordinator-shard.ts';
import { decodeValue, prefixed } from './stored-kind.ts';

const KEY_VERSION = 0;
const VALUE_VERSION = 0;
/** With what KIP-890 needs; written once `transaction.version` is finalised at 1 or above. */
const VALUE_VERSION_FLEXIBLE = 1;

/** Records of `__transaction_state`, as Kafka writes them under this level of `transaction.version`. */
export function transactionCodec(transactionVersion: () => number): CoordinatorCodec<TransactionRecord> {
  return {
    encode({ transactionalId, value }) {
      const key = prefixed(transactionLogKey, KEY_VERSION, KEY_VERSION, { transactionalId });
      const version = transactionVersion() >= 1 ? VALUE_VERSION_FLEXIBLE : VALUE_VERSION;
      return { key, value: value && encodeValue(value, version) };
    },
    decode(key, value) {
      const reader = new Reader(key);
      const version = reader.int16();
      if (version !== KEY_VERSION) return null;
      const { transactionalId } = transactionLogKey.decode(reader, version);
      return { transactionalId, value: value && transactionOf(value) };
    },
  };
}

function encodeValue(transaction: Transaction, version: number): Buffer {
  const isFlexible = version >= VALUE_VERSION_FLEXIBLE;
  return prefixed(transactionLogValue, version, version, {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: transactionStates.indexOf(transaction.state),
    transactionPartitions:
      transaction.state === 'Empty'
        ? null
        : [...transaction.partitions].map(([topic, ids]) => ({ topic, partitionIds: [...ids] })),
    transactionLastUpdateTimestampMs: transaction.updatedMs,
    transactionStartTimestampMs: transaction.startMs,
    ...(isFlexible && {
      previousProducerId: transaction.previousProducerId,
      nextProducerId: transaction.nextProducerId,
      clientTransactionVersion: transaction.clientVersion,
    }),
  });
}

function transactionOf(bytes: Buffer): Transaction | null {
  const value = decodeValue(transactionLogValue, bytes);
  const state = transactionStates[value.transactionStatus];
  // What is on its way out (Dead), or of a newer kind, is nothing to go on with.
  if (state === undefined) return null;
  return {
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    state,
    partitions: value.transactionPartitions
      ? new Map(value.transactionPartitions.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]))
      : NO_PARTITIONS,
    startMs: value.transactionStartTimestampMs,
    updatedMs: value.transactionLastUpdateTimestampMs,
    clientVersion: value.clientTransactionVersion,
  };
}
