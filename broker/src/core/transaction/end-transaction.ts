import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToClient,
  collectEffects,
  type ProducerIdentity,
  type ReplyTo,
} from '../coordinator/effects.ts';
import { completedTransaction, writeMarkers } from './complete-transaction.ts';
import { refuse } from './refusal.ts';
import {
  bumpsEpoch,
  changed,
  isEpochExhausted,
  isFencingEpoch,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  nextEpoch,
  type Transaction,
  type TransactionRecord,
} from './transaction.ts';
import type { TransactionEffect, TransactionOutbox, TransactionShard } from './transaction-shard.ts';

export interface EndTransactionCommand extends ProducerIdentity {
  readonly reply: ReplyTo<EndTransactionResult>;
  readonly transactionalId: string;
  readonly isAbort: boolean;
  /** 2 for EndTxn v5, else 0. */
  readonly clientVersion: number;
  /** An id that nobody has; null where `needsNextProducerId` says that none is needed. */
  readonly newProducerId: number | null;
}

/** With what the producer goes on; -1 beside an error. */
export interface EndTransactionResult extends ProducerIdentity {
  readonly error: ErrorName | null;
}

type Asked = Omit<EndTransactionCommand, 'reply'>;

/** The transaction that is to be prepared, or the answer. */
type Decision =
  | { readonly prepared: Transaction }
  | { readonly error: ErrorName | null; readonly prepared?: never };

/** Whether `endTransaction` takes a new producer id: where the bump that it brings is the last one. */
export function needsNextProducerId(shard: TransactionShard, command: Asked): boolean {
  const known = shard.transactions.get(command.transactionalId);
  return known !== undefined && bumpsEpoch(command.clientVersion) && isEpochExhausted(known.producerEpoch);
}

/**
 * EndTxn: the decision is in the log when it is answered; markers follow. With an epoch for each transaction the answer
 * brings the next one (KIP-890), and a request that comes again is told from the next transaction's by its epoch.
 */
export function endTransaction(
  shard: TransactionShard,
  command: EndTransactionCommand,
  now: Now,
): readonly TransactionEffect[] {
  return collectEffects<TransactionRecord>((out) => {
    const { transactionalId, reply } = command;
    const known = shard.transactions.get(transactionalId);
    const decision: Decision =
      known === undefined ? { error: 'INVALID_PRODUCER_ID_MAPPING' } : decide(known, command, now);
    if (decision.prepared === undefined) {
      const { error } = decision;
      if (error === 'CONCURRENT_TRANSACTIONS') {
        out.reply(reply, endFailed(error));
        return;
      }
      if (error !== null || known === undefined) {
        refuse(transactionalId, known, error, out, (told, later) => later.reply(reply, endFailed(told)));
        return;
      }
      const identity = identityOf(known);
      out.appendOrSettle([], (failed, _at, later) =>
        later.reply(reply, failed === null ? { error, ...identity } : endFailed(appendErrorToClient(failed))),
      );
      return;
    }
    prepare(shard, transactionalId, decision.prepared, out, (error, later) => {
      // What the producer sees is how it will be when the markers are written.
      const next = completedTransaction(decision.prepared, now.wallMs);
      later.reply(reply, error === null ? { error, ...identityOf(next) } : endFailed(error));
    });
  });
}

/**
 * Takes the epoch from the producer and aborts what it has open, in the next epoch. With an epoch for each transaction the
 * producer itself may have that one, if it asks before a successor does; else nobody.
 */
export function fence(
  shard: TransactionShard,
  transactionalId: string,
  ongoing: Transaction,
  now: Now,
  out: TransactionOutbox,
  done: (error: ErrorName | null, out: TransactionOutbox) => void,
): void {
  const clientVersion = shard.rules.transactionVersion();
  const aborted = preparedFrom(ongoing, { isAbort: true, clientVersion, newProducerId: null }, now);
  const fenced = bumpsEpoch(clientVersion)
    ? aborted
    : {
        ...aborted,
        producerEpoch: nextEpoch(ongoing.producerEpoch),
        lastProducerEpoch: NO_PRODUCER_EPOCH,
      };
  prepare(shard, transactionalId, fenced, out, done);
}

export function endFailed(error: ErrorName | null): EndTransactionResult {
  return { error, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}

function identityOf({ producerId, producerEpoch }: ProducerIdentity): ProducerIdentity {
  return { producerId, producerEpoch };
}

function prepare(
  shard: TransactionShard,
  transactionalId: string,
  prepared: Transaction,
  out: TransactionOutbox,
  done: (error: ErrorName | null, out: TransactionOutbox) => void,
): void {
  out.append([{ transactionalId, value: prepared }], (error, now, later) => {
    done(error === null ? null : appendErrorToClient(error), later);
    if (error === null) writeMarkers(shard, transactionalId, prepared, now, later);
  });
}

function preparedFrom(
  known: Transaction,
  how: Pick<Asked, 'isAbort' | 'clientVersion' | 'newProducerId'>,
  now: Now,
): Transaction {
  const bumps = bumpsEpoch(how.clientVersion);
  return changed(known, {
    state: how.isAbort ? 'PrepareAbort' : 'PrepareCommit',
    ...(bumps && {
      producerEpoch: nextEpoch(known.producerEpoch),
      lastProducerEpoch: known.producerEpoch,
    }),
    nextProducerId: how.newProducerId ?? NO_PRODUCER_ID,
    // An abort of a transaction that nothing was added to begins now.
    startMs: known.state === 'Ongoing' ? known.startMs : now.wallMs,
    updatedMs: now.wallMs,
    clientVersion: how.clientVersion,
  });
}

function decide(known: Transaction, command: Asked, now: Now): Decision {
  return bumpsEpoch(command.clientVersion)
    ? decideWithEpochs(known, command, now)
    : decideWithoutEpochs(known, command, now);
}

function decideWithoutEpochs(known: Transaction, command: Asked, now: Now): Decision {
  if (known.producerId !== command.producerId) return { error: 'INVALID_PRODUCER_ID_MAPPING' };
  if (known.producerEpoch !== command.producerEpoch) return { error: 'PRODUCER_FENCED' };
  if (known.state === 'Ongoing') return { prepared: preparedFrom(known, command, now) };
  if (known.state === (command.isAbort ? 'CompleteAbort' : 'CompleteCommit')) return { error: null };
  return { error: whileEnding(known, command.isAbort) };
}

function decideWithEpochs(known: Transaction, command: Asked, now: Now): Decision {
  const { producerEpoch, isAbort } = command;
  const hasNewId =
    known.previousProducerId === command.producerId &&
    isEpochExhausted(producerEpoch) &&
    known.producerEpoch === 0;
  if (known.producerId !== command.producerId && !hasNewId) return { error: 'INVALID_PRODUCER_ID_MAPPING' };
  // Kafka does not ask how it was ended, and gives a zombie the epoch of a successor that is of the older kind.
  const isBumped =
    bumpsEpoch(known.clientVersion) && known.producerEpoch === producerEpoch + 1 && hasNext(known);
  const isAgain = hasNewId || isBumped;
  const isNow = known.producerEpoch === producerEpoch;
  switch (known.state) {
    case 'Ongoing':
      return isNow ? { prepared: preparedFrom(known, command, now) } : { error: 'PRODUCER_FENCED' };
    case 'Empty':
      if (!isNow) return { error: 'PRODUCER_FENCED' };
      return isAbort ? { prepared: preparedFrom(known, command, now) } : { error: 'INVALID_TXN_STATE' };
    case 'PrepareCommit':
    case 'PrepareAbort':
      return { error: isAgain ? whileEnding(known, isAbort) : 'PRODUCER_FENCED' };
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (!isAgain && !isNow) return { error: 'PRODUCER_FENCED' };
      if (isAgain)
        return { error: isAbort === (known.state === 'CompleteAbort') ? null : 'INVALID_TXN_STATE' };
      return isAbort ? { prepared: preparedFrom(known, command, now) } : { error: 'INVALID_TXN_STATE' };
  }
}

/** Whether its producer can go on: not where the last epoch has fenced it. */
function hasNext({ producerEpoch, nextProducerId }: Transaction): boolean {
  return !isFencingEpoch(producerEpoch) || nextProducerId !== NO_PRODUCER_ID;
}

function whileEnding(known: Transaction, isAbort: boolean): ErrorName {
  return known.state === (isAbort ? 'PrepareAbort' : 'PrepareCommit')
    ? 'CONCURRENT_TRANSACTIONS'
    : 'INVALID_TXN_STATE';
}
