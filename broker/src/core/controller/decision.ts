import type { Uuid } from '@millrace/foundation/types';
import type { ConfigResourceType, MetadataImage } from '../metadata/image.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { Refusal } from './commands.ts';

/** What a command comes to: records to append as one batch, and the answer once they are committed and replayed. */
export interface Decision<Response> {
  readonly records: readonly MetadataRecord[];
  readonly response: Response;
}

/** What a decision is made from. The image includes every record decided before, committed or not. */
export interface DecisionInput {
  readonly image: MetadataImage;
  /** The offset that the first record of this decision gets. */
  readonly nextOffset: number;
  readonly rules: ControllerRules;
  readonly newId: () => Uuid;
  /** A float in [0, 1). */
  readonly random: () => number;
}

export interface ControllerRules {
  readonly defaultNumPartitions: number;
  readonly defaultReplicationFactor: number;
  readonly deleteTopicEnable: boolean;
  readonly isIpAddress: (text: string) => boolean;
  /** Whether the topic rather loses records than waits for a replica that is in sync. */
  readonly allowsUncleanElection: (image: MetadataImage, topic: string) => boolean;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: (image: MetadataImage, topic: string) => number;
  /** @returns why a resource may not have this whole set of configs; null where it may */
  readonly validateConfigs: (type: ConfigResourceType, values: ReadonlyMap<string, string>) => Refusal | null;
  /** Whether single items can be appended to the config and taken out. */
  readonly isListConfig: (type: ConfigResourceType, name: string) => boolean;
  /** What holds where the resource sets nothing. */
  readonly defaultConfig: (type: ConfigResourceType, name: string) => string | null;
}

/** Records that one command may give, as in Kafka: a larger one is refused with POLICY_VIOLATION. */
export const RECORDS_PER_COMMAND_MAX = 10_000;

/** Told of each item of a command that would give too many records: none of it is done. */
export const TOO_MUCH_AT_ONCE: Refusal = {
  error: 'POLICY_VIOLATION',
  message: 'The request changes too much at once.',
};
