import type { Clock, Logger, Random, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type {
  AlterConfigsResult,
  CreatePartitionsCommand,
  CreatePartitionsResult,
  CreateTopicResult,
  CreateTopicsCommand,
  DeleteTopicResult,
  DeleteTopicsCommand,
  IncrementalAlterConfigsCommand,
  ProducerIdBlock,
} from '../core/controller/commands.ts';
import type { GroupState } from '../core/group/classic-group.ts';
import type { CommitCommand, CommitResult } from '../core/group/commit-offsets.ts';
import type { GroupDescription } from '../core/group/describe-group.ts';
import type { OffsetsQuery, OffsetsResult } from '../core/group/fetch-offsets.ts';
import type { HeartbeatCommand } from '../core/group/heartbeat.ts';
import type { JoinCommand } from '../core/group/join-group.ts';
import type { LeaveCommand } from '../core/group/leave-group.ts';
import type { HeartbeatResult, JoinResult, LeaveResult, SyncResult } from '../core/group/results.ts';
import type { SyncCommand } from '../core/group/sync-group.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { Partition } from './partition.ts';
import type { Purgatory } from './purgatory.ts';

/** What an API handler may use. Each member is one room of the broker; handlers hold no state of their own. */
export interface BrokerServices {
  readonly config: BrokerConfig;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metadata: MetadataAccess;
  readonly partitions: PartitionRegistry;
  readonly controller: ControllerAccess;
  readonly groups: GroupAccess;
  readonly producerIds: ProducerIds;
  readonly purgatory: Purgatory;
  /** What ApiVersions says: key and versions of each API. */
  readonly advertisedApis: readonly AdvertisedApi[];
}

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

/** The partitions whose logs are here. */
export interface PartitionRegistry {
  get(topic: string, partition: number): Partition | undefined;
  /** @returns the partition led here, or what Kafka answers instead: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR */
  leader(topic: string, partition: number): Partition | ErrorName;
}

/** Commands to the controller; each resolves when its records are committed and replayed here, or says why not. */
export interface ControllerAccess {
  createTopics(command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]>;
  deleteTopics(command: DeleteTopicsCommand): Promise<readonly DeleteTopicResult[]>;
  createPartitions(command: CreatePartitionsCommand): Promise<readonly CreatePartitionsResult[]>;
  incrementalAlterConfigs(command: IncrementalAlterConfigsCommand): Promise<readonly AlterConfigsResult[]>;
  /** A block of producer ids for this broker (KIP-730). */
  allocateProducerIds(): Promise<ProducerIdBlock>;
}

/** A command of the group core as a handler gives it: which answer is whose is not its matter. */
export type Asked<Command> = Omit<Command, 'reply'>;

/** The coordinator of a group. */
export type CoordinatorLocation =
  | { readonly error: null; readonly brokerId: number }
  | { readonly error: ErrorName; readonly message: string | null };

export interface GroupListing {
  readonly groupId: string;
  readonly state: GroupState;
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
 * Consumer groups by the classic protocol, and committed offsets: commands and results of the group core, which know
 * no versions and no wire. Errors are values; nothing rejects for what is asked. Buffers of a command are kept.
 */
export interface GroupAccess {
  /** Makes `__consumer_offsets` where it does not exist. */
  findCoordinator(groupId: string): Promise<CoordinatorLocation>;
  joinGroup(command: Asked<JoinCommand>): Promise<JoinResult>;
  syncGroup(command: Asked<SyncCommand>): Promise<SyncResult>;
  heartbeat(command: Asked<HeartbeatCommand>): Promise<HeartbeatResult>;
  leaveGroup(command: Asked<LeaveCommand>): Promise<LeaveResult>;
  commitOffsets(command: Asked<CommitCommand>): Promise<CommitResult>;
  /** Resolves when nothing that it shows can be lost. */
  fetchOffsets(query: OffsetsQuery): Promise<OffsetsResult>;
  listGroups(): Promise<ListResult>;
  describeGroup(groupId: string): Promise<DescribeResult>;
  deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null }>;
}
