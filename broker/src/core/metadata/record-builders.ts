import type { Uuid } from '@millrace/foundation/types';
import type { BrokerImage, PartitionImage } from './image.ts';
import type { MetadataRecord } from './records.ts';

/** Replicas that were recovered cleanly; the other state comes with unclean elections. */
const RECOVERED = 0;
const NO_CHANGE = -1;

export function partitionRecord(topicId: Uuid, partition: PartitionImage): MetadataRecord {
  return {
    kind: 'PartitionRecord',
    value: {
      partitionId: partition.partition,
      topicId,
      replicas: partition.replicas,
      isr: partition.isr,
      removingReplicas: [],
      addingReplicas: [],
      leader: partition.leader,
      leaderRecoveryState: RECOVERED,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      directories: partition.directories,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

/** Which leader the partition has from now on, or -1; everything else stays. */
export function leaderChangeRecord(topicId: Uuid, partitionId: number, leader: number): MetadataRecord {
  return {
    kind: 'PartitionChangeRecord',
    value: {
      partitionId,
      topicId,
      isr: null,
      leader,
      replicas: null,
      removingReplicas: null,
      addingReplicas: null,
      leaderRecoveryState: NO_CHANGE,
      directories: null,
      eligibleLeaderReplicas: null,
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
