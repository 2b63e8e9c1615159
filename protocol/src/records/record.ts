/** A record header. Keys may repeat and are never null; their order is kept. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What goes into a batch. `timestamp` in milliseconds. */
export interface RecordInit {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[];
  readonly timestamp: number;
}

/** What comes out. `key`, `value` and header values are views of the batch (or of its decompressed bytes). */
export interface DecodedRecord {
  readonly offset: number;
  /** Milliseconds; under LogAppendTime the broker's. -1 where there is none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}
