import { defineConfig, oneOf, range } from '@millrace/foundation';

const INT_MAX = 2_147_483_647;

/** The group coordinator's settings, by Kafka's names; spread into the broker's own definition. */
export const groupConfig = defineConfig({
  'group.min.session.timeout.ms': {
    type: 'int',
    default: 6_000,
    importance: 'medium',
    docs: 'Shortest session timeout that a member may ask for.',
    validate: range(1, INT_MAX),
  },
  'group.max.session.timeout.ms': {
    type: 'int',
    default: 1_800_000,
    importance: 'medium',
    docs: 'Longest session timeout that a member may ask for.',
    validate: range(1, INT_MAX),
  },
  'group.initial.rebalance.delay.ms': {
    type: 'int',
    default: 3_000,
    importance: 'medium',
    docs: 'How long a new, empty group waits for more members before its first rebalance ends.',
    validate: range(0, INT_MAX),
  },
  'group.max.size': {
    type: 'int',
    default: INT_MAX,
    importance: 'medium',
    docs: 'How many members a group may have.',
    validate: range(1, INT_MAX),
  },
  'offset.metadata.max.bytes': {
    type: 'int',
    default: 4_096,
    importance: 'high',
    docs: 'Longest metadata text that may go with a committed offset.',
    validate: range(0, INT_MAX),
  },
  'offsets.retention.minutes': {
    type: 'int',
    default: 10_080,
    importance: 'high',
    docs: 'How long offsets of a group outlive its last member, or its last commit where it has no members.',
    validate: range(1, INT_MAX),
  },
  'offsets.retention.check.interval.ms': {
    type: 'long',
    default: 600_000,
    importance: 'high',
    docs: 'How often committed offsets are looked through for expired ones.',
    validate: range(1),
  },
  'offsets.topic.num.partitions': {
    type: 'int',
    default: 50,
    importance: 'high',
    docs: 'Partitions of __consumer_offsets; not to be changed once the topic exists.',
    validate: range(1, 10_000),
  },
  'offsets.topic.replication.factor': {
    type: 'int',
    default: 3,
    importance: 'high',
    docs: 'Replicas of __consumer_offsets. Where fewer brokers are alive when the topic is made, it gets that many.',
    validate: range(1, 32_767),
  },
  'offsets.topic.segment.bytes': {
    type: 'int',
    default: 104_857_600,
    importance: 'high',
    docs: 'Segment size of __consumer_offsets.',
    validate: range(1, INT_MAX),
  },
  'offsets.load.buffer.size': {
    type: 'int',
    default: 5_242_880,
    importance: 'high',
    docs: 'Bytes read at once when a coordinator loads its partition.',
    validate: range(1, INT_MAX),
  },
  'group.coordinator.rebalance.protocols': {
    type: 'list',
    default: ['classic'],
    importance: 'medium',
    docs: 'Group protocols that are served.',
    validate: (value) =>
      Array.isArray(value) && value.length === 1 ? oneOf('classic')(String(value[0]), {}) : 'must be classic',
  },
});
