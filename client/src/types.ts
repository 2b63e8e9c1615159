import type { Logger, MillraceError, Uuid } from '@millrace/foundation';

export type * from './admin-types.ts';

/** What every client takes; names and defaults are Kafka's, in camel case with the unit last. */
export interface ClientOptions {
  /** `host:port` of any brokers of the cluster. */
  readonly bootstrapServers: readonly string[];
  readonly clientId?: string;
  /** One request's time limit, ms. Default 30000. */
  readonly requestTimeoutMs?: number;
  /** First and longest wait between tries, ms, with jitter. Defaults 100 and 1000. */
  readonly retryBackoffMs?: number;
  readonly retryBackoffMaxMs?: number;
  readonly connectionTimeoutMs?: number;
  readonly logger?: Logger;
}

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export interface ProducerRecord {
  readonly topic: string;
  /** Left out or null: by murmur2 of the key as Kafka's clients do, sticky where there is no key. */
  readonly partition?: number | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[];
  /** Milliseconds since the epoch; left out or null: now. */
  readonly timestamp?: number | null;
}

export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  /** -1 with acks=0. */
  readonly offset: number;
  readonly timestamp: number;
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export interface ProducerOptions extends ClientOptions {
  /** Default -1 (all). Idempotent when -1. */
  readonly acks?: -1 | 0 | 1;
  readonly compression?: Compression;
  readonly lingerMs?: number;
  readonly batchBytes?: number;
  readonly maxRequestBytes?: number;
  /** Bound of everything that waits to be sent; `send` past it waits for room. Default 32 MiB. */
  readonly bufferBytes?: number;
  /** From `send` to success or failure, ms. Default 120000. */
  readonly deliveryTimeoutMs?: number;
  readonly maxInFlightRequests?: number;
  /** How long records wait for a topic that is not there yet, and a call of a transaction for its coordinator, ms. Default 60000. */
  readonly maxBlockMs?: number;
}

export interface TransactionalProducerOptions extends ProducerOptions {
  /** At most one producer at a time uses it: a new one fences the one before (Kafka's `transactional.id`). */
  readonly transactionalId: string;
  /** How long a transaction may be open before its coordinator aborts it, ms. Default 60000; the broker has a limit. */
  readonly transactionTimeoutMs?: number;
}

/** Batches records and sends them, in order within each partition. */
export interface Producer {
  /**
   * Takes a record. `callback` is called once, in order within a partition: with metadata when it is acknowledged, or with the
   * MillraceError that ended its tries. Cheaper than a promise for each record; and where thousands are under way, one callback for
   * all, told apart by `token`, is cheaper than a closure for each.
   * @returns false when the buffer is full: wait for `ready()` before the next one
   */
  produce(
    record: ProducerRecord,
    callback?: (error: Error | null, metadata: RecordMetadata | null, token: number) => void,
    token?: number,
  ): boolean;
  /** Resolves when there is room in the buffer. */
  ready(): Promise<void>;
  /** Sends records and resolves when all are acknowledged; rejects with the first failure. */
  send(records: readonly ProducerRecord[]): Promise<readonly RecordMetadata[]>;
  /** Resolves when everything taken so far is acknowledged or has failed. */
  flush(): Promise<void>;
  partitionsFor(topic: string): Promise<number>;
  /** Flushes within `timeoutMs` (default 30000), then closes. */
  close(timeoutMs?: number): Promise<void>;
}

/** As whom a transaction commits offsets of a group (KIP-447). Only the id: of a group without members. */
export interface ConsumerGroupMetadata {
  readonly groupId: string;
  readonly generationId?: number;
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
}

/**
 * A producer whose records appear to readers with `isolationLevel: 'read_committed'` together or not at all (KIP-98).
 *
 * The order: `initTransactions` once; then `beginTransaction`, records and offsets, `commitTransaction`. When any of it fails,
 * `abortTransaction`; when that fails for good too, the producer is over: close it, and make a new one where the error's class
 * allows it. Codes: PRODUCER_FENCED (class config: a newer producer has the id), TRANSACTION_TIMED_OUT (transient: open for
 * too long), TRANSACTION_OUTCOME_UNKNOWN (transient: call `commitTransaction` again, or begin anew), TRANSACTIONS_UNSUPPORTED
 * (config), INVALID_TRANSACTION_USE (bug), and what fails a record anywhere.
 */
export interface TransactionalProducer extends Producer {
  /** Takes the id over from its predecessor, whose open transaction is aborted. May be called again when it failed. */
  initTransactions(): Promise<void>;
  beginTransaction(): void;
  /** Offsets of the next records to read, which count once the transaction is committed. */
  sendOffsetsToTransaction(
    offsets: readonly OffsetAndMetadata[],
    group: ConsumerGroupMetadata,
  ): Promise<void>;
  /** Flushes; rejects when any record or offset of the transaction has failed. */
  commitTransaction(): Promise<void>;
  /** Fails what was not sent with TRANSACTION_ABORTED. */
  abortTransaction(): Promise<void>;
}

export interface ConsumerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface AssignedPartition extends TopicPartition {
  /** Of its topic (KIP-516); null where the broker has none, or it is not known yet: then it is assigned again as soon as it is. */
  readonly topicId: Uuid | null;
}

export interface OffsetAndMetadata extends TopicPartition {
  readonly offset: number;
  readonly leaderEpoch?: number;
  readonly metadata?: string;
}

export interface ConsumerOptions extends ClientOptions {
  /** Needed for `subscribe` and commits. */
  readonly groupId?: string;
  /**
   * Which protocol the group's members speak (Kafka's `group.protocol`). In `consumer` (KIP-848) the coordinator assigns, and
   * session timeout and heartbeat interval are the group's own configs. Default classic.
   */
  readonly groupProtocol?: 'classic' | 'consumer';
  /** The coordinator's assignor, in the consumer protocol: `uniform` or `range`. Left out: the group's others, or it, decide. */
  readonly groupRemoteAssignor?: string;
  /**
   * In the classic protocol, most wanted first; all members must share one. With cooperative-sticky alone a member keeps over a
   * rebalance what it has (KIP-429). Default range, roundrobin.
   */
  readonly partitionAssignmentStrategy?: readonly ('range' | 'roundrobin' | 'cooperative-sticky')[];
  /**
   * Where this consumer is, for brokers and assignors that look at racks: a broker with a `replica.selector.class` says which replica is
   * nearest, and it is read from (KIP-392).
   */
  readonly rackId?: string;
  readonly groupInstanceId?: string;
  /**
   * Whether `close` leaves the group, so that others take over at once. Default: true; with `groupInstanceId` false, as
   * in Kafka's clients, so that the member finds its place again after a restart.
   */
  readonly leaveOnClose?: boolean;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** How long members may take to give up what a rebalance moves, ms. Default: `maxPollIntervalMs`. */
  readonly rebalanceTimeoutMs?: number;
  /**
   * The longest time from one `poll` to the next as a member of a group, ms. A consumer that takes longer leaves the group, so that
   * others read on; its commits fail with MAX_POLL_INTERVAL_EXCEEDED, and its next `poll` tells `lost` and joins again. Default 300000;
   * Infinity: never.
   */
  readonly maxPollIntervalMs?: number;
  /**
   * Whether offsets are committed in the background: each `poll` says that what the ones before it returned is done with, and that is
   * committed every `autoCommitIntervalMs`, before partitions are revoked, and by `close`. Default, as Kafka's: true where
   * there is a `groupId`. Set it to false where you commit yourself, or in transactions.
   */
  readonly enableAutoCommit?: boolean;
  /** Default 5000. */
  readonly autoCommitIntervalMs?: number;
  readonly autoOffsetReset?: 'earliest' | 'latest' | 'none';
  readonly isolationLevel?: 'read_uncommitted' | 'read_committed';
  readonly fetchMinBytes?: number;
  readonly fetchMaxBytes?: number;
  readonly fetchMaxWaitMs?: number;
  readonly maxPartitionFetchBytes?: number;
  readonly maxPollRecords?: number;
}

/** Told inside `poll` and `close`, of what changes: partitions that stay are not named. */
export interface RebalanceListener {
  /** Before partitions go: the last chance to commit them. */
  revoked?(partitions: readonly TopicPartition[]): Promise<void>;
  /** Also of a topic that was deleted and made anew under an assignment: its partitions are lost first, and come without a position. */
  assigned?(partitions: readonly AssignedPartition[]): Promise<void>;
  /** Partitions are gone already, and others may read them: commits fail, or mean another topic. Left out: `revoked` is told. */
  lost?(partitions: readonly TopicPartition[]): Promise<void>;
}

/** Topics by a regular expression that the coordinator matches, in the syntax of RE2; needs `groupProtocol: 'consumer'`. */
export interface SubscriptionPattern {
  readonly pattern: string;
}

/** Reads, as a member of a group or by hand. Not to be used by two callers at once, but `wakeup` and `close`. */
export interface Consumer {
  subscribe(topics: readonly string[] | RegExp | SubscriptionPattern, listener?: RebalanceListener): void;
  assign(partitions: readonly TopicPartition[]): void;
  assignment(): readonly TopicPartition[];
  /**
   * Up to `maxPollRecords` records, or none after `timeoutMs`. Heartbeats go on by themselves between polls.
   * @throws {MillraceError} what no retry mends: GROUP_AUTHORIZATION_FAILED, NO_OFFSET_FOR_PARTITION, CORRUPT_MESSAGE, ...; and
   *   CONNECTION_REFUSED, which is retriable, where no broker was ever reached for `requestTimeoutMs`
   */
  poll(timeoutMs: number): Promise<readonly ConsumerRecord[]>;
  /** Ends a `poll` under way early, with what it has. */
  wakeup(): void;
  /** Offsets of the next records to read. Left out: everything that `poll` has returned. */
  commit(offsets?: readonly OffsetAndMetadata[]): Promise<void>;
  committed(partitions: readonly TopicPartition[]): Promise<readonly (OffsetAndMetadata | null)[]>;
  /** As whom it commits now, for a transaction that commits offsets for it. */
  groupMetadata(): ConsumerGroupMetadata;
  position(partition: TopicPartition): number | null;
  /** Records between the position and the end, as the last fetch knew it; null before one. Asks nobody. */
  currentLag(partition: TopicPartition): number | null;
  seek(partition: TopicPartition, offset: number): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<readonly number[]>;
  endOffsets(partitions: readonly TopicPartition[]): Promise<readonly number[]>;
  /**
   * Commits automatically where that is asked for, and leaves the group. It takes what `poll` has returned for done with: from a signal
   * handler call `wakeup`, end the loop, and close behind it.
   */
  close(): Promise<void>;
}

/** A record that the consumer has acquired: nobody else in the group gets it until its lock ends. */
export interface ShareRecord extends ConsumerRecord {
  /** How many times it was delivered, this time included. */
  readonly deliveryCount: number;
}

/**
 * `accept`: done with; `release`: for another delivery; `reject`: for none; `renew`: still at work, the lock begins anew and the
 * record stays held (KIP-1222).
 */
export type AcknowledgeType = 'accept' | 'release' | 'reject' | 'renew';

/** What became of a partition's acknowledgements. */
export interface AcknowledgementOutcome extends TopicPartition {
  readonly offsets: readonly number[];
  /**
   * Null: as was said. INVALID_RECORD_STATE: a lock had ended; SHARE_SESSION_NOT_FOUND: all had: the records are delivered again.
   * ACKNOWLEDGEMENT_OUTCOME_UNKNOWN, CONNECTION_LOST, REQUEST_TIMED_OUT_LOCALLY: nobody knows; they may be delivered again.
   */
  readonly error: MillraceError | null;
}

export interface ShareConsumerOptions extends ClientOptions {
  readonly groupId: string;
  /**
   * Implicit, the default: the next `poll` or `commit` accepts what the `poll` before gave and nothing was said of; a loop accepts
   * record by record, when it asks for the next one.
   */
  readonly acknowledgementMode?: 'implicit' | 'explicit';
  /**
   * `record_limit`: never more records than asked for, at the cost of smaller batches (KIP-1206). Default: batch_optimized for
   * `poll`; a loop asks by the record until it is quick enough for whole batches.
   */
  readonly acquireMode?: 'batch_optimized' | 'record_limit';
  readonly rackId?: string;
  /** Default 500. A loop asks for fewer: for what it works off in a second. */
  readonly maxPollRecords?: number;
  /** Nothing is fetched while so many records are held without a last word. Default 2000. */
  readonly maxHeldRecords?: number;
  /**
   * For so long the locks of a record that a loop works on are renewed, and of those that wait for it since it asked for one, ms. Then
   * they end, and the records go to others. Default 300000.
   */
  readonly maxPollIntervalMs?: number;
  readonly fetchMinBytes?: number;
  readonly fetchMaxBytes?: number;
  readonly fetchMaxWaitMs?: number;
  /** Told of every answer to acknowledgements, those that went along with a fetch too. */
  readonly acknowledged?: (outcomes: readonly AcknowledgementOutcome[]) => void;
}

/**
 * Reads as a member of a share group (KIP-932): partitions are shared, records are acquired one by one and acknowledged one by
 * one. Delivery is at least once. Not to be used by two callers at once, but `acknowledge`, `wakeup` and `close`.
 *
 * `for await` gives out record by record and renews their locks meanwhile (KIP-1222). In implicit mode a record is accepted when the loop
 * asks for the next one. A loop that is left, by `break` or by an error (an iterator can't tell which), gives back the record
 * that it has in hand, unless `acknowledge` was called for it, and what it has not seen.
 */
export interface ShareConsumer extends AsyncIterable<ShareRecord> {
  /** Once. Where the group begins to read is its own config, `share.auto.offset.reset`. */
  subscribe(topics: readonly string[]): void;
  assignment(): readonly TopicPartition[];
  /**
   * Up to `maxPollRecords` records, or none after `timeoutMs`. Passes acknowledgements on along with its fetch. Records whose lock
   * has ended while they waited here are not given out; locks of those that are must be kept by the caller, who works on them.
   * @throws {MillraceError} SHARE_GROUPS_UNSUPPORTED, GROUP_AUTHORIZATION_FAILED, CORRUPT_MESSAGE (its records are released), ...
   */
  poll(timeoutMs: number): Promise<readonly ShareRecord[]>;
  /**
   * Says what became of a record. It leaves with the next fetch or `commit`, or by itself within half a second.
   * @throws {MillraceError} INVALID_RECORD_STATE; UNSUPPORTED_VERSION where locks are not renewed
   */
  acknowledge(record: TopicPartition & { readonly offset: number }, type?: AcknowledgeType): void;
  /** Passes acknowledgements on, and resolves with what became of them. */
  commit(): Promise<readonly AcknowledgementOutcome[]>;
  /** How long the broker locks records for this consumer, ms; null before the first fetch. */
  readonly acquisitionLockTimeoutMs: number | null;
  wakeup(): void;
  /**
   * Ends iteration: waits up to `timeoutMs` (default 5000) for the record that a loop is working on, passes on what was acknowledged,
   * releases everything else, leaves the group. Inside a loop, `break` and close behind it.
   */
  close(timeoutMs?: number): Promise<void>;
}

export interface GroupMemberOptions extends ClientOptions {
  readonly groupId: string;
  /** `connect`, `consumer`, or any other word. */
  readonly protocolType: string;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly groupInstanceId?: string;
  /**
   * Whether `close` leaves the group, so that others take over at once. Default: true; with `groupInstanceId` false, as
   * in Kafka's clients, so that the member finds its place again after a restart.
   */
  readonly leaveOnClose?: boolean;
  readonly callbacks: GroupMemberCallbacks;
}

/** What a member decides. All are called one at a time, in the order of the protocol. */
export interface GroupMemberCallbacks {
  /** The protocols offered in the next JoinGroup, most wanted first. Called anew for each join. */
  protocols(): readonly { readonly name: string; readonly metadata: Buffer }[];
  /** The leader's part: assignments by member id. */
  assign(request: {
    readonly generationId: number;
    readonly leaderId: string;
    readonly protocol: string;
    readonly members: readonly {
      readonly memberId: string;
      readonly groupInstanceId: string | null;
      readonly metadata: Buffer;
    }[];
  }): Promise<ReadonlyMap<string, Buffer>>;
  joined(state: {
    readonly generationId: number;
    readonly memberId: string;
    readonly leaderId: string;
    readonly isLeader: boolean;
    readonly protocol: string;
    readonly assignment: Buffer;
  }): Promise<void>;
  /** Before a rejoin: what must be given up now (eager protocols), or nothing. */
  rejoining(): Promise<void>;
  /** Fenced or unknown: everything held is lost already. */
  lost(reason: Error): Promise<void>;
}

/** A member of a classic group with any protocol type: joins, heartbeats, rejoins, until closed. */
export interface GroupMember {
  start(): void;
  /** Joins again, as when what it has to offer has changed. */
  requestRejoin(reason: string): void;
  readonly memberId: string | null;
  readonly generationId: number;
  commitOffsets(offsets: readonly OffsetAndMetadata[]): Promise<void>;
  close(): Promise<void>;
}
