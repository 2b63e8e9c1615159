import { defineConfig, range } from '@millrace/foundation';

/** What the controller and topic creation go by, by Kafka's names; spread into the broker's own definition. */
export const controllerConfig = defineConfig({
  'num.partitions': {
    type: 'int',
    default: 1,
    importance: 'medium',
    docs: 'Partitions of a topic that is created without saying how many.',
    validate: range(1, 100_000),
  },
  'default.replication.factor': {
    type: 'int',
    default: 1,
    importance: 'medium',
    docs: 'Replicas of a topic that is created without saying how many.',
    validate: range(1, 32_767),
  },
  'auto.create.topics.enable': {
    type: 'boolean',
    default: true,
    importance: 'high',
    docs: 'Whether a topic that a client asks for by Metadata comes into being.',
  },
  'delete.topic.enable': {
    type: 'boolean',
    default: true,
    importance: 'high',
    docs: 'Whether topics may be deleted.',
  },
  'metadata.log.max.record.bytes.between.snapshots': {
    type: 'long',
    default: 20_971_520,
    importance: 'high',
    docs: 'Bytes of metadata records after which a snapshot is taken and the log before it dropped.',
    validate: range(1),
  },
});
