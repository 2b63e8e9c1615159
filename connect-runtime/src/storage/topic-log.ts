import type { Admin, Consumer, ConsumerRecord, Producer, TopicPartition } from '@millrace/client';
import { isMillraceError, type Logger, MillraceError } from '@millrace/foundation';
import type { LogEntry, RecordLog } from './record-log.ts';

export interface TopicLogOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Whether records must come in one order: then a topic that is there may have one partition only. */
  readonly isInOneOrder: boolean;
  readonly admin: Admin;
  readonly producer: Producer;
  /** A consumer of this log's own, without a group, that begins at the earliest offset. */
  readonly consumer: Consumer;
  readonly logger: Logger;
  /** Called for each record, in the order of its partition. Must not throw. */
  readonly onRecord: (record: ConsumerRecord) => void;
}

/** How long one poll waits for records, ms; while somebody waits for the end of the topic, which may hold no record, it is looked often. */
const POLL_MS = 5_000;
const WAITING_POLL_MS = 20;
/** Wait before the next try after a failed poll, ms: doubles with each one, up to the longest. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 10_000;
/** A failure that lasts is told of again this often, ms. */
const REPEATED_WARNING_MS = 60_000;
/** How long a failed write counts as what {@link TopicLog.failure} tells, ms, where nothing was written since. Longer than a write may take. */
const WRITE_FAILURE_MS = 300_000;
/** How long it may take to read what was written since the last poll, ms, and to read the whole topic at the start. */
const READ_TIMEOUT_MS = 30_000;
const START_TIMEOUT_MS = 600_000;

/**
 * A compacted topic as shared memory: reads it whole at the start, follows it from then on, and can wait until everything
 * that was written up to now has been read.
 */
export class TopicLog implements RecordLog {
  readonly #options: TopicLogOptions;
  #partitions: readonly TopicPartition[] = [];
  readonly #next = new Map<number, number>();
  #waiters: Waiter[] = [];
  #running: Promise<void> | null = null;
  #closed = false;
  #endPause: () => void = () => undefined;
  #readFailure: Error | null = null;
  #writeFailure: { readonly error: Error; readonly atMs: number } | null = null;

  constructor(options: TopicLogOptions) {
    this.#options = options;
  }

  /** Why this topic cannot be read or written at present; null where it can, as far as is known. */
  get failure(): Error | null {
    if (this.#readFailure !== null) return this.#readFailure;
    const write = this.#writeFailure;
    return write !== null && performance.now() - write.atMs < WRITE_FAILURE_MS ? write.error : null;
  }

  /**
   * Creates the topic where it is missing, and reads it to its end.
   * @throws {MillraceError} INVALID_REPLICATION_FACTOR (class config), STORAGE_TOPIC_NOT_COMPACTED (class config),
   *   STORAGE_TOPIC_PARTITIONED (class config), STORAGE_TOPIC_UNREAD
   */
  async start(): Promise<void> {
    const { consumer, topic, isInOneOrder } = this.#options;
    await this.#ensureTopic();
    await this.#checkCompacted();
    const count = await this.#partitionCount();
    if (isInOneOrder && count > 1) throw partitioned(topic, count);
    this.#partitions = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    // All partitions at once: a fetch that leaves one out would hold up that one for as long as it waits at the broker.
    consumer.assign(this.#partitions);
    this.#running = this.#follow();
    await this.readToEnd(START_TIMEOUT_MS);
  }

  /**
   * Resolves when every record that was in the topic at the time of the call has been handed to `onRecord`.
   * @throws {MillraceError} STORAGE_TOPIC_UNREAD after `timeoutMs`, WORKER_STOPPING (class transient)
   */
  async readToEnd(timeoutMs: number = READ_TIMEOUT_MS): Promise<void> {
    const { admin, topic } = this.#options;
    const ends = await admin.listOffsets(this.#partitions, 'latest');
    const missing = new Map<number, number>();
    for (const [index, { partition }] of this.#partitions.entries()) {
      const end = ends[index] ?? 0;
      if (this.#position(partition) < end) missing.set(partition, end);
    }
    if (missing.size === 0) return;
    if (this.#closed) throw closedError(topic);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { missing, resolve, reject };
    this.#waiters.push(waiter);
    this.#options.consumer.wakeup();
    const timer = setTimeout(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      void this.#openTransaction(waiter).then((open) => reject(unreadError(topic, timeoutMs, open)));
    }, timeoutMs);
    await promise.finally(() => clearTimeout(timer));
  }

  /** Writes one record; resolves when it is acknowledged by all in-sync replicas. */
  async write(key: string, value: Buffer | null): Promise<void> {
    await this.writeAll([{ key: Buffer.from(key, 'utf8'), value }]);
  }

  async writeAll(records: readonly LogEntry[]): Promise<void> {
    const { producer, topic } = this.#options;
    try {
      await producer.send(records.map((record) => ({ topic, ...record })));
      this.#writeFailure = null;
    } catch (error) {
      // A record that is too large says nothing of the topic.
      if (!isSizeRefusal(error)) this.#writeFailure = { error: asError(error), atMs: performance.now() };
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#options.consumer.wakeup();
    this.#endPause();
    await this.#running;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError(this.#options.topic));
    await this.#options.consumer.close();
  }

  async #follow(): Promise<void> {
    const { consumer } = this.#options;
    let failures = 0;
    let warnAtMs = 0;
    while (!this.#closed) {
      try {
        const records = await consumer.poll(this.#waiters.length > 0 ? WAITING_POLL_MS : POLL_MS);
        failures = 0;
        this.#readFailure = null;
        for (const record of records) this.#handOver(record);
        this.#advance();
        this.#wake();
      } catch (error) {
        failures += 1;
        this.#readFailure = asError(error);
        if (failures === 1) warnAtMs = 0;
        if (!this.#closed && performance.now() >= warnAtMs) {
          warnAtMs = performance.now() + REPEATED_WARNING_MS;
          this.#warn(error, failures);
        }
        await this.#pause(Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(failures - 1, 10)));
      }
    }
  }

  #warn(error: unknown, failures: number): void {
    const { logger, topic } = this.#options;
    logger.warn({ topic, failures, err: error }, 'reading a storage topic failed; trying again');
  }

  /** Cut short by {@link close}. */
  #pause(waitMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #handOver(record: ConsumerRecord): void {
    try {
      this.#options.onRecord(record);
    } catch (error) {
      const { topic, partition, offset } = record;
      // The records behind it must not be lost with it.
      this.#options.logger.error(
        { topic, partition, offset, err: error },
        'a record of a storage topic was passed over',
      );
    }
    this.#next.set(record.partition, record.offset + 1);
  }

  /**
   * Also behind the last record handed over: control records and compacted ones take offsets and come to nobody. Only after
   * what a poll gave was handed over, since the consumer's own position is ahead of it until then.
   */
  #advance(): void {
    const { consumer, topic } = this.#options;
    for (const { partition } of this.#partitions) {
      const position = consumer.position({ topic, partition }) ?? 0;
      if (position > this.#position(partition)) this.#next.set(partition, position);
    }
  }

  #position(partition: number): number {
    return this.#next.get(partition) ?? 0;
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter((waiter) => {
      for (const [partition, end] of waiter.missing) if (this.#position(partition) < end) return true;
      waiter.resolve();
      return false;
    });
  }

  /** What readers of committed records do not get past, in the first partition that has such; null where none is known of. */
  async #openTransaction({ missing }: Waiter): Promise<OpenTransaction | null> {
    const { admin, topic } = this.#options;
    for (const [partition, end] of missing) {
      const position = this.#position(partition);
      if (position >= end) continue;
      // Brokers without this API, and those that do not answer, have nothing to add.
      const producers = await admin.describeProducers({ topic, partition }).catch(() => []);
      const open = producers
        .flatMap(({ producerId, openSinceOffset }) =>
          openSinceOffset === null ? [] : [{ partition, producerId, sinceOffset: openSinceOffset }],
        )
        .sort((a, b) => a.sinceOffset - b.sinceOffset);
      if (open[0] !== undefined && open[0].sinceOffset <= position) return open[0];
    }
    return null;
  }

  async #partitionCount(): Promise<number> {
    const { admin, topic } = this.#options;
    const [description] = await admin.describeTopics([topic]);
    return description?.partitions.length ?? 0;
  }

  async #ensureTopic(): Promise<void> {
    const { admin, topic: name, partitions, replicationFactor } = this.#options;
    try {
      await admin.ensureTopics([
        { name, partitions, replicationFactor, configs: { 'cleanup.policy': 'compact' } },
      ]);
    } catch (error) {
      if (!isMillraceError(error) || error.code !== 'INVALID_REPLICATION_FACTOR') throw error;
      throw new MillraceError(error.message, {
        code: error.code,
        class: 'config',
        hint: `Make "${name}" yourself, or set the replication.factor of the worker's config, offset, status and secrets topics (such as secrets.storage.replication.factor) to as many brokers as there are; it was ${replicationFactor}.`,
        cause: error,
      });
    }
  }

  async #checkCompacted(): Promise<void> {
    const { admin, topic } = this.#options;
    const policy = (await admin.describeConfigs('topic', topic)).get('cleanup.policy')?.value ?? '';
    if (policy.split(',').every((word) => word.trim() === 'compact')) return;
    throw new MillraceError(
      `Topic "${topic}" has cleanup.policy=${policy}, so what workers store there would expire.`,
      {
        code: 'STORAGE_TOPIC_NOT_COMPACTED',
        class: 'config',
        path: 'cleanup.policy',
        hint: `Set cleanup.policy=compact on "${topic}", or name another topic in the worker's config.`,
      },
    );
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isSizeRefusal(error: unknown): boolean {
  return (
    isMillraceError(error) && (error.code === 'MESSAGE_TOO_LARGE' || error.code === 'RECORD_LIST_TOO_LARGE')
  );
}

interface Waiter {
  readonly missing: ReadonlyMap<number, number>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface OpenTransaction {
  readonly partition: number;
  readonly producerId: number;
  readonly sinceOffset: number;
}

function unreadError(topic: string, timeoutMs: number, open: OpenTransaction | null): MillraceError {
  const unread = `"${topic}" could not be read to its end within ${timeoutMs} ms`;
  const kind = { code: 'STORAGE_TOPIC_UNREAD', class: 'transient' } as const;
  if (open === null) {
    const hint = 'Check that the brokers answer; the log of the worker says what failed.';
    return new MillraceError(`${unread}.`, { ...kind, hint });
  }
  const { partition, producerId, sinceOffset } = open;
  return new MillraceError(
    `${unread}: a transaction of producer ${producerId} is open in partition ${partition} since offset ${sinceOffset}.`,
    {
      ...kind,
      hint: `It ends by itself when it is committed or times out. Where its coordinator has lost it, which "kafka-transactions.sh find-hanging" tells, abort it: kafka-transactions.sh --bootstrap-server HOST:PORT abort --topic ${topic} --partition ${partition} --start-offset ${sinceOffset}`,
    },
  );
}

/** As Kafka Connect refuses it. */
function partitioned(topic: string, count: number): MillraceError {
  return new MillraceError(
    `Topic "${topic}" has ${count} partitions, and what workers store there must stay in one order.`,
    {
      code: 'STORAGE_TOPIC_PARTITIONED',
      class: 'config',
      path: 'config.storage.topic',
      hint: `Name another topic in "config.storage.topic": one that is missing is made with one partition. Or, where nothing is stored yet, delete "${topic}".`,
    },
  );
}

function closedError(topic: string): MillraceError {
  return new MillraceError(`The worker is stopping; "${topic}" is no longer read.`, {
    code: 'WORKER_STOPPING',
    class: 'transient',
    hint: 'Ask another worker, or try again when this one is back.',
  });
}
