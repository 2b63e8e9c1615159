import type { ShareGroupRecord } from './share-group-records.ts';
import { byTopicId, type NamedTopicPartitions, type PartitionsById } from './topic-partitions.ts';

/** One consumer of a share group. */
export interface ShareMember {
  readonly id: string;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopics: readonly string[];
  /** The group's epoch of which the member was told; 0 before it was told anything. */
  readonly epoch: number;
  /** The one before: the answer that told of `epoch` may have been lost. */
  readonly previousEpoch: number;
  readonly assigned: PartitionsById;
}

/** Where a group has begun to read. */
export interface ShareGroupPartitions {
  /** Asked of the share coordinator, which has not confirmed yet: assigned to nobody. */
  readonly initializing: readonly NamedTopicPartitions[];
  readonly initialized: readonly NamedTopicPartitions[];
  /** Topics whose state is being forgotten. */
  readonly deleting: readonly { readonly topicId: string; readonly topicName: string }[];
}

const NO_PARTITIONS: ShareGroupPartitions = { initializing: [], initialized: [], deleting: [] };
const NOTHING: PartitionsById = new Map();

/** A share group as its records say: nothing changes but by their replay. */
export class ShareGroup {
  readonly type = 'share';
  readonly protocolType = 'share';
  readonly id: string;
  readonly members = new Map<string, ShareMember>();
  /** What each member is to have, as of `assignmentEpoch`. */
  readonly target = new Map<string, PartitionsById>();
  /** Grows with each change that may ask for another assignment. */
  epoch = 0;
  /** Of the topics that members read, when the epoch was set. */
  metadataHash = 0;
  /** What `stateEpoch` is above `epoch`. */
  stateEpochBase: number;
  assignmentEpoch = 0;
  partitions = NO_PARTITIONS;

  /** @param stateEpochBase above all epochs that the state of a group of this name has had before */
  constructor(id: string, stateEpochBase = 0) {
    this.id = id;
    this.stateEpochBase = stateEpochBase;
  }

  /** What the group begins in now has this epoch. Unlike `epoch`, it is another one for each group that had this name. */
  get stateEpoch(): number {
    return this.stateEpochBase + this.epoch;
  }

  get state(): 'Empty' | 'Stable' {
    return this.members.size === 0 ? 'Empty' : 'Stable';
  }

  targetOf(memberId: string): PartitionsById {
    return this.target.get(memberId) ?? NOTHING;
  }

  replay(record: ShareGroupRecord): void {
    switch (record.kind) {
      case 'share-group':
        this.epoch = record.value?.epoch ?? 0;
        this.metadataHash = record.value?.metadataHash ?? 0;
        this.stateEpochBase = record.value?.stateEpochBase ?? 0;
        return;
      case 'share-target-epoch':
        this.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
        return;
      case 'share-target':
        if (record.value === null) this.target.delete(record.member);
        else this.target.set(record.member, byTopicId(record.value.topicPartitions));
        return;
      case 'share-partitions':
        this.partitions = record.value === null ? NO_PARTITIONS : partitionsOf(record.value);
        return;
      case 'share-member':
        if (record.value === null) this.members.delete(record.member);
        else {
          const { subscribedTopicNames, ...who } = record.value;
          this.#change(record.member, { ...who, subscribedTopics: subscribedTopicNames });
        }
        return;
      case 'share-current':
        // Without its value the member is on its way out: its own tombstone follows.
        if (record.value !== null) {
          const { memberEpoch, previousMemberEpoch, assignedPartitions } = record.value;
          const assigned = byTopicId(assignedPartitions);
          this.#change(record.member, { epoch: memberEpoch, previousEpoch: previousMemberEpoch, assigned });
        }
        return;
    }
  }

  #change(id: string, change: Partial<ShareMember>): void {
    this.members.set(id, { ...(this.members.get(id) ?? newShareMember(id)), ...change });
  }
}

export function newShareMember(id: string): ShareMember {
  return {
    id,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopics: [],
    epoch: 0,
    previousEpoch: 0,
    assigned: NOTHING,
  };
}

function partitionsOf(
  value: Readonly<
    Record<'initializingTopics' | 'initializedTopics', readonly NamedTopicPartitions[]> & {
      deletingTopics: ShareGroupPartitions['deleting'];
    }
  >,
): ShareGroupPartitions {
  return {
    initializing: value.initializingTopics,
    initialized: value.initializedTopics,
    deleting: value.deletingTopics,
  };
}
