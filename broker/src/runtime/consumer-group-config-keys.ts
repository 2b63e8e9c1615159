import { range, type Validator } from '@millrace/foundation';
import { key } from './config-key.ts';

const INT_MAX = 0x7fffffff;

const serverAssignors: Validator = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => item === 'uniform' || item === 'range')
    ? null
    : 'must be a list of uniform and range';

const POLICIES: readonly string[] = ['bidirectional', 'upgrade', 'downgrade', 'disabled'];

/** In upper or lower case, as in Kafka. */
const migrationPolicy: Validator = Object.assign(
  (value: Parameters<Validator>[0]) =>
    POLICIES.includes(String(value).toLowerCase()) ? null : `must be one of ${POLICIES.join(', ')}`,
  { allows: `one of ${POLICIES.join(', ')}` },
);

/** The broker's keys of groups of the consumer protocol (KIP-848), as in Apache Kafka 4.3. */
export const consumerGroupConfigKeys = {
  'group.consumer.session.timeout.ms': key(
    'int',
    45_000,
    'A member of a group of the consumer protocol unheard of for so long is out.',
    range(1),
  ),
  'group.consumer.min.session.timeout.ms': key(
    'int',
    45_000,
    'Smallest consumer.session.timeout.ms that a group may have.',
    range(1),
  ),
  'group.consumer.max.session.timeout.ms': key(
    'int',
    60_000,
    'Largest consumer.session.timeout.ms that a group may have.',
    range(1),
  ),
  'group.consumer.heartbeat.interval.ms': key(
    'int',
    5000,
    'Time between two heartbeats of a member of a group of the consumer protocol.',
    range(1),
  ),
  'group.consumer.min.heartbeat.interval.ms': key(
    'int',
    5000,
    'Smallest consumer.heartbeat.interval.ms that a group may have.',
    range(1),
  ),
  'group.consumer.max.heartbeat.interval.ms': key(
    'int',
    15_000,
    'Largest consumer.heartbeat.interval.ms that a group may have.',
    range(1),
  ),
  'group.consumer.assignment.interval.ms': key(
    'int',
    1000,
    'Shortest time between two assignments of a group of the consumer protocol.',
    range(0),
  ),
  'group.consumer.min.assignment.interval.ms': key(
    'int',
    0,
    'Smallest consumer.assignment.interval.ms that a group may have.',
    range(0),
  ),
  'group.consumer.max.assignment.interval.ms': key(
    'int',
    15_000,
    'Largest consumer.assignment.interval.ms that a group may have.',
    range(0),
  ),
  'group.consumer.max.size': key('int', INT_MAX, 'Members of one group of the consumer protocol.', range(1)),
  'group.consumer.assignors': key(
    'list',
    ['uniform', 'range'],
    'Assignors of the consumer protocol; the first one where members ask for none.',
    serverAssignors,
  ),
  'group.consumer.migration.policy': key(
    'string',
    'bidirectional',
    'Whether a group with members may go over to the consumer protocol (upgrade), back (downgrade), both, or neither (disabled).',
    migrationPolicy,
  ),
};
