import type { Uuid } from '@millrace/foundation/types';

/** Partitions by topic id. */
export type TopicPartitions = ReadonlyMap<Uuid, ReadonlySet<number>>;

/** Partitions that a member has, by topic id, each with the epoch in which it was assigned (KIP-1251). */
export type HeldPartitions = ReadonlyMap<Uuid, ReadonlyMap<number, number>>;

/** Partitions as messages and records list them. */
export interface PartitionList {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

export const NO_PARTITIONS: TopicPartitions = new Map();
export const NOTHING_HELD: HeldPartitions = new Map();

export function partitionsOf(lists: readonly PartitionList[]): TopicPartitions {
  return new Map(lists.map(({ topicId, partitions }) => [topicId, new Set(partitions)]));
}

/** In the order of ids and numbers, so that equal ones are written alike. */
export function partitionLists(partitions: TopicPartitions | HeldPartitions): readonly PartitionList[] {
  return [...partitions]
    .filter(([, ofTopic]) => ofTopic.size > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([topicId, ofTopic]) => ({ topicId, partitions: [...ofTopic.keys()].sort((a, b) => a - b) }));
}

/** @param epochs of the partitions where they were not stored with them */
export function heldPartitionsOf(
  lists: readonly (PartitionList & { readonly assignmentEpochs: readonly number[] | null })[],
  epoch: number,
): HeldPartitions {
  return new Map(
    lists.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      new Map(partitions.map((partition, index) => [partition, assignmentEpochs?.[index] ?? epoch])),
    ]),
  );
}

export function heldPartitionLists(
  held: HeldPartitions,
): readonly (PartitionList & { readonly assignmentEpochs: readonly number[] })[] {
  return partitionLists(held).map(({ topicId, partitions }) => ({
    topicId,
    partitions,
    assignmentEpochs: partitions.map((partition) => held.get(topicId)?.get(partition) ?? 0),
  }));
}

export function samePartitions(
  one: TopicPartitions | HeldPartitions,
  other: TopicPartitions | HeldPartitions,
): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, ofTopic] of one) {
    const ofOther = other.get(topicId);
    if (ofOther === undefined || ofOther.size !== ofTopic.size) return false;
    for (const partition of ofTopic.keys()) if (!ofOther.has(partition)) return false;
  }
  return true;
}

/** Whether every one of these is held. */
export function areHeld(lists: readonly PartitionList[], held: HeldPartitions): boolean {
  return lists.every(({ topicId, partitions }) => {
    const ofTopic = held.get(topicId);
    return ofTopic !== undefined && partitions.every((partition) => ofTopic.has(partition));
  });
}
