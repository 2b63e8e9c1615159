import type { Uuid } from '@millrace/foundation/types';
import type { MetadataImage } from '../../metadata/image.ts';
import { type HeldPartitions, type PartitionList, partitionLists } from './partitions.ts';

/** Partitions by their topic's name, as the classic protocol's messages have them. */
export interface NamedPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** What the consumers' own messages inside the classic protocol say (ConsumerProtocolSubscription, …Assignment). */
export interface ConsumerProtocolCodec {
  /** @returns null where the bytes are none */
  readonly subscription: (metadata: Buffer) => {
    readonly topics: readonly string[];
    readonly owned: readonly NamedPartitions[];
    readonly rackId: string | null;
  } | null;
  /** @returns null where the bytes are none, or carry what only their own assignor understands */
  readonly assignment: (assignment: Buffer) => readonly NamedPartitions[] | null;
  /** In the version that the member's own metadata has. */
  readonly encodeAssignment: (partitions: readonly NamedPartitions[], metadata: Buffer | undefined) => Buffer;
}

/** Topics that are gone have no name, and are left out. */
export function namedPartitions(image: MetadataImage, held: HeldPartitions): readonly NamedPartitions[] {
  return partitionLists(held).flatMap(({ topicId, partitions }) => {
    const topic = image.topicsById.get(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions }];
  });
}

/** Topics that do not exist have no id, and are left out. */
export function identifiedPartitions(
  image: MetadataImage,
  named: readonly NamedPartitions[],
): readonly PartitionList[] {
  const byId = new Map<Uuid, Set<number>>();
  for (const { topic, partitions } of named) {
    const id = image.topicsByName.get(topic)?.id;
    if (id === undefined) continue;
    const known = byId.get(id) ?? new Set<number>();
    for (const partition of partitions) known.add(partition);
    byId.set(id, known);
  }
  return [...byId].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions] }));
}
