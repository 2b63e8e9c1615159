import type { Uuid } from '@millrace/foundation/types';
import type { StateBatch } from './state-batches.ts';

/** One partition as one share group reads it. */
export interface SharePartitionKey {
  readonly group: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

/** The key as Kafka writes it: its hash says which partition of `__share_group_state` keeps it. */
export function sharePartitionName({ group, topicId, partition }: SharePartitionKey): string {
  return `${group}:${topicId}:${partition}`;
}

/** What stands in a request or a record for "not said, or not known yet". */
export const UNSET = -1;

/** All that is stored of a share partition. */
export interface SharePartitionState {
  readonly snapshotEpoch: number;
  /** Grows when the group begins anew in the partition: who writes for an older one is refused. */
  readonly stateEpoch: number;
  /** Of the partition's leader that wrote last: an older leader is refused. */
  readonly leaderEpoch: number;
  /** UNSET until a leader has found out where the group begins. */
  readonly startOffset: number;
  /** Offsets from the start on that are done with; UNSET where nobody has said. */
  readonly deliveryCompleteCount: number;
  readonly createMs: number;
  readonly writeMs: number;
  readonly batches: readonly StateBatch[];
}

/** What has changed since the snapshot of that epoch, and the updates before this one. */
export interface SharePartitionUpdate {
  readonly snapshotEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
  readonly batches: readonly StateBatch[];
}

/** What the share coordinator keeps in `__share_group_state`. A snapshot without a value ends the key. */
export type ShareStateRecord =
  | {
      readonly kind: 'snapshot';
      readonly key: SharePartitionKey;
      readonly value: SharePartitionState | null;
    }
  | {
      readonly kind: 'update';
      readonly key: SharePartitionKey;
      readonly value: SharePartitionUpdate | null;
    };
