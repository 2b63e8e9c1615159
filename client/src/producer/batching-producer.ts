import { MillraceError } from '@millrace/foundation';
import { kafkaError } from '@millrace/protocol';
import { recordSizeInBytes } from '@millrace/protocol/records';
import { Cluster } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/retry.ts';
import { withinMs } from '../cluster/within-ms.ts';
import type {
  Producer,
  ProducerOptions,
  ProducerRecord,
  RecordMetadata,
  TransactionalProducerOptions,
} from '../types.ts';
import { BatchMemory } from './batch-memory.ts';
import { BufferBudget } from './buffer-budget.ts';
import { call, type DeliveryCallback, type ProducerBatch } from './producer-batch.ts';
import { type ProducerConfig, producerConfig, RECORD_OVERHEAD_BYTES } from './producer-config.ts';
import { Sender } from './sender.ts';
import { type Parked, TopicQueues } from './topic-queues.ts';
import { TopicRefresh } from './topic-refresh.ts';
import { Transactions } from './transactions.ts';

export const CLOSE_TIMEOUT_MS = 30_000;
const monotonicMs = () => performance.now();

/** Sorts records into batches by partition; the sender takes them from there. */
export class BatchingProducer implements Producer {
  /** Null without a transactional id. */
  readonly transactions: Transactions | null;
  readonly #cluster: Cluster;
  readonly #config: ProducerConfig;
  readonly #budget: BufferBudget;
  readonly #memory: BatchMemory;
  readonly #sender: Sender;
  readonly #refresh: TopicRefresh;
  readonly #topics = new Map<string, TopicQueues>();
  readonly #flushes = new Set<{ readonly open: Set<ProducerBatch>; readonly done: () => void }>();
  #parkedChanged: (() => void)[] = [];
  /** Set by {@link close}: every later record fails with it. */
  #end: MillraceError | null = null;

  constructor(options: ProducerOptions | TransactionalProducerOptions) {
    this.#config = producerConfig(options);
    this.#cluster = new Cluster(options);
    this.#budget = new BufferBudget(this.#config.bufferBytes);
    this.#memory = new BatchMemory(this.#config.batchBytes);
    this.#refresh = new TopicRefresh(this.#cluster, (topics, error) => this.#refreshed(topics, error));
    this.transactions = this.#withTransactions();
    this.#sender = new Sender(this.#cluster, this.#config, this.transactions, {
      settled: (batch) => this.#settled(batch),
      replaced: (batch, by) => {
        for (const { open } of this.#flushes) if (open.delete(batch)) for (const part of by) open.add(part);
      },
      staleTopic: (topic) => this.#refresh.request(topic),
      failed: (error) => this.#fail(error),
    });
  }

  produce(record: ProducerRecord, callback?: DeliveryCallback, token = 0): boolean {
    const bytes = this.#sizeOf(record);
    const refusal = this.#refusal(record, bytes);
    if (refusal !== null) {
      if (callback) queueMicrotask(() => call(callback, refusal, null, token));
      return this.#budget.hasRoom;
    }
    const timestamp = record.timestamp ?? Date.now();
    const topic = this.#topicQueues(record.topic);
    const wasParking = topic.isParking;
    const placement = topic.place({ record, timestamp, callback, token }, bytes, monotonicMs);
    this.#budget.take(bytes);
    if (placement === null) {
      if (!wasParking) this.#refresh.request(topic.name);
    } else if (placement.outcome !== 'appended') {
      this.#sender.feed(placement.queue, monotonicMs() + this.#config.lingerMs);
      if (placement.outcome === 'filled' || this.#config.lingerMs === 0) this.#sender.wake();
    }
    return this.#budget.hasRoom;
  }

  ready(): Promise<void> {
    return this.#end === null ? this.#budget.room() : Promise.resolve();
  }

  async send(records: readonly ProducerRecord[]): Promise<readonly RecordMetadata[]> {
    const results: RecordMetadata[] = [];
    let open = records.length;
    let failure: Error | null = null;
    if (open === 0) return results;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const [index, record] of records.entries()) {
      const hasRoom = this.produce(record, (error, metadata) => {
        failure ??= error;
        if (metadata !== null) results[index] = metadata;
        open -= 1;
        if (open === 0) resolve();
      });
      if (!hasRoom) await this.ready();
    }
    await promise;
    if (failure !== null) throw failure;
    return results;
  }

  async flush(): Promise<void> {
    this.#sender.beginFlush();
    try {
      while ([...this.#topics.values()].some(({ isParking }) => isParking)) {
        await new Promise<void>((resolve) => this.#parkedChanged.push(resolve));
      }
      const open = new Set(
        [...this.#topics.values()].flatMap(({ queues }) => queues.flatMap((queue) => queue.outstanding())),
      );
      if (open.size === 0) return;
      this.#sender.wake();
      await new Promise<void>((done) => this.#flushes.add({ open, done }));
    } finally {
      this.#sender.endFlush();
    }
  }

  async partitionsFor(topic: string): Promise<number> {
    const [known] = await this.#cluster.topics([topic], { allowAutoTopicCreation: true });
    return known?.partitions.length ?? 0;
  }

  async close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    if (this.#cluster.closing.aborted) return;
    const closed = new MillraceError('the producer is closed', {
      code: 'PRODUCER_CLOSED',
      class: 'transient',
      hint: 'Records that were not acknowledged before it closed may not have been written.',
    });
    this.#end ??= closed;
    await withinMs(timeoutMs, this.flush());
    this.#sender.stop();
    this.#refresh.stop();
    await this.#cluster.close();
    this.#fail(closed);
  }

  /** What a record takes of the buffer: near enough for small ones, exact at least where a limit is in sight. */
  #sizeOf(record: ProducerRecord): number {
    const plain = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (record.headers === undefined) return plain + 16;
    return recordSizeInBytes(record);
  }

  #refusal(record: ProducerRecord, bytes: number): MillraceError | null {
    const refusal = this.#end ?? this.transactions?.refusal() ?? null;
    if (refusal !== null) return refusal;
    if (!isBytes(record.key) || !isBytes(record.value)) return notBytes(record.topic);
    const { maxRequestBytes, bufferBytes } = this.#config;
    if (bytes + RECORD_OVERHEAD_BYTES > maxRequestBytes) {
      const what = `a record of ${bytes} bytes for topic ${record.topic} does not fit into maxRequestBytes (${maxRequestBytes})`;
      return kafkaError('MESSAGE_TOO_LARGE', what).with({
        hint: "Raise it (in a connector: producer.override.max.request.size) and the topic's max.message.bytes, or make the record smaller.",
      });
    }
    if (!this.#budget.isExhausted(maxRequestBytes)) return null;
    return new MillraceError(`the producer's buffer of ${bufferBytes} bytes is full`, {
      code: 'BUFFER_EXHAUSTED',
      class: 'throttled',
      path: 'bufferBytes',
      hint: 'Wait for ready() when produce() answers false.',
    });
  }

  #topicQueues(name: string): TopicQueues {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const topic = new TopicQueues(name, this.#config, this.#memory, this.#cluster.config.random);
    this.#topics.set(name, topic);
    const cached = this.#cluster.cache.topic(name);
    if (cached) topic.unpark(cached);
    return topic;
  }

  #refreshed(topics: readonly string[], failure: MillraceError | null): void {
    const nowMs = performance.now();
    for (const name of topics) {
      const topic = this.#topics.get(name);
      if (topic === undefined) continue;
      const metadata = this.#cluster.cache.topic(name);
      if (metadata !== undefined) {
        const { fed, refused } = topic.unpark(metadata);
        for (const queue of fed) this.#sender.feed(queue, nowMs);
        for (const parked of refused) this.#refuse(parked, topic.noSuchPartition(parked.record.partition));
      } else if (topic.isParking) {
        const error = failure ?? this.#cluster.missingTopic(name);
        const limitMs = Math.min(this.#config.maxBlockMs, this.#config.deliveryTimeoutMs);
        const late = isRetriable(error) ? topic.takeParked(nowMs - limitMs) : topic.takeParked();
        for (const parked of late) this.#refuse(parked, error);
        if (topic.isParking) this.#refresh.request(name);
      }
    }
    this.#sender.wake();
    for (const resolve of this.#parkedChanged.splice(0)) resolve();
  }

  #refuse(parked: Parked, error: MillraceError): void {
    this.#budget.release(parked.bytes);
    call(parked.callback, error, null, parked.token);
  }

  #settled(batch: ProducerBatch): void {
    this.#budget.release(batch.reservedBytes);
    for (const flush of this.#flushes) {
      flush.open.delete(batch);
      if (flush.open.size > 0) continue;
      this.#flushes.delete(flush);
      flush.done();
    }
  }

  #withTransactions(): Transactions | null {
    const { transaction } = this.#config;
    if (transaction === null) return null;
    return new Transactions(this.#cluster, transaction, {
      flush: () => this.flush(),
      dropUnsent: (error) => this.#fail(error),
      restartSequences: () => {
        for (const { queues } of this.#topics.values()) for (const queue of queues) queue.restart();
      },
      wake: () => this.#sender.wake(),
    });
  }

  /** Everything that waits fails. What comes later is sent all the same: a refusal (rights, say) may be mended by then. */
  #fail(error: MillraceError): void {
    for (const topic of this.#topics.values()) {
      for (const parked of topic.takeParked()) this.#refuse(parked, error);
      for (const queue of topic.queues) {
        for (const batch of queue.drop()) {
          batch.fail(error);
          this.#settled(batch);
        }
      }
    }
    this.#budget.wakeAll();
    for (const resolve of this.#parkedChanged.splice(0)) resolve();
  }
}

/** Types say so already; whoever calls from JavaScript must hear of it too, instead of waiting for ever. */
function isBytes(field: unknown): boolean {
  return field === null || Buffer.isBuffer(field);
}

function notBytes(topic: string): MillraceError {
  return new MillraceError(
    `a record for topic ${topic} has a key or a value that is neither a Buffer nor null`,
    {
      code: 'RECORD_NOT_BYTES',
      class: 'bug',
      hint: 'Make bytes of it with Buffer.from(...); null stands for none.',
    },
  );
}
