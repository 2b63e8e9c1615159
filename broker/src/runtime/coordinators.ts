import { GroupCoordinator, type GroupCoordinatorOptions } from './group-coordinator.ts';
import { GroupService } from './group-service.ts';
import type { LocalPartitions } from './local-partitions.ts';
import { clusterMarkerWriter } from './marker-writer.ts';
import { createProducerIds } from './producer-id-block.ts';
import type { ReplicaPeers } from './replica-peers.ts';
import type { GroupAccess, ProducerIds } from './services.ts';
import { ShareGroupService } from './share-group-service.ts';
import { SharePartitions } from './share-partitions.ts';
import type { SharePeers } from './share-peers.ts';
import { ShareSessions } from './share-sessions.ts';
import { ShareStateClient } from './share-state-client.ts';
import { ShareStateService } from './share-state-service.ts';
import { TransactionService } from './transaction-service.ts';

export interface CoordinatorsOptions extends GroupCoordinatorOptions {
  readonly partitions: LocalPartitions;
  readonly peers: ReplicaPeers;
  readonly sharePeers: SharePeers;
}

/** What keeps its state in topics of the broker's own. */
export interface Coordinators {
  readonly groups: GroupAccess;
  readonly groupCoordinator: GroupCoordinator;
  readonly transactions: TransactionService;
  readonly shareState: ShareStateService;
  readonly shareGroups: ShareGroupService;
  readonly sharePartitions: SharePartitions;
  readonly shareSessions: ShareSessions;
  readonly producerIds: ProducerIds;
  close(): void;
}

/** Makes the coordinators; each takes its own topic's partitions from then on, as they are led and lost. */
export function createCoordinators(options: CoordinatorsOptions): Coordinators {
  const { partitions, cluster, sharePeers } = options;
  const groupCoordinator = new GroupCoordinator(options);
  const groups = new GroupService(groupCoordinator, options);
  const producerIds = createProducerIds(cluster);
  const markers = clusterMarkerWriter({ ...options, groups });
  const transactions = new TransactionService({ ...options, producerIds, markers });
  const shareState = new ShareStateService(options);
  const client = new ShareStateClient({ ...options, local: shareState, peers: sharePeers });
  const shareGroups = new ShareGroupService({ ...options, groups: groupCoordinator, shareState: client });
  const sharePartitions = new SharePartitions({ ...options, shareState: client });
  const shareSessions = new ShareSessions(sharePartitions, options.config);
  partitions.onChange({
    led: (partition) => {
      groupCoordinator.topic.partitionLed(partition);
      transactions.partitionLed(partition);
      shareState.topic.partitionLed(partition);
      sharePartitions.partitionMoved(partition.topic, partition.partition);
    },
    lost: (topic, partition) => {
      groupCoordinator.topic.partitionLost(topic, partition);
      transactions.partitionLost(topic, partition);
      shareState.topic.partitionLost(topic, partition);
      sharePartitions.partitionMoved(topic, partition);
    },
    topicsDeleted: (topics) => {
      groupCoordinator.topicsDeleted(topics);
      shareState.topicsDeleted();
    },
  });
  return {
    groups,
    groupCoordinator,
    transactions,
    shareState,
    shareGroups,
    sharePartitions,
    shareSessions,
    producerIds,
    close: () => {
      shareSessions.close();
      sharePartitions.close();
      shareGroups.close();
      client.close();
      shareState.close();
      transactions.close();
      groupCoordinator.close();
    },
  };
}
