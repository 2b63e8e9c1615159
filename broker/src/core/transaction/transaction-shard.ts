import type { Now } from '@millrace/foundation/types';
import {
  type CoordinatorEffect,
  type CoordinatorState,
  collectEffects,
  type EffectOutbox,
} from '../coordinator/effects.ts';
import { writeMarkers } from './complete-transaction.ts';
import { isPreparing, type Transaction, type TransactionRecord } from './transaction.ts';

export type TransactionEffect = CoordinatorEffect<TransactionRecord>;
export type TransactionOutbox = EffectOutbox<TransactionRecord>;

export interface TransactionRules {
  /** `transaction.max.timeout.ms`. */
  readonly maxTimeoutMs: number;
  /** `transactional.id.expiration.ms`. */
  readonly idExpirationMs: number;
  /** The level of `transaction.version` that is finalised now. */
  readonly transactionVersion: () => number;
}

type Waiting = (now: Now, out: TransactionOutbox) => void;

/** The transactional ids of one partition of `__transaction_state`: what is stored changes by replay alone. */
export class TransactionShard implements CoordinatorState<TransactionRecord> {
  readonly rules: TransactionRules;
  /** The leader epoch of the partition: markers of an older coordinator are refused by it. */
  readonly coordinatorEpoch: number;
  readonly transactions = new Map<string, Transaction>();
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(rules: TransactionRules, coordinatorEpoch: number) {
    this.rules = rules;
    this.coordinatorEpoch = coordinatorEpoch;
  }

  replay({ transactionalId, value }: TransactionRecord): void {
    if (value === null) this.transactions.delete(transactionalId);
    else this.transactions.set(transactionalId, value);
  }

  /** Nobody writes in a transaction here. */
  replayMarker(): void {}

  /** What was decided is carried out: markers that were written before come a second time, and change nothing. */
  loaded(now: Now): readonly TransactionEffect[] {
    return collectEffects<TransactionRecord>((out) => {
      for (const [id, transaction] of this.transactions)
        if (isPreparing(transaction)) writeMarkers(this, id, transaction, now, out);
    });
  }

  /** Calls once when the transaction is complete; gives how to stop waiting. */
  whenComplete(transactionalId: string, callback: Waiting): () => void {
    const waiting = this.#waiting.get(transactionalId) ?? new Set();
    this.#waiting.set(transactionalId, waiting.add(callback));
    return () => {
      waiting.delete(callback);
      if (waiting.size === 0) this.#waiting.delete(transactionalId);
    };
  }

  /** Lets go of who waits for a transaction that is complete now. */
  completed(transactionalId: string, out: TransactionOutbox): void {
    const waiting = this.#waiting.get(transactionalId) ?? [];
    this.#waiting.delete(transactionalId);
    // Each begins with what the one before it has appended.
    for (const callback of waiting) out.next(callback);
  }
}
