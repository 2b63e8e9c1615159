import type { Clock, Logger, Random, Timers, Uuid } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type {
  AlterPartitionsCommand,
  AlterPartitionsResult,
  PartitionToAlter,
} from '../core/controller/alter-partition.ts';
import type {
  BrokerHeartbeatCommand,
  BrokerHeartbeatResult,
  RegisterBrokerCommand,
  RegisterBrokerResult,
} from '../core/controller/brokers.ts';
import type {
  AlterClientQuotasCommand,
  AlterClientQuotasResult,
  AlterConfigsCommand,
  AlterConfigsResult,
  AlterPartitionReassignmentsCommand,
  CreatePartitionsCommand,
  CreatePartitionsResult,
  CreateTopicResult,
  CreateTopicsCommand,
  DeleteTopicResult,
  DeleteTopicsCommand,
  ElectLeadersCommand,
  ElectLeadersResult,
  IncrementalAlterConfigsCommand,
  ReassignmentResult,
  Refusal,
  UpdateFeaturesCommand,
  UpdateFeaturesResult,
} from '../core/controller/commands.ts';
import type { AllocateProducerIdsResult } from '../core/controller/producer-ids.ts';
import type { TransactionEnd } from '../core/coordinator/effects.ts';
import type { CommitCommand, CommitResult, TransactionCommitCommand } from '../core/group/commit-offsets.ts';
import type { DescribeConsumerGroupResult } from '../core/group/consumer/describe-consumer-group.ts';
import type {
  ConsumerHeartbeatCommand,
  ConsumerHeartbeatResult,
} from '../core/group/consumer/heartbeat-command.ts';
import type { DeleteOffsetsCommand, DeleteOffsetsResult } from '../core/group/delete-offsets.ts';
import type { GroupDescription } from '../core/group/describe-group.ts';
import type { OffsetsQuery, OffsetsResult } from '../core/group/fetch-offsets.ts';
import type { Group } from '../core/group/group.ts';
import type { HeartbeatCommand } from '../core/group/heartbeat.ts';
import type { JoinCommand } from '../core/group/join-group.ts';
import type { LeaveCommand } from '../core/group/leave-group.ts';
import type { HeartbeatResult, JoinResult, LeaveResult, SyncResult } from '../core/group/results.ts';
import type { SyncCommand } from '../core/group/sync-group.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { Voter } from '../core/quorum/election.ts';
import type { EpochReply, VoteReply, VoteRequest } from '../core/quorum/messages.ts';
import type { QuotaCaller } from '../core/quota/client-quotas.ts';
import type {
  AddPartitionsCommand,
  AddPartitionsResult,
  PartitionsQuery,
} from '../core/transaction/add-partitions.ts';
import type { EndTransactionCommand, EndTransactionResult } from '../core/transaction/end-transaction.ts';
import type { InitProducerIdCommand, InitProducerIdResult } from '../core/transaction/init-producer-id.ts';
import type { Transaction } from '../core/transaction/transaction.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { ForwardedRequest } from './controller-peers.ts';
import type { FetchMemory } from './fetch-memory.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import type { Partition } from './partition.ts';
import type { Purgatory } from './purgatory.ts';
import type {
  EpochBegun,
  MetadataFetch,
  MetadataFetched,
  SnapshotFetch,
  SnapshotPiece,
} from './quorum-peers.ts';
import type { ReplicationQuota } from './replication-quota.ts';
import type { RequestMeter } from './request-meter.ts';
import type { ShareGroupAccess, ShareStateAccess } from './share-access.ts';
import type { SharePartitions } from './share-partitions.ts';
import type { ShareSessions } from './share-sessions.ts';

/** What an API handler may use. Each member is one room of the broker; handlers hold no state of their own. */
export interface BrokerServices {
  readonly config: BrokerConfig;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metadata: MetadataAccess;
  readonly quorum: QuorumAccess;
  readonly quotas: QuotaAccess;
  readonly partitions: PartitionRegistry;
  readonly replication: ReplicationAccess;
  readonly logFolder: LogFolder;
  readonly controller: ControllerAccess;
  readonly cluster: ClusterAccess;
  readonly forwarding: Forwarding;
  readonly groups: GroupAccess;
  readonly transactions: TransactionAccess;
  readonly shareState: ShareStateAccess;
  readonly shareGroups: ShareGroupAccess;
  readonly sharePartitions: SharePartitions;
  readonly shareSessions: ShareSessions;
  readonly producerIds: ProducerIds;
  readonly purgatory: Purgatory;
  readonly fetchMemory: FetchMemory;
  readonly fetchSessions: FetchSessions;
  readonly meter: RequestMeter;
  /** What ApiVersions says on each kind of listener: key and versions of each API. */
  readonly advertisedApis: Readonly<Record<ListenerKind, readonly AdvertisedApi[]>>;
}

/** Of clients and brokers, or of the controller. */
export type ListenerKind = 'broker' | 'controller';

export interface AdvertisedApi {
  readonly key: number;
  readonly versions: readonly [min: number, max: number];
}

export interface ProducerIds {
  /** An id that nobody else in the cluster has or had. Rejects when the controller cannot give any. */
  next(): Promise<number>;
}

export interface MetadataAccess {
  /** The image that this broker has replayed up to now. */
  image(): MetadataImage;
}

/** The quorum of `__cluster_metadata`, as this node knows it, and what other nodes of it ask. */
export interface QuorumAccess {
  state(): QuorumState;
  /** Where a node of it is reached; undefined where nobody has said. */
  endpointOf(nodeId: number): NodeEndpoint | undefined;
  /** @param addressee whom the candidate takes this node for; null where it does not say */
  vote(request: VoteRequest, addressee: Voter | null): Promise<VoteReply>;
  beginEpoch(begun: EpochBegun): Promise<EpochReply>;
  endEpoch(leaderId: number, epoch: number, candidates: readonly number[]): Promise<EpochReply>;
  fetch(request: MetadataFetch, signal: AbortSignal): Promise<MetadataFetched>;
  fetchSnapshot(request: SnapshotFetch): Promise<SnapshotPiece>;
}

export interface QuorumState {
  /** -1 while nobody is known. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly voters: readonly QuorumMember[];
  readonly observers: readonly QuorumMember[];
  /** Of the voters, where they are known. */
  readonly endpoints: ReadonlyMap<number, NodeEndpoint>;
}

export interface QuorumMember {
  readonly id: number;
  /** The zero uuid where it is not known. */
  readonly directoryId: Uuid;
  /** -1, as the times, where the leader has not heard of it, or this node does not lead. */
  readonly endOffset: number;
  /** Wall clock, ms. */
  readonly lastFetchMs: number;
  readonly lastCaughtUpMs: number;
}

/** Hands requests of clients to the active controller where that is another node. */
export interface Forwarding {
  /** Whether this node decides itself. */
  readonly isActiveHere: boolean;
  /** @returns the controller's answer to the client: header and body, without the size */
  forward(request: ForwardedRequest): Promise<Buffer>;
}

/** What a request has used of what its client may use. */
export interface RequestUse {
  /** How long it kept the loop busy. */
  readonly busyMs: number;
  /** Bytes of a request that brings records. */
  readonly produced?: number;
  /** Bytes of an answer that gives records out. */
  readonly fetched?: number;
  /** Bytes of records that are given out only where nobody has to wait. */
  readonly offered?: number;
}

/** What clients may use, and what they have used of it. */
export interface QuotaAccess {
  /** Whether anybody has a quota; where nobody has one, nothing needs to be measured. */
  readonly areSet: boolean;
  /** Counts what was used; gives the ms that the client has to wait, 0 within its quotas. */
  charge(caller: QuotaCaller, use: RequestUse): number;
  /**
   * Counts partitions that are made or deleted. A strict client is not admitted while it has to wait; others are, and wait
   * afterwards.
   */
  mutate(
    caller: QuotaCaller,
    partitionCount: number,
    isStrict: boolean,
  ): { readonly isAdmitted: boolean; readonly delayMs: number };
  /** The most bytes that one answer may give to the client; infinite where it has no quota. */
  fetchMaxBytes(caller: QuotaCaller): number;
  /** Counts a connection from that address; gives the ms that it has to wait to be turned away, 0 where it is welcome. */
  connected(ip: string): number;
}

/** Where the logs lie. */
export interface LogFolder {
  /** Absolute. */
  readonly path: string;
  /** What the volume holds and what of it is free for this process, bytes; -1 where nobody can tell. */
  space(): Promise<{ readonly totalBytes: number; readonly usableBytes: number }>;
}

/** What keeps replicas the same. */
export interface ReplicationAccess {
  /** A follower of a partition that is led here has fetched: it may belong to the in-sync set now. */
  followerFetched(partition: Partition): void;
  /** What followers that are out of sync may be given of what is led here. */
  readonly leaderQuota: ReplicationQuota;
}

/** The partitions whose logs are here. */
export interface PartitionRegistry {
  get(topic: string, partition: number): Partition | undefined;
  all(): Iterable<Partition>;
  /** @returns the partition led here, or what Kafka answers instead: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR */
  leader(topic: string, partition: number): Partition | ErrorName;
  /** @returns the replica here, whether it leads or follows a leader that is known; or what Kafka answers instead, as for `leader` */
  replica(topic: string, partition: number): Partition | ErrorName;
  /**
   * Resolves when it is on disk where each log begins.
   * @throws {MillraceError} LOG_STORAGE_FAILED
   */
  saveLogStarts(): Promise<void>;
}

/**
 * Commands to this node's controller; each resolves when its records are committed and replayed here, or says why not. Rejects with
 * NOT_CONTROLLER where another node decides.
 */
export interface ControllerAccess {
  createTopics(command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]>;
  deleteTopics(command: DeleteTopicsCommand): Promise<readonly DeleteTopicResult[]>;
  createPartitions(command: CreatePartitionsCommand): Promise<readonly CreatePartitionsResult[]>;
  alterConfigs(command: AlterConfigsCommand): Promise<readonly AlterConfigsResult[]>;
  incrementalAlterConfigs(command: IncrementalAlterConfigsCommand): Promise<readonly AlterConfigsResult[]>;
  electLeaders(command: ElectLeadersCommand): Promise<readonly ElectLeadersResult[]>;
  alterPartitionReassignments(
    command: AlterPartitionReassignmentsCommand,
  ): Promise<readonly ReassignmentResult[]>;
  alterClientQuotas(command: AlterClientQuotasCommand): Promise<readonly AlterClientQuotasResult[]>;
  updateFeatures(command: UpdateFeaturesCommand): Promise<UpdateFeaturesResult>;
  /** A block of producer ids for the broker (KIP-730). */
  allocateProducerIdsTo(broker: {
    readonly brokerId: number;
    readonly epoch: number;
  }): Promise<AllocateProducerIdsResult>;
  registerBroker(command: Omit<RegisterBrokerCommand, 'isHeard'>): Promise<RegisterBrokerResult>;
  heartbeat(command: BrokerHeartbeatCommand): Promise<BrokerHeartbeatResult>;
  /** The connection by which a broker's heartbeats came has ended. */
  suspectBroker(brokerId: number): void;
  unregisterBroker(brokerId: number): Promise<{ readonly error: null } | Refusal>;
  alterPartitions(command: AlterPartitionsCommand): Promise<AlterPartitionsResult>;
}

/** What this broker itself wants of the active controller, wherever that is. */
export interface ClusterAccess {
  /** Resolves when the topics are in the image here too, or say why not. */
  createTopics(command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]>;
  /** A block of producer ids for this broker, or why it gets none now. */
  allocateProducerIds(): Promise<AllocateProducerIdsResult>;
  alterPartitions(partitions: readonly PartitionToAlter[]): Promise<AlterPartitionsResult>;
  /** Of this broker's registration. */
  readonly brokerEpoch: number;
  /** Whether the controller cannot have given what this broker leads to others for its silence. */
  readonly isHeard: boolean;
}

/** A command of the group core as a handler gives it: which answer is whose is not its matter. */
export type Asked<Command> = Omit<Command, 'reply'>;

/** The coordinator of a group. */
export type CoordinatorLocation =
  | { readonly error: null; readonly brokerId: number }
  | { readonly error: ErrorName; readonly message: string | null };

export interface GroupListing {
  readonly groupId: string;
  /** What kind of group it is. */
  readonly type: Group['type'];
  readonly state: Group['state'];
  readonly protocolType: string;
}

/** The groups that are known here; with COORDINATOR_LOAD_IN_PROGRESS some are missing. */
export interface ListResult {
  readonly error: ErrorName | null;
  readonly groups: readonly GroupListing[];
}

/** GROUP_ID_NOT_FOUND: the coordinator is here, and has no such group. */
export type DescribeResult =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly group: GroupDescription };

/**
 * Groups by the classic and by the consumer protocol, and committed offsets: commands and results of the group core, which know
 * no versions and no wire. Errors are values; nothing rejects for what is asked. Buffers of a command are kept.
 */
export interface GroupAccess {
  /** Makes `__consumer_offsets` where it does not exist. */
  findCoordinator(groupId: string): Promise<CoordinatorLocation>;
  joinGroup(command: Asked<JoinCommand>): Promise<JoinResult>;
  syncGroup(command: Asked<SyncCommand>): Promise<SyncResult>;
  heartbeat(command: Asked<HeartbeatCommand>): Promise<HeartbeatResult>;
  /** Of the consumer protocol: joins, keeps and leaves in one. */
  consumerHeartbeat(command: Asked<ConsumerHeartbeatCommand>): Promise<ConsumerHeartbeatResult>;
  describeConsumerGroup(groupId: string): Promise<DescribeConsumerGroupResult>;
  leaveGroup(command: Asked<LeaveCommand>): Promise<LeaveResult>;
  commitOffsets(command: Asked<CommitCommand>): Promise<CommitResult>;
  /** That the group's partition takes part in the transaction is the caller's to see to. */
  commitTransactionOffsets(command: Asked<TransactionCommitCommand>): Promise<CommitResult>;
  /** The partition of `__consumer_offsets` that keeps the group; null before the topic exists. */
  partitionOf(groupId: string): number | null;
  /** Writes the marker of a transaction to a partition of `__consumer_offsets`: its offsets count, or are dropped. */
  endTransaction(partition: number, end: TransactionEnd): Promise<ErrorName | null>;
  /** Resolves when nothing that it shows can be lost. */
  fetchOffsets(query: OffsetsQuery): Promise<OffsetsResult>;
  listGroups(): Promise<ListResult>;
  describeGroup(groupId: string): Promise<DescribeResult>;
  deleteOffsets(command: Asked<DeleteOffsetsCommand>): Promise<DeleteOffsetsResult>;
  deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null }>;
}

export interface TransactionListing {
  readonly transactionalId: string;
  readonly transaction: Transaction;
}

/** How a write is part of a transaction. */
export interface WriteInTransaction {
  /** The producer leaves it to the broker to add the partitions. */
  readonly adds: boolean;
  /** The log has records of the transaction. */
  readonly isOpen: boolean;
  /** What the log knows of the producer: another value when a marker has come. */
  readonly known: () => unknown;
}

/** The transaction coordinator: commands and results of its core. Errors are values; nothing rejects for what is asked. */
export interface TransactionAccess {
  /** Makes `__transaction_state` where it does not exist. */
  findCoordinator(transactionalId: string): Promise<CoordinatorLocation>;
  /** Rejects when the controller gives no producer ids. */
  initProducerId(command: Omit<Asked<InitProducerIdCommand>, 'newProducerId'>): Promise<InitProducerIdResult>;
  /** Rejects when the controller gives no producer ids. */
  endTransaction(command: Omit<Asked<EndTransactionCommand>, 'newProducerId'>): Promise<EndTransactionResult>;
  addPartitions(command: Asked<AddPartitionsCommand>): Promise<AddPartitionsResult>;
  /** Whether the partitions are in the transaction now: TRANSACTION_ABORTABLE where one is not. */
  partitionsProblem(query: PartitionsQuery): ErrorName | null;
  /**
   * Calls `write` in a turn of the loop in which the partitions are in the transaction, so that no marker comes between: at
   * once where that is known, or where the log has it open (`isOpen`); else, where the producer leaves it to the broker
   * (`adds`), when it is in the log. Writes of one producer to one partition keep their order.
   */
  within<Result>(
    query: PartitionsQuery,
    how: WriteInTransaction,
    write: () => Result,
    refused: (error: ErrorName) => Result,
  ): Result | Promise<Result>;
  describe(transactionalId: string): Promise<Transaction | ErrorName>;
  list(): Promise<readonly TransactionListing[] | ErrorName>;
}
