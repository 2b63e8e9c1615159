import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToClient,
  collectEffects,
  type ProducerIdentity,
  type ReplyTo,
} from '../coordinator/effects.ts';
import { fence } from './end-transaction.ts';
import {
  changed,
  isEpochExhausted,
  isFencingEpoch,
  isPreparing,
  NO_PARTITIONS,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  newTransaction,
  nextEpoch,
  type Transaction,
  type TransactionRecord,
} from './transaction.ts';
import type { TransactionEffect, TransactionOutbox, TransactionShard } from './transaction-shard.ts';

export interface InitProducerIdCommand {
  readonly reply: ReplyTo<InitProducerIdResult>;
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** What the producer has, where it asks for a new epoch of its own (KIP-360). */
  readonly expected: ProducerIdentity | null;
  /** An id that nobody has; null where `needsProducerId` says that none is needed. */
  readonly newProducerId: number | null;
}

/** Ids are -1 beside an error. */
export interface InitProducerIdResult extends ProducerIdentity {
  readonly error: ErrorName | null;
}

type Asked = Omit<InitProducerIdCommand, 'reply'>;

/** Whether `initProducerId` takes a new producer id: for an id that is not known, or whose epochs are used up. */
export function needsProducerId(shard: TransactionShard, transactionalId: string): boolean {
  const known = shard.transactions.get(transactionalId);
  return known === undefined || isEpochExhausted(known.producerEpoch);
}

/**
 * InitProducerId with a transactional id: the next epoch, which fences the producer before. A transaction that is open
 * is aborted first; CONCURRENT_TRANSACTIONS then has the producer ask again.
 */
export function initProducerId(
  shard: TransactionShard,
  command: InitProducerIdCommand,
  now: Now,
): readonly TransactionEffect[] {
  return collectEffects<TransactionRecord>((out) => {
    const refuse = (error: ErrorName) => out.reply(command.reply, initFailed(error));
    if (command.timeoutMs <= 0 || command.timeoutMs > shard.rules.maxTimeoutMs) {
      refuse('INVALID_TRANSACTION_TIMEOUT');
      return;
    }
    const known = shard.transactions.get(command.transactionalId);
    if (known && !isExpected(known, command.expected)) refuse('PRODUCER_FENCED');
    else if (known && isPreparing(known)) refuse('CONCURRENT_TRANSACTIONS');
    else if (known?.state === 'Ongoing') abortFirst(shard, command, known, now, out);
    else begin(command, known, now, out);
  });
}

export function initFailed(error: ErrorName): InitProducerIdResult {
  return { error, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}

/** The epoch is looked at when it is bumped. An id that was given up may be a request that comes a second time. */
function isExpected(known: Transaction, expected: ProducerIdentity | null): boolean {
  if (expected === null || expected.producerId === known.producerId) return true;
  return expected.producerId === known.previousProducerId && isEpochExhausted(expected.producerEpoch);
}

function abortFirst(
  shard: TransactionShard,
  command: InitProducerIdCommand,
  known: Transaction,
  now: Now,
  out: TransactionOutbox,
): void {
  fence(shard, command.transactionalId, known, now, out, (error, later) =>
    later.reply(command.reply, initFailed(error ?? 'CONCURRENT_TRANSACTIONS')),
  );
}

function begin(
  command: InitProducerIdCommand,
  known: Transaction | undefined,
  now: Now,
  out: TransactionOutbox,
): void {
  const identity = nextIdentity(command, known, now);
  if (typeof identity === 'string') {
    out.reply(command.reply, initFailed(identity));
    return;
  }
  const { transactionalId, timeoutMs, reply } = command;
  const value = {
    ...identity,
    timeoutMs,
    state: 'Empty' as const,
    partitions: NO_PARTITIONS,
    startMs: -1,
    updatedMs: now.wallMs,
  };
  out.append([{ transactionalId, value }], (error, _at, later) => {
    const { producerId, producerEpoch } = value;
    if (error === null) later.reply(reply, { error, producerId, producerEpoch });
    else later.reply(reply, initFailed(appendErrorToClient(error)));
  });
}

function nextIdentity(command: Asked, known: Transaction | undefined, now: Now): Transaction | ErrorName {
  const { expected, newProducerId, timeoutMs } = command;
  if (known === undefined) {
    // Somebody was quicker to remove it than this request was to get an id.
    if (newProducerId === null) return 'CONCURRENT_TRANSACTIONS';
    return changed(newTransaction(newProducerId, timeoutMs, now.wallMs), { producerEpoch: 0 });
  }
  const { producerEpoch, lastProducerEpoch } = known;
  const asksAgain = expected !== null && expected.producerEpoch !== producerEpoch;
  if (asksAgain && expected.producerEpoch !== lastProducerEpoch) return 'PRODUCER_FENCED';
  if (asksAgain && !isFencingEpoch(producerEpoch)) return changed(known, {});
  const before = expected === null ? NO_PRODUCER_EPOCH : producerEpoch;
  if (!isEpochExhausted(producerEpoch))
    return changed(known, { producerEpoch: nextEpoch(producerEpoch), lastProducerEpoch: before });
  if (newProducerId === null) return 'CONCURRENT_TRANSACTIONS';
  return changed(known, { producerId: newProducerId, producerEpoch: 0, lastProducerEpoch: before });
}
