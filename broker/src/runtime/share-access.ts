import type { ErrorName } from '@millrace/protocol';
import type { DeleteShareStateCommand } from '../core/share/delete-share-state.ts';
import type { InitializeShareStateCommand } from '../core/share/initialize-share-state.ts';
import type { ReadShareStateQuery } from '../core/share/read-share-state.ts';
import type { ShareMember } from '../core/share/share-group.ts';
import type { ShareHeartbeatCommand, ShareHeartbeatResult } from '../core/share/share-group-heartbeat.ts';
import type { SharePartitionKey, SharePartitionState } from '../core/share/share-state-record.ts';
import type { ShareStateResult } from '../core/share/share-state-shard.ts';
import type { NamedTopicPartitions } from '../core/share/topic-partitions.ts';
import type { WriteShareStateCommand } from '../core/share/write-share-state.ts';
import type { Place } from './high-watermarks.ts';
import type { Asked, CoordinatorLocation } from './services.ts';

/** Some of what is stored of a share partition, or why it is not told. */
type Told<Fields extends keyof SharePartitionState> =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly state: Pick<SharePartitionState, Fields> };

/** What the leader of a partition begins with. */
export type SharePartitionBeginning = Told<'stateEpoch' | 'startOffset' | 'batches'>;
/** Where a group stands in a partition. */
export type SharePartitionSummary = Told<
  'stateEpoch' | 'leaderEpoch' | 'startOffset' | 'deliveryCompleteCount'
>;

/**
 * What the share coordinator of a partition is asked: here, or over the wire. Errors are values; what is answered is committed.
 * A call to another broker rejects where no answer comes: then nobody knows.
 */
export interface ShareCoordinator {
  initialize(command: Asked<InitializeShareStateCommand>): Promise<ShareStateResult>;
  write(command: Asked<WriteShareStateCommand>): Promise<ShareStateResult>;
  /** What a leader of the partition begins with; older leaders are refused from then on. */
  read(query: ReadShareStateQuery): Promise<SharePartitionBeginning>;
  /** Where the group stands; what nothing is stored of begins at UNSET. */
  summarize(key: SharePartitionKey): Promise<SharePartitionSummary>;
  delete(command: Asked<DeleteShareStateCommand>): Promise<ShareStateResult>;
}

/** The share coordinator: what is stored in the partitions of `__share_group_state` that are led here. */
export interface ShareStateAccess extends ShareCoordinator {
  /** The broker that leads the key's partition; makes `__share_group_state` where it does not exist. */
  findCoordinator(key: SharePartitionKey): Promise<CoordinatorLocation>;
}

export interface ShareGroupDescription {
  readonly error: null;
  readonly state: 'Empty' | 'Stable';
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly members: readonly ShareMember[];
}

/** Why a group is not described. */
export interface ShareGroupUntold {
  readonly error: ErrorName;
  readonly message?: string;
}

/** Where a group stands in a partition; UNSET where it has not begun. */
export type ShareGroupOffset =
  | { readonly error: ErrorName }
  | {
      readonly error: null;
      readonly startOffset: number;
      readonly leaderEpoch: number;
      readonly deliveryCompleteCount: number;
    };

export interface StartOffset {
  readonly topicId: string;
  readonly partition: number;
  readonly startOffset: number;
}

/** Share groups (KIP-932): their members, and where they stand. Errors are values; nothing rejects for what is asked. */
export interface ShareGroupAccess {
  /** Waits, within bounds, until the group has begun in what the member reads. */
  heartbeat(command: Omit<Asked<ShareHeartbeatCommand>, 'maxSize'>): Promise<ShareHeartbeatResult>;
  describe(groupId: string): Promise<ShareGroupDescription | ShareGroupUntold>;
  /** In which partitions the group has begun. */
  begunTopics(
    groupId: string,
  ): Promise<{ readonly error: ErrorName | null; readonly topics: readonly NamedTopicPartitions[] }>;
  offset(groupId: string, topicId: string, partition: number): Promise<ShareGroupOffset>;
  /** High watermarks of partitions, in their order, asked of their leaders; null where one does not tell. */
  highWatermarks(places: readonly Place[]): Promise<readonly (number | null)[]>;
  /** Has a group without members begin anew. @param topics those of the offsets. @returns an error for each offset besides */
  alterOffsets(
    groupId: string,
    topics: readonly NamedTopicPartitions[],
    offsets: readonly StartOffset[],
  ): Promise<{ readonly error: ErrorName | null; readonly errors: readonly (ErrorName | null)[] }>;
  /** Has a group without members forget topics. */
  deleteOffsets(groupId: string, topics: readonly NamedTopicPartitions[]): Promise<ErrorName | null>;
  /** Null: it is no share group. */
  deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null } | null>;
}
