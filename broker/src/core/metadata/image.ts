import type { Uuid } from '@millrace/foundation/types';
import type { ClientQuotasImage } from '../quota/client-quotas.ts';

/**
 * The cluster's metadata as of one offset of `__cluster_metadata`: what every handler reads. Built only by replaying
 * records (`replay.ts`); never changed by hand.
 */
export interface MetadataImage {
  /** Offset of the last record that was replayed, and its epoch; -1 before the first. */
  readonly offset: number;
  readonly epoch: number;
  readonly brokers: ReadonlyMap<number, BrokerImage>;
  readonly topicsByName: ReadonlyMap<string, TopicImage>;
  readonly topicsById: ReadonlyMap<Uuid, TopicImage>;
  /** Dynamic configs by resource type and name (`''` for the cluster-wide broker default). */
  readonly configs: ConfigsImage;
  /** Finalised feature levels. */
  readonly features: ReadonlyMap<string, number>;
  /** What users, clients and addresses may use. */
  readonly clientQuotas: ClientQuotasImage;
  /** The first producer id that was not handed out yet. */
  readonly nextProducerId: number;
}

export type ConfigResourceType = 'topic' | 'broker' | 'group' | 'client-metrics' | 'broker-logger';

export interface ConfigsImage {
  get(type: ConfigResourceType, name: string): ReadonlyMap<string, string> | undefined;
  /** All that is set, resource by resource. */
  resources(): Iterable<ConfigResourceImage>;
}

export interface ConfigResourceImage {
  readonly type: ConfigResourceType;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

export interface BrokerImage {
  readonly id: number;
  /** The registration's epoch: offset of its record. */
  readonly epoch: number;
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  /** Ids of its log folders. */
  readonly logDirs: readonly Uuid[];
}

export interface BrokerEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** 0: PLAINTEXT. */
  readonly securityProtocol: number;
}

export interface TopicImage {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: readonly PartitionImage[];
}

export interface PartitionImage {
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /**
   * Eligible leader replicas (KIP-966): they left the in-sync set when it was, or came, below `min.insync.replicas`, so that nothing
   * was committed that they lack.
   */
  readonly elr: readonly number[];
  /** Of `replicas`: those that a reassignment brings (KIP-455), and those that leave when all others are in sync. */
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  /** One log folder's id per replica, in the same order. */
  readonly directories: readonly Uuid[];
  /** -1: none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}
