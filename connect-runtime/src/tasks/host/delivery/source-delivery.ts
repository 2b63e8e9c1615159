import type { ProducerRecord } from '@millrace/client';
import { type Logger, MillraceError } from '@millrace/foundation';
import type { DurableOffset, SourceRecord, TransactionContext } from '@millrace/sdk';
import type { TaskSpec } from '../../host-protocol.ts';
import type { Made, RecordPipeline } from '../pipeline/record-pipeline.ts';
import type { TaskCounters } from '../task-counters.ts';
import type { StoredEntry } from '../task-runner.ts';
import type { TopicCreation } from '../topic-creation.ts';
import type { OffsetKeys } from './offset-keys.ts';

/** What a delivery needs of the task around it. */
export interface SourceDeliveryOptions {
  readonly spec: TaskSpec;
  readonly logger: Logger;
  readonly counters: TaskCounters;
  readonly pipeline: RecordPipeline;
  /** Makes missing topics; null where that is left to the broker. */
  readonly topics: TopicCreation | null;
  readonly offsetKeys: OffsetKeys;
  /** Stores offsets where the worker has no topic for them. */
  readonly storeOffsets: (offsets: readonly StoredEntry[]) => Promise<void>;
  /** Told of offsets when they are in the offset topic for good; must not throw. */
  readonly onDurable: (offsets: readonly DurableOffset[]) => Promise<void>;
  /** Told of the first failure of what nobody waits for, and of all others. */
  readonly onFailure: (error: unknown, stage: string) => void;
}

/** How a source's records and offsets get into the log, and what it promises about them. One `deliver` at a time. */
export interface SourceDelivery {
  /** For the task's own say in where transactions end; null where it has none. */
  readonly transaction: TransactionContext | null;
  /** Records that were sent and have no answer yet. */
  readonly unacknowledged: number;
  /** Before the task reads its offsets. */
  open(): Promise<void>;
  /** Sends what one poll gave, in order; resolves when there is room for more. */
  deliver(records: readonly SourceRecord[]): Promise<void>;
  /**
   * Stores offsets where that is due; called often, also while a poll or a `deliver` is under way.
   * @param intervalMs how long what is to be stored may wait, where transactions don't say
   */
  commitIfDue(intervalMs: number): void;
  /** Resolves when a commit that `commitIfDue` began is over. */
  settled(): Promise<void>;
  /** The task stops: all that was delivered becomes durable with its offsets. */
  finish(): Promise<void>;
  /** The task has failed: keeps what may be kept. */
  abandon(): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

/** What became of a record, as a list. */
export function listOf(made: Made<ProducerRecord>): readonly ProducerRecord[] {
  if (made === null) return [];
  return Array.isArray(made) ? made : [made as ProducerRecord];
}

/** The one record that became of a record, as of most; null where none or several did. */
export function onlyOf(made: Made<ProducerRecord>): ProducerRecord | null {
  return Array.isArray(made) ? null : (made as ProducerRecord | null);
}

/** What to wait for until the topics of what became of a record are there; null where all are. */
export function missingTopics(
  topics: TopicCreation | null,
  made: Made<ProducerRecord>,
): Promise<unknown> | null {
  if (topics === null) return null;
  const only = onlyOf(made);
  if (only) return topics.ensure(only.topic);
  const making = listOf(made).flatMap(({ topic }) => topics.ensure(topic) ?? []);
  return making.length === 0 ? null : Promise.all(making);
}

/** Bytes of key and value. */
export function sizeOf(record: ProducerRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0);
}

/** An offset as the offset topic holds it. */
export function offsetRecord(topic: string, key: string, offset: DurableOffset['offset']): ProducerRecord {
  return { topic, key: Buffer.from(key, 'utf8'), value: Buffer.from(JSON.stringify(offset), 'utf8') };
}

/**
 * @throws {MillraceError} INVALID_SOURCE_RECORD: without its position a record can't be committed; and a plugin without types may
 *   give anything
 */
export function checkRecord(record: SourceRecord): void {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(record)) throw invalidRecord('something else than a record', 'Each is an object');
  if (typeof record.topic !== 'string' || record.topic === '')
    throw invalidRecord('a record without a topic', 'It is a text');
  if (!Array.isArray(record.headers))
    throw invalidRecord('a record whose headers are no list', 'It is empty where there are none');
  if (isObject(record.sourcePartition) && isObject(record.sourceOffset)) return;
  throw invalidRecord('a record without sourcePartition or sourceOffset', 'Both must be objects');
}

function invalidRecord(what: string, right: string): MillraceError {
  return new MillraceError(`The source gave ${what}.`, {
    code: 'INVALID_SOURCE_RECORD',
    class: 'bug',
    hint: `${right}; report this to the connector's author.`,
  });
}
