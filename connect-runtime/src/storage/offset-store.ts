import type { ConsumerRecord } from '@millrace/client';
import type { JsonObject } from '@millrace/foundation';
import { type KeyedOffset, offsetKey, parseOffsetKey } from '../core/offsets/offset-key.ts';
import { jsonBytes, readJson } from './json-record.ts';
import type { LogEntry, OpenLog, RecordLog } from './record-log.ts';

/** A position that the topic holds. */
export interface StoredOffset {
  readonly partition: JsonObject;
  readonly offset: JsonObject;
}

/** A position to be stored; null takes it away. */
export interface WantedOffset {
  readonly partition: JsonObject;
  readonly offset: JsonObject | null;
}

/** Source offsets of all connectors, from `offset.storage.topic`. Tasks write there; the worker writes where somebody alters them. */
export class OffsetStore {
  readonly #log: RecordLog;
  /** By the key with the partition's fields sorted. */
  readonly #offsets = new Map<string, Entry>();

  constructor(open: OpenLog) {
    this.#log = open((record) => this.#replay(record));
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
  ): Promise<readonly (KeyedOffset | null)[]> {
    await this.#log.readToEnd();
    return partitions.map((partition) => {
      const entry = this.#offsets.get(offsetKey(connector, partition));
      return entry ? { key: entry.key, offset: entry.offset } : null;
    });
  }

  /** Every position of a connector, sorted by its partition; reads the topic to its end first. */
  async all(connector: string): Promise<readonly StoredOffset[]> {
    await this.#log.readToEnd();
    return [...this.#offsets]
      .filter(([, entry]) => entry.connector === connector)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { sourcePartition, offset }]) => ({ partition: sourcePartition, offset }));
  }

  /**
   * Stores positions, and resolves when they are read back. Of two for the same partition the later one counts. A position goes
   * under the key that it was found under, whatever the order of its fields: a Java worker looks for it there.
   */
  async put(connector: string, wanted: readonly WantedOffset[]): Promise<void> {
    await this.#log.readToEnd();
    const newest = new Map(wanted.map((each) => [offsetKey(connector, each.partition), each]));
    await this.#log.writeAll(
      [...newest].map(([normal, { offset }]) => ({
        key: Buffer.from(this.#offsets.get(normal)?.key ?? normal, 'utf8'),
        value: jsonBytes(offset),
      })),
    );
    await this.#log.readToEnd();
  }

  /** Records as tasks make them. */
  write(entries: readonly LogEntry[]): Promise<void> {
    return this.#log.writeAll(entries);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #replay(record: ConsumerRecord): void {
    const text = record.key?.toString('utf8') ?? '';
    const parsed = parseOffsetKey(text);
    if (!parsed) return;
    const key = offsetKey(parsed.connector, parsed.partition);
    const { partition, timestamp } = record;
    const before = this.#offsets.get(key);
    // Another worker may have written the same source partition with its fields in another order, so under another key.
    if (before && before.partition !== partition && before.timestamp > timestamp) return;
    const value = readJson(record.value);
    const offset =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
    if (!offset) this.#offsets.delete(key);
    else {
      const { connector, partition: sourcePartition } = parsed;
      this.#offsets.set(key, { connector, sourcePartition, key: text, offset, partition, timestamp });
    }
  }
}

interface Entry {
  readonly connector: string;
  readonly sourcePartition: JsonObject;
  /** As it stands in the topic. */
  readonly key: string;
  readonly offset: JsonObject;
  /** Where and when it was written. */
  readonly partition: number;
  readonly timestamp: number;
}
