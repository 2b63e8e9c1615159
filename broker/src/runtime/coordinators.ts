import { GroupCoordinator, type GroupCoordinatorOptions } from './group-coordinator.ts';
import { GroupService } from './group-service.ts';
import type { LocalPartitions } from './local-partitions.ts';
import { localMarkerWriter } from './marker-writer.ts';
import { createProducerIds } from './producer-id-block.ts';
import type { GroupAccess, ProducerIds } from './services.ts';
import { TransactionService } from './transaction-service.ts';

export interface CoordinatorsOptions extends GroupCoordinatorOptions {
  readonly partitions: LocalPartitions;
}

/** What keeps its state in topics of the broker's own. */
export interface Coordinators {
  readonly groups: GroupAccess;
  readonly groupCoordinator: GroupCoordinator;
  readonly transactions: TransactionService;
  readonly producerIds: ProducerIds;
  close(): void;
}

/** Makes the coordinators; each takes its own topic's partitions from then on, as they are led and lost. */
export function createCoordinators(options: CoordinatorsOptions): Coordinators {
  const { partitions, controller } = options;
  const groupCoordinator = new GroupCoordinator(options);
  const groups = new GroupService(groupCoordinator, options.config);
  const producerIds = createProducerIds(controller);
  const markers = localMarkerWriter({ ...options, groups });
  const transactions = new TransactionService({ ...options, producerIds, markers });
  partitions.onChange({
    led: (partition) => {
      groupCoordinator.topic.partitionLed(partition);
      transactions.partitionLed(partition);
    },
    lost: (topic, partition) => {
      groupCoordinator.topic.partitionLost(topic, partition);
      transactions.partitionLost(topic, partition);
    },
    topicsDeleted: (topics) => groupCoordinator.topicsDeleted(topics),
  });
  return {
    groups,
    groupCoordinator,
    transactions,
    producerIds,
    close: () => {
      transactions.close();
      groupCoordinator.close();
    },
  };
}
