import type { Clock, Logger, Random, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type {
  AlterConfigsResult,
  CreatePartitionsCommand,
  CreatePartitionsResult,
  CreateTopicResult,
  CreateTopicsCommand,
  DeleteTopicResult,
  DeleteTopicsCommand,
  IncrementalAlterConfigsCommand,
  ProducerIdBlock,
} from '../core/controller/commands.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { GroupService } from './group-service.ts';
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
  createTopics(command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]>;
  deleteTopics(command: DeleteTopicsCommand): Promise<readonly DeleteTopicResult[]>;
  createPartitions(command: CreatePartitionsCommand): Promise<readonly CreatePartitionsResult[]>;
  incrementalAlterConfigs(command: IncrementalAlterConfigsCommand): Promise<readonly AlterConfigsResult[]>;
  /** A block of producer ids for this broker (KIP-730). */
  allocateProducerIds(): Promise<ProducerIdBlock>;
}

/** Consumer groups by the classic protocol, and committed offsets. Shapes follow the requests' own. */
export type GroupAccess = GroupService;
