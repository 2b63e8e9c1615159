import type {
  BodyOf,
  BrokerRow,
  ClusterState,
  ConfigEntryRow,
  Decoded,
  GroupDetail,
  GroupRow,
  Message,
  MessagePage,
  produceMessages,
  ResetOutcome,
  resetGroupOffsets,
  ShareGroupDetail,
  ShareGroupRow,
  TailEvent,
  TopicDetail,
  TopicReader,
} from './contract/index.ts';

/**
 * What the REST API needs of the Kafka cluster behind the workers; the shapes are those of the contract. Kafka's own refusals go through by their
 * codes: UNKNOWN_TOPIC_OR_PARTITION and GROUP_ID_NOT_FOUND are 404, TOPIC_ALREADY_EXISTS and NON_EMPTY_GROUP 409.
 */

export interface TopicSummary {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly internal: boolean;
  /** Partitions with fewer replicas in sync than they have. */
  readonly underReplicated: number;
  /** Partitions without a leader. */
  readonly offline: number;
}

export interface TopicSize {
  readonly records: number | null;
  readonly sizeBytes: number | null;
}

export interface NewTopicRequest {
  readonly name: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly configs?: { readonly [key: string]: string };
}

/** All but `list` and `create` refuse with UNKNOWN_TOPIC_OR_PARTITION. */
export interface Topics {
  /** By name. */
  list(): Promise<readonly TopicSummary[]>;
  /** Of those topics that are still there. */
  sizes(names: readonly string[]): Promise<ReadonlyMap<string, TopicSize>>;
  describe(topic: string): Promise<Omit<TopicDetail, 'writtenBy' | 'readBy'>>;
  /** @throws {MillraceError} TOPIC_ALREADY_EXISTS, INVALID_CONFIG, INVALID_PARTITIONS, … */
  create(topic: NewTopicRequest, options: { readonly validateOnly: boolean }): Promise<void>;
  remove(topic: string): Promise<void>;
  grow(topic: string, count: number): Promise<void>;
  configs(topic: string): Promise<readonly ConfigEntryRow[]>;
  /** Null takes a key back to its default. */
  alterConfigs(topic: string, changes: { readonly [key: string]: string | null }): Promise<void>;
  /** Answers the new start offsets. */
  deleteRecords(
    topic: string,
    partitions: readonly { readonly partition: number; readonly beforeOffset: number | 'all' }[],
  ): Promise<readonly { readonly partition: number; readonly startOffset: number }[]>;
}

/** How bytes are to be read: `auto` finds out. */
export type ByteFormat = 'auto' | 'json' | 'text' | 'avro' | 'hex' | 'base64';

/** How to look at records. */
export interface Look {
  /** Null: all. */
  readonly partition: number | null;
  readonly filter: string | null;
  readonly keyFormat: ByteFormat;
  readonly valueFormat: ByteFormat;
  /** Keys and values are cut after so many bytes. */
  readonly maxBytes: number;
}

/** Where to begin, and so which way to read: from the newest back, otherwise on. */
export type ReadFrom =
  | { readonly from: 'newest' | 'oldest' }
  | { readonly from: 'offset'; readonly offset: number }
  | { readonly from: 'time'; readonly timestampMs: number };

export interface ReadRequest extends Look {
  readonly start: ReadFrom;
  /** Messages of a page, at most. */
  readonly limit: number;
  /** Records that are looked at for it, at most. */
  readonly scan: number;
  /** `next` of the page before. */
  readonly after: string | null;
}

export type SentMessage = BodyOf<typeof produceMessages>['messages'][number];

/** Reads the log for people, and writes what they send. */
export interface Messages {
  /** @throws {MillraceError} UNKNOWN_TOPIC_OR_PARTITION, BAD_REQUEST for a filter or a cursor that is none, TOO_MANY_READS (class throttled) */
  read(topic: string, request: ReadRequest): Promise<Omit<MessagePage, 'topic'>>;
  /**
   * Calls back until it is told to stop, at most four times a second.
   * @throws {MillraceError} as `read`, before the first call; what fails later goes to `failed`, once
   */
  tail(
    topic: string,
    request: Look & { readonly perSecond: number },
    listener: { messages(event: TailEvent): void; failed(error: unknown): void },
  ): Promise<{ stop(): void }>;
  /** Resolves when all are acknowledged. */
  produce(
    topic: string,
    messages: readonly SentMessage[],
  ): Promise<readonly Pick<Message, 'partition' | 'offset' | 'timestamp'>[]>;
}

export type ResetRequest = BodyOf<typeof resetGroupOffsets>;

export interface ClusterView {
  describe(): Promise<ClusterState>;
  /** Those that are known, and whether each is alive. Answers or fails within a second. */
  brokers(): Promise<readonly { readonly id: number; readonly up: boolean }[]>;
  /** @throws {MillraceError} NOT_FOUND */
  brokerConfigs(broker: number): Promise<readonly ConfigEntryRow[]>;
}

/** Share groups (KIP-932). All but `list` refuse with GROUP_ID_NOT_FOUND. */
export interface ShareGroups {
  /** By name; none where the brokers know no such groups. */
  list(): Promise<readonly Omit<ShareGroupRow, 'connector'>[]>;
  describe(group: string): Promise<Omit<ShareGroupDetail, 'connector'>>;
  /** @throws {MillraceError} NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION, BAD_REQUEST */
  reset(group: string, request: ResetRequest): Promise<ResetOutcome>;
  /** @throws {MillraceError} NON_EMPTY_GROUP */
  forget(group: string, topic: string): Promise<void>;
  /** @throws {MillraceError} NON_EMPTY_GROUP */
  remove(group: string): Promise<void>;
}

/** Where the cluster stands at one moment. */
export interface Survey {
  readonly ends: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly startOffset: number;
    readonly endOffset: number;
  }[];
  readonly groups: readonly {
    readonly groupId: string;
    readonly kind: 'consumer' | 'share';
    /** Null where it is not known. */
    readonly lag: number | null;
    /** Of a consumer group. */
    readonly positions: readonly {
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
    }[];
  }[];
}

/** What the history looks at again and again: few requests, however large the cluster. */
export interface ClusterSurvey {
  take(): Promise<Survey>;
}

/** Consumer groups. All but `list` refuse with GROUP_ID_NOT_FOUND. */
export interface Groups {
  /** By name. */
  list(): Promise<readonly Omit<GroupRow, 'connector'>[]>;
  /** Those with a position in a topic. */
  readersOf(topic: string): Promise<readonly TopicReader[]>;
  describe(group: string): Promise<Omit<GroupDetail, 'connector' | 'lagMs'>>;
  /** @throws {MillraceError} NON_EMPTY_GROUP, UNKNOWN_TOPIC_OR_PARTITION, BAD_REQUEST */
  reset(group: string, request: ResetRequest): Promise<ResetOutcome>;
  /** @throws {MillraceError} GROUP_SUBSCRIBED_TO_TOPIC */
  forget(group: string, topic: string): Promise<void>;
  /** @throws {MillraceError} NON_EMPTY_GROUP */
  remove(group: string): Promise<void>;
}

export type {
  BrokerRow,
  ConfigEntryRow,
  Decoded as DecodedBytes,
  GroupDetail,
  GroupRow,
  Message as TopicMessage,
  ResetOutcome,
  ShareGroupRow,
  TailEvent,
};
