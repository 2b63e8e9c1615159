import type { Json, JsonObject } from '@millrace/foundation';
import { offsetKey, parseOffsetKey } from '../core/offsets/offset-key.ts';
import { readJson } from './json-record.ts';
import { TopicLog, type TopicLogOptions } from './topic-log.ts';

/** Source offsets of all connectors, from `offset.storage.topic`. Tasks write there; the worker only reads for them. */
export class OffsetStore {
  readonly #log: TopicLog;
  readonly #offsets = new Map<string, JsonObject>();

  constructor(options: Omit<TopicLogOptions, 'onRecord'>) {
    this.#log = new TopicLog({
      ...options,
      onRecord: (record) => this.#replay(record.key?.toString('utf8') ?? '', readJson(record.value)),
    });
  }

  start(): Promise<void> {
    return this.#log.start();
  }

  /** The newest offset of each partition, null where there is none; reads the topic to its end first. */
  async offsets(
    connector: string,
    partitions: readonly JsonObject[],
  ): Promise<readonly (JsonObject | null)[]> {
    await this.#log.readToEnd();
    return partitions.map((partition) => this.#offsets.get(offsetKey(connector, partition)) ?? null);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #replay(key: string, value: Json): void {
    const parsed = parseOffsetKey(key);
    if (!parsed) return;
    const name = offsetKey(parsed.connector, parsed.partition);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      this.#offsets.set(name, value as JsonObject);
    } else this.#offsets.delete(name);
  }
}
