import type { GroupCoordinatorOptions } from './group-coordinator.ts';
import { createGroupService, type RunningGroupService } from './group-service.ts';
import type { LocalPartitions } from './local-partitions.ts';
import { localMarkerWriter } from './marker-writer.ts';
import { createProducerIds } from './producer-id-block.ts';
import type { ProducerIds } from './services.ts';
import { TransactionService } from './transaction-service.ts';

export interface CoordinatorsOptions extends GroupCoordinatorOptions {
  readonly partitions: LocalPartitions;
}

/** What keeps its state in topics of the broker's own. */
export interface Coordinators {
  readonly groups: RunningGroupService;
  readonly transactions: TransactionService;
  readonly producerIds: ProducerIds;
  close(): void;
}

/** Makes the coordinators; each takes its own topic's partitions from then on, as they are led and lost. */
export function createCoordinators(options: CoordinatorsOptions): Coordinators {
  const { partitions, controller } = options;
  const groups = createGroupService(options);
  const producerIds = createProducerIds(controller);
  const markers = localMarkerWriter({ ...options, groups });
  const transactions = new TransactionService({ ...options, producerIds, markers });
  partitions.onChange({
    led: (partition) => {
      groups.partitionLed(partition);
      transactions.partitionLed(partition);
    },
    lost: (topic, partition) => {
      groups.partitionLost(topic, partition);
      transactions.partitionLost(topic, partition);
    },
    topicsDeleted: (topics) => groups.topicsDeleted(topics),
  });
  return {
    groups,
    transactions,
    producerIds,
    close: () => {
      transactions.close();
      groups.close();
    },
  };
}
