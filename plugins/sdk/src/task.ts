import type { ConfigDef, ConfigOf, Logger } from '@millrace/foundation';
import type { Progress } from './offsets.ts';
import type { SinkRecord, SourceOffset, SourcePartition, SourceRecord } from './record.ts';

/** What the runtime lends to every task. */
export interface TaskContext<D extends ConfigDef> {
  readonly connector: string;
  readonly task: number;
  readonly config: ConfigOf<D>;
  /** What `taskConfigs` gave to this task. */
  readonly taskConfig: TaskConfig;
  readonly logger: Logger;
  /** Aborted when the task is to stop; long waits listen to it. */
  readonly signal: AbortSignal;
  /** Says how far long work is; null when it is done. As often as it likes: the runtime passes on the newest. */
  progress(progress: Progress | null): void;
  /**
   * Says a figure of its own, such as bytes that a slot holds back: the newest of each name is on `/metrics`. Null takes it back. Names
   * in small letters with underscores, the unit last; beyond 20 of them none is taken.
   */
  figure(name: string, value: number | null): void;
  /**
   * Says in a sentence what is wrong, or will be soon, while the task goes on, such as a table that is gone: the newest of each name stands in
   * the connector's status, until null takes it back. Without values of records and secrets; beyond 20 names none is taken.
   */
  notice(name: string, text: string | null): void;
}

export interface SourceTaskContext<D extends ConfigDef> extends TaskContext<D> {
  /** The last durable offset of a source partition, or null where nothing was stored. */
  offset(partition: SourcePartition): Promise<SourceOffset | null>;
  /** Where transactions end, with `transaction.boundary=connector`; null otherwise (KIP-618). */
  readonly transaction: TransactionContext | null;
}

/** A task's say in where its transactions end. What is asked for holds for the batch that `poll` gives next. */
export interface TransactionContext {
  /** Ends the transaction behind the next batch, or behind that record of it. */
  commit(record?: SourceRecord): void;
  /** Drops the transaction with everything in it up to the end of the next batch, or up to that record, and goes on behind it. */
  abort(record?: SourceRecord): void;
}

export interface SinkTaskContext<D extends ConfigDef> extends TaskContext<D> {
  /**
   * Hands one record of the batch under way to the connector's dead letters, and goes on (KIP-610). For sinks that learn of single
   * records' fates from their target: others simply throw, and the runtime finds the culprit.
   * @throws the error itself where the connector tolerates none (`errors.tolerance=none`)
   */
  reject(record: SinkRecord, error: unknown): void;
}

/** One task's share of a connector's work, as the config topic stores it. */
export type TaskConfig = { readonly [key: string]: string };

/** An offset that is in the offset topic for good. */
export interface DurableOffset {
  readonly partition: SourcePartition;
  readonly offset: SourceOffset;
}

/**
 * Reads. The runtime calls `start` once, then `poll` in turn, never two at a time; `commit` may come while a `poll` is
 * under way; `stop` once, at the end, also after a failed `start`. An error of class `transient` restarts the task with
 * backoff; any other one fails it.
 */
export interface SourceTask {
  /**
   * How often its offsets are to be stored at least, ms, where the worker's `offset.flush.interval.ms` is longer: for sources that hold
   * something upstream until `commit`, such as a job or a lock. Left out, or null: as the worker says.
   */
  readonly commitIntervalMs?: number | null;
  start(): Promise<void>;
  /** The next records in order. Waits for data as long as it likes, until the signal is aborted; may resolve empty. */
  poll(): Promise<readonly SourceRecord[]>;
  /**
   * Called after these offsets, at most one for each partition, are durable in the offset topic: what they cover may
   * be forgotten upstream. A failure is logged and the next call makes up for it.
   */
  commit?(offsets: readonly DurableOffset[]): Promise<void>;
  stop(): Promise<void>;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition that a sink task is given. */
export interface OpenedPartition extends TopicPartition {
  /**
   * The id of its topic (KIP-516), in Kafka's text form; null where the brokers know of none. A topic that was deleted and made anew under
   * its name has another one: what a sink keeps of the old one, such as offsets, is not about it.
   */
  readonly topicId: string | null;
}

/**
 * Writes. The runtime calls `start`, then `write` in turn, never two at a time; `stop` once.
 *
 * The contract of `write`: it resolves when the whole batch is durable in the target, and a batch that failed can be
 * written again without harm, also in parts. The runtime commits consumer offsets only for what `write` resolved.
 *
 * What to throw: class transient or throttled for what can work later, and the same batch comes again, also to this very task where errors are
 * retried in place (`errors.retry.timeout`), so that a connection that was lost is to be made anew; class poison where records are
 * at fault, and the runtime finds out which; class auth, config or bug where a person must act. A plain error counts as poison where the
 * connector tolerates errors, else as a bug; one of the network (`ECONNREFUSED` and so on) as transient.
 */
export interface SinkTask {
  start(): Promise<void>;
  /**
   * Partitions given to and taken from this task by the consumer group, for sinks that keep state by partition. Those of a topic that was
   * made anew meanwhile are taken, and given again.
   */
  opened?(partitions: readonly OpenedPartition[]): Promise<void>;
  closed?(partitions: readonly TopicPartition[]): Promise<void>;
  /** Records in order within each partition. Never empty. */
  write(batch: readonly SinkRecord[]): Promise<void>;
  stop(): Promise<void>;
}
