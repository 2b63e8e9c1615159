import type { MetadataImage, TopicImage } from '../core/metadata/image.ts';
import { emptyImage } from '../core/metadata/replay.ts';

/** Metadata with topics of so many partitions, for tests of what groups read; a topic's id is made of its name. */
export function imageWithTopics(
  partitionCounts: Readonly<Record<string, number>>,
  idOf: (name: string) => string = topicIdOf,
): MetadataImage {
  const topics = Object.entries(partitionCounts).map(
    ([name, count]): TopicImage => ({
      name,
      id: idOf(name),
      partitions: Array.from({ length: count }, (_, partition) => ({
        partition,
        replicas: [1],
        isr: [1],
        elr: [],
        adding: [],
        removing: [],
        directories: [],
        leader: 1,
        leaderEpoch: 0,
        partitionEpoch: 0,
      })),
    }),
  );
  return {
    ...emptyImage,
    topicsByName: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
  };
}

export function topicIdOf(name: string): string {
  return `id-of-${name}`;
}
