import type { PartitionsByTopic, TransactionEnd } from '../coordinator/effects.ts';

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
/** Above the last epoch that a producer is given, so that it can always be fenced by a higher one. */
const EPOCH_MAX = 32_767;
/** From this version of transactions on, each has an epoch of its own (KIP-890). */
const EPOCH_PER_TRANSACTION_VERSION = 2;

/** As Kafka names them; by position, the number in the log. */
export const transactionStates = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
] as const;

export type TransactionState = (typeof transactionStates)[number];

/** What is stored of one transactional id. Never changed: a record makes the next one. */
export interface Transaction {
  readonly producerId: number;
  /** The id before the last change of state: another one where the epochs of that were used up. */
  readonly previousProducerId: number;
  /** The id to go on with once this transaction is complete; -1 where it stays. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** The epoch before the last bump that its producer asked for. Not in the log: after a restart -1. */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** Those that take part. */
  readonly partitions: PartitionsByTopic;
  /** Wall clock, ms; -1 where there was none yet. */
  readonly startMs: number;
  readonly updatedMs: number;
  /** The version of transactions that the client used. */
  readonly clientVersion: number;
}

/** One record of `__transaction_state`. */
export interface TransactionRecord {
  readonly transactionalId: string;
  /** Null is a tombstone. */
  readonly value: Transaction | null;
}

export const NO_PARTITIONS: PartitionsByTopic = new Map();

/** Before the first epoch: the producer is given epoch 0 by InitProducerId. */
export function newTransaction(producerId: number, timeoutMs: number, nowMs: number): Transaction {
  return {
    producerId,
    previousProducerId: NO_PRODUCER_ID,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: -1,
    updatedMs: nowMs,
    clientVersion: 0,
  };
}

/** The next one, as each change of state makes it. */
export function changed(before: Transaction, change: Partial<Transaction>): Transaction {
  return { ...before, previousProducerId: before.producerId, ...change };
}

export function bumpsEpoch(transactionVersion: number): boolean {
  return transactionVersion >= EPOCH_PER_TRANSACTION_VERSION;
}

/** Whether the next epoch is kept for fencing. */
export function isEpochExhausted(epoch: number): boolean {
  return epoch >= EPOCH_MAX - 1;
}

/** Whether this is the epoch that only fences, and that no producer may have. */
export function isFencingEpoch(epoch: number): boolean {
  return epoch >= EPOCH_MAX;
}

/** The one after, as far as there is one. */
export function nextEpoch(epoch: number): number {
  return Math.min(epoch + 1, EPOCH_MAX);
}

export function isPreparing(transaction: Transaction): boolean {
  return transaction.state === 'PrepareCommit' || transaction.state === 'PrepareAbort';
}

export function hasPartitions(transaction: Transaction, asked: PartitionsByTopic): boolean {
  for (const [topic, partitions] of asked) {
    const known = transaction.partitions.get(topic);
    for (const partition of partitions) if (known?.has(partition) !== true) return false;
  }
  return true;
}

export function withPartitions(known: PartitionsByTopic, added: PartitionsByTopic): PartitionsByTopic {
  const all = new Map(known);
  for (const [topic, partitions] of added)
    all.set(topic, new Set([...(known.get(topic) ?? []), ...partitions]));
  return all;
}

/** The marker of a transaction that is prepared. */
export function endOf(transaction: Transaction, coordinatorEpoch: number): TransactionEnd {
  return {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    isAbort: transaction.state === 'PrepareAbort',
    coordinatorEpoch,
    transactionVersion: transaction.clientVersion,
  };
}
