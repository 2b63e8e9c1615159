import { createProducer, type Producer, type ProducerRecord, type RecordMetadata } from '@millrace/client';
import { toMillraceError } from '@millrace/foundation';
import type { DurableOffset, SourceOffset, SourcePartition, SourceRecord } from '@millrace/sdk';
import { type SubmittedPartition, SubmittedRecords } from '../../../core/offsets/submitted-records.ts';
import { taskKey } from '../../../core/task-id.ts';
import { producerOverrides } from '../client-settings.ts';
import type { FailedRecord } from '../pipeline/dead-letter.ts';
import { isLater } from '../pipeline/promise-like.ts';
import type { Made } from '../pipeline/record-pipeline.ts';
import { StepError } from '../pipeline/step-error.ts';
import { offsetTopicOf } from './offset-topic.ts';
import {
  checkRecord,
  listOf,
  missingTopics,
  offsetRecord,
  onlyOf,
  type SourceDelivery,
  type SourceDeliveryOptions,
  sizeOf,
} from './source-delivery.ts';

/**
 * What may wait for its acknowledgement, bytes, where `producer.override.buffer.memory` says nothing. More would not be faster: a broker
 * takes five batches of a partition at once, and all that waits behind them is live memory for the garbage collector to copy.
 */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Where `producer.override.batch.size` says nothing: of Kafka's 16 KiB the cost of a request is a large part. */
const BATCH_BYTES = 64 * 1024;

/** A run of records of one source partition, and the key of its offsets. */
interface SourceStretch extends SubmittedPartition<SourcePartition> {
  /** Told of each of its records by the number that it was submitted under. */
  readonly delivered: (error: Error | null, metadata: RecordMetadata | null, submitted: number) => void;
}

/**
 * At least once: an offset is written only when its record and all before it in the same source partition are acknowledged, and
 * the task hears of it only when the offset itself is.
 */
export class AtLeastOnceDelivery implements SourceDelivery {
  readonly transaction = null;
  readonly #options: SourceDeliveryOptions;
  readonly #producer: Producer;
  readonly #offsetTopic: string | null;
  /** Whether records that can never be processed are passed over. */
  readonly #tolerant: boolean;
  readonly #submitted = new SubmittedRecords<SourcePartition, SourceOffset>();
  #committing: Promise<void> | null = null;
  #committedAtMs = performance.now();
  #failed = false;

  constructor(options: SourceDeliveryOptions) {
    this.#options = options;
    const { spec, logger, pipeline } = options;
    this.#tolerant = pipeline.tolerance.policy.toleratesAll;
    this.#offsetTopic = offsetTopicOf(spec);
    this.#producer = createProducer({
      bootstrapServers: spec.worker.bootstrapServers,
      clientId: `connector-producer-${taskKey(spec.id)}`,
      logger,
      bufferBytes: BUFFER_BYTES,
      batchBytes: BATCH_BYTES,
      ...producerOverrides(spec.connectorConfig),
    });
  }

  get unacknowledged(): number {
    return this.#submitted.unacknowledged;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  async deliver(records: readonly SourceRecord[]): Promise<void> {
    const { pipeline, topics, offsetKeys } = this.#options;
    let into: SourceStretch | null = null;
    for (const record of records) {
      checkRecord(record);
      const { sourcePartition } = record;
      // Most sources give one object for all records of a partition, and making its key is dear.
      if (into?.partition !== sourcePartition)
        into = this.#stretch(offsetKeys.of(sourcePartition), sourcePartition);
      const outgoing = pipeline.outgoing(record);
      const made = isLater(outgoing) ? await outgoing : outgoing;
      const making = missingTopics(topics, made);
      if (making) await making;
      const full = this.#send(record, into, made);
      if (full) await full;
      if (this.#failed) break;
    }
  }

  commitIfDue(intervalMs: number): void {
    const nowMs = performance.now();
    if (this.#committing || nowMs - this.#committedAtMs < intervalMs) return;
    this.#committedAtMs = nowMs;
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
    await this.#producer.flush();
    await this.#commit();
  }

  abandon(): Promise<void> {
    return this.#commit();
  }

  close(timeoutMs: number): Promise<void> {
    return this.#producer.close(timeoutMs);
  }

  /**
   * Produces what became of a record. Its offset counts when all of that is acknowledged; of a record that became nothing, at once.
   * Answers what to wait for where the producer's buffer is full.
   */
  #send(record: SourceRecord, into: SourceStretch, made: Made<ProducerRecord>): Promise<void> | null {
    const { sourceOffset } = record;
    const only = onlyOf(made);
    // Where a record may be passed over, it must still be there when the brokers refuse it.
    const room =
      only && !this.#tolerant
        ? this.#producer.produce(
            only,
            into.delivered,
            this.#submitted.submit(into, sourceOffset, sizeOf(only)),
          )
        : this.#sendAll(listOf(made), into, record);
    return room ? null : this.#producer.ready();
  }

  /** None, several, or one that is kept at hand. */
  #sendAll(outgoing: readonly ProducerRecord[], into: SourceStretch, record: SourceRecord): boolean {
    const submitted = this.#submitted.submit(into, record.sourceOffset);
    let left = outgoing.length;
    if (left === 0) this.#submitted.acknowledge(into.key, submitted);
    const done = () => {
      left--;
      if (left === 0) this.#submitted.acknowledge(into.key, submitted);
    };
    let room = true;
    for (const one of outgoing) {
      const bytes = sizeOf(one);
      room = this.#producer.produce(one, (error, metadata) => {
        if (metadata === null) {
          this.#passOver(one, record, error, done);
          return;
        }
        done();
        this.#options.counters.passed(metadata.topic, bytes, metadata.timestamp);
      });
    }
    return room;
  }

  /** What the brokers will never take, as a record that is too large (KIP-779), has its dead letter written before it is `done` with. */
  #passOver(one: ProducerRecord, record: SourceRecord, error: unknown, done: () => void): void {
    const { counters, logger, pipeline } = this.#options;
    counters.failed('produce');
    try {
      const letter = pipeline.tolerance.pass(refusedByBrokers(error), failedRecord(one, record));
      if (letter === null) {
        done();
        return;
      }
      this.#producer.produce(letter, (refusal, metadata) => {
        if (metadata === null) {
          counters.deadLetterFailed();
          // What its own topic does not take, that of the dead letters may not either.
          if (toMillraceError(refusal, NOT_PRODUCED).class !== 'poison') {
            this.#fail(refusal, 'produce');
            return;
          }
          logger.error(
            { topic: letter.topic, err: refusal },
            'a dead letter was refused, and is kept nowhere',
          );
        }
        done();
      });
    } catch (failure) {
      this.#fail(failure, 'produce');
    }
  }

  /** Of the records in flight themselves nothing lives on: the producer knows them by their numbers. */
  #stretch(key: string, partition: SourcePartition): SourceStretch {
    return {
      key,
      partition,
      delivered: (error, metadata, submitted) => {
        if (metadata === null) {
          this.#fail(error, 'produce');
          return;
        }
        const bytes = this.#submitted.acknowledge(key, submitted) ?? 0;
        this.#options.counters.passed(metadata.topic, bytes, metadata.timestamp);
      },
    };
  }

  /** Writes the offsets of the acknowledged prefix, waits until they are durable, and tells of them. */
  async #commit(): Promise<void> {
    // Invariant 6: only what is acknowledged, with all before it.
    const committable = this.#submitted.takeCommittable();
    if (committable.size === 0) return;
    const startedAtMs = performance.now();
    await this.#store(committable);
    this.#options.counters.committed(performance.now() - startedAtMs, 'stored');
    // Invariant 7: the send above has put them into the offset topic.
    await this.#options.onDurable([...committable.values()]);
  }

  async #store(offsets: ReadonlyMap<string, DurableOffset>): Promise<void> {
    const topic = this.#offsetTopic;
    const entries = [...offsets].map(([key, { offset }]) => ({ key, offset }));
    if (topic === null) {
      const { storeOffsets } = this.#options;
      await storeOffsets(entries.map(({ key, offset }) => ({ key, value: JSON.stringify(offset) })));
    } else await this.#producer.send(entries.map(({ key, offset }) => offsetRecord(topic, key, offset)));
  }

  #fail(error: unknown, stage: string): void {
    this.#failed = true;
    this.#options.onFailure(error, stage);
  }
}

const NOT_PRODUCED = { code: 'RECORD_NOT_PRODUCED', class: 'bug' } as const;

function refusedByBrokers(error: unknown): StepError {
  const step = { stage: 'produce', connectStage: 'KAFKA_PRODUCE', className: 'Producer' } as const;
  return new StepError(step, toMillraceError(error, NOT_PRODUCED));
}

function failedRecord(
  { topic, partition = null, key, value, headers = [], timestamp = null }: ProducerRecord,
  { sourcePartition, sourceOffset }: SourceRecord,
): FailedRecord {
  const source = { partition: sourcePartition, offset: sourceOffset };
  return { topic, partition, key, value, headers, timestamp, source };
}
