import type { ErrorName } from '@millrace/protocol';
import type { TransactionEnd } from '../core/coordinator/effects.ts';
import {
  type CommitCommand,
  type CommitResult,
  commitOffsets,
  commitTransactionOffsets,
  type TransactionCommitCommand,
} from '../core/group/commit-offsets.ts';
import { consumerHeartbeat } from '../core/group/consumer/consumer-heartbeat.ts';
import {
  type DescribeConsumerGroupResult,
  describeConsumerGroup,
} from '../core/group/consumer/describe-consumer-group.ts';
import type {
  ConsumerHeartbeatCommand,
  ConsumerHeartbeatResult,
} from '../core/group/consumer/heartbeat-command.ts';
import { deleteGroup } from '../core/group/delete-group.ts';
import {
  type DeleteOffsetsCommand,
  type DeleteOffsetsResult,
  deleteOffsets,
} from '../core/group/delete-offsets.ts';
import { describeGroup } from '../core/group/describe-group.ts';
import { endGroupTransaction } from '../core/group/end-transaction.ts';
import { fetchOffsets, type OffsetsQuery, type OffsetsResult } from '../core/group/fetch-offsets.ts';
import { type HeartbeatCommand, heartbeat } from '../core/group/heartbeat.ts';
import { type JoinCommand, joinGroup } from '../core/group/join-group.ts';
import { type LeaveCommand, leaveGroup } from '../core/group/leave-group.ts';
import {
  type HeartbeatResult,
  type JoinResult,
  joinFailed,
  type LeaveResult,
  type SyncResult,
  syncFailed,
} from '../core/group/results.ts';
import { type SyncCommand, syncGroup } from '../core/group/sync-group.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import type {
  Asked,
  ClusterAccess,
  CoordinatorLocation,
  DescribeResult,
  GroupAccess,
  GroupListing,
  ListResult,
} from './services.ts';

/** Brings each command to the shard of its group, or says why there is none. */
export class GroupService implements GroupAccess {
  readonly #coordinator: GroupCoordinator;
  readonly #cluster: Pick<ClusterAccess, 'isHeard'>;
  readonly #servesConsumerProtocol: boolean;
  readonly #sessionTimeoutMinMs: number;
  readonly #sessionTimeoutMaxMs: number;

  constructor(
    coordinator: GroupCoordinator,
    { config, cluster }: { readonly config: BrokerConfig; readonly cluster: Pick<ClusterAccess, 'isHeard'> },
  ) {
    const { values } = config;
    this.#coordinator = coordinator;
    this.#cluster = cluster;
    this.#servesConsumerProtocol = values['group.coordinator.rebalance.protocols'].includes('consumer');
    this.#sessionTimeoutMinMs = values['group.min.session.timeout.ms'];
    this.#sessionTimeoutMaxMs = values['group.max.session.timeout.ms'];
  }

  findCoordinator(groupId: string): Promise<CoordinatorLocation> {
    return this.#coordinator.topic.locate(groupId);
  }

  joinGroup(command: Asked<JoinCommand>): Promise<JoinResult> {
    const { sessionTimeoutMs } = command;
    const refused = (error: ErrorName) => joinFailed(error, command.memberId);
    if (sessionTimeoutMs < this.#sessionTimeoutMinMs || sessionTimeoutMs > this.#sessionTimeoutMaxMs)
      return Promise.resolve(refused('INVALID_SESSION_TIMEOUT'));
    return this.#coordinator.submit<JoinResult>(command.group, refused, (shard, reply, now) =>
      joinGroup(shard, { ...command, reply }, now),
    );
  }

  syncGroup(command: Asked<SyncCommand>): Promise<SyncResult> {
    return this.#coordinator.submit<SyncResult>(command.group, syncFailed, (shard, reply) =>
      syncGroup(shard, { ...command, reply }),
    );
  }

  heartbeat(command: Asked<HeartbeatCommand>): Promise<HeartbeatResult> {
    const refused = (error: ErrorName): HeartbeatResult => ({
      // A heartbeat that meets a loading coordinator must not make the member think that it is out.
      error: error === 'COORDINATOR_LOAD_IN_PROGRESS' ? null : error,
    });
    return this.#coordinator.submit<HeartbeatResult>(command.group, refused, (shard, reply, now) =>
      heartbeat(shard, { ...command, reply }, now),
    );
  }

  consumerHeartbeat(command: Asked<ConsumerHeartbeatCommand>): Promise<ConsumerHeartbeatResult> {
    const refused = (error: ErrorName): ConsumerHeartbeatResult => ({ error, message: null });
    if (!this.#servesConsumerProtocol) return Promise.resolve(refused('UNSUPPORTED_VERSION'));
    return this.#coordinator.submit<ConsumerHeartbeatResult>(command.group, refused, (shard, reply, now) =>
      consumerHeartbeat(shard, { ...command, reply }, now),
    );
  }

  describeConsumerGroup(groupId: string): Promise<DescribeConsumerGroupResult> {
    return this.#coordinator.read<DescribeConsumerGroupResult>(groupId, (shard) =>
      describeConsumerGroup(shard, groupId),
    );
  }

  leaveGroup(command: Asked<LeaveCommand>): Promise<LeaveResult> {
    const refused = (error: ErrorName): LeaveResult => ({ error, members: [] });
    return this.#coordinator.submit<LeaveResult>(command.group, refused, (shard, reply, now) =>
      leaveGroup(shard, { ...command, reply }, now),
    );
  }

  commitOffsets(command: Asked<CommitCommand>): Promise<CommitResult> {
    return this.#coordinator.submit<CommitResult>(command.group, failed, (shard, reply, now) =>
      commitOffsets(shard, { ...command, reply }, now),
    );
  }

  commitTransactionOffsets(command: Asked<TransactionCommitCommand>): Promise<CommitResult> {
    return this.#coordinator.submit<CommitResult>(command.group, failed, (shard, reply, now) =>
      commitTransactionOffsets(shard, { ...command, reply }, now),
    );
  }

  partitionOf(groupId: string): number | null {
    return this.#coordinator.topic.partitionOf(groupId);
  }

  async endTransaction(partition: number, end: TransactionEnd): Promise<ErrorName | null> {
    const shard = this.#coordinator.topic.shard(partition);
    if (shard === undefined) return 'NOT_COORDINATOR';
    const ended = await shard.submit<{ readonly error: ErrorName | null }>(
      (_shard, reply) => endGroupTransaction({ reply, end }),
      failed,
    );
    return ended.error;
  }

  /**
   * A stable offset is where somebody goes on, exactly once: a broker that may have been fenced does not tell it, as what a successor has
   * committed since would be done again.
   */
  fetchOffsets(query: OffsetsQuery): Promise<OffsetsResult> {
    if (query.requireStable && !this.#cluster.isHeard) return Promise.resolve({ error: 'NOT_COORDINATOR' });
    return this.#coordinator.read<OffsetsResult>(query.group, (shard) => fetchOffsets(shard, query));
  }

  async listGroups(): Promise<ListResult> {
    const groups: GroupListing[] = [];
    let loading = false;
    for (const shard of this.#coordinator.topic.shards()) {
      const listed = await shard.read(
        (state) => [...state.groups.values()],
        (error) => {
          loading ||= error === 'COORDINATOR_LOAD_IN_PROGRESS';
          return [];
        },
      );
      for (const { id, type, state, protocolType } of listed)
        groups.push({ groupId: id, type, state, protocolType: protocolType ?? '' });
    }
    return { error: loading ? 'COORDINATOR_LOAD_IN_PROGRESS' : null, groups };
  }

  describeGroup(groupId: string): Promise<DescribeResult> {
    return this.#coordinator.read<DescribeResult>(groupId, (shard) => {
      const group = describeGroup(shard, groupId);
      return group ? { error: null, group } : { error: 'GROUP_ID_NOT_FOUND' };
    });
  }

  deleteOffsets(command: Asked<DeleteOffsetsCommand>): Promise<DeleteOffsetsResult> {
    return this.#coordinator.submit<DeleteOffsetsResult>(command.group, failed, (shard, reply) =>
      deleteOffsets(shard, { ...command, reply }),
    );
  }

  deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null }> {
    return this.#coordinator.submit<{ readonly error: ErrorName | null }>(groupId, failed, (shard, reply) =>
      deleteGroup(shard, { reply, group: groupId }),
    );
  }
}

function failed(error: ErrorName): { readonly error: ErrorName } {
  return { error };
}
