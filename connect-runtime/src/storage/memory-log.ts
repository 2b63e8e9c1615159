import type { ConsumerRecord } from '@millrace/client';
import type { LogEntry, RecordLog } from './record-log.ts';

/** A log that is gone with its worker: what a standalone worker keeps configs and statuses in. */
export class MemoryLog implements RecordLog {
  readonly failure = null;
  readonly #topic: string;
  readonly #onRecord: (record: ConsumerRecord) => void;
  #offset = 0;

  constructor(topic: string, onRecord: (record: ConsumerRecord) => void) {
    this.#topic = topic;
    this.#onRecord = onRecord;
  }

  async start(): Promise<void> {
    // It is empty.
  }

  async readToEnd(): Promise<void> {
    // Each record was handed over when it was written.
  }

  write(key: string, value: Buffer | null): Promise<void> {
    return this.writeAll([{ key: Buffer.from(key, 'utf8'), value }]);
  }

  async writeAll(entries: readonly LogEntry[]): Promise<void> {
    for (const { key, value } of entries) {
      const offset = this.#offset++;
      const timestamp = Date.now();
      this.#onRecord({ topic: this.#topic, partition: 0, offset, timestamp, key, value, headers: [] });
    }
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}
