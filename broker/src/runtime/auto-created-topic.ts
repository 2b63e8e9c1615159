import type { TopicToCreate } from '../core/controller/commands.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import type { BrokerConfig } from './broker-config.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';
export const TRANSACTIONS_TOPIC = '__transaction_state';
export const SHARE_STATE_TOPIC = '__share_group_state';

/** A topic that comes into being because somebody asked for it. */
export function autoCreatedTopic(image: MetadataImage, config: BrokerConfig, name: string): TopicToCreate {
  if (name === OFFSETS_TOPIC) return offsetsTopic(image, config);
  if (name === TRANSACTIONS_TOPIC) return transactionsTopic(image, config);
  if (name === SHARE_STATE_TOPIC) return shareStateTopic(image, config);
  return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
}

/**
 * The topic that groups and their offsets are kept in: compacted, as Kafka makes it. Where fewer brokers are alive
 * than `offsets.topic.replication.factor` it gets that many replicas; Kafka would refuse and let groups wait.
 */
function offsetsTopic(image: MetadataImage, config: BrokerConfig): TopicToCreate {
  const { values } = config;
  return {
    name: OFFSETS_TOPIC,
    numPartitions: values['offsets.topic.num.partitions'],
    replicationFactor: possibleReplicas(image, values['offsets.topic.replication.factor']),
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(values['offsets.topic.segment.bytes']) },
    ],
  };
}

/** The topic of the transaction coordinator, likewise; where it has fewer replicas, `min.insync.replicas` is no more. */
function transactionsTopic(image: MetadataImage, config: BrokerConfig): TopicToCreate {
  const { values } = config;
  const replicationFactor = possibleReplicas(image, values['transaction.state.log.replication.factor']);
  const minInSyncReplicas = Math.min(values['transaction.state.log.min.isr'], replicationFactor);
  return {
    name: TRANSACTIONS_TOPIC,
    numPartitions: values['transaction.state.log.num.partitions'],
    replicationFactor,
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'uncompressed' },
      { name: 'min.insync.replicas', value: String(minInSyncReplicas) },
      { name: 'segment.bytes', value: String(values['transaction.state.log.segment.bytes']) },
      { name: 'unclean.leader.election.enable', value: 'false' },
    ],
  };
}

/** The topic of the share coordinator. Not compacted, as in Kafka: what says nothing any more is deleted from its start. */
function shareStateTopic(image: MetadataImage, config: BrokerConfig): TopicToCreate {
  const { values } = config;
  const wanted = values['share.coordinator.state.topic.replication.factor'];
  const replicationFactor = possibleReplicas(image, wanted);
  const minInSyncReplicas = Math.min(values['share.coordinator.state.topic.min.isr'], replicationFactor);
  return {
    name: SHARE_STATE_TOPIC,
    numPartitions: values['share.coordinator.state.topic.num.partitions'],
    replicationFactor,
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'compression.type', value: 'producer' },
      { name: 'min.insync.replicas', value: String(minInSyncReplicas) },
      { name: 'retention.ms', value: '-1' },
      { name: 'segment.bytes', value: String(values['share.coordinator.state.topic.segment.bytes']) },
    ],
  };
}

function possibleReplicas(image: MetadataImage, wanted: number): number {
  const alive = [...image.brokers.values()].filter((broker) => !broker.fenced).length;
  return Math.max(1, Math.min(wanted, alive));
}
