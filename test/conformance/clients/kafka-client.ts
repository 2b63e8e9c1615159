export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
export const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export interface SentRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReceivedRecord extends SentRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
}

/** A consumer of a group, as seen from outside. */
export interface GroupMember {
  /** The partitions that it owns now, in order. */
  assignment(): readonly number[];
  /** The values that it has seen, repeats included. */
  seen(): readonly string[];
  /** Leaves the group, with its offsets committed. */
  leave(): Promise<void>;
  /** Goes without a word; absent where the client lives in this process. */
  kill?(): Promise<void>;
  /** Stands still until `resume`, and does not know it; absent where the client lives in this process. */
  pause?(): void;
  resume?(): void;
}

/** Kafka's `group.protocol`. */
export type GroupProtocol = 'classic' | 'consumer';

/** What the tests want of a client that was written by others. */
export interface KafkaClient {
  readonly name: string;
  /** Why it cannot run here, said once; undefined where it can. */
  unavailable(): string | undefined;
  /** In order, as an idempotent producer, acknowledged by all. */
  produce(address: string, topic: string, codec: Codec, records: readonly SentRecord[]): Promise<void>;
  /** So many records from the beginning of all partitions. */
  consume(address: string, topic: string, count: number): Promise<readonly ReceivedRecord[]>;
  join(
    address: string,
    groupId: string,
    topic: string,
    /** The classic one where it is not said; not every client has both. */
    protocol?: GroupProtocol,
  ): Promise<GroupMember>;
}

/** The session timeout of members, ms: the shortest that brokers allow by default. */
export const SESSION_TIMEOUT_MS = 6000;
/** How long a client may take for what it was asked, ms. */
export const CLIENT_TIMEOUT_MS = 60_000;
