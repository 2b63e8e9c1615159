import type { Clock, Logger, Now, Timer, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { ReplyTo } from '../core/coordinator/effects.ts';
import {
  type AddPartitionsCommand,
  type AddPartitionsResult,
  addPartitions,
  type PartitionsQuery,
  partitionsProblem,
} from '../core/transaction/add-partitions.ts';
import {
  type EndTransactionCommand,
  type EndTransactionResult,
  endFailed,
  endTransaction,
  needsNextProducerId,
} from '../core/transaction/end-transaction.ts';
import { abortTimedOut, expireTransactionalIds } from '../core/transaction/expire-transactions.ts';
import {
  type InitProducerIdCommand,
  type InitProducerIdResult,
  initFailed,
  initProducerId,
  needsProducerId,
} from '../core/transaction/init-producer-id.ts';
import type { Transaction, TransactionRecord } from '../core/transaction/transaction.ts';
import { type TransactionEffect, TransactionShard } from '../core/transaction/transaction-shard.ts';
import { TRANSACTIONS_TOPIC } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { MarkerWriter } from './coordinator-shard.ts';
import { CoordinatorTopic } from './coordinator-topic.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import type { Partition } from './partition.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import { brokerEndpoint } from './replication.ts';
import type {
  Asked,
  ClusterAccess,
  CoordinatorLocation,
  MetadataAccess,
  ProducerIds,
  TransactionAccess,
  TransactionListing,
  WriteInTransaction,
} from './services.ts';
import { transactionCodec } from './transaction-record-codec.ts';

const NOT_THERE: ErrorName = 'COORDINATOR_NOT_AVAILABLE';
/** How often another coordinator is asked while markers of the producer come. */
const ASKS_MAX = 5;

export interface TransactionServiceOptions {
  readonly metadata: MetadataAccess;
  readonly cluster: ClusterAccess;
  readonly producerIds: ProducerIds;
  readonly markers: MarkerWriter;
  readonly peers: ReplicaPeers;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Brings each command to the shard of its transactional id, or says why there is none; ends what is open for too long. */
export class TransactionService implements TransactionAccess {
  readonly #options: TransactionServiceOptions;
  readonly #topic: CoordinatorTopic<TransactionRecord, TransactionShard>;
  readonly #due = new Map<string, Timer>();
  /** Writes that wait for their partition to be added, by producer and partition: they keep their order. */
  readonly #waiting = new Map<string, Promise<unknown>>();

  constructor(options: TransactionServiceOptions) {
    const { config, metadata } = options;
    const { values } = config;
    const transactionVersion = () => metadata.image().features.get('transaction.version') ?? 0;
    this.#options = options;
    this.#topic = new CoordinatorTopic({
      ...options,
      topic: TRANSACTIONS_TOPIC,
      codec: transactionCodec(transactionVersion),
      newState: ({ leaderEpoch }) =>
        new TransactionShard(
          {
            maxTimeoutMs: values['transaction.max.timeout.ms'],
            idExpirationMs: values['transactional.id.expiration.ms'],
            transactionVersion,
          },
          leaderEpoch,
        ),
    });
    this.#every('transaction.abort.timed.out.transaction.cleanup.interval.ms', abortTimedOut);
    this.#every('transaction.remove.expired.transaction.cleanup.interval.ms', expireTransactionalIds);
  }

  findCoordinator(transactionalId: string): Promise<CoordinatorLocation> {
    return this.#topic.locate(transactionalId);
  }

  async initProducerId(
    command: Omit<Asked<InitProducerIdCommand>, 'newProducerId'>,
  ): Promise<InitProducerIdResult> {
    const { transactionalId } = command;
    const newProducerId = await this.#producerIdFor(transactionalId, (shard) =>
      needsProducerId(shard, transactionalId),
    );
    return await this.#submit<InitProducerIdResult>(transactionalId, initFailed, (shard, reply, now) =>
      initProducerId(shard, { ...command, newProducerId, reply }, now),
    );
  }

  async endTransaction(
    command: Omit<Asked<EndTransactionCommand>, 'newProducerId'>,
  ): Promise<EndTransactionResult> {
    const { transactionalId } = command;
    const newProducerId = await this.#producerIdFor(transactionalId, (shard) =>
      needsNextProducerId(shard, { ...command, newProducerId: null }),
    );
    return await this.#submit<EndTransactionResult>(transactionalId, endFailed, (shard, reply, now) =>
      endTransaction(shard, { ...command, newProducerId, reply }, now),
    );
  }

  async addPartitions(command: Asked<AddPartitionsCommand>): Promise<AddPartitionsResult> {
    const { transactionalId } = command;
    const added = await this.#submit<AddPartitionsResult>(transactionalId, failed, (shard, reply, now) =>
      addPartitions(shard, { ...command, reply }, now),
    );
    // Another request may have added them, and that not be committed yet.
    const lost = added.error === null ? await this.#topic.shardOf(transactionalId)?.settled() : null;
    return lost === null ? added : { error: 'NOT_COORDINATOR' };
  }

  /**
   * That a partition is in a transaction is told by a coordinator alone that cannot have been fenced: a successor may have ended the transaction,
   * and what is written to it afterwards would stay open for ever.
   */
  partitionsProblem(query: PartitionsQuery): ErrorName | null {
    const shard = this.#topic.shardOf(query.transactionalId);
    if (shard === undefined || !this.#options.cluster.isHeard) return 'NOT_COORDINATOR';
    return shard.state === null ? shard.problem : partitionsProblem(shard.state, query);
  }

  within<Result>(
    query: PartitionsQuery,
    how: WriteInTransaction,
    write: () => Result,
    refused: (error: ErrorName) => Result,
  ): Result | Promise<Result> {
    const key = waitingKey(query);
    const before = this.#waiting.get(key);
    if (before === undefined && how.isOpen) return write();
    if (before === undefined && this.#coordinatorElsewhere(query.transactionalId) === null) {
      const problem = this.partitionsProblem(query);
      if (!how.adds) return problem === null ? write() : refused(problem);
    }
    const written = this.#writeOnceAdded(before, { query, ...how }, write, refused);
    this.#waiting.set(key, written);
    const ended = (): void => {
      if (this.#waiting.get(key) === written) this.#waiting.delete(key);
    };
    // Who waits for the write hears of its failure; nobody waits for this.
    written.then(ended, ended);
    return written;
  }

  async describe(transactionalId: string): Promise<Transaction | ErrorName> {
    const shard = this.#topic.shardOf(transactionalId);
    if (shard === undefined) return 'NOT_COORDINATOR';
    return await shard.read<Transaction | ErrorName>(
      (state) => state.transactions.get(transactionalId) ?? 'TRANSACTIONAL_ID_NOT_FOUND',
      (error) => error,
    );
  }

  async list(): Promise<readonly TransactionListing[] | ErrorName> {
    const found: TransactionListing[] = [];
    for (const shard of this.#topic.shards()) {
      const listed = await shard.read<readonly TransactionListing[] | ErrorName>(
        (state) =>
          [...state.transactions].map(([transactionalId, transaction]) => ({ transactionalId, transaction })),
        (error) => error,
      );
      if (listed === 'COORDINATOR_LOAD_IN_PROGRESS') return listed;
      if (typeof listed !== 'string') found.push(...listed);
    }
    return found;
  }

  partitionLed(partition: Partition): void {
    this.#topic.partitionLed(partition);
  }

  partitionLost(topic: string, partition: number): void {
    this.#topic.partitionLost(topic, partition);
  }

  close(): void {
    for (const timer of this.#due.values()) timer.cancel();
    this.#topic.close();
  }

  async #writeOnceAdded<Result>(
    before: Promise<unknown> | undefined,
    { query, ...how }: WriteInTransaction & { readonly query: PartitionsQuery },
    write: () => Result,
    refused: (error: ErrorName) => Result,
  ): Promise<Result> {
    // Its failure is its own: only the order counts.
    await before?.catch(() => undefined);
    const elsewhere = this.#coordinatorElsewhere(query.transactionalId);
    if (elsewhere !== null) {
      const told = elsewhere === undefined ? NOT_THERE : await this.#askElsewhere(elsewhere, query, how);
      return told === null ? write() : refused(told);
    }
    const waitMs = this.#options.config.values['add.partitions.to.txn.retry.backoff.max.ms'];
    const added = how.adds ? await this.addPartitions({ ...query, clientVersion: 2, waitMs }) : null;
    // Between the answer and here it may have ended.
    const problem = added?.error ?? this.partitionsProblem(query);
    return problem === null ? write() : refused(problem);
  }

  /**
   * Whether a coordinator elsewhere has the partitions in the transaction. By the time that its answer is here the transaction may be over:
   * where a marker has come meanwhile, it is asked again (KIP-890).
   */
  async #askElsewhere(
    to: NodeEndpoint,
    query: PartitionsQuery,
    { adds, known }: WriteInTransaction,
  ): Promise<ErrorName | null> {
    for (let asks = 0; asks < ASKS_MAX; asks += 1) {
      const before = known();
      const asked = this.#options.peers.addPartitions(to, query, { isCheckOnly: !adds });
      const told = await asked.catch(() => NOT_THERE);
      // Whoever adds has an epoch for each transaction, by which the log refuses what comes late.
      if (told !== null || adds || known() === before) return told;
    }
    return 'CONCURRENT_TRANSACTIONS';
  }

  /** Where the coordinator of a transaction is; null: here, undefined: not known. */
  #coordinatorElsewhere(transactionalId: string): NodeEndpoint | null | undefined {
    const { metadata, config } = this.#options;
    const partition = this.#topic.partitionOf(transactionalId);
    const image = metadata.image();
    const leader =
      partition === null
        ? -1
        : (image.topicsByName.get(TRANSACTIONS_TOPIC)?.partitions[partition]?.leader ?? -1);
    if (leader === config.nodeId || partition === null) return null;
    return brokerEndpoint(image, leader, config.interBrokerListener);
  }

  async #producerIdFor(
    transactionalId: string,
    isNeeded: (shard: TransactionShard) => boolean,
  ): Promise<number | null> {
    const state = this.#topic.shardOf(transactionalId)?.state ?? null;
    return state !== null && isNeeded(state) ? await this.#options.producerIds.next() : null;
  }

  #submit<Result>(
    transactionalId: string,
    refused: (error: ErrorName) => Result,
    command: (shard: TransactionShard, reply: ReplyTo<Result>, now: Now) => readonly TransactionEffect[],
  ): Promise<Result> {
    const shard = this.#topic.shardOf(transactionalId);
    return shard ? shard.submit(command, refused) : Promise.resolve(refused('NOT_COORDINATOR'));
  }

  #every(
    key:
      | 'transaction.abort.timed.out.transaction.cleanup.interval.ms'
      | 'transaction.remove.expired.transaction.cleanup.interval.ms',
    command: (shard: TransactionShard, now: Now) => readonly TransactionEffect[],
  ): void {
    const { timers, config } = this.#options;
    const timer = timers.after(config.values[key], () => {
      for (const shard of this.#topic.shards()) shard.run(command);
      this.#every(key, command);
    });
    this.#due.set(key, timer);
  }
}

function waitingKey({ producerId, partitions }: PartitionsQuery): string {
  const names = [...partitions].map(([topic, ids]) => `${topic}-${[...ids].join()}`);
  return `${producerId}\n${names.join()}`;
}

function failed(error: ErrorName): { readonly error: ErrorName } {
  return { error };
}
