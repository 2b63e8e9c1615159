import { isMillraceError } from '@millrace/foundation';
import type { BrokerConfig } from './broker-config.ts';
import { brokerEndpoint } from './replication.ts';
import type { MetadataAccess, PartitionRegistry } from './services.ts';
import type { SharePeers } from './share-peers.ts';

export interface HighWatermarksOptions {
  readonly partitions: Pick<PartitionRegistry, 'leader'>;
  readonly sharePeers: SharePeers;
  readonly metadata: MetadataAccess;
  readonly config: BrokerConfig;
}

/** A partition by the name of its topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** High watermarks of partitions wherever they are led, in their order; null where the leader does not tell. */
export async function highWatermarks(
  options: HighWatermarksOptions,
  places: readonly Place[],
): Promise<readonly (number | null)[]> {
  const { metadata, config } = options;
  const leaderOf = ({ topic, partition }: Place) =>
    metadata.image().topicsByName.get(topic)?.partitions[partition]?.leader;
  const elsewhere = Map.groupBy(
    places.filter((place) => leaderOf(place) !== config.nodeId),
    leaderOf,
  );
  const told = new Map<Place, number | null>();
  const asked = [...elsewhere].map(async ([leader, ofLeader]) => {
    const marks = leader === undefined ? [] : await askLeader(options, leader, ofLeader);
    for (const [index, place] of ofLeader.entries()) told.set(place, marks[index] ?? null);
  });
  await Promise.all(asked);
  return places.map((place) => told.get(place) ?? (told.has(place) ? null : here(options, place)));
}

function here({ partitions }: HighWatermarksOptions, { topic, partition }: Place): number | null {
  const led = partitions.leader(topic, partition);
  return typeof led === 'string' || led.isCatchingUp ? null : led.highWatermark;
}

async function askLeader(
  { sharePeers, metadata, config }: HighWatermarksOptions,
  leader: number,
  places: readonly Place[],
): Promise<readonly (number | null)[]> {
  const to = brokerEndpoint(metadata.image(), leader, config.interBrokerListener);
  if (to === undefined) return [];
  try {
    return await sharePeers.highWatermarks(to, places);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return [];
  }
}
