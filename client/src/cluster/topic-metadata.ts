import type { Uuid } from '@millrace/foundation';
import { type ErrorName, errorByCode } from '@millrace/protocol';
import type { MetadataResponseTopic } from '@millrace/protocol/messages';

export const NO_LEADER = -1;

export interface PartitionMetadata {
  readonly partition: number;
  /** Broker id, or {@link NO_LEADER}. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export interface TopicMetadata {
  readonly name: string;
  /** The zero uuid from brokers before topic ids. */
  readonly topicId: Uuid;
  readonly internal: boolean;
  /** By partition number. */
  readonly partitions: readonly PartitionMetadata[];
}

/** What a Metadata answer says of a topic: its state, or why there is none. */
export type TopicAnswer =
  | { readonly name: string; readonly error: null; readonly topic: TopicMetadata }
  | { readonly name: string; readonly error: ErrorName; readonly topic: null };

/** A topic without a leader for some partition (LEADER_NOT_AVAILABLE) is usable for the others, so it counts as known. */
export function readTopic(answer: MetadataResponseTopic): TopicAnswer {
  const name = answer.name ?? '';
  const error = errorByCode(answer.errorCode).name;
  if (error !== 'NONE') return { name, error, topic: null };
  const partitions: PartitionMetadata[] = [];
  const sorted = [...answer.partitions].sort((a, b) => a.partitionIndex - b.partitionIndex);
  for (const partition of sorted) {
    if (partition.partitionIndex !== partitions.length) break;
    partitions.push({
      partition: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
    });
  }
  const topic = { name, topicId: answer.topicId, internal: answer.isInternal, partitions };
  return { name, error: null, topic };
}

/**
 * What to believe when a newer answer meets what is known: brokers learn of elections at different times, so a leader of
 * an older epoch is stale and the known one stays (KIP-320). A topic of another id is another topic.
 */
export function mergeTopic(known: TopicMetadata | undefined, answer: TopicMetadata): TopicMetadata {
  if (known === undefined || known.topicId !== answer.topicId) return answer;
  const partitions = answer.partitions.map((fresh) => {
    const old = known.partitions[fresh.partition];
    return old !== undefined && old.leaderEpoch > fresh.leaderEpoch ? old : fresh;
  });
  return { ...answer, partitions };
}
