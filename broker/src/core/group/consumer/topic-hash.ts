import type { MetadataImage, TopicImage } from '../../metadata/image.ts';

const OFFSET_BASIS = 0x811c9dc5;
const OTHER_BASIS = 0x9747b28c;
const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** So that the whole is an integer that a number holds. */
const HIGH_BITS = 21;

/**
 * A number that changes with what an assignment rests on: which of the topics exist, their partitions, and the racks of
 * these. Kafka's own hash is another one; a group that changes brokers is assigned once more.
 */
export function metadataHash(image: MetadataImage, topics: ReadonlySet<string>): number {
  let low = OFFSET_BASIS;
  let high = OTHER_BASIS;
  for (const name of [...topics].sort()) {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) continue;
    const text = describe(image, topic);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, PRIME);
      high = Math.imul(high ^ code, OTHER_PRIME);
    }
  }
  return (high >>> (32 - HIGH_BITS)) * 2 ** 32 + (low >>> 0);
}

function describe(image: MetadataImage, topic: TopicImage): string {
  const racks = topic.partitions.map(({ replicas }) =>
    [...new Set(replicas.map((id) => image.brokers.get(id)?.rack ?? ''))].sort().join(','),
  );
  return `${topic.id}\n${topic.name}\n${topic.partitions.length}\n${racks.join(';')}\n`;
}
