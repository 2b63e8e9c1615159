import type { MillraceError } from '@millrace/foundation';
import { invalidUse, isFatalForProducer } from './transaction-errors.ts';

/**
 * - `new`, `ready`, `open`: before initTransactions, between transactions, in one.
 * - `committing`, `aborting`: from the call until the coordinator has answered, however many calls that takes.
 * - `failed`: the transaction can only be aborted. `dead`: the producer can only be closed.
 */
export type Phase = 'new' | 'ready' | 'open' | 'committing' | 'aborting' | 'failed' | 'dead';

/** Where a transactional producer stands, and which calls are allowed there. Pure: it asks nobody and waits for nothing. */
export class TransactionPhase {
  #phase: Phase = 'new';
  #error: MillraceError | null = null;
  #isBusy = false;

  /** Why the transaction, or the producer, has failed. */
  get error(): MillraceError | null {
    return this.#error;
  }

  get isDead(): boolean {
    return this.#phase === 'dead';
  }

  /** Whether batches may leave. */
  get maySend(): boolean {
    return this.#phase === 'open' || this.#phase === 'committing';
  }

  /** Why a record, or offsets, can't be taken now; null where they can. */
  refusal(): MillraceError | null {
    if (this.#phase === 'open') return null;
    return this.#error ?? invalidUse('no transaction is open');
  }

  /** @throws {MillraceError} INVALID_TRANSACTION_USE, or what the producer died of */
  begin(): void {
    this.#expect('beginTransaction', ['ready']);
    this.#phase = 'open';
  }

  /** One call at a time. @throws {MillraceError} INVALID_TRANSACTION_USE, or what the transaction failed with */
  enter(call: 'initTransactions' | 'commitTransaction' | 'abortTransaction'): void {
    switch (call) {
      case 'initTransactions':
        this.#expect(call, ['new']);
        break;
      case 'commitTransaction':
        if (this.#phase === 'failed' && this.#error !== null) throw this.#error;
        this.#expect(call, ['open', 'committing']);
        this.#phase = 'committing';
        break;
      case 'abortTransaction':
        this.#expect(call, ['open', 'failed', 'aborting']);
        this.#phase = 'aborting';
        break;
    }
    this.#isBusy = true;
  }

  /** The call is over, one way or the other. */
  leave(): void {
    this.#isBusy = false;
  }

  /** The coordinator has given an identity, or has ended the transaction. */
  done(): void {
    this.#phase = 'ready';
    this.#error = null;
  }

  /** Whether there is something that an abort would end. */
  get mayAbort(): boolean {
    return this.#phase === 'open' || this.#phase === 'failed' || this.#phase === 'aborting';
  }

  /** The producer is over, whatever the failure. */
  die(error: MillraceError): void {
    this.#phase = 'dead';
    this.#error = error;
  }

  /** Takes a failure in. Answers whether something has changed by it. */
  fail(error: MillraceError): boolean {
    if (this.#phase === 'dead') return false;
    if (isFatalForProducer(error)) this.#phase = 'dead';
    else if (this.maySend) this.#phase = 'failed';
    else return false;
    this.#error = error;
    return true;
  }

  #expect(call: string, phases: readonly Phase[]): void {
    if (this.#phase === 'dead' && this.#error !== null) throw this.#error;
    if (this.#isBusy) throw invalidUse(`${call} came while another call was under way`);
    if (!phases.includes(this.#phase)) throw invalidUse(`${call} does not fit: ${sentences[this.#phase]}`);
  }
}

const sentences: Record<Phase, string> = {
  new: 'initTransactions has not succeeded yet',
  ready: 'no transaction is open',
  open: 'a transaction is open',
  committing: 'the transaction is to be committed, and nobody knows yet whether it is',
  aborting: 'the transaction is to be aborted first',
  failed: 'the transaction has failed and is to be aborted first',
  dead: 'the producer is over',
};
