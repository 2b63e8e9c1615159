import { parseConfig } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import { parseBrokerConfig } from './broker-config.ts';
import { brokerConfigKeys } from './broker-config-keys.ts';
import { brokerConfigProblem } from './live-broker-config.ts';
import { topicConfigProblem } from './topic-config.ts';

/** No upper bound. */
const ANY = null;

type Bounds = readonly [name: string, min: number, max: number | null];

/** What the definitions of Apache Kafka 4.3.1's brokers say of the keys that are taken here and have bounds there. */
const BROKER: readonly Bounds[] = [
  ['node.id', 0, ANY],
  ['controller.quorum.election.timeout.ms', 0, ANY],
  ['controller.quorum.fetch.timeout.ms', 0, ANY],
  ['leader.imbalance.check.interval.seconds', 1, ANY],
  ['replica.fetch.max.bytes', 0, ANY],
  ['replica.fetch.response.max.bytes', 0, ANY],
  ['replica.fetch.backoff.ms', 0, ANY],
  ['metadata.log.max.record.bytes.between.snapshots', 1, ANY],
  ['metadata.log.segment.bytes', 8_388_608, ANY],
  ['socket.listen.backlog.size', 1, ANY],
  ['socket.request.max.bytes', 1, ANY],
  ['max.connections', 0, ANY],
  ['max.connections.per.ip', 0, ANY],
  ['queued.max.requests', 1, ANY],
  ['max.incremental.fetch.session.cache.slots', 0, ANY],
  ['fetch.max.bytes', 1024, ANY],
  ['num.partitions', 1, ANY],
  ['min.insync.replicas', 1, ANY],
  ['compression.lz4.level', 1, 17],
  ['compression.zstd.level', -131_072, 22],
  ['message.max.bytes', 0, ANY],
  ['log.cleaner.threads', 0, ANY],
  ['log.cleaner.backoff.ms', 0, ANY],
  ['log.cleaner.io.buffer.size', 0, ANY],
  ['log.cleaner.min.cleanable.ratio', 0, 1],
  ['log.cleaner.delete.retention.ms', 0, ANY],
  ['log.cleaner.min.compaction.lag.ms', 0, ANY],
  ['log.cleaner.max.compaction.lag.ms', 1, ANY],
  ['log.retention.check.interval.ms', 1, ANY],
  ['log.segment.bytes', 1_048_576, ANY],
  ['log.roll.hours', 1, ANY],
  ['log.roll.jitter.hours', 0, ANY],
  ['log.index.size.max.bytes', 4, ANY],
  ['log.index.interval.bytes', 0, ANY],
  ['log.flush.interval.messages', 1, ANY],
  ['log.flush.offset.checkpoint.interval.ms', 0, ANY],
  ['log.message.timestamp.before.max.ms', 0, ANY],
  ['log.message.timestamp.after.max.ms', 0, ANY],
  ['producer.id.expiration.ms', 1, ANY],
  ['transaction.max.timeout.ms', 1, ANY],
  ['transactional.id.expiration.ms', 1, ANY],
  ['transaction.abort.timed.out.transaction.cleanup.interval.ms', 1, ANY],
  ['transaction.remove.expired.transaction.cleanup.interval.ms', 1, ANY],
  ['add.partitions.to.txn.retry.backoff.max.ms', 0, ANY],
  ['transaction.state.log.num.partitions', 1, ANY],
  ['transaction.state.log.replication.factor', 1, ANY],
  ['transaction.state.log.min.isr', 1, ANY],
  ['transaction.state.log.segment.bytes', 1, ANY],
  ['group.max.size', 1, ANY],
  ['group.consumer.session.timeout.ms', 1, ANY],
  ['group.consumer.min.session.timeout.ms', 1, ANY],
  ['group.consumer.max.session.timeout.ms', 1, ANY],
  ['group.consumer.heartbeat.interval.ms', 1, ANY],
  ['group.consumer.min.heartbeat.interval.ms', 1, ANY],
  ['group.consumer.max.heartbeat.interval.ms', 1, ANY],
  ['group.consumer.assignment.interval.ms', 0, ANY],
  ['group.consumer.min.assignment.interval.ms', 0, ANY],
  ['group.consumer.max.assignment.interval.ms', 0, ANY],
  ['group.consumer.max.size', 1, ANY],
  ['offsets.topic.num.partitions', 1, ANY],
  ['offsets.topic.replication.factor', 1, ANY],
  ['offsets.topic.segment.bytes', 1, ANY],
  ['offsets.retention.minutes', 1, ANY],
  ['offsets.retention.check.interval.ms', 1, ANY],
  ['offsets.load.buffer.size', 1, ANY],
  ['offsets.commit.timeout.ms', 1, ANY],
  ['group.share.session.timeout.ms', 1, ANY],
  ['group.share.min.session.timeout.ms', 1, ANY],
  ['group.share.max.session.timeout.ms', 1, ANY],
  ['group.share.heartbeat.interval.ms', 1, ANY],
  ['group.share.min.heartbeat.interval.ms', 1, ANY],
  ['group.share.max.heartbeat.interval.ms', 1, ANY],
  ['group.share.assignment.interval.ms', 0, ANY],
  ['group.share.min.assignment.interval.ms', 0, ANY],
  ['group.share.max.assignment.interval.ms', 0, ANY],
  ['group.share.record.lock.duration.ms', 1000, 3_600_000],
  ['group.share.min.record.lock.duration.ms', 1000, 30_000],
  ['group.share.max.record.lock.duration.ms', 30_000, 3_600_000],
  ['group.share.delivery.count.limit', 2, 10],
  ['group.share.min.delivery.count.limit', 2, 5],
  ['group.share.max.delivery.count.limit', 5, 25],
  ['group.share.partition.max.record.locks', 100, 10_000],
  ['group.share.min.partition.max.record.locks', 100, 2000],
  ['group.share.max.partition.max.record.locks', 2000, 10_000],
  ['group.share.max.size', 1, 1000],
  ['group.share.max.share.sessions', 1, ANY],
  ['share.coordinator.state.topic.num.partitions', 1, ANY],
  ['share.coordinator.state.topic.replication.factor', 1, ANY],
  ['share.coordinator.state.topic.min.isr', 1, ANY],
  ['share.coordinator.state.topic.segment.bytes', 1, ANY],
  ['share.coordinator.state.topic.prune.interval.ms', 1, ANY],
  ['share.coordinator.snapshot.update.records.per.snapshot', 0, 500],
];

/** Where less is taken than in Kafka, on purpose: what would spin, or is not served. */
const STRICTER: ReadonlyMap<string, readonly [min: number, max: number | null]> = new Map([
  ['controller.quorum.election.timeout.ms', [1, ANY]],
  ['controller.quorum.fetch.timeout.ms', [1, ANY]],
  ['log.cleaner.io.buffer.size', [4096, ANY]],
  ['log.cleaner.threads', [1, 1]],
  ['log.flush.offset.checkpoint.interval.ms', [1, ANY]],
  ['num.partitions', [1, 100_000]],
  ['offsets.topic.num.partitions', [1, 10_000]],
  ['offsets.topic.replication.factor', [1, 32_767]],
  ['offsets.topic.segment.bytes', [1_048_576, ANY]],
  ['share.coordinator.state.topic.num.partitions', [1, 10_000]],
  ['share.coordinator.state.topic.replication.factor', [1, 32_767]],
  ['share.coordinator.state.topic.segment.bytes', [1_048_576, ANY]],
  ['transaction.state.log.num.partitions', [1, 10_000]],
  ['transaction.state.log.replication.factor', [1, 32_767]],
  ['transaction.state.log.segment.bytes', [1_048_576, ANY]],
]);

/** Likewise of its topics. */
const TOPIC: readonly Bounds[] = [
  ['compression.lz4.level', 1, 17],
  ['compression.zstd.level', -131_072, 22],
  ['delete.retention.ms', 0, ANY],
  ['file.delete.delay.ms', 0, ANY],
  ['flush.messages', 1, ANY],
  ['flush.ms', 0, ANY],
  ['index.interval.bytes', 0, ANY],
  ['local.retention.bytes', -2, ANY],
  ['local.retention.ms', -2, ANY],
  ['max.compaction.lag.ms', 1, ANY],
  ['max.message.bytes', 0, ANY],
  ['message.timestamp.after.max.ms', 0, ANY],
  ['message.timestamp.before.max.ms', 0, ANY],
  ['min.cleanable.dirty.ratio', 0, 1],
  ['min.compaction.lag.ms', 0, ANY],
  ['min.insync.replicas', 1, ANY],
  ['retention.ms', -1, ANY],
  ['segment.bytes', 1_048_576, ANY],
  ['segment.index.bytes', 4, ANY],
  ['segment.jitter.ms', 0, ANY],
  ['segment.ms', 1, ANY],
];

function isTaken(name: string, value: number): boolean {
  return !parseConfig(brokerConfigKeys, { [name]: String(value) }).problems.some(({ key }) => key === name);
}

describe("the bounds of a broker's settings are those of Kafka", () => {
  it.each(BROKER)('%s: %d to %s', (name, min, max) => {
    const [least, most] = STRICTER.get(name) ?? [min, max];
    expect([isTaken(name, least - 1), isTaken(name, least)]).toEqual([false, true]);
    if (most !== ANY) expect([isTaken(name, most), isTaken(name, most + 1)]).toEqual([true, false]);
    expect(least).toBeGreaterThanOrEqual(min);
    if (max !== ANY) expect(most).toBeLessThanOrEqual(max);
  });
});

describe("the bounds of a topic's settings are those of Kafka", () => {
  it.each(TOPIC)('%s: %d to %s', (name, min, max) => {
    const problem = (value: number) => topicConfigProblem(new Map([[name, String(value)]]));
    expect(problem(min)).toBeNull();
    expect(problem(min - 1)).toContain(name);
    if (max === ANY) return;
    expect(problem(max)).toBeNull();
    expect(problem(max + 1)).toContain(name);
  });
});

/** As Apache Kafka 4.3.1 says of a configuration with these settings, and everything else by default. */
const SETTINGS: readonly (readonly [text: string, isTaken: boolean])[] = [
  ['log.retention.ms=0', false],
  ['log.retention.ms=-1', true],
  ['log.retention.ms=1', true],
  ['log.retention.minutes=0', false],
  ['log.retention.hours=0', false],
  ['log.retention.hours=-1', true],
  ['log.roll.ms=0', false],
  ['log.roll.jitter.ms=-1', false],
  ['log.cleanup.policy=', true],
  ['log.cleanup.policy=delete,delete', true],
  ['log.cleanup.policy=COMPACT', false],
  ['compression.gzip.level=0', false],
  ['compression.gzip.level=-1', true],
  ['compression.type=GZIP', false],
  ['log.message.timestamp.type=createtime', false],
  ['max.connections=0', true],
  ['replica.fetch.wait.max.ms=40000', false],
  ['replica.lag.time.max.ms=0', false],
  ['group.coordinator.rebalance.protocols=consumer', false],
  ['group.coordinator.rebalance.protocols=classic', true],
  ['group.coordinator.rebalance.protocols=classic,consumer,share', true],
  ['group.coordinator.rebalance.protocols=', false],
  ['group.coordinator.rebalance.protocols=CLASSIC', false],
  ['group.consumer.assignors=', false],
  ['group.consumer.assignors=range', true],
  ['group.consumer.migration.policy=UPGRADE', true],
  ['group.consumer.heartbeat.interval.ms=4999', false],
  ['group.consumer.heartbeat.interval.ms=15001', false],
  ['group.consumer.session.timeout.ms=44999', false],
  ['group.consumer.session.timeout.ms=60001', false],
  ['group.consumer.min.session.timeout.ms=45001', false],
  ['group.consumer.max.session.timeout.ms=44999', false],
  ['group.consumer.min.heartbeat.interval.ms=5001', false],
  ['group.consumer.max.heartbeat.interval.ms=4999', false],
  ['group.consumer.assignment.interval.ms=15001', false],
  ['group.consumer.min.assignment.interval.ms=1001', false],
  ['group.consumer.max.assignment.interval.ms=999', false],
  ['group.consumer.min.session.timeout.ms=5000;group.consumer.session.timeout.ms=5000', false],
  ['group.consumer.min.session.timeout.ms=5001;group.consumer.session.timeout.ms=5001', true],
  ['group.share.heartbeat.interval.ms=4999', false],
  ['group.share.session.timeout.ms=60001', false],
  ['group.share.record.lock.duration.ms=14999', false],
  ['group.share.record.lock.duration.ms=60001', false],
  ['group.share.min.delivery.count.limit=3;group.share.delivery.count.limit=2', false],
  ['group.share.max.delivery.count.limit=5;group.share.delivery.count.limit=6', false],
  ['group.share.partition.max.record.locks=4001', false],
  ['group.share.assignment.interval.ms=15001', false],
  ['group.share.max.share.sessions=199', false],
  ['group.share.max.share.sessions=200', true],
  ['group.share.max.size=100;group.share.max.share.sessions=100', true],
  ['log.cleaner.dedupe.buffer.size=1000', false],
  ['controller.listener.names=', false],
  ['unclean.leader.election.enable=maybe', false],
  ['auto.create.topics.enable=TRUE', true],
  ['num.partitions= 3 ', true],
  ['num.partitions=3.0', false],
  ['num.partitions=+3', true],
];

function settingsOf(text: string): Record<string, string> {
  return Object.fromEntries(text.split(';').map((one) => one.split(/=(.*)/s).slice(0, 2)));
}

describe('a broker that is started', () => {
  it.each(SETTINGS)('with %s: %s', (text, isFine) => {
    const start = () => parseBrokerConfig({ 'log.dirs': '/data', ...settingsOf(text) });
    if (isFine) expect(start).not.toThrow();
    else expect(start).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
});

describe('a broker that runs', () => {
  const config = parseBrokerConfig({ 'log.dirs': '/data' });
  it.each([
    ['log.segment.bytes', '14'],
    ['log.retention.ms', '0'],
    // Nobody could come in to take it back.
    ['max.connections', '0'],
    ['max.connections.per.ip', '0'],
    ['compression.gzip.level', '0'],
    ['group.consumer.assignment.interval.ms', '15001'],
    ['group.share.assignment.interval.ms', '15001'],
  ])('does not take %s=%s', (name, value) => {
    expect(brokerConfigProblem(config, new Map([[name, value]]))).toMatchObject({
      error: 'INVALID_REQUEST',
      message: expect.stringContaining(name),
    });
  });

  it('takes what goes together', () => {
    expect(brokerConfigProblem(config, new Map([['log.retention.ms', '-1']]))).toBeNull();
    expect(
      brokerConfigProblem(config, new Map([['group.share.assignment.interval.ms', '15000']])),
    ).toBeNull();
  });
});
