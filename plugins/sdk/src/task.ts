import type { ConfigDef, ConfigOf, Logger } from '@millrace/foundation';
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
}

export interface SourceTaskContext<D extends ConfigDef> extends TaskContext<D> {
  /** The last durable offset of a source partition, or null where nothing was stored. */
  offset(partition: SourcePartition): Promise<SourceOffset | null>;
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

/**
 * Writes. The runtime calls `start`, then `write` in turn, never two at a time; `stop` once.
 *
 * The contract of `write`: it resolves when the whole batch is durable in the target, and a batch that failed can be
 * written again without harm. The runtime commits consumer offsets only for what `write` resolved.
 */
export interface SinkTask {
  start(): Promise<void>;
  /** Partitions given to and taken from this task by the consumer group, for sinks that keep state by partition. */
  opened?(partitions: readonly TopicPartition[]): Promise<void>;
  closed?(partitions: readonly TopicPartition[]): Promise<void>;
  /** Records in order within each partition. Never empty. */
  write(batch: readonly SinkRecord[]): Promise<void>;
  stop(): Promise<void>;
}
