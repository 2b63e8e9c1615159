import type { Uuid } from '@millrace/foundation/types';
import type { BrokerImage, PartitionImage } from './image.ts';
import { type MetadataRecord, NO_LEADER_CHANGE } from './records.ts';

/** `leaderRecoveryState`: the leader was in sync, or came by an unclean election. */
const RECOVERED = 0;
const RECOVERING = 1;
const NO_CHANGE = -1;

export function partitionRecord(topicId: Uuid, partition: PartitionImage): MetadataRecord {
  return {
    kind: 'PartitionRecord',
    value: {
      partitionId: partition.partition,
      topicId,
      replicas: partition.replicas,
      isr: partition.isr,
      removingReplicas: partition.removing,
      addingReplicas: partition.adding,
      leader: partition.leader,
      leaderRecoveryState: RECOVERED,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      directories: partition.directories,
      eligibleLeaderReplicas: partition.elr.length > 0 ? partition.elr : null,
      lastKnownElr: null,
    },
  };
}

export type PartitionChangeRecordOf = Extract<MetadataRecord, { readonly kind: 'PartitionChangeRecord' }>;

/** What changes of a partition; what is left out stays. */
export interface PartitionChange {
  readonly isr?: readonly number[];
  readonly elr?: readonly number[];
  /** -1: none. Naming one begins a leader epoch, the same one too. */
  readonly leader?: number;
  readonly replicas?: readonly number[];
  readonly adding?: readonly number[];
  readonly removing?: readonly number[];
  /** Of the new replicas, in their order. */
  readonly directories?: readonly Uuid[];
  /** The leader was not in sync: records may be lost. */
  readonly isRecovering?: boolean;
}

export function partitionChangeRecord(
  topicId: Uuid,
  partitionId: number,
  change: PartitionChange,
): PartitionChangeRecordOf {
  return {
    kind: 'PartitionChangeRecord',
    value: {
      partitionId,
      topicId,
      isr: change.isr ?? null,
      leader: change.leader ?? NO_LEADER_CHANGE,
      replicas: change.replicas ?? null,
      removingReplicas: change.removing ?? null,
      addingReplicas: change.adding ?? null,
      leaderRecoveryState: change.isRecovering === true ? RECOVERING : NO_CHANGE,
      directories: change.directories ?? null,
      eligibleLeaderReplicas: change.elr ?? null,
      lastKnownElr: null,
    },
  };
}

export function brokerRecord(broker: BrokerImage): MetadataRecord {
  return {
    kind: 'RegisterBrokerRecord',
    value: {
      brokerId: broker.id,
      isMigratingZkBroker: false,
      incarnationId: broker.incarnationId,
      brokerEpoch: broker.epoch,
      endPoints: broker.endpoints,
      features: [],
      rack: broker.rack,
      fenced: broker.fenced,
      inControlledShutdown: broker.inControlledShutdown,
      logDirs: broker.logDirs,
      cordonedLogDirs: null,
    },
  };
}
