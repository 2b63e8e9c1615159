import type { Uuid } from '@millrace/foundation/types';

/** Partitions of a topic; sorted. */
export interface TopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** Partitions of a topic, with the name that it had. */
export interface NamedTopicPartitions extends TopicPartitions {
  readonly topicName: string;
}

/** Partitions of topics, by the topic's id. */
export type PartitionsById = ReadonlyMap<Uuid, readonly number[]>;

export function byTopicId(topics: readonly TopicPartitions[]): PartitionsById {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, sorted(partitions)]));
}

export function toTopicPartitions(partitions: PartitionsById): readonly TopicPartitions[] {
  return [...partitions].map(([topicId, ids]) => ({ topicId, partitions: ids }));
}

export function isSameAssignment(one: PartitionsById, other: PartitionsById): boolean {
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.length !== partitions.length) return false;
    if (!partitions.every((partition, index) => others[index] === partition)) return false;
  }
  return true;
}

/** All of both. */
export function withPartitions(
  topics: readonly NamedTopicPartitions[],
  more: readonly NamedTopicPartitions[],
): readonly NamedTopicPartitions[] {
  const all = new Map(topics.map((topic) => [topic.topicId, topic]));
  for (const topic of more) {
    const known = all.get(topic.topicId)?.partitions ?? [];
    all.set(topic.topicId, { ...topic, partitions: sorted([...new Set([...known, ...topic.partitions])]) });
  }
  return [...all.values()];
}

/** What is in the first and not in the second; no topic without a partition. */
export function withoutPartitions(
  topics: readonly NamedTopicPartitions[],
  less: readonly TopicPartitions[],
): readonly NamedTopicPartitions[] {
  const gone = new Map(less.map(({ topicId, partitions }) => [topicId, new Set(partitions)]));
  return topics
    .map((topic) => ({
      ...topic,
      partitions: topic.partitions.filter((partition) => gone.get(topic.topicId)?.has(partition) !== true),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

function sorted(partitions: readonly number[]): readonly number[] {
  return partitions.toSorted((one, other) => one - other);
}
