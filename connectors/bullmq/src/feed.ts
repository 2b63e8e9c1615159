import type { Header, JsonObject } from '@millrace/sdk';

/** What becomes a record, without its place. */
export interface FeedItem {
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: readonly Header[];
  /** Milliseconds since the epoch. */
  readonly timestamp: number | null;
  readonly offset: JsonObject;
}

/** How a task reads its queue. */
export interface Feed {
  start(): Promise<void>;
  /** The next items, in order; waits for some for a while, and may give none. */
  read(count: number): Promise<readonly FeedItem[]>;
  /** All items up to the one with this offset are durable. */
  durable(offset: JsonObject): Promise<void>;
  /** Items that were read and are not done with at the server. */
  readonly pending: number;
  /** Ends what the feed itself has opened or begun. */
  stop(): Promise<void>;
}
