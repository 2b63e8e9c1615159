import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { addPartitionsToTxn, endTxn, initProducerId } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import { isRetriable, retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition } from '../types.ts';
import type { TransactionConfig } from './producer-config.ts';
import type { Identity } from './producer-identity.ts';
import {
  abortedError,
  fencedError,
  isFencing,
  outcomeUnknownError,
  timedOutError,
  unsupportedError,
} from './transaction-errors.ts';
import { addGroupToTransaction, commitOffsetsInTransaction } from './transaction-offsets.ts';
import { TransactionPhase } from './transaction-phase.ts';

/** What transactions need of the producer around them. */
export interface TransactionHost {
  /** Resolves when every record taken so far has had its answer. */
  flush(): Promise<void>;
  /** Fails everything that is not under way. */
  dropUnsent(error: MillraceError): void;
  /** The identity is new: sequences begin at 0. Called when nothing is under way. */
  restartSequences(): void;
  /** Batches that waited may leave. */
  wake(): void;
}

/** From this level of `transaction.version` on the epoch moves with every transaction and Produce adds partitions (KIP-890). */
const EPOCH_PER_TRANSACTION_LEVEL = 2;
/** The newest versions for transactions of the older kind. */
const END_TXN_OLDER_MAX_VERSION = 4;
/** Later ones are for brokers. */
const ADD_PARTITIONS_MAX_VERSION = 3;
/** From here on InitProducerId moves an epoch on (KIP-360). */
const INIT_BUMPS_FROM_VERSION = 3;
/** Between two tries while the transaction before is still being ended, which takes a few ms. */
const CONCURRENT_PAUSE_MS = 20;
const NO_IDENTITY: Identity = { producerId: -1, producerEpoch: -1 };

/** One transactional id's dealings with its coordinator (KIP-98), in both kinds of transactions that clusters have. */
export class Transactions {
  readonly #cluster: Cluster;
  readonly #config: TransactionConfig;
  readonly #host: TransactionHost;
  readonly #coordinator: Coordinator;
  readonly #phase = new TransactionPhase();
  #identity: Identity | null = null;
  /** Whether the epoch moves with every transaction, and Produce and TxnOffsetCommit add by themselves what they touch. */
  #addsItself = false;
  readonly #partitions = new Set<string>();
  readonly #wanted = new Map<string, TopicPartition>();
  #adding: Promise<void> | null = null;
  #offsets: Promise<void> | null = null;
  /** Since when there is something for the coordinator to end, monotonic ms. */
  #begunMs: number | null = null;

  constructor(cluster: Cluster, config: TransactionConfig, host: TransactionHost) {
    this.#cluster = cluster;
    this.#config = config;
    this.#host = host;
    this.#coordinator = new Coordinator(cluster, 'transaction', config.transactionalId);
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  /** Whether Produce adds partitions by itself. */
  get addsItself(): boolean {
    return this.#addsItself;
  }

  get mayAbort(): boolean {
    return this.#phase.mayAbort;
  }

  /** Whether what failed may be sent again. */
  get maySend(): boolean {
    return this.#phase.maySend;
  }

  refusal(): MillraceError | null {
    return this.#phase.refusal();
  }

  async init(): Promise<void> {
    this.#phase.enter('initTransactions');
    try {
      await this.#assertSupported();
      await this.#acquire(NO_IDENTITY);
      this.#phase.done();
    } catch (thrown) {
      throw this.#failed(thrown);
    } finally {
      this.#phase.leave();
    }
  }

  begin(): void {
    this.#phase.begin();
  }

  /** Whether a batch for the partition may leave now; where the partition must be added first, sees to it. */
  admits(topic: string, partition: number): boolean {
    if (!this.#phase.maySend) return false;
    const key = `${topic}-${partition}`;
    if (this.#partitions.has(key)) return true;
    if (this.#addsItself) {
      this.#partitions.add(key);
      this.#begunMs ??= performance.now();
      return true;
    }
    this.#wanted.set(key, { topic, partition });
    // Behind the code that runs now, so that many partitions share a request.
    this.#adding ??= Promise.resolve()
      .then(() => this.#addPartitions())
      .finally(() => {
        this.#adding = null;
        this.#host.wake();
      });
    return false;
  }

  /** What a failure means for the transaction. */
  translated(error: MillraceError): MillraceError {
    if (error === this.#phase.error) return error;
    const { transactionalId, transactionTimeoutMs: timeoutMs } = this.#config;
    if (error.code === 'UNSUPPORTED_VERSION' || error.code === 'UNSUPPORTED_API')
      return unsupportedError(error);
    // What was aborted for its age is fenced too, or no longer there to be ended.
    const isOver = isFencing(error) || error.code === 'INVALID_TXN_STATE';
    const openMs = this.#begunMs === null ? 0 : performance.now() - this.#begunMs;
    if (isOver && openMs > timeoutMs) return timedOutError(transactionalId, { openMs, timeoutMs }, error);
    return isFencing(error) ? fencedError(transactionalId, error) : error;
  }

  /** A batch has failed for good. */
  failed(error: MillraceError): void {
    if (this.#phase.fail(error)) this.#host.dropUnsent(error);
  }

  async sendOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    const refusal = this.#phase.refusal();
    if (refusal !== null) throw refusal;
    const sent = (this.#offsets ?? Promise.resolve()).then(() => this.#sendOffsets(offsets, group));
    this.#offsets = sent.catch(() => undefined);
    await sent;
  }

  async commit(): Promise<void> {
    this.#phase.enter('commitTransaction');
    try {
      await this.#offsets;
      await this.#host.flush();
      // What has failed meanwhile, in this transaction or for good.
      if (this.#phase.error !== null) throw this.#phase.error;
      await this.#end(true).catch((thrown: unknown) => {
        throw this.#commitFailed(thrown);
      });
      this.#over();
    } finally {
      this.#phase.leave();
    }
  }

  async abort(): Promise<void> {
    this.#phase.enter('abortTransaction');
    try {
      this.#host.dropUnsent(abortedError());
      await this.#offsets;
      await this.#adding;
      await this.#host.flush();
      if (this.#phase.isDead) throw this.#phase.error;
      await this.#end(false);
      this.#over();
    } catch (thrown) {
      throw this.#failed(thrown);
    } finally {
      this.#phase.leave();
    }
  }

  #over(): void {
    this.#partitions.clear();
    this.#wanted.clear();
    this.#begunMs = null;
    this.#phase.done();
  }

  async #end(committed: boolean): Promise<void> {
    if (this.#begunMs === null) return;
    const ended = await this.#ask((connection) => this.#endOnce(connection, committed));
    if (ended !== null) this.#adopt(ended);
    // Nobody knows which sequences of an aborted transaction the brokers have seen: a new epoch begins at 0.
    if (!committed && !this.#addsItself && this.#identity !== null) await this.#acquire(this.#identity);
  }

  /** Answers the identity for the next transaction, or null where the old one stays. */
  async #endOnce(connection: Connection, committed: boolean): Promise<Identity | null> {
    const { transactionalId } = this.#config;
    const body = { transactionalId, ...(this.#identity ?? NO_IDENTITY), committed };
    const maxVersion = this.#addsItself ? endTxn.maxVersion : END_TXN_OLDER_MAX_VERSION;
    const { errorCode, producerId, producerEpoch } = await connection.request(endTxn, body, { maxVersion });
    throwOnError(errorCode, `ending the transaction of ${transactionalId}`);
    return this.#addsItself ? { producerId, producerEpoch } : null;
  }

  /** A new identity; with `known` the next epoch of the same producer. Aborts what a predecessor has left open. */
  async #acquire(known: Identity): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this.#config;
    const identity = await this.#ask(async (connection) => {
      const version = connection.versions.negotiate(initProducerId);
      const body = { transactionalId, transactionTimeoutMs };
      const { errorCode, producerId, producerEpoch } = await connection.request(
        initProducerId,
        version >= INIT_BUMPS_FROM_VERSION ? { ...body, ...known } : body,
        { version },
      );
      throwOnError(errorCode, `transactional id ${transactionalId}`);
      this.#addsItself = connection.versions.feature('transaction.version') >= EPOCH_PER_TRANSACTION_LEVEL;
      return { producerId, producerEpoch };
    });
    this.#adopt(identity);
  }

  #adopt(identity: Identity): void {
    this.#identity = identity;
    this.#host.restartSequences();
  }

  async #addPartitions(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    try {
      await this.#ask((connection) => this.#addOnce(connection, wanted));
      this.#begunMs ??= performance.now();
      for (const { topic, partition } of wanted) {
        this.#partitions.add(`${topic}-${partition}`);
        this.#wanted.delete(`${topic}-${partition}`);
      }
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  async #addOnce(connection: Connection, wanted: readonly TopicPartition[]): Promise<void> {
    const { transactionalId } = this.#config;
    const { producerId, producerEpoch } = this.#identity ?? NO_IDENTITY;
    const body = {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [...byTopic(wanted)].map(([name, some]) => ({
        name,
        partitions: some.map(({ partition }) => partition),
      })),
    };
    const options = { maxVersion: ADD_PARTITIONS_MAX_VERSION };
    const response = await connection.request(addPartitionsToTxn, body, options);
    const errors = response.resultsByTopicV3AndBelow.flatMap(({ name, resultsByPartition }) =>
      resultsByPartition.flatMap(
        ({ partitionIndex, partitionErrorCode }) =>
          errorOf(partitionErrorCode, `adding ${name}-${partitionIndex} to the transaction`) ?? [],
      ),
    );
    // One partition's refusal leaves the others not attempted.
    const causes = errors.filter(({ code }) => code !== 'OPERATION_NOT_ATTEMPTED');
    throwFirst(causes.length > 0 ? causes : errors);
  }

  async #sendOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    if (offsets.length === 0) return;
    const { transactionalId } = this.#config;
    const transaction = { transactionalId, addsItself: this.#addsItself, ...(this.#identity ?? NO_IDENTITY) };
    try {
      if (!this.#addsItself)
        await this.#ask((connection) => addGroupToTransaction(connection, transaction, group.groupId));
      this.#begunMs ??= performance.now();
      const deadlineMs = this.#cluster.deadline(this.#config.maxBlockMs);
      await commitOffsetsInTransaction(this.#cluster, transaction, group, offsets, deadlineMs);
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  /** Asks the transaction's coordinator for up to `maxBlockMs`. */
  #ask<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    const deadlineMs = this.#cluster.deadline(this.#config.maxBlockMs);
    return askCoordinator(this.#cluster, this.#coordinator, deadlineMs, request, ({ code }) =>
      code === 'CONCURRENT_TRANSACTIONS' ? CONCURRENT_PAUSE_MS : null,
    );
  }

  async #assertSupported(): Promise<void> {
    const { config, closing: signal } = this.#cluster;
    const deadlineMs = this.#cluster.deadline(this.#config.maxBlockMs);
    const connection = await retrying(config, { deadlineMs, signal }, () => this.#cluster.anyConnection());
    if (connection.versions.range(endTxn.key) === undefined) throw unsupportedError();
  }

  /** What was thrown, in terms of the transaction; takes note of it. */
  #failed(thrown: unknown): MillraceError {
    const error = this.translated(toMillraceError(thrown, { code: 'TRANSACTION_FAILED', class: 'bug' }));
    this.failed(error);
    return error;
  }

  /** The coordinator may have heard of the commit, unless it says that it has not taken place. */
  #commitFailed(thrown: unknown): MillraceError {
    const error = this.translated(toMillraceError(thrown, { code: 'TRANSACTION_FAILED', class: 'bug' }));
    if (isRetriable(error)) return outcomeUnknownError(this.#config.transactionalId, error);
    if (error.code === 'TRANSACTION_ABORTABLE') this.#phase.fail(error);
    else this.#phase.die(error);
    return error;
  }
}
