import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { ConfigResourceType } from '../metadata/image.ts';

/**
 * What the controller can be asked for. Each item of a command is decided by itself: one refused topic does not stop the
 * others, as in Kafka. Commands never reject for what a client can cause; they answer by value.
 */

/** Why an item was refused, by Kafka's name and in one sentence. */
export interface Refusal {
  readonly error: ErrorName;
  readonly message: string | null;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
}

/** What every command that makes or deletes partitions may bring. */
export interface Admission {
  /** Asked for each topic that nothing else refuses, with its partitions: whether the client's quota allows them. */
  readonly admits?: (partitionCount: number) => boolean;
}

/** What a topic is refused with whose partitions its client's quota does not allow. */
export const QUOTA_EXCEEDED: Refusal = {
  error: 'THROTTLING_QUOTA_EXCEEDED',
  message: 'The quota of partitions to make and delete is used up for now.',
};

/** CreateTopics (KIP-4, defaults by KIP-464). */
export interface CreateTopicsCommand extends Admission {
  readonly topics: readonly TopicToCreate[];
  /** Decides and answers as ever, but changes nothing. */
  readonly validateOnly: boolean;
}

export interface TopicToCreate {
  readonly name: string;
  /** -1: the broker's `num.partitions`, or what `assignments` says. */
  readonly numPartitions: number;
  /** -1: the broker's `default.replication.factor`, or what `assignments` says. */
  readonly replicationFactor: number;
  /** Empty: the controller places the replicas. */
  readonly assignments: readonly ReplicaAssignment[];
  readonly configs: readonly ConfigEntry[];
}

export interface ReplicaAssignment {
  readonly partition: number;
  readonly brokerIds: readonly number[];
}

export type CreateTopicResult = { readonly name: string } & (
  | {
      readonly error: null;
      readonly topicId: Uuid;
      readonly numPartitions: number;
      readonly replicationFactor: number;
      /** The topic's own settings, as stored. */
      readonly configs: ReadonlyMap<string, string>;
    }
  | Refusal
);

/** DeleteTopics, each by name or (KIP-516) by id. */
export interface DeleteTopicsCommand extends Admission {
  readonly topics: readonly TopicReference[];
}

export type TopicReference = { readonly name: string } | { readonly topicId: Uuid };

export interface DeleteTopicResult {
  /** Null where an id is unknown. */
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** CreatePartitions (KIP-195). */
export interface CreatePartitionsCommand extends Admission {
  readonly topics: readonly PartitionsToCreate[];
  readonly validateOnly: boolean;
}

export interface PartitionsToCreate {
  readonly name: string;
  /** How many the topic is to have in all. */
  readonly count: number;
  /** One list of brokers per new partition; null: the controller places them. */
  readonly assignments: readonly (readonly number[])[] | null;
}

export interface CreatePartitionsResult {
  readonly name: string;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** IncrementalAlterConfigs (KIP-339). */
export interface IncrementalAlterConfigsCommand {
  readonly resources: readonly ConfigResourceChange[];
  readonly validateOnly: boolean;
}

export interface ConfigResourceChange {
  readonly type: ConfigResourceType;
  /** `''` for the cluster-wide default of the brokers. */
  readonly name: string;
  readonly changes: readonly ConfigChange[];
}

export interface ConfigChange {
  readonly name: string;
  readonly operation: 'set' | 'delete' | 'append' | 'subtract';
  readonly value: string | null;
}

/** AlterConfigs: what is not named is unset. */
export interface AlterConfigsCommand {
  readonly resources: readonly ConfigResourceReplacement[];
  readonly validateOnly: boolean;
}

export interface ConfigResourceReplacement {
  readonly type: ConfigResourceType;
  readonly name: string;
  readonly configs: readonly ConfigEntry[];
}

export interface AlterConfigsResult {
  readonly type: ConfigResourceType;
  readonly name: string;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** AllocateProducerIds (KIP-730): a block for one broker. */
export interface ProducerIdBlock {
  readonly first: number;
  readonly count: number;
}

export interface PartitionsOfTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What became of one partition of a command. */
export interface PartitionResult {
  readonly partition: number;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** ElectLeaders (KIP-460). */
export interface ElectLeadersCommand {
  readonly type: 'preferred' | 'unclean';
  /** Null: every partition; those that need no election are left out of the answer then. */
  readonly topics: readonly PartitionsOfTopic[] | null;
}

export interface ElectLeadersResult {
  readonly topic: string;
  readonly partitions: readonly PartitionResult[];
}

/** AlterPartitionReassignments (KIP-455). */
export interface AlterPartitionReassignmentsCommand {
  readonly allowReplicationFactorChange: boolean;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly PartitionToReassign[];
  }[];
}

export interface PartitionToReassign {
  readonly partition: number;
  /** Null takes a move back. */
  readonly replicas: readonly number[] | null;
}

export interface ReassignmentResult {
  readonly name: string;
  readonly partitions: readonly PartitionResult[];
}

/** AlterClientQuotas (KIP-546). */
export interface AlterClientQuotasCommand {
  readonly entries: readonly ClientQuotaChange[];
  readonly validateOnly: boolean;
}

export interface ClientQuotaChange {
  /** Names by type; null for all others of it. */
  readonly entity: ReadonlyMap<string, string | null>;
  readonly ops: readonly { readonly key: string; readonly value: number; readonly remove: boolean }[];
}

export interface AlterClientQuotasResult {
  readonly entity: ReadonlyMap<string, string | null>;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** UpdateFeatures (KIP-584): all of them or none. */
export interface UpdateFeaturesCommand {
  readonly updates: readonly FeatureUpdate[];
  readonly validateOnly: boolean;
}

export interface FeatureUpdate {
  readonly name: string;
  readonly level: number;
  /** Null where the request says something that there is not. */
  readonly type: 'upgrade' | 'safe-downgrade' | 'unsafe-downgrade' | null;
}

export interface UpdateFeaturesResult {
  readonly error: ErrorName | null;
  readonly message: string | null;
}
