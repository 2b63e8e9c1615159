import type { JsonObject } from '@millrace/sdk';
import type { StreamEntry } from './client/stream-entry.ts';

/** How a task reads its streams. */
export interface StreamReader {
  start(): Promise<void>;
  /** The next entries, in order; waits for some for a while, and may give none. */
  read(count: number): Promise<readonly StreamEntry[]>;
  /** The offset behind an entry that was read. */
  offsetOf(entry: StreamEntry): JsonObject;
  /** All entries of a stream up to this one are durable. */
  acknowledge(stream: string, id: string): Promise<void>;
  /** Entries that were read and are not acknowledged. */
  readonly pending: number;
}
