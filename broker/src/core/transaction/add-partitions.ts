import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToClient,
  collectEffects,
  type PartitionsByTopic,
  type ProducerIdentity,
  type ReplyTo,
} from '../coordinator/effects.ts';
import { refuse } from './refusal.ts';
import {
  changed,
  hasPartitions,
  isPreparing,
  type Transaction,
  type TransactionRecord,
  withPartitions,
} from './transaction.ts';
import type { TransactionEffect, TransactionOutbox, TransactionShard } from './transaction-shard.ts';

/** What is asked about partitions in a producer's transaction. */
export interface PartitionsQuery extends ProducerIdentity {
  readonly transactionalId: string;
  readonly partitions: PartitionsByTopic;
}

export interface AddPartitionsCommand extends PartitionsQuery {
  readonly reply: ReplyTo<AddPartitionsResult>;
  /** 2 where the producer leaves it to the broker to add them (KIP-890), else 0. */
  readonly clientVersion: number;
  /** How long to wait for the transaction before to be complete, ms, rather than to answer CONCURRENT_TRANSACTIONS. */
  readonly waitMs: number;
}

export interface AddPartitionsResult {
  readonly error: ErrorName | null;
}

/** AddPartitionsToTxn, AddOffsetsToTxn, and partitions that are added as they are written to. */
export function addPartitions(
  shard: TransactionShard,
  command: AddPartitionsCommand,
  now: Now,
): readonly TransactionEffect[] {
  return collectEffects<TransactionRecord>((out) => add(shard, command, now, out));
}

function add(shard: TransactionShard, command: AddPartitionsCommand, now: Now, out: TransactionOutbox): void {
  const { transactionalId, partitions, reply, clientVersion } = command;
  const known = shard.transactions.get(transactionalId);
  const problem = producerProblem(known, command);
  if (problem !== null || known === undefined) {
    refuse(transactionalId, known, problem, out, (error, later) => later.reply(reply, { error }));
    return;
  }
  if (isPreparing(known)) {
    waitOrRefuse(shard, command, out);
    return;
  }
  const isIn = known.state === 'Ongoing' && hasPartitions(known, partitions);
  const value = changed(known, {
    state: 'Ongoing',
    partitions: withPartitions(known.partitions, partitions),
    startMs: known.state === 'Ongoing' ? known.startMs : now.wallMs,
    updatedMs: now.wallMs,
    clientVersion,
  });
  // They may be in by a record that is not committed yet: what is written to them before that could be left without a marker.
  out.appendOrSettle(isIn ? [] : [{ transactionalId, value }], (error, _at, later) =>
    later.reply(reply, { error: error === null ? null : appendErrorToClient(error) }),
  );
}

function waitOrRefuse(shard: TransactionShard, command: AddPartitionsCommand, out: TransactionOutbox): void {
  const { transactionalId, reply, waitMs } = command;
  if (waitMs <= 0) {
    out.reply(reply, { error: 'CONCURRENT_TRANSACTIONS' });
    return;
  }
  const key = `add\n${reply}`;
  const stop = shard.whenComplete(transactionalId, (now, later) => {
    later.cancel(key);
    add(shard, command, now, later);
  });
  out.timer(key, waitMs, (_now, later) => {
    stop();
    later.reply(reply, { error: 'CONCURRENT_TRANSACTIONS' });
  });
}

/** Whether the partitions are in the transaction: TRANSACTION_ABORTABLE where one is not. */
export function partitionsProblem(shard: TransactionShard, query: PartitionsQuery): ErrorName | null {
  const known = shard.transactions.get(query.transactionalId);
  const problem = producerProblem(known, query);
  if (problem !== null || known === undefined) return problem;
  if (isPreparing(known)) return 'CONCURRENT_TRANSACTIONS';
  return hasPartitions(known, query.partitions) ? null : 'TRANSACTION_ABORTABLE';
}

function producerProblem(known: Transaction | undefined, producer: ProducerIdentity): ErrorName | null {
  if (known?.producerId !== producer.producerId) return 'INVALID_PRODUCER_ID_MAPPING';
  return known.producerEpoch === producer.producerEpoch ? null : 'PRODUCER_FENCED';
}
