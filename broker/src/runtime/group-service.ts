import type { Clock, Logger, Random, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type {
  DeleteGroupsResponseResultInit,
  DescribeGroupsResponseGroupInit,
  HeartbeatRequest,
  HeartbeatResponseInit,
  JoinGroupRequest,
  JoinGroupResponseInit,
  LeaveGroupRequest,
  LeaveGroupResponseInit,
  ListGroupsRequest,
  ListGroupsResponseInit,
  OffsetCommitRequest,
  OffsetCommitResponseInit,
  OffsetFetchRequestGroup,
  OffsetFetchResponseGroupInit,
  SyncGroupRequest,
  SyncGroupResponseInit,
} from '@millrace/protocol/messages';
import type { BrokerConfig } from './broker-config.ts';
import type { Partition } from './partition.ts';
import type { ControllerAccess, MetadataAccess, PartitionRegistry } from './services.ts';

/** Who asks, as members are remembered and described. */
export interface GroupCaller {
  readonly clientId: string;
  /** `/127.0.0.1`, as Kafka writes it. */
  readonly clientHost: string;
  /** Version of the request: what the member understands hangs on it. */
  readonly version: number;
}

/** The coordinator of a group as FindCoordinator answers it. */
export type CoordinatorLocation =
  | { readonly error: null; readonly brokerId: number }
  | { readonly error: ErrorName; readonly message: string | null };

/** Consumer groups and committed offsets. Answers by value, in the shapes of the responses; never rejects for input. */
export interface GroupService {
  /** Makes `__consumer_offsets` where it does not exist. */
  findCoordinator(groupId: string): Promise<CoordinatorLocation>;
  joinGroup(caller: GroupCaller, request: JoinGroupRequest): Promise<JoinGroupResponseInit>;
  syncGroup(caller: GroupCaller, request: SyncGroupRequest): Promise<SyncGroupResponseInit>;
  heartbeat(caller: GroupCaller, request: HeartbeatRequest): Promise<HeartbeatResponseInit>;
  leaveGroup(caller: GroupCaller, request: LeaveGroupRequest): Promise<LeaveGroupResponseInit>;
  commitOffsets(caller: GroupCaller, request: OffsetCommitRequest): Promise<OffsetCommitResponseInit>;
  /** One group of an OffsetFetch; topics by name. */
  fetchOffsets(group: OffsetFetchRequestGroup, requireStable: boolean): Promise<OffsetFetchResponseGroupInit>;
  listGroups(request: ListGroupsRequest): Promise<ListGroupsResponseInit>;
  describeGroup(caller: GroupCaller, groupId: string): Promise<DescribeGroupsResponseGroupInit>;
  deleteGroup(groupId: string): Promise<DeleteGroupsResponseResultInit>;
}

/** The service with what the composition calls. */
export interface RunningGroupService extends GroupService {
  /** A partition of `__consumer_offsets` is led here from now on (in this leader epoch): its groups are loaded. */
  partitionLed(partition: Partition): void;
  /** It is not any more: its groups are dropped, and parked members told NOT_COORDINATOR. */
  partitionLost(topic: string, partition: number): void;
  /** Drops the offsets of topics that are gone. */
  topicsDeleted(topics: readonly string[]): void;
  /** Answers what is parked with COORDINATOR_NOT_AVAILABLE and stops the timers. */
  close(): void;
}

export interface GroupServiceOptions {
  readonly partitions: PartitionRegistry;
  readonly metadata: MetadataAccess;
  readonly controller: ControllerAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}
