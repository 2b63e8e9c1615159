import { defineConfig, range, type Validator } from '@millrace/foundation';
import { key } from './config-key.ts';

/** The one selector of Kafka's that does something (KIP-392). */
const RACK_AWARE_SELECTOR = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';

const replicaSelector: Validator = (value) =>
  value === null || value === RACK_AWARE_SELECTOR ? null : `must be ${RACK_AWARE_SELECTOR}, or left out`;

/** How replicas follow, who leads of them, and who is read from. */
export const replicationConfigKeys = defineConfig({
  'auto.leader.rebalance.enable': key(
    'boolean',
    true,
    'Whether preferred replicas lead again by themselves when they are in sync.',
  ),
  'leader.imbalance.check.interval.seconds': key(
    'long',
    300,
    'Time between two looks for partitions that their preferred replica does not lead.',
    range(1),
  ),
  'replica.selector.class': key(
    'string',
    null,
    'Who tells consumers which replica to read from: none, or the one that knows racks, by the name of its Java class.',
    replicaSelector,
  ),
  'replica.lag.time.max.ms': key(
    'long',
    30_000,
    'A follower that has not had everything for so long leaves the in-sync set.',
    range(1),
  ),
  'replica.high.watermark.checkpoint.interval.ms': key(
    'long',
    5000,
    'How often it is noted on disk up to where partitions are committed: from there they are read again after a crash.',
    range(1),
  ),
  'replica.fetch.max.bytes': key('int', 1_048_576, 'Of one partition in an answer to a follower.', range(0)),
  'replica.fetch.response.max.bytes': key('int', 10_485_760, 'Of a whole answer to a follower.', range(0)),
  'replica.fetch.wait.max.ms': key('int', 500, "How long a follower's fetch waits for news.", range(1)),
  'replica.fetch.min.bytes': key('int', 1, 'What a follower waits for.', range(0)),
  'replica.fetch.backoff.ms': key('int', 1000, 'Pause of a follower after a failure; at most 200.', range(0)),
  'leader.replication.throttled.rate': key(
    'long',
    Number.MAX_SAFE_INTEGER,
    'Bytes per second that leaders here give to followers out of sync of the partitions in leader.replication.throttled.replicas.',
    range(0),
  ),
  'follower.replication.throttled.rate': key(
    'long',
    Number.MAX_SAFE_INTEGER,
    'Bytes per second that replicas here take while out of sync of the partitions in follower.replication.throttled.replicas.',
    range(0),
  ),
});
