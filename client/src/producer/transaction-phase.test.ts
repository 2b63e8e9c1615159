import { kafkaError } from '@millrace/protocol';
import { describe, expect, test } from 'vitest';
import { TransactionPhase } from './transaction-phase.ts';

const misuse = expect.objectContaining({ code: 'INVALID_TRANSACTION_USE' });
const tooLarge = kafkaError('MESSAGE_TOO_LARGE');
const fenced = kafkaError('PRODUCER_FENCED');

function ready(): TransactionPhase {
  const phase = new TransactionPhase();
  phase.enter('initTransactions');
  phase.done();
  phase.leave();
  return phase;
}

function open(): TransactionPhase {
  const phase = ready();
  phase.begin();
  return phase;
}

describe('TransactionPhase', () => {
  test('takes records in an open transaction alone', () => {
    const phase = ready();
    expect(phase.refusal()).toMatchObject({ code: 'INVALID_TRANSACTION_USE' });
    phase.begin();
    expect(phase.refusal()).toBeNull();
    phase.enter('commitTransaction');
    expect(phase.refusal()).toMatchObject({ code: 'INVALID_TRANSACTION_USE' });
    expect(phase.maySend).toBe(true);
    phase.done();
    phase.leave();
    expect(phase.maySend).toBe(false);
    phase.begin();
    expect(phase.refusal()).toBeNull();
  });

  test('refuses calls out of order, and two at a time', () => {
    expect(() => new TransactionPhase().begin()).toThrow(misuse);
    expect(() => ready().enter('initTransactions')).toThrow(misuse);
    expect(() => ready().enter('abortTransaction')).toThrow(misuse);
    const phase = open();
    expect(() => phase.begin()).toThrow(misuse);
    phase.enter('commitTransaction');
    expect(() => phase.enter('commitTransaction')).toThrow(misuse);
    expect(() => phase.enter('abortTransaction')).toThrow(misuse);
  });

  test('lets a commit whose outcome is unknown be asked for again, and not be aborted', () => {
    const phase = open();
    phase.enter('commitTransaction');
    phase.leave();
    expect(() => phase.enter('abortTransaction')).toThrow(misuse);
    phase.enter('commitTransaction');
    phase.done();
    phase.leave();
    phase.begin();
  });

  test('holds a failed transaction for its abort, with what it failed with', () => {
    const phase = open();
    expect(phase.fail(tooLarge)).toBe(true);
    expect(phase.fail(kafkaError('OUT_OF_ORDER_SEQUENCE_NUMBER'))).toBe(false);
    expect(phase.refusal()).toBe(tooLarge);
    expect(() => phase.enter('commitTransaction')).toThrow(tooLarge);
    phase.enter('abortTransaction');
    expect(phase.maySend).toBe(false);
    phase.done();
    phase.leave();
    phase.begin();
    expect(phase.refusal()).toBeNull();
  });

  test('never comes back from being fenced', () => {
    const phase = open();
    expect(phase.fail(fenced)).toBe(true);
    expect(phase.fail(tooLarge)).toBe(false);
    expect(phase.error).toBe(fenced);
    for (const call of ['initTransactions', 'commitTransaction', 'abortTransaction'] as const)
      expect(() => phase.enter(call)).toThrow(fenced);
    expect(() => phase.begin()).toThrow(fenced);
    expect(phase.mayAbort).toBe(false);
  });

  test('a passing failure of initTransactions leaves it to be called again', () => {
    const phase = new TransactionPhase();
    phase.enter('initTransactions');
    expect(phase.fail(kafkaError('COORDINATOR_NOT_AVAILABLE'))).toBe(false);
    phase.leave();
    phase.enter('initTransactions');
  });
});
