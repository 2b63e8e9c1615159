import type { MillraceError } from '@millrace/foundation';
import type { OffsetAndMetadata, TopicPartition } from './types.ts';

/** What the admin client asks and answers. */

export interface NewTopic {
  readonly name: string;
  /** -1: the broker's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly configs?: { readonly [key: string]: string };
}

export interface TopicDescription {
  readonly name: string;
  readonly topicId: string;
  readonly internal: boolean;
  readonly partitions: readonly {
    readonly partition: number;
    readonly leader: number;
    readonly replicas: readonly number[];
    readonly isr: readonly number[];
  }[];
}

/** Where the value of a config comes from, in the words of Kafka's admin client. */
export type ConfigSource =
  | 'UNKNOWN'
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'
  | 'DYNAMIC_BROKER_LOGGER_CONFIG'
  | 'DYNAMIC_CLIENT_METRICS_CONFIG'
  | 'DYNAMIC_GROUP_CONFIG';

export type ConfigType =
  | 'BOOLEAN'
  | 'STRING'
  | 'INT'
  | 'SHORT'
  | 'LONG'
  | 'DOUBLE'
  | 'LIST'
  | 'CLASS'
  | 'PASSWORD';

export interface ConfigEntry {
  /** Null where it is secret. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  /** Null from brokers that do not say (KIP-569); so is the documentation. */
  readonly type: ConfigType | null;
  readonly documentation: string | null;
}

/** The brokers of a cluster. */
export interface ClusterDescription {
  readonly clusterId: string;
  readonly controllerId: number;
  readonly brokers: readonly {
    readonly id: number;
    readonly host: string;
    readonly port: number;
    readonly rack: string | null;
    /** Registered, and serving nobody. */
    readonly fenced: boolean;
  }[];
}

/** The metadata quorum: who leads, and how far everybody's log goes. */
export interface QuorumDescription {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly voters: readonly QuorumMember[];
  readonly observers: readonly QuorumMember[];
}

export interface QuorumMember {
  readonly id: number;
  /** -1 where the leader has not heard of it yet. */
  readonly endOffset: number;
  /** Wall clock of the leader, ms; null where it does not say. */
  readonly lastFetchMs: number | null;
  readonly lastCaughtUpMs: number | null;
  /** Its controller's listener, where the leader says. */
  readonly endpoint: { readonly host: string; readonly port: number } | null;
}

/** What an election came to. */
export interface PartitionElection extends TopicPartition {
  /** Why the leader is the one before; null where it is the new one. */
  readonly error: MillraceError | null;
}

/** A log folder of a broker, and what lies in it (KIP-113, KIP-827). */
export interface LogDirDescription {
  readonly path: string;
  /** Why nothing can be said of it. */
  readonly error: MillraceError | null;
  /** Size of its volume, and what is free of it; null from brokers that do not say. */
  readonly totalBytes: number | null;
  readonly usableBytes: number | null;
  readonly partitions: readonly (TopicPartition & { readonly sizeBytes: number })[];
}

export interface Admin {
  listTopics(): Promise<readonly TopicDescription[]>;
  /** @throws {MillraceError} UNKNOWN_TOPIC_OR_PARTITION */
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  /**
   * @param options `validateOnly`: nothing is made, and what would be refused is
   * @throws {MillraceError} TOPIC_ALREADY_EXISTS, INVALID_CONFIG, ...
   */
  createTopics(topics: readonly NewTopic[], options?: { readonly validateOnly?: boolean }): Promise<void>;
  /** Creates what is missing, leaves what exists; answers the names created. */
  ensureTopics(topics: readonly NewTopic[]): Promise<readonly string[]>;
  deleteTopics(names: readonly string[]): Promise<void>;
  createPartitions(topic: string, count: number): Promise<void>;
  describeConfigs(
    type: 'topic' | 'broker' | 'group',
    name: string,
  ): Promise<ReadonlyMap<string, ConfigEntry>>;
  alterConfigs(
    type: 'topic' | 'broker' | 'group',
    name: string,
    changes: { readonly [key: string]: string | null },
  ): Promise<void>;
  /** Those that are alive; `includeFenced` takes brokers of Kafka 4.0 or newer (KIP-1073). */
  describeCluster(options?: { readonly includeFenced?: boolean }): Promise<ClusterDescription>;
  /** The quorum of `__cluster_metadata` (KIP-836), as its leader sees it. */
  describeQuorum(): Promise<QuorumDescription>;
  /**
   * Has the preferred replica of each partition lead it, where it is in sync: those whose leader is another one now, and those that could not
   * have theirs.
   * @throws {MillraceError} CLUSTER_AUTHORIZATION_FAILED
   */
  electPreferredLeaders(): Promise<readonly PartitionElection[]>;
  /** The log folders of one broker, with those of the partitions that lie there. @throws {MillraceError} CLUSTER_AUTHORIZATION_FAILED */
  describeLogDirs(
    brokerId: number,
    partitions: readonly TopicPartition[] | 'all',
  ): Promise<readonly LogDirDescription[]>;
  listOffsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | { readonly timestampMs: number },
  ): Promise<readonly number[]>;
  listGroups(): Promise<
    readonly {
      readonly groupId: string;
      readonly protocolType: string;
      readonly state: string;
      /** classic, consumer, share, …; empty from brokers before KIP-848. */
      readonly type: string;
    }[]
  >;
  /** All groups but share groups, with members and positions: few requests for many groups. */
  surveyGroups(): Promise<readonly GroupSummary[]>;
  describeGroups(groupIds: readonly string[]): Promise<readonly GroupDescription[]>;
  deleteGroups(groupIds: readonly string[]): Promise<void>;
  groupOffsets(groupId: string): Promise<readonly OffsetAndMetadata[]>;
  /** Of a group without members. @throws {MillraceError} UNKNOWN_MEMBER_ID, UNKNOWN_TOPIC_OR_PARTITION */
  alterGroupOffsets(groupId: string, offsets: readonly OffsetAndMetadata[]): Promise<void>;
  /**
   * Forgets committed offsets of topics that no member is subscribed to.
   * @throws {MillraceError} GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION
   */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void>;
  /** Moves log start offsets; answers the new ones. @throws {MillraceError} OFFSET_OUT_OF_RANGE, POLICY_VIOLATION */
  deleteRecords(
    partitions: readonly (TopicPartition & { readonly beforeOffset: number | 'all' })[],
  ): Promise<readonly number[]>;
  /**
   * Ends every producer of these transactional ids and aborts what they have open.
   * @throws {MillraceError} TRANSACTIONS_UNSUPPORTED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED
   */
  fenceProducers(transactionalIds: readonly string[]): Promise<void>;
  listTransactions(): Promise<readonly TransactionListing[]>;
  /** @throws {MillraceError} TRANSACTIONAL_ID_NOT_FOUND */
  describeTransactions(transactionalIds: readonly string[]): Promise<readonly TransactionDescription[]>;
  /** The producers that a partition's leader remembers. */
  describeProducers(partition: TopicPartition): Promise<readonly ActiveProducer[]>;
  /** Aborts what a producer has open in one partition when its coordinator never will (KIP-664). */
  abortTransaction(partition: TopicPartition, producer: ActiveProducer): Promise<void>;
  describeShareGroups(groupIds: readonly string[]): Promise<readonly ShareGroupDescription[]>;
  shareGroupOffsets(groupId: string): Promise<readonly ShareGroupOffset[]>;
  /**
   * What members hold now of partitions, in their order; null where the partition's leader does not tell (only Millrace's brokers do), or nobody reads it.
   */
  heldByShareGroup(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly (SharePartitionHeld | null)[]>;
  /** Of a group without members. @throws {MillraceError} NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION */
  alterShareGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly startOffset: number })[],
  ): Promise<void>;
  /** Of whole topics, of a group without members. @throws {MillraceError} NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION */
  deleteShareGroupOffsets(groupId: string, topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: number;
  /** Kafka's words: Empty, Ongoing, PrepareCommit, CompleteAbort, ... */
  readonly state: string;
}

export interface TransactionDescription extends TransactionListing {
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  /** Of the open transaction, ms since the epoch. */
  readonly startedAtMs: number | null;
  readonly partitions: readonly TopicPartition[];
}

export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly lastTimestampMs: number;
  /** Where its open transaction begins; null where it has none. */
  readonly openSinceOffset: number | null;
}

export interface ShareGroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly assignor: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly clientHost: string;
    readonly topics: readonly string[];
    readonly assignment: readonly TopicPartition[];
  }[];
}

export interface ShareGroupOffset extends TopicPartition {
  /** Everything before it is done with. Kafka moves it with the acknowledgements after those that earned it; the lag is exact. */
  readonly startOffset: number;
  /** Records that are not done with; null from brokers that do not say (KIP-1226). */
  readonly lag: number | null;
}

/** What the leader of a partition has in flight for a share group. */
export interface SharePartitionHeld {
  /** Records that members hold. */
  readonly acquired: number;
  readonly maxAcquired: number;
  readonly lockMs: number;
  /** How long the oldest lock is held; null where there is none. */
  readonly oldestLockMs: number | null;
  /** Records that are not done with, by how often they were delivered. */
  readonly deliveries: readonly { readonly count: number; readonly records: number }[];
}

export interface GroupSummary {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
  /** classic, consumer, …; empty from brokers before KIP-848. */
  readonly type: string;
  /** Null where its coordinator does not say. */
  readonly members: number | null;
  readonly offsets: readonly OffsetAndMetadata[] | null;
}

export interface GroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly protocolType: string;
  readonly protocol: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly clientId: string;
    readonly clientHost: string;
    readonly metadata: Buffer;
    readonly assignment: Buffer;
    /** What `assignment` says, where the protocol type is `consumer`; else none. */
    readonly partitions: readonly TopicPartition[];
  }[];
}
