export interface Load {
  readonly bootstrap: string;
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
}

/** Microseconds from a send to the record in hand, one at a time. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** A JavaScript client with its defaults, as its documentation shows it. */
export interface LoadClient {
  /** Resolves when all are acknowledged by all replicas. */
  produce(load: Load): Promise<void>;
  /** As a new group, from the beginning. */
  consume(load: Load): Promise<void>;
  latency?(load: Load): Promise<LatencyFigures>;
}

/** How many messages go into one `send` of clients that take them in lists. */
const SEND_RECORDS = 1000;
/** How many such sends are under way at once. */
const SENDS_AT_ONCE = 5;

/** Keeps {@link SENDS_AT_ONCE} sends of {@link SEND_RECORDS} records under way until all are done. */
export async function sendAll({ records }: Load, send: (count: number) => Promise<unknown>): Promise<void> {
  let left = records;
  const lane = async () => {
    while (left > 0) {
      const count = Math.min(SEND_RECORDS, left);
      left -= count;
      await send(count);
    }
  };
  await Promise.all(Array.from({ length: SENDS_AT_ONCE }, lane));
}
