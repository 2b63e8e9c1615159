import { range } from '@millrace/foundation';
import { key } from './config-key.ts';

/** The broker's keys of share groups (KIP-932), as in Apache Kafka 4.3. */
export const shareConfigKeys = {
  'group.share.session.timeout.ms': key(
    'int',
    45_000,
    'A member of a share group unheard of for so long is out.',
    range(1),
  ),
  'group.share.min.session.timeout.ms': key(
    'int',
    45_000,
    'Smallest share.session.timeout.ms that a group may have.',
    range(1),
  ),
  'group.share.max.session.timeout.ms': key(
    'int',
    60_000,
    'Largest share.session.timeout.ms that a group may have.',
    range(1),
  ),
  'group.share.heartbeat.interval.ms': key(
    'int',
    5000,
    'Time between two heartbeats of a member of a share group.',
    range(1),
  ),
  'group.share.min.heartbeat.interval.ms': key(
    'int',
    5000,
    'Smallest share.heartbeat.interval.ms that a group may have.',
    range(1),
  ),
  'group.share.max.heartbeat.interval.ms': key(
    'int',
    15_000,
    'Largest share.heartbeat.interval.ms that a group may have.',
    range(1),
  ),
  'group.share.assignment.interval.ms': key(
    'int',
    1000,
    'Shortest time between two assignments of a share group.',
    range(0),
  ),
  'group.share.min.assignment.interval.ms': key(
    'int',
    0,
    'Smallest share.assignment.interval.ms that a group may have.',
    range(0),
  ),
  'group.share.max.assignment.interval.ms': key(
    'int',
    15_000,
    'Largest share.assignment.interval.ms that a group may have.',
    range(0),
  ),
  'group.share.record.lock.duration.ms': key(
    'int',
    30_000,
    'How long a record belongs to the consumer that it was delivered to.',
    range(1000, 3_600_000),
  ),
  'group.share.min.record.lock.duration.ms': key(
    'int',
    15_000,
    'Smallest share.record.lock.duration.ms that a group may have.',
    range(1000, 30_000),
  ),
  'group.share.max.record.lock.duration.ms': key(
    'int',
    60_000,
    'Largest share.record.lock.duration.ms that a group may have.',
    range(30_000, 3_600_000),
  ),
  'group.share.delivery.count.limit': key(
    'int',
    5,
    'How often a record is delivered to a share group at most.',
    range(2, 10),
  ),
  'group.share.min.delivery.count.limit': key(
    'int',
    2,
    'Smallest share.delivery.count.limit that a group may have.',
    range(2, 5),
  ),
  'group.share.max.delivery.count.limit': key(
    'int',
    10,
    'Largest share.delivery.count.limit that a group may have.',
    range(5, 25),
  ),
  'group.share.partition.max.record.locks': key(
    'int',
    2000,
    'Records of a partition that a share group may have in flight.',
    range(100, 10_000),
  ),
  'group.share.min.partition.max.record.locks': key(
    'int',
    100,
    'Smallest share.partition.max.record.locks that a group may have.',
    range(100, 2000),
  ),
  'group.share.max.partition.max.record.locks': key(
    'int',
    4000,
    'Largest share.partition.max.record.locks that a group may have.',
    range(2000, 10_000),
  ),
  'group.share.max.size': key('int', 200, 'Members of one share group.', range(1, 1000)),
  'group.share.max.share.sessions': key(
    'int',
    2000,
    'Members of share groups that may read from this broker at a time.',
    range(1),
  ),
  'share.coordinator.state.topic.num.partitions': key(
    'int',
    50,
    'Partitions of __share_group_state; not to be changed once the topic exists.',
    range(1, 10_000),
  ),
  'share.coordinator.state.topic.replication.factor': key(
    'int',
    3,
    'Replication factor of __share_group_state; a smaller cluster takes as many as it has.',
    range(1, 32_767),
  ),
  'share.coordinator.state.topic.min.isr': key(
    'int',
    2,
    'min.insync.replicas of __share_group_state; no more than it has replicas.',
    range(1),
  ),
  'share.coordinator.state.topic.segment.bytes': key(
    'int',
    104_857_600,
    'Size of a segment of __share_group_state.',
    range(1_048_576),
  ),
  'share.coordinator.state.topic.prune.interval.ms': key(
    'int',
    300_000,
    'Time between two looks for records of __share_group_state that say nothing any more.',
    range(1),
  ),
  'share.coordinator.snapshot.update.records.per.snapshot': key(
    'int',
    500,
    'Changes of a share partition that are written one by one before it is written as a whole.',
    range(0, 500),
  ),
};
