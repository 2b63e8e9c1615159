import type { Clock, Logger, Now, Random, Timers } from '@millrace/foundation';
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
  ListGroupsResponseGroupInit,
  ListGroupsResponseInit,
  OffsetCommitRequest,
  OffsetCommitResponseInit,
  OffsetFetchRequestGroup,
  OffsetFetchResponseGroupInit,
  SyncGroupRequest,
  SyncGroupResponseInit,
} from '@millrace/protocol/messages';
import { type CommitResult, commitOffsets } from '../core/group/commit-offsets.ts';
import { deleteGroup } from '../core/group/delete-group.ts';
import { describeGroup, type GroupDescription } from '../core/group/describe-group.ts';
import type { GroupEffect, ReplyTo } from '../core/group/effects.ts';
import type { GroupShard } from '../core/group/group-shard.ts';
import { heartbeat } from '../core/group/heartbeat.ts';
import { joinGroup } from '../core/group/join-group.ts';
import { leaveGroup } from '../core/group/leave-group.ts';
import {
  type HeartbeatResult,
  type JoinResult,
  joinFailed,
  type LeaveResult,
  type SyncResult,
  syncFailed,
} from '../core/group/results.ts';
import { syncGroup } from '../core/group/sync-group.ts';
import type { BrokerConfig } from './broker-config.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import {
  code,
  commitResponse,
  fetchedOffsets,
  joinResponse,
  leaveResponse,
  leavingMembers,
  rebalanceTimeoutMs,
  syncResponse,
} from './group-wire.ts';
import type { Partition } from './partition.ts';
import type { ControllerAccess, MetadataAccess } from './services.ts';

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
  /** One group of an OffsetFetch; topics by name. Nothing here is unstable: offsets of transactions are not kept yet. */
  fetchOffsets(group: OffsetFetchRequestGroup): Promise<OffsetFetchResponseGroupInit>;
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
  readonly metadata: MetadataAccess;
  readonly controller: ControllerAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** First version of JoinGroup whose new members must join with an id that was given to them (KIP-394). */
const JOIN_KNOWN_MEMBER_VERSION = 4;
/** First version of JoinGroup that can tell a leader not to assign (KIP-814). */
const JOIN_SKIP_ASSIGNMENT_VERSION = 9;
/** First version of SyncGroup that must say the protocol. */
const SYNC_PROTOCOL_VERSION = 5;
/** First version of OffsetCommit that says of a group that it does not exist. */
const COMMIT_GROUP_ID_NOT_FOUND_VERSION = 9;
/** First version of DescribeGroups that does. */
const DESCRIBE_GROUP_ID_NOT_FOUND_VERSION = 6;

/** Begins empty: shards come with `partitionLed`. */
export function createGroupService(options: GroupServiceOptions): RunningGroupService {
  return new ClassicGroupService(options);
}

class ClassicGroupService implements RunningGroupService {
  readonly #coordinator: GroupCoordinator;
  readonly #config: BrokerConfig;

  constructor(options: GroupServiceOptions) {
    this.#coordinator = new GroupCoordinator(options);
    this.#config = options.config;
  }

  findCoordinator(groupId: string): Promise<CoordinatorLocation> {
    return this.#coordinator.locate(groupId);
  }

  async joinGroup(caller: GroupCaller, request: JoinGroupRequest): Promise<JoinGroupResponseInit> {
    const { version } = caller;
    const { groupId, memberId, sessionTimeoutMs } = request;
    const refused = (error: ErrorName) => joinFailed(error, memberId);
    const { values } = this.#config;
    if (groupId === '') return joinResponse(refused('INVALID_GROUP_ID'), version);
    if (
      sessionTimeoutMs < values['group.min.session.timeout.ms'] ||
      sessionTimeoutMs > values['group.max.session.timeout.ms']
    )
      return joinResponse(refused('INVALID_SESSION_TIMEOUT'), version);
    const result = await this.#submit<JoinResult>(groupId, refused, (shard, reply, now) =>
      joinGroup(
        shard,
        {
          reply,
          group: groupId,
          memberId,
          instanceId: request.groupInstanceId,
          clientId: caller.clientId,
          clientHost: caller.clientHost,
          sessionTimeoutMs,
          rebalanceTimeoutMs: rebalanceTimeoutMs(request, version),
          protocolType: request.protocolType,
          // The request's buffer is used again or kept alive for long: the group keeps copies.
          protocols: request.protocols.map(({ name, metadata }) => ({
            name,
            metadata: Buffer.from(metadata),
          })),
          requiresKnownMemberId: version >= JOIN_KNOWN_MEMBER_VERSION,
          canSkipAssignment: version >= JOIN_SKIP_ASSIGNMENT_VERSION,
        },
        now,
      ),
    );
    return joinResponse(result, version);
  }

  async syncGroup(caller: GroupCaller, request: SyncGroupRequest): Promise<SyncGroupResponseInit> {
    const { groupId, protocolType, protocolName } = request;
    if (groupId === '') return syncResponse(syncFailed('INVALID_GROUP_ID'));
    if (caller.version >= SYNC_PROTOCOL_VERSION && (protocolType === null || protocolName === null))
      return syncResponse(syncFailed('INCONSISTENT_GROUP_PROTOCOL'));
    const result = await this.#submit<SyncResult>(groupId, syncFailed, (shard, reply) =>
      syncGroup(shard, {
        reply,
        group: groupId,
        generation: request.generationId,
        memberId: request.memberId,
        instanceId: request.groupInstanceId,
        protocolType,
        protocolName,
        assignments: new Map(
          request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
        ),
      }),
    );
    return syncResponse(result);
  }

  async heartbeat(_caller: GroupCaller, request: HeartbeatRequest): Promise<HeartbeatResponseInit> {
    const { groupId } = request;
    if (groupId === '') return { errorCode: code('INVALID_GROUP_ID') };
    const refused = (error: ErrorName): HeartbeatResult => ({
      // A heartbeat that meets a loading coordinator must not make the member think that it is out.
      error: error === 'COORDINATOR_LOAD_IN_PROGRESS' ? null : error,
    });
    const { error } = await this.#submit<HeartbeatResult>(groupId, refused, (shard, reply, now) =>
      heartbeat(
        shard,
        {
          reply,
          group: groupId,
          generation: request.generationId,
          memberId: request.memberId,
          instanceId: request.groupInstanceId,
        },
        now,
      ),
    );
    return { errorCode: code(error) };
  }

  async leaveGroup(caller: GroupCaller, request: LeaveGroupRequest): Promise<LeaveGroupResponseInit> {
    const { groupId } = request;
    if (groupId === '') return { errorCode: code('INVALID_GROUP_ID') };
    const members = leavingMembers(request, caller.version);
    const result = await this.#submit<LeaveResult | { readonly error: ErrorName }>(
      groupId,
      (error) => ({ error }),
      (shard, reply, now) => leaveGroup(shard, { reply, group: groupId, members }, now),
    );
    return 'error' in result ? { errorCode: code(result.error) } : leaveResponse(result, caller.version);
  }

  async commitOffsets(caller: GroupCaller, request: OffsetCommitRequest): Promise<OffsetCommitResponseInit> {
    const offsets = request.topics.flatMap((topic) =>
      topic.partitions.map((partition) => ({
        topic: topic.name,
        topicId: topic.topicId,
        partition: partition.partitionIndex,
        offset: partition.committedOffset,
        leaderEpoch: partition.committedLeaderEpoch,
        metadata: partition.committedMetadata,
      })),
    );
    const result = await this.#submit<CommitResult>(
      request.groupId,
      (error) => ({ error }),
      (shard, reply, now) =>
        commitOffsets(
          shard,
          {
            reply,
            group: request.groupId,
            generation: request.generationIdOrMemberEpoch,
            memberId: request.memberId,
            instanceId: request.groupInstanceId,
            retentionMs: request.retentionTimeMs,
            knowsGroupIdNotFound: caller.version >= COMMIT_GROUP_ID_NOT_FOUND_VERSION,
            offsets,
          },
          now,
        ),
    );
    return commitResponse(request, result);
  }

  fetchOffsets(group: OffsetFetchRequestGroup): Promise<OffsetFetchResponseGroupInit> {
    const { groupId } = group;
    const refused = (error: ErrorName) => ({ groupId, topics: [], errorCode: code(error) });
    const shard = this.#coordinator.shardOf(groupId);
    if (!shard) return Promise.resolve(refused('NOT_COORDINATOR'));
    return shard.read<OffsetFetchResponseGroupInit>(({ offsets }) => fetchedOffsets(group, offsets), refused);
  }

  async listGroups(request: ListGroupsRequest): Promise<ListGroupsResponseInit> {
    const states = new Set(request.statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(request.typesFilter.map((type) => type.toLowerCase()));
    const groups: ListGroupsResponseGroupInit[] = [];
    let loading = false;
    for (const shard of this.#coordinator.shards()) {
      const listed = await shard.read(
        (state) => [...state.groups.values()],
        (error) => {
          loading ||= error === 'COORDINATOR_LOAD_IN_PROGRESS';
          return [];
        },
      );
      for (const group of listed) {
        if (states.size > 0 && !states.has(group.state.toLowerCase())) continue;
        if (types.size > 0 && !types.has('classic')) continue;
        const protocolType = group.protocolType ?? '';
        groups.push({ groupId: group.id, protocolType, groupState: group.state, groupType: 'classic' });
      }
    }
    return { errorCode: code(loading ? 'COORDINATOR_LOAD_IN_PROGRESS' : null), groups };
  }

  async describeGroup(caller: GroupCaller, groupId: string): Promise<DescribeGroupsResponseGroupInit> {
    const none = { groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
    const shard = this.#coordinator.shardOf(groupId);
    const described = shard
      ? await shard.read<GroupDescription | ErrorName | null>(
          (state) => describeGroup(state, groupId),
          (error) => error,
        )
      : 'NOT_COORDINATOR';
    if (typeof described === 'string') return { ...none, errorCode: code(described) };
    if (described === null) {
      const dead = { ...none, groupState: 'Dead' };
      if (caller.version < DESCRIBE_GROUP_ID_NOT_FOUND_VERSION) return { ...dead, errorCode: code(null) };
      const errorMessage = `There is no group "${groupId}".`;
      return { ...dead, errorCode: code('GROUP_ID_NOT_FOUND'), errorMessage };
    }
    return {
      errorCode: code(null),
      groupId,
      groupState: described.state,
      protocolType: described.protocolType,
      protocolData: described.protocolName,
      members: described.members.map(({ metadata, assignment, ...member }) => ({
        ...member,
        memberMetadata: metadata,
        memberAssignment: assignment,
      })),
    };
  }

  async deleteGroup(groupId: string): Promise<DeleteGroupsResponseResultInit> {
    const { error } = await this.#submit<{ readonly error: ErrorName | null }>(
      groupId,
      (refusal) => ({ error: refusal }),
      (shard, reply) => deleteGroup(shard, { reply, group: groupId }),
    );
    return { groupId, errorCode: code(error) };
  }

  partitionLed(partition: Partition): void {
    this.#coordinator.partitionLed(partition);
  }

  partitionLost(topic: string, partition: number): void {
    this.#coordinator.partitionLost(topic, partition);
  }

  topicsDeleted(topics: readonly string[]): void {
    this.#coordinator.topicsDeleted(topics);
  }

  close(): void {
    this.#coordinator.close();
  }

  #submit<Response>(
    groupId: string,
    refused: (error: ErrorName) => Response,
    command: (shard: GroupShard, reply: ReplyTo<Response>, now: Now) => readonly GroupEffect[],
  ): Promise<Response> {
    const shard = this.#coordinator.shardOf(groupId);
    return shard ? shard.submit(command, refused) : Promise.resolve(refused('NOT_COORDINATOR'));
  }
}
