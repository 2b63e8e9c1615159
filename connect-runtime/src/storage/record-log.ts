import type { ConsumerRecord } from '@millrace/client';

/** One record to be written; a null value takes away what is under its key. */
export interface LogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/**
 * Where a store keeps its records, the newest of each key: a compacted topic that a group of workers shares, or what a standalone
 * worker has of its own.
 */
export interface RecordLog {
  /** Why it cannot be read or written at present; null where it can, as far as is known. */
  readonly failure: Error | null;
  /** Hands over everything that it holds. */
  start(): Promise<void>;
  /** Resolves when every record that was in it at the time of the call has been handed over. */
  readToEnd(): Promise<void>;
  /** Resolves when the record is kept for good. */
  write(key: string, value: Buffer | null): Promise<void>;
  writeAll(entries: readonly LogEntry[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a log; its records are handed over in their order. The callback must not throw. */
export type OpenLog = (onRecord: (record: ConsumerRecord) => void) => RecordLog;

/**
 * Opens the log of that name, made with as many partitions and replicas where it is a topic that is missing. `in one order`: what stands
 * under different keys belongs together, so that a topic which is there may have no more than one partition.
 */
export type OpenNamedLog = (
  topic: string,
  partitions: number,
  replicationFactor: number,
  records?: 'in one order',
) => OpenLog;
