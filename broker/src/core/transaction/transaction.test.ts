import { describe, expect, it } from 'vitest';
import { transactionCodec } from '../../runtime/transaction-record-codec.ts';
import { CoordinatorDriver, type LogEntry } from '../../testing/coordinator-driver.ts';
import { type AddPartitionsResult, addPartitions } from './add-partitions.ts';
import { type EndTransactionResult, endTransaction } from './end-transaction.ts';
import { abortTimedOut, expireTransactionalIds } from './expire-transactions.ts';
import { type InitProducerIdResult, initProducerId } from './init-producer-id.ts';
import { newTransaction, type Transaction, type TransactionRecord } from './transaction.ts';
import { TransactionShard } from './transaction-shard.ts';

const TIMEOUT_MS = 5_000;
const rules = { maxTimeoutMs: 900_000, idExpirationMs: 100_000, transactionVersion: () => 2 };

type Driver = CoordinatorDriver<TransactionRecord, TransactionShard>;

function driverWith(value?: Partial<Transaction>): Driver {
  const log: LogEntry<TransactionRecord>[] = value
    ? [
        {
          kind: 'record',
          record: { transactionalId: 'id', value: { ...newTransaction(5, TIMEOUT_MS, 0), ...value } },
          producerId: null,
        },
      ]
    : [];
  return new CoordinatorDriver(new TransactionShard(rules, 3), log);
}

function init(driver: Driver, newProducerId: number | null = null, timeoutMs = TIMEOUT_MS) {
  const reply = driver.submit<InitProducerIdResult>((shard, to, now) =>
    initProducerId(
      shard,
      { reply: to, transactionalId: 'id', timeoutMs, expected: null, newProducerId },
      now,
    ),
  );
  return driver.answer(reply);
}

function add(driver: Driver, producerEpoch: number, waitMs = 0) {
  const partitions = new Map([['orders', new Set([1])]]);
  return driver.submit<AddPartitionsResult>((shard, reply, now) =>
    addPartitions(
      shard,
      { reply, transactionalId: 'id', producerId: 5, producerEpoch, partitions, clientVersion: 2, waitMs },
      now,
    ),
  );
}

const end = (driver: Driver, producerEpoch: number, newProducerId: number | null = null) =>
  driver.answer(ask(driver, producerEpoch, newProducerId));

function ask(driver: Driver, producerEpoch: number, newProducerId: number | null = null) {
  return driver.submit<EndTransactionResult>((shard, to, now) =>
    endTransaction(
      shard,
      {
        reply: to,
        transactionalId: 'id',
        producerId: 5,
        producerEpoch,
        isAbort: false,
        clientVersion: 2,
        newProducerId,
      },
      now,
    ),
  );
}

const stateOf = (driver: Driver) => driver.shard.transactions.get('id')?.state;

function writeMarkers(driver: Driver, left: readonly number[] = [], isFenced = false): void {
  const asked = driver.markers.shift();
  asked?.done({ left: left.length > 0 ? new Map([['orders', new Set(left)]]) : new Map(), isFenced });
}

describe('a transaction', () => {
  it('is answered once the decision is in the log, and complete when the markers are', () => {
    const driver = driverWith();
    expect(init(driver, 5)).toEqual({ error: null, producerId: 5, producerEpoch: 0 });
    expect(driver.answer(add(driver, 0))).toEqual({ error: null });
    expect(end(driver, 0)).toEqual({ error: null, producerId: 5, producerEpoch: 1 });
    expect(stateOf(driver)).toBe('PrepareCommit');
    expect(driver.markers[0]?.end).toEqual({
      producerId: 5,
      producerEpoch: 1,
      isAbort: false,
      coordinatorEpoch: 3,
      transactionVersion: 2,
    });
    writeMarkers(driver);
    expect(stateOf(driver)).toBe('CompleteCommit');
  });

  it('has no partition before that is committed, asked again neither', () => {
    const driver = driverWith();
    init(driver, 5);
    driver.holdCommits = true;
    const asked = [add(driver, 0), add(driver, 0)];
    expect(asked.map((reply) => driver.answer(reply))).toEqual([undefined, undefined]);
    driver.commit();
    expect(asked.map((reply) => driver.answer(reply))).toEqual([{ error: null }, { error: null }]);
  });

  it('is refused nothing by a coordinator that may be deposed: what it knows is committed once more before', () => {
    const driver = driverWith();
    init(driver, 5);
    driver.holdCommits = true;
    const [ended, added] = [ask(driver, 0), add(driver, 4)];
    expect([ended, added].map((reply) => driver.answer(reply))).toEqual([undefined, undefined]);
    driver.commit();
    expect([ended, added].map((reply) => driver.answer(reply))).toMatchObject([
      { error: 'INVALID_TXN_STATE' },
      { error: 'PRODUCER_FENCED' },
    ]);
    expect(stateOf(driver)).toBe('Empty');
  });

  it('has markers that are missing written again, and none once it is fenced', () => {
    const driver = driverWith({
      producerEpoch: 1,
      state: 'PrepareAbort',
      partitions: new Map([['orders', new Set([1, 2])]]),
    });
    writeMarkers(driver, [2]);
    expect(driver.markers).toHaveLength(0);
    driver.advance(1_000);
    expect(driver.markers[0]?.partitions).toEqual(new Map([['orders', new Set([2])]]));
    writeMarkers(driver, [2], true);
    driver.advance(10_000);
    expect(driver.markers).toHaveLength(0);
    expect(stateOf(driver)).toBe('PrepareAbort');
  });

  it('lets those in that wait for the one before, or tells them when it takes too long', () => {
    const driver = driverWith({
      producerEpoch: 1,
      state: 'PrepareCommit',
      partitions: new Map([['orders', new Set([1])]]),
    });
    const patient = [add(driver, 1, 100), add(driver, 1, 100)];
    const impatient = add(driver, 1);
    expect(driver.answer(impatient)).toEqual({ error: 'CONCURRENT_TRANSACTIONS' });
    expect(patient.map((reply) => driver.answer(reply))).toEqual([undefined, undefined]);
    writeMarkers(driver);
    expect(patient.map((reply) => driver.answer(reply))).toEqual([{ error: null }, { error: null }]);
    end(driver, 1);
    const late = add(driver, 2, 100);
    driver.advance(101);
    expect(driver.answer(late)).toEqual({ error: 'CONCURRENT_TRANSACTIONS' });
  });

  it('is aborted when it is open for longer than its producer said, and its producer fenced', () => {
    const driver = driverWith({ producerEpoch: 0 });
    add(driver, 0);
    driver.advance(TIMEOUT_MS);
    driver.run(abortTimedOut);
    expect(stateOf(driver)).toBe('Ongoing');
    driver.advance(1);
    driver.run(abortTimedOut);
    expect(driver.shard.transactions.get('id')).toMatchObject({ state: 'PrepareAbort', producerEpoch: 1 });
    expect(end(driver, 0)?.error).toBe('INVALID_TXN_STATE');
  });

  it('gets a new producer id when the epochs of the old one are used up', () => {
    const last = 32_766;
    const driver = driverWith({ producerEpoch: last });
    add(driver, last);
    expect(end(driver, last, 9)).toEqual({ error: null, producerId: 9, producerEpoch: 0 });
    expect(driver.markers[0]?.end).toMatchObject({ producerId: 5, producerEpoch: last + 1 });
    writeMarkers(driver);
    // The same request again.
    expect(end(driver, last, 10)).toEqual({ error: null, producerId: 9, producerEpoch: 0 });
    const other = driverWith({ producerEpoch: last });
    expect(init(other, 9)).toEqual({ error: null, producerId: 9, producerEpoch: 0 });
  });

  // Seed 1269 of the simulation: two producers had the same epoch.
  it('that a zombie ends is not taken for the one that its successor of the older kind has ended', () => {
    const ended = { producerEpoch: 6, state: 'CompleteCommit' } as const;
    expect(end(driverWith({ ...ended, clientVersion: 0 }), 5)?.error).toBe('PRODUCER_FENCED');
    expect(end(driverWith({ ...ended, clientVersion: 2 }), 5)).toEqual({
      error: null,
      producerId: 5,
      producerEpoch: 6,
    });
  });

  // Seed 1407 of the simulation: a producer had the epoch that only fences, and no marker could end what it began.
  it('that was aborted in the last epoch does not give that epoch to its producer', () => {
    const last = 32_766;
    const fenced = { producerEpoch: last + 1, lastProducerEpoch: last, clientVersion: 2 };
    const driver = driverWith({ ...fenced, state: 'CompleteCommit' });
    expect(end(driver, last)?.error).toBe('PRODUCER_FENCED');
    const reply = driver.submit<InitProducerIdResult>((shard, to, now) =>
      initProducerId(
        shard,
        {
          reply: to,
          transactionalId: 'id',
          timeoutMs: TIMEOUT_MS,
          expected: { producerId: 5, producerEpoch: last },
          newProducerId: 9,
        },
        now,
      ),
    );
    expect(driver.answer(reply)).toEqual({ error: null, producerId: 9, producerEpoch: 0 });
  });

  it('asks for a timeout within bounds', () => {
    const driver = driverWith();
    for (const timeoutMs of [0, 900_001])
      expect(init(driver, 5, timeoutMs)?.error).toBe('INVALID_TRANSACTION_TIMEOUT');
  });
});

it('a transactional id that is not used is forgotten, but never with a transaction open', () => {
  const driver = driverWith({ producerEpoch: 0, updatedMs: 1_000_000 });
  driver.advance(99_999);
  driver.run(expireTransactionalIds);
  expect(stateOf(driver)).toBe('Empty');
  add(driver, 0);
  driver.advance(1_000_000);
  driver.run(expireTransactionalIds);
  expect(stateOf(driver)).toBe('Ongoing');
  end(driver, 0);
  writeMarkers(driver);
  driver.advance(100_000);
  driver.run(expireTransactionalIds);
  expect(stateOf(driver)).toBeUndefined();
});

it.each([0, 1, 2])(
  'records of __transaction_state under transaction.version %i keep what that level has',
  (level) => {
    const value: Transaction = {
      producerId: 5,
      previousProducerId: 4,
      nextProducerId: 6,
      producerEpoch: 7,
      lastProducerEpoch: -1,
      timeoutMs: 1_000,
      state: 'PrepareAbort',
      partitions: new Map([['orders', new Set([0, 2])]]),
      startMs: 10,
      updatedMs: 20,
      clientVersion: 2,
    };
    const codec = transactionCodec(() => level);
    const bytes = codec.encode({ transactionalId: 'id', value });
    const older = { ...value, previousProducerId: -1, nextProducerId: -1, clientVersion: 0 };
    expect(codec.decode(bytes.key, bytes.value)).toEqual({
      transactionalId: 'id',
      value: level === 0 ? older : value,
    });
    const tombstone = codec.encode({ transactionalId: 'id', value: null });
    expect(codec.decode(tombstone.key, tombstone.value)).toEqual({ transactionalId: 'id', value: null });
  },
);
