import type { Clock, Logger, Random, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { Partition } from './partition.ts';
import type { Purgatory } from './purgatory.ts';

/** What an API handler may use. Each member is one room of the broker; handlers hold no state of their own. */
export interface BrokerServices {
  readonly config: BrokerConfig;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metadata: MetadataAccess;
  readonly partitions: PartitionRegistry;
  readonly controller: ControllerAccess;
  readonly groups: GroupAccess;
  readonly producerIds: ProducerIds;
  readonly purgatory: Purgatory;
  /** What ApiVersions says: key and versions of each API. */
  readonly advertisedApis: readonly AdvertisedApi[];
}

export interface AdvertisedApi {
  readonly key: number;
  readonly versions: readonly [min: number, max: number];
}

export interface ProducerIds {
  /** An id that nobody else in the cluster has or had. Rejects when the controller cannot give any. */
  next(): Promise<number>;
}

export interface MetadataAccess {
  /** The image that this broker has replayed up to now. */
  image(): MetadataImage;
}

/** The partitions whose logs are here. */
export interface PartitionRegistry {
  get(topic: string, partition: number): Partition | undefined;
  /** @returns the partition led here, or what Kafka answers instead: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR */
  leader(topic: string, partition: number): Partition | ErrorName;
}

/** Commands to the controller; each resolves when its records are committed and replayed here, or says why not. */
export interface ControllerAccess {
  readonly createTopics: import('../core/controller/commands.ts').CreateTopics;
  readonly deleteTopics: import('../core/controller/commands.ts').DeleteTopics;
  readonly createPartitions: import('../core/controller/commands.ts').CreatePartitions;
  readonly incrementalAlterConfigs: import('../core/controller/commands.ts').IncrementalAlterConfigs;
  /** A block of producer ids for this broker: the first, and how many. */
  allocateProducerIds(): Promise<{ readonly first: number; readonly count: number }>;
}

/** Consumer groups by the classic protocol, and committed offsets. Shapes follow the requests' own. */
export type GroupAccess = import('./group-service.ts').GroupService;
