import type { TopicToCreate } from '../core/controller/commands.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';

/** A topic that comes into being because somebody asked for it. */
export function autoCreatedTopic(image: MetadataImage, config: BrokerConfig, name: string): TopicToCreate {
  if (name === OFFSETS_TOPIC) return offsetsTopic(image, config);
  return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
}

/**
 * The topic that groups and their offsets are kept in: compacted, as Kafka makes it. Where fewer brokers are alive
 * than `offsets.topic.replication.factor` it gets that many replicas; Kafka would refuse and let groups wait.
 */
function offsetsTopic(image: MetadataImage, config: BrokerConfig): TopicToCreate {
  const alive = [...image.brokers.values()].filter((broker) => !broker.fenced).length;
  const { values } = config;
  return {
    name: OFFSETS_TOPIC,
    numPartitions: values['offsets.topic.num.partitions'],
    replicationFactor: Math.max(1, Math.min(values['offsets.topic.replication.factor'], alive)),
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(values['offsets.topic.segment.bytes']) },
    ],
  };
}
