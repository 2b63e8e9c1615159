import { createProducer, type ProducerRecord, type TransactionalProducer } from '@millrace/client';
import { assert, isMillraceError, MillraceError } from '@millrace/foundation';
import type { DurableOffset, SourceRecord, TransactionContext } from '@millrace/sdk';
import { type BatchStretch, TransactionRequests } from '../../../core/delivery/transaction-requests.ts';
import { taskKey } from '../../../core/task-id.ts';
import {
  type TransactionBoundary,
  transactionalIdOf,
  transactionTimeoutMsOf,
} from '../../../plugins/exactly-once-config.ts';
import { producerOverrides } from '../client-settings.ts';
import { isLater } from '../pipeline/promise-like.ts';
import type { Made } from '../pipeline/record-pipeline.ts';
import { offsetTopicOf } from './offset-topic.ts';
import {
  checkRecord,
  listOf,
  missingTopics,
  offsetRecord,
  type SourceDelivery,
  type SourceDeliveryOptions,
  sizeOf,
} from './source-delivery.ts';

/**
 * Exactly once (KIP-618): records and the offsets behind them are in one transaction. Readers with `read_committed` see both or
 * neither; a task that comes back fences the one before it, and goes on from the last offset that was committed.
 */
export class ExactlyOnceDelivery implements SourceDelivery {
  readonly transaction: TransactionContext | null;
  readonly #options: SourceDeliveryOptions;
  readonly #boundary: TransactionBoundary;
  readonly #producer: TransactionalProducer;
  readonly #offsetTopic: string;
  readonly #requests = new TransactionRequests<SourceRecord>();
  /** To be stored with the next commit, also those behind aborted records: a source that aborts goes on behind them. */
  readonly #offsets = new Map<string, DurableOffset>();
  #unacknowledged = 0;
  #isOpen = false;
  /** Since when there is something to commit, monotonic ms; null where there is nothing. */
  #pendingSinceMs: number | null = null;
  /** Rises with each abort: answers to what was in an aborted transaction say nothing. */
  #aborts = 0;
  #committing: Promise<void> | null = null;
  #delivering = false;
  #failed = false;

  constructor(options: SourceDeliveryOptions, boundary: TransactionBoundary) {
    this.#options = options;
    this.#boundary = boundary;
    const { spec, logger } = options;
    const offsetTopic = offsetTopicOf(spec);
    assert(offsetTopic !== null, 'a worker without an offset topic writes nothing exactly once');
    this.#offsetTopic = offsetTopic;
    this.transaction = boundary.kind === 'connector' ? this.#requests : null;
    this.#producer = createProducer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-producer-${taskKey(spec.id)}`,
      transactionalId: transactionalIdOf(spec.worker.groupId, spec.id),
      transactionTimeoutMs: transactionTimeoutMsOf(boundary),
      logger,
      ...producerOverrides(spec.connectorConfig),
    });
  }

  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Fences the task's predecessor: the offsets that are read from here on are the last ones that it could write. */
  async open(): Promise<void> {
    await this.#fencedAsTransient(this.#producer.initTransactions());
  }

  async deliver(records: readonly SourceRecord[]): Promise<void> {
    await this.#committing;
    this.#delivering = true;
    try {
      await this.#deliverAll(records);
    } finally {
      this.#delivering = false;
    }
  }

  async #deliverAll(records: readonly SourceRecord[]): Promise<void> {
    for (const stretch of this.#cut(records)) {
      await this.#sendAll(stretch.records);
      if (this.#failed) return;
      if (stretch.end === 'commit') await this.#commit();
      if (stretch.end === 'abort') await this.#abort();
    }
    if (this.#boundary.kind === 'poll' || this.#intervalIsOver()) await this.#commit();
  }

  commitIfDue(): void {
    // What is being delivered ends with a look of its own.
    if (this.#delivering || this.#committing || !this.#intervalIsOver()) return;
    this.#committing = this.#commit()
      .catch((error) => this.#fail(error, 'commit'))
      .finally(() => {
        this.#committing = null;
      });
  }

  async settled(): Promise<void> {
    await this.#committing;
  }

  async finish(): Promise<void> {
    // Where the source says what belongs together, a transaction that it did not end is not whole.
    if (this.#boundary.kind !== 'connector') await this.#commit();
    else await this.#abort();
  }

  async abandon(): Promise<void> {
    await this.#abort();
  }

  close(timeoutMs: number): Promise<void> {
    return this.#producer.close(timeoutMs);
  }

  #cut(records: readonly SourceRecord[]): readonly BatchStretch<SourceRecord>[] {
    const stretches = this.#requests.cut(records);
    if (stretches) return stretches;
    throw new MillraceError('The source asked for commit and abort of a transaction at the same place.', {
      code: 'INVALID_TRANSACTION_REQUEST',
      class: 'bug',
      hint: "Report this to the connector's author.",
    });
  }

  async #sendAll(records: readonly SourceRecord[]): Promise<void> {
    const { pipeline, topics, offsetKeys } = this.#options;
    let last: SourceRecord | null = null;
    let key = '';
    for (const record of records) {
      checkRecord(record);
      const { sourcePartition: partition, sourceOffset: offset } = record;
      // Most sources give one object for all records of a partition, and making its key is dear.
      if (last?.sourcePartition !== partition) key = offsetKeys.of(partition);
      last = record;
      const outgoing = pipeline.outgoing(record);
      const made = isLater(outgoing) ? await outgoing : outgoing;
      const making = missingTopics(topics, made);
      if (making) await making;
      const full = this.#send(made);
      this.#pendingSinceMs ??= performance.now();
      this.#offsets.set(key, { partition, offset });
      if (full) await full;
      if (this.#failed) return;
    }
  }

  #send(made: Made<ProducerRecord>): Promise<void> | null {
    let room = true;
    for (const one of listOf(made)) {
      this.#begin();
      this.#unacknowledged++;
      const aborts = this.#aborts;
      const bytes = sizeOf(one);
      room = this.#producer.produce(one, (error, metadata) => {
        this.#unacknowledged--;
        if (aborts !== this.#aborts) return;
        if (error) this.#fail(fencedAsTransient(error), 'produce');
        else this.#options.counters.passed(one.topic, bytes, metadata?.timestamp ?? null);
      });
    }
    return room ? null : this.#producer.ready();
  }

  #begin(): void {
    if (this.#isOpen) return;
    this.#producer.beginTransaction();
    this.#isOpen = true;
  }

  #intervalIsOver(): boolean {
    if (this.#boundary.kind !== 'interval' || this.#pendingSinceMs === null) return false;
    return performance.now() - this.#pendingSinceMs >= this.#boundary.intervalMs;
  }

  async #commit(): Promise<void> {
    if (this.#offsets.size === 0) return;
    this.#begin();
    const startedAtMs = performance.now();
    const offsets = new Map(this.#offsets);
    for (const [key, { offset }] of offsets) {
      const aborts = this.#aborts;
      this.#producer.produce(offsetRecord(this.#offsetTopic, key, offset), (error) => {
        if (error && aborts === this.#aborts) this.#fail(fencedAsTransient(error), 'commit');
      });
    }
    await this.#fencedAsTransient(this.#producer.commitTransaction());
    this.#isOpen = false;
    this.#pendingSinceMs = null;
    this.#offsets.clear();
    this.#options.counters.committed(performance.now() - startedAtMs, 'stored');
    // Invariant 7: the transaction that was committed held them.
    await this.#options.onDurable([...offsets.values()]);
  }

  async #abort(): Promise<void> {
    if (!this.#isOpen) return;
    this.#aborts++;
    await this.#fencedAsTransient(this.#producer.abortTransaction());
    this.#isOpen = false;
  }

  async #fencedAsTransient(step: Promise<void>): Promise<void> {
    try {
      await step;
    } catch (error) {
      throw fencedAsTransient(error);
    }
  }

  #fail(error: unknown, stage: string): void {
    this.#failed = true;
    this.#options.onFailure(error, stage);
  }
}

/**
 * A zombie that is fenced learns soon that it has no task any more; one that still has it, such as a task whose fencing came late,
 * must come back. So it is tried again, with growing waits.
 */
function fencedAsTransient(error: unknown): unknown {
  if (!isMillraceError(error) || error.code !== 'PRODUCER_FENCED') return error;
  return new MillraceError('This task was fenced: another one writes as it since then.', {
    code: 'TASK_FENCED',
    class: 'transient',
    hint: 'Nothing was written twice. Where it happens again and again, two clusters of workers have the same group.id.',
    cause: error,
  });
}
