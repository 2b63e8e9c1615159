import type { Now } from '@millrace/foundation/types';
import type { PartitionsByTopic } from '../coordinator/effects.ts';
import {
  bumpsEpoch,
  changed,
  endOf,
  NO_PARTITIONS,
  NO_PRODUCER_ID,
  type Transaction,
} from './transaction.ts';
import type { TransactionOutbox, TransactionShard } from './transaction-shard.ts';

/** Before a partition that did not take a marker, or a log that did not take a record, is tried again. */
const RETRY_MS = 100;

/**
 * Carries out what is decided and safe in the log: a marker in each partition, and when all are there, the record that
 * says so. Tried until it is done; after a crash it begins anew.
 */
export function writeMarkers(
  shard: TransactionShard,
  transactionalId: string,
  prepared: Transaction,
  now: Now,
  out: TransactionOutbox,
  partitions: PartitionsByTopic = prepared.partitions,
): void {
  const isCurrent = () => shard.transactions.get(transactionalId) === prepared;
  if (partitions.size === 0) {
    complete(shard, transactionalId, prepared, now, out);
    return;
  }
  out.writeMarkers(endOf(prepared, shard.coordinatorEpoch), partitions, ({ left, isFenced }, at, later) => {
    if (!isCurrent() || isFenced) return;
    if (left.size === 0) complete(shard, transactionalId, prepared, at, later);
    else
      retry(transactionalId, later, (then, again) => {
        if (isCurrent()) writeMarkers(shard, transactionalId, prepared, then, again, left);
      });
  });
}

/** The transaction once its markers are written. */
export function completedTransaction(prepared: Transaction, nowMs: number): Transaction {
  const takesNextId = bumpsEpoch(prepared.clientVersion) && prepared.nextProducerId !== NO_PRODUCER_ID;
  return changed(prepared, {
    state: prepared.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    ...(takesNextId && { producerId: prepared.nextProducerId, producerEpoch: 0 }),
    nextProducerId: NO_PRODUCER_ID,
    partitions: NO_PARTITIONS,
    updatedMs: nowMs,
  });
}

function complete(
  shard: TransactionShard,
  transactionalId: string,
  prepared: Transaction,
  now: Now,
  out: TransactionOutbox,
): void {
  const value = completedTransaction(prepared, now.wallMs);
  out.append([{ transactionalId, value }], (error, _at, later) => {
    if (error === null) shard.completed(transactionalId, later);
    else if (shard.transactions.get(transactionalId) === prepared)
      retry(transactionalId, later, (then, again) => complete(shard, transactionalId, prepared, then, again));
  });
}

function retry(
  transactionalId: string,
  out: TransactionOutbox,
  work: (now: Now, out: TransactionOutbox) => void,
): void {
  out.timer(`markers\n${transactionalId}`, RETRY_MS, work);
}
