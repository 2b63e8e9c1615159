import type { FetchRequest, FetchRequestPartition } from '@millrace/protocol/messages';
import type { Wanted } from '../runtime/fetch-sessions.ts';

/** The partitions that a Fetch names. Of one that is named twice, the last naming counts, as in Kafka. */
export function wantedPartitions(
  topics: FetchRequest['topics'],
  { byId }: { readonly byId: boolean },
): Wanted<FetchRequestPartition>[] {
  const byTopic = new Map<string, Map<number, Wanted<FetchRequestPartition>>>();
  for (const { topic, topicId, partitions } of topics) {
    const key = byId ? topicId : topic;
    const ofTopic = byTopic.get(key) ?? new Map<number, Wanted<FetchRequestPartition>>();
    byTopic.set(key, ofTopic);
    for (const data of partitions) ofTopic.set(data.partition, { topic, topicId, data });
  }
  return [...byTopic.values()].flatMap((ofTopic) => [...ofTopic.values()]);
}
