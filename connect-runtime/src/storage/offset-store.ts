import type { ConsumerRecord } from '@millrace/client';
import type { JsonObject } from '@millrace/foundation';
import { offsetKey, parseOffsetKey } from '../core/offsets/offset-key.ts';
import { readJson } from './json-record.ts';
import { TopicLog, type TopicLogOptions } from './topic-log.ts';

/** Source offsets of all connectors, from `offset.storage.topic`. Tasks write there; the worker only reads for them. */
export class OffsetStore {
  readonly #log: TopicLog;
  readonly #offsets = new Map<string, Stored>();

  constructor(options: Omit<TopicLogOptions, 'onRecord'>) {
    this.#log = new TopicLog({
      ...options,
      onRecord: (record) => this.#replay(record),
    });
  }

  start(): Promise<void> {
    return this.#log.start();
  }

  /** Why the topic cannot be read at present; null where it can. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  /** The newest offset of each partition, null where there is none; reads the topic to its end first. */
  async offsets(
    connector: string,
    partitions: readonly JsonObject[],
  ): Promise<readonly (JsonObject | null)[]> {
    await this.#log.readToEnd();
    return partitions.map((partition) => this.#offsets.get(offsetKey(connector, partition))?.offset ?? null);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #replay(record: ConsumerRecord): void {
    const parsed = parseOffsetKey(record.key?.toString('utf8') ?? '');
    if (!parsed) return;
    const key = offsetKey(parsed.connector, parsed.partition);
    const { partition, timestamp } = record;
    const before = this.#offsets.get(key);
    // Another worker may have written the same source partition with its fields in another order, so under another key.
    if (before && before.partition !== partition && before.timestamp > timestamp) return;
    const value = readJson(record.value);
    const offset =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
    if (offset) this.#offsets.set(key, { offset, partition, timestamp });
    else this.#offsets.delete(key);
  }
}

interface Stored {
  readonly offset: JsonObject;
  /** Where and when it was written. */
  readonly partition: number;
  readonly timestamp: number;
}
