import type { PartitionsByTopic, ReplyTo, TransactionEnd } from '@millrace/broker/core/coordinator/effects';
import { lastSequenceOf, ProducerTable } from '@millrace/broker/core/log/producer-table';
import {
  type AddPartitionsResult,
  addPartitions,
  partitionsProblem,
} from '@millrace/broker/core/transaction/add-partitions';
import {
  type EndTransactionResult,
  endTransaction,
  needsNextProducerId,
} from '@millrace/broker/core/transaction/end-transaction';
import { abortTimedOut } from '@millrace/broker/core/transaction/expire-transactions';
import {
  type InitProducerIdResult,
  initProducerId,
  needsProducerId,
} from '@millrace/broker/core/transaction/init-producer-id';
import { newTransaction, type TransactionRecord } from '@millrace/broker/core/transaction/transaction';
import { TransactionShard } from '@millrace/broker/core/transaction/transaction-shard';
import { CoordinatorDriver, type LogEntry } from '@millrace/broker/testing/coordinator-driver';
import { randomFrom } from '@millrace/foundation/testing';
import { describe, expect, it } from 'vitest';

/**
 * The transaction coordinator's core, and the producer tables of the partitions it writes to, under producers that stall,
 * vanish, come back as zombies, send twice and whose batches are late, appends that fail, commits and markers that are late or come again, and
 * coordinators that crash and lose what was not committed. One seed is one run:
 * `SIM_SEED=17 vitest run --project simulation test/simulation/transaction.test.ts` plays it again.
 *
 * After every step: (1) nobody has the same producer id and epoch as another producer. At the end, faults off: (2) of each
 * transaction all records are committed or all aborted; (3) as it was acknowledged, where it was; (4) none stays open;
 * (5) what a producer wrote after another had taken its place is not committed.
 */
const SEEDS = 300;
const STEPS = 700;
const PARTITIONS = 4;
const IDS = 2;
const TIMEOUT_MS = 5_000;
const TOPIC = 'orders';

interface Written {
  readonly transaction: number;
  readonly producerId: number;
  readonly isZombie: boolean;
  outcome: 'open' | 'committed' | 'aborted';
}

/** One partition of data: what its leader knows of producers, and what became of each record. */
class DataPartition {
  readonly producers = new ProducerTable();
  readonly records: Written[] = [];
  #offset = 0;

  append(written: Written, producerEpoch: number, sequence: number): string | null {
    const { producerId } = written;
    const lastSequence = lastSequenceOf(sequence, 1);
    const batch = { producerId, producerEpoch, firstSequence: sequence, lastSequence, isTransactional: true };
    const isNew = !this.producers.hasOpenTransaction(producerId, producerEpoch);
    const verdict = this.producers.check(batch, isNew);
    if (verdict.kind === 'refused') return verdict.error;
    if (verdict.kind === 'duplicate') return null;
    const offset = this.#offset++;
    const change = { ...batch, firstOffset: offset, lastOffset: offset, timestampMs: 0 };
    this.producers.replay({ kind: 'batch', batch: change, isTransactional: true });
    this.records.push(written);
    return null;
  }

  /** Whether the marker is in, now or since before. */
  end(end: TransactionEnd): boolean {
    if (this.producers.checkMarker(end, end.transactionVersion).kind === 'refused') return false;
    this.producers.replay({ kind: 'marker', marker: end, offset: this.#offset++, timestampMs: 0 });
    for (const record of this.records)
      if (record.outcome === 'open' && record.producerId === end.producerId)
        record.outcome = end.isAbort ? 'aborted' : 'committed';
    return true;
  }
}

type Doing =
  | { readonly kind: 'init'; readonly reply: ReplyTo<InitProducerIdResult> | null }
  | { readonly kind: 'ready' }
  | { readonly kind: 'open' }
  | { readonly kind: 'adding'; readonly partition: number; readonly reply: ReplyTo<AddPartitionsResult> }
  | {
      readonly kind: 'ending';
      readonly isAbort: boolean;
      readonly reply: ReplyTo<EndTransactionResult> | null;
    }
  | { readonly kind: 'gone' };

interface Producer {
  readonly name: number;
  readonly transactionalId: string;
  readonly version: number;
  doing: Doing;
  producerId: number;
  epoch: number;
  transaction: number;
  hasAdded: boolean;
  /** Next sequence by partition, in this epoch. */
  sequences: Map<number, number>;
  added: Set<number>;
  isFenced: boolean;
  /** Does nothing before, as a process that hangs. */
  stalledUntilMs: number;
}

class World {
  readonly #random: () => number;
  readonly trace: string[] = [];
  readonly partitions = Array.from({ length: PARTITIONS }, () => new DataPartition());
  readonly producers: Producer[] = [];
  driver: CoordinatorDriver<TransactionRecord, TransactionShard>;
  readonly #serverVersion: number;
  readonly #late: (() => void)[] = [];
  readonly #owners = new Map<string, number>();
  readonly #acknowledged = new Map<number, 'committed' | 'aborted'>();
  #nextProducerId = 100;
  #nextTransaction = 1;
  #leaderEpoch = 0;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#serverVersion = this.#random() < 0.6 ? 2 : 0;
    // Now and then ids whose epochs are nearly used up.
    const start = this.#random() < 0.3 ? [this.#nearlyExhausted('t0')] : [];
    this.driver = this.#startCoordinator(start, 1_000_000);
    for (let index = 0; index < IDS; index++) this.#newProducer(`t${index}`);
  }

  step(): void {
    const dice = this.#random();
    const { driver } = this;
    driver.holdCommits = this.#random() < 0.6;
    driver.refuseAppends = this.#random() < 0.03 ? 'NOT_ENOUGH_REPLICAS' : null;
    if (dice < 0.02) this.#crash();
    else if (dice < 0.05) driver.advance(Math.floor(this.#random() * 4_000));
    else if (dice < 0.12) driver.advance(Math.floor(this.#random() * 300));
    else if (dice < 0.14) driver.run(abortTimedOut);
    else if (dice < 0.3) driver.commit(Math.floor(this.#random() * 3));
    else if (dice < 0.45) this.#writeMarkers();
    else if (dice < 0.47) this.#newProducer(this.#pick(this.producers).transactionalId);
    else if (dice < 0.5) this.#late.splice(Math.floor(this.#random() * this.#late.length), 1)[0]?.();
    else this.#act(this.#pick(this.producers));
    driver.refuseAppends = null;
  }

  /** Faults off: what is open ends by itself. */
  settle(): void {
    this.driver.holdCommits = false;
    this.driver.refuseAppends = null;
    for (let round = 0; round < 40; round++) {
      this.driver.commit();
      while (this.driver.markers.length > 0) this.#writeMarkers(true);
      this.driver.advance(1_000);
      this.driver.run(abortTimedOut);
      for (const producer of this.producers) this.#hear(producer);
    }
  }

  check(): void {
    const outcomes = new Map<number, Set<string>>();
    for (const { records } of this.partitions)
      for (const { transaction, outcome, isZombie } of records) {
        expect(outcome, `transaction ${transaction} is decided`).not.toBe('open');
        if (isZombie) expect(outcome, `what a zombie wrote in ${transaction}`).toBe('aborted');
        outcomes.set(transaction, (outcomes.get(transaction) ?? new Set()).add(outcome));
      }
    outcomes.delete(-1);
    for (const [transaction, found] of outcomes) {
      expect([...found], `transaction ${transaction} ends as a whole`).toHaveLength(1);
      const told = this.#acknowledged.get(transaction);
      if (told) expect([...found], `transaction ${transaction} as it was acknowledged`).toEqual([told]);
    }
    for (const { producers } of this.partitions) expect(producers.firstUnstable(1e9)).toBeNull();
  }

  #startCoordinator(log: readonly LogEntry<TransactionRecord>[], nowMs: number) {
    const rules = {
      maxTimeoutMs: 900_000,
      idExpirationMs: 1e12,
      transactionVersion: () => this.#serverVersion,
    };
    return new CoordinatorDriver(new TransactionShard(rules, this.#leaderEpoch++), log, nowMs);
  }

  #nearlyExhausted(transactionalId: string): LogEntry<TransactionRecord> {
    const value = { ...newTransaction(99, TIMEOUT_MS, 0), producerEpoch: 32_762 };
    return { kind: 'record', record: { transactionalId, value }, producerId: null };
  }

  #crash(): void {
    const { driver } = this;
    const kept = driver.committed + Math.floor(this.#random() * (driver.log.length - driver.committed + 1));
    this.trace.push(`crash: keeps ${kept} of ${driver.log.length}, ${driver.committed} committed`);
    for (const producer of this.producers) this.#hear(producer);
    this.driver = this.#startCoordinator(driver.log.slice(0, kept), driver.now.monoMs);
    for (const producer of this.producers) {
      const { doing } = producer;
      // The answer is lost with the connection: the request is sent again.
      if (doing.kind === 'init' || doing.kind === 'ending') producer.doing = { ...doing, reply: null };
      else if (doing.kind === 'adding') producer.doing = { kind: 'open' };
    }
  }

  #newProducer(transactionalId: string): void {
    const version = this.#serverVersion === 2 && this.#random() < 0.7 ? 2 : 0;
    this.producers.push({
      name: this.producers.length,
      transactionalId,
      version,
      doing: { kind: 'init', reply: null },
      producerId: -1,
      epoch: -1,
      transaction: 0,
      hasAdded: false,
      sequences: new Map(),
      added: new Set(),
      isFenced: false,
      stalledUntilMs: 0,
    });
  }

  #writeMarkers(isHealthy = false): void {
    const { markers } = this.driver;
    const index = isHealthy ? 0 : Math.floor(this.#random() * markers.length);
    const [asked] = markers.splice(index, 1);
    if (asked === undefined) return;
    const left = new Map<string, Set<number>>();
    let isFenced = false;
    for (const [topic, partitions] of asked.partitions)
      for (const partition of partitions) {
        const isLate = !isHealthy && this.#random() < 0.2;
        const isLost = !isHealthy && this.#random() < 0.1;
        if (!isLate && this.partitions[partition]?.end(asked.end) === false) isFenced = true;
        // Where only its answer was lost it is written again.
        if (isLate || isLost) left.set(topic, (left.get(topic) ?? new Set()).add(partition));
      }
    this.trace.push(`markers of ${asked.end.producerId}/${asked.end.producerEpoch}: ${left.size} left`);
    asked.done({ left, isFenced });
  }

  #act(producer: Producer): void {
    const nowMs = this.driver.now.monoMs;
    if (producer.stalledUntilMs > nowMs) return;
    if (this.#random() < 0.04) {
      producer.stalledUntilMs = nowMs + this.#random() * 8_000;
      return;
    }
    this.#hear(producer);
    const { doing } = producer;
    switch (doing.kind) {
      case 'init':
        if (doing.reply === null) this.#init(producer);
        break;
      case 'ready':
        producer.transaction = this.#nextTransaction++;
        producer.hasAdded = false;
        producer.added = new Set();
        if (producer.version === 2) producer.sequences = new Map();
        producer.doing = { kind: 'open' };
        break;
      case 'open':
        if (this.#random() < 0.7) this.#write(producer, Math.floor(this.#random() * PARTITIONS));
        else if (producer.hasAdded) this.#end(producer, this.#random() < 0.3);
        break;
      case 'ending':
        if (doing.reply === null) this.#end(producer, doing.isAbort);
        break;
      case 'adding':
      case 'gone':
        break;
    }
  }

  #init(producer: Producer): void {
    const { transactionalId } = producer;
    const newProducerId = needsProducerId(this.driver.shard, transactionalId) ? this.#nextProducerId++ : null;
    const reply = this.driver.submit<InitProducerIdResult>((shard, to, now) =>
      initProducerId(
        shard,
        { reply: to, transactionalId, timeoutMs: TIMEOUT_MS, expected: null, newProducerId },
        now,
      ),
    );
    producer.doing = { kind: 'init', reply };
  }

  #write(producer: Producer, index: number): void {
    const partition = this.partitions[index]!;
    const { producerId, epoch, version } = producer;
    const isOpen = partition.producers.hasOpenTransaction(producerId, epoch);
    if (version === 0 ? producer.added.has(index) : isOpen) {
      if (version === 0 && this.#random() < 0.1) this.#delay(producer, index);
      else this.#append(producer, index, isOpen);
      return;
    }
    const command = {
      ...this.#query(producer, index),
      clientVersion: version,
      waitMs: version === 2 ? 100 : 0,
    };
    const reply = this.driver.submit<AddPartitionsResult>((shard, to, now) =>
      addPartitions(shard, { ...command, reply: to }, now),
    );
    producer.hasAdded = true;
    producer.doing = { kind: 'adding', partition: index, reply };
  }

  #append(producer: Producer, index: number, isOpen: boolean): void {
    const problem = isOpen ? null : partitionsProblem(this.driver.shard, this.#query(producer, index));
    const sequence = producer.sequences.get(index) ?? 0;
    const { producerId, epoch, transaction, isFenced } = producer;
    const written = { transaction, producerId, isZombie: isFenced, outcome: 'open' as const };
    const error = problem ?? this.partitions[index]!.append(written, epoch, sequence);
    this.trace.push(`p${producer.name} writes ${transaction} to ${index} -> ${error}`);
    if (error === null) producer.sequences.set(index, sequence + 1);
    else if (error !== 'CONCURRENT_TRANSACTIONS') this.#gone(producer, error);
  }

  /** The request hangs in the network, and its producer takes it for lost. Without an epoch for each transaction it may get into another. */
  #delay(producer: Producer, index: number): void {
    const { producerId, epoch } = producer;
    const query = this.#query(producer, index);
    const sequence = producer.sequences.get(index) ?? 0;
    const written = { transaction: -1, producerId, isZombie: false, outcome: 'open' as const };
    this.#late.push(() => {
      const { producers } = this.partitions[index]!;
      const isOpen = producers.hasOpenTransaction(producerId, epoch);
      if (isOpen || partitionsProblem(this.driver.shard, query) === null)
        this.partitions[index]!.append(written, epoch, sequence);
    });
  }

  #query({ transactionalId, producerId, epoch }: Producer, index: number) {
    const partitions: PartitionsByTopic = new Map([[TOPIC, new Set([index])]]);
    return { transactionalId, producerId, producerEpoch: epoch, partitions };
  }

  #end(producer: Producer, isAbort: boolean): void {
    const { transactionalId, producerId, epoch, version } = producer;
    const asked = { transactionalId, producerId, producerEpoch: epoch, isAbort, clientVersion: version };
    const needsId = needsNextProducerId(this.driver.shard, { ...asked, newProducerId: null });
    const newProducerId = needsId ? this.#nextProducerId++ : null;
    const reply = this.driver.submit<EndTransactionResult>((shard, to, now) =>
      endTransaction(shard, { ...asked, newProducerId, reply: to }, now),
    );
    producer.doing = { kind: 'ending', isAbort, reply };
  }

  #hear(producer: Producer): void {
    const { doing } = producer;
    if (doing.kind === 'init' && doing.reply !== null) {
      const answer = this.driver.answer(doing.reply);
      if (answer) this.#initAnswered(producer, answer);
    } else if (doing.kind === 'adding') {
      const answer = this.driver.answer(doing.reply);
      if (answer) this.#addAnswered(producer, doing.partition, answer);
    } else if (doing.kind === 'ending' && doing.reply !== null) {
      const answer = this.driver.answer(doing.reply);
      if (answer) this.#endAnswered(producer, doing.isAbort, answer);
    }
  }

  #initAnswered(producer: Producer, answer: InitProducerIdResult): void {
    this.trace.push(`p${producer.name} init -> ${answer.error} ${answer.producerId}/${answer.producerEpoch}`);
    if (answer.error !== null) {
      producer.doing = { kind: 'init', reply: null };
      return;
    }
    this.#own(producer, answer.producerId, answer.producerEpoch);
    producer.doing = { kind: 'ready' };
    const others = this.producers.filter(
      (other) => other !== producer && other.transactionalId === producer.transactionalId,
    );
    // Who has no identity yet gets a newer one.
    for (const other of others)
      if (other.producerId !== -1 && this.#isOlder(other, producer)) other.isFenced = true;
    producer.isFenced = others.some((other) => this.#isOlder(producer, other));
  }

  /** An answer that comes late may be of a producer that is fenced itself. */
  #isOlder(other: Producer, producer: Producer): boolean {
    if (other.producerId !== producer.producerId) return other.producerId < producer.producerId;
    return other.epoch < producer.epoch;
  }

  #addAnswered(producer: Producer, partition: number, { error }: AddPartitionsResult): void {
    this.trace.push(`p${producer.name} adds ${partition} to ${producer.transaction} -> ${error}`);
    producer.doing = { kind: 'open' };
    if (error === null) {
      producer.added.add(partition);
      this.#append(producer, partition, false);
    } else if (error !== 'CONCURRENT_TRANSACTIONS' && error !== 'COORDINATOR_NOT_AVAILABLE')
      this.#gone(producer, error);
  }

  #endAnswered(producer: Producer, isAbort: boolean, answer: EndTransactionResult): void {
    const { error } = answer;
    this.trace.push(`p${producer.name} ends ${producer.transaction} (abort: ${isAbort}) -> ${error}`);
    if (error === 'CONCURRENT_TRANSACTIONS' || error === 'COORDINATOR_NOT_AVAILABLE')
      producer.doing = { kind: 'ending', isAbort, reply: null };
    else if (error !== null) this.#gone(producer, error);
    else {
      this.#acknowledged.set(producer.transaction, isAbort ? 'aborted' : 'committed');
      if (producer.version === 2) this.#own(producer, answer.producerId, answer.producerEpoch);
      producer.doing = { kind: 'ready' };
    }
  }

  #own(producer: Producer, producerId: number, epoch: number): void {
    const key = `${producerId}/${epoch}`;
    const owner = this.#owners.get(key) ?? producer.name;
    expect(owner, `who has ${key}`).toBe(producer.name);
    this.#owners.set(key, producer.name);
    if (producer.producerId !== producerId || producer.epoch !== epoch) producer.sequences = new Map();
    producer.producerId = producerId;
    producer.epoch = epoch;
  }

  #gone(producer: Producer, error: string): void {
    this.trace.push(`p${producer.name} gives up: ${error}`);
    producer.doing = { kind: 'gone' };
    const isReplaced = this.producers.some(
      (other) => other.transactionalId === producer.transactionalId && other.doing.kind !== 'gone',
    );
    if (!isReplaced) this.#newProducer(producer.transactionalId);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

function run(seed: number): { readonly committed: number } {
  const world = new World(seed);
  try {
    for (let step = 0; step < STEPS; step++) world.step();
    world.settle();
    world.check();
  } catch (error) {
    const last = world.trace.slice(-80).join('\n');
    throw new Error(`seed ${seed}: SIM_SEED=${seed} plays it again\n${last}`, { cause: error });
  }
  const committed = world.partitions.flatMap(({ records }) =>
    records.filter(({ outcome }) => outcome === 'committed'),
  );
  return { committed: committed.length };
}

describe('the transaction coordinator under faults', () => {
  const only = process.env.SIM_SEED;
  const seeds = only === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(only)];

  it(`keeps its promises in ${seeds.length} runs`, () => {
    let committed = 0;
    for (const seed of seeds) committed += run(seed).committed;
    expect(committed, 'work gets done meanwhile').toBeGreaterThan(seeds.length);
  });
});
