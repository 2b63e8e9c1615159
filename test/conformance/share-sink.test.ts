import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, killTaskHosts } from '../support/index.ts';
import { kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason) console.warn(`sinks by share group on Apache Kafka: skipped, ${skipReason}`);

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const COUNT = 4_000;
const TASKS = 4;

/** Short locks, so that what a killed task held comes again soon. */
const properties = {
  'group.share.record.lock.duration.ms': '5000',
  'group.share.min.record.lock.duration.ms': '1000',
};

describe('a sink by share group on our broker', () => {
  scenarios(() => startMillraceBroker(properties));
});

describe.skipIf(skipReason !== null)('a sink by share group on Apache Kafka', () => {
  scenarios(() => startKafkaPeer({ properties }));
});

function scenarios(start: () => Promise<BrokerProcess>): void {
  let folder: string;
  let kafka: BrokerProcess;
  let worker: Worker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'share-sink-'));
    kafka = await start();
    worker = await startWorker(kafka.bootstrapServers);
  });

  afterAll(async () => {
    await worker?.close();
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const config = (topic: string, more: Record<string, string> = {}) => ({
    'connector.class': 'CollectingSink',
    'tasks.max': String(TASKS),
    topics: topic,
    file: join(folder, topic),
    'consumer.protocol': 'share',
    'consumer.override.max.poll.records': '50',
    ...more,
  });

  async function produced(topic: string, from: number, to: number): Promise<void> {
    const producer = createProducer({ bootstrapServers: kafka.bootstrapServers });
    await producer.send(
      Array.from({ length: to - from }, (_, index) => ({
        topic,
        partition: index % 2,
        key: null,
        value: Buffer.from(String(from + index)),
      })),
    );
    await producer.close();
  }

  async function made(topic: string): Promise<void> {
    const admin = createAdmin({ bootstrapServers: kafka.bootstrapServers });
    await admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1 }]);
    await admin.close();
  }

  async function untilAccepted(connector: string): Promise<void> {
    const admin = createAdmin({ bootstrapServers: kafka.bootstrapServers });
    await eventually(
      async () => {
        const offsets = await admin.shareGroupOffsets(`connect-${connector}`);
        return offsets.length === 2 && offsets.every(({ lag }) => lag === 0);
      },
      { what: 'every record to be accepted', timeoutMs: 30_000 },
    );
    await admin.close();
  }

  const written = async (topic: string) => {
    const text = await readFile(join(folder, topic), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  };

  test('four tasks share two partitions, are killed, and no record is lost', async () => {
    await made('jobs');
    // From the earliest: half of them are there before the group.
    await produced('jobs', 0, COUNT / 2);
    await worker.createConnector('jobs', config('jobs', { 'write.ms': '20' }), 'RUNNING');
    // Counters begin anew with each host that was killed: looked at all the time.
    const busy = new Set<number>();
    const wrote = async () => {
      for (const { connector, task, records } of worker.counters())
        if (connector === 'jobs' && records > 0) busy.add(task);
      return new Set(await written('jobs')).size;
    };
    for (const seen of [300, 900]) {
      await eventually(async () => (await wrote()) >= seen, {
        what: `${seen} records`,
        timeoutMs: 60_000,
      });
      expect(killTaskHosts()).toBeGreaterThan(0);
    }
    let count = COUNT / 2;
    await eventually(
      async () => {
        await produced('jobs', count, count + 100);
        count += 100;
        await wrote();
        return count >= COUNT && busy.size > 2;
      },
      { what: 'more tasks than partitions to write', timeoutMs: 60_000 },
    );
    await eventually(async () => (await wrote()) === count, {
      what: 'all records',
      timeoutMs: 90_000,
    });
    await worker.deleteConnector('jobs');
  });

  test('a record that can never be written becomes a dead letter, the others are written', async () => {
    await made('poison');
    await produced('poison', 0, 200);
    const tolerant = {
      'poison.value': '77',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead-jobs',
      'errors.deadletterqueue.topic.replication.factor': '1',
    };
    await worker.createConnector('poison', config('poison', tolerant), 'RUNNING');
    await eventually(async () => new Set(await written('poison')).size === 199, {
      what: 'all but one',
      timeoutMs: 60_000,
    });
    const consumer = createConsumer({
      bootstrapServers: kafka.bootstrapServers,
      autoOffsetReset: 'earliest',
    });
    consumer.assign([{ topic: 'dead-jobs', partition: 0 }]);
    const dead = await consumer.poll(10_000);
    await consumer.close();
    expect(dead.map(({ value }) => String(value))).toEqual(['77']);
    await worker.deleteConnector('poison');
  });

  test('what is away for now is held and tried again, and costs no delivery', async () => {
    await made('away');
    await produced('away', 0, 20);
    // Longer than a lock holds.
    await worker.createConnector('away', config('away', { 'away.until.tries': '16' }), 'RUNNING');
    await eventually(async () => new Set(await written('away')).size === 20, {
      what: 'all records',
      timeoutMs: 60_000,
    });
    await untilAccepted('away');
    // A lock that had ended would have had its record written twice.
    expect((await written('away')).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    await worker.deleteConnector('away');
  });

  test("somebody's own beginning of the group stays", async () => {
    await made('late');
    await produced('late', 0, 20);
    const admin = createAdmin({ bootstrapServers: kafka.bootstrapServers });
    onTestFinished(() => admin.close());
    // `latest` is the default too: what counts is that somebody said it.
    await admin.alterConfigs('group', 'connect-late', { 'share.auto.offset.reset': 'latest' });
    await worker.createConnector('late', config('late'), 'RUNNING');
    await eventually(() => worker.status('late').tasks.length === TASKS, { what: 'the tasks' });
    // Until the group has begun, what is written is before its beginning: written until one arrives.
    let next = 20;
    await eventually(
      async () => {
        await produced('late', next, next + 2);
        next += 2;
        return (await written('late')).length > 0;
      },
      { what: 'a new record', timeoutMs: 60_000 },
    );
    expect(Math.min(...(await written('late')))).toBeGreaterThanOrEqual(20);
    expect((await admin.describeConfigs('group', 'connect-late')).get('share.auto.offset.reset')?.value).toBe(
      'latest',
    );
    await worker.deleteConnector('late');
  });

  test('where it stands is read, altered and reset as that of any sink', async () => {
    await made('places');
    await produced('places', 0, 20);
    await worker.createConnector('places', config('places'), 'STOPPED');
    const { offsets } = worker.operations;
    const at = async () =>
      (await offsets.read('places')).map(({ partition, offset }) => [
        partition.kafka_partition,
        offset.kafka_offset,
      ]);
    const sent = (partition: number, offset: number | null) => ({
      partition: { kafka_topic: 'places', kafka_partition: partition },
      offset: offset === null ? null : { kafka_offset: offset },
    });
    const all = Array.from({ length: 20 }, (_, n) => n);
    const odd = all.filter((n) => n % 2 === 1);
    const writes = async () => (await written('places')).toSorted((a, b) => a - b);
    const isWritten = (wanted: readonly number[]) =>
      eventually(
        async () => JSON.stringify(await writes()) === JSON.stringify(wanted.toSorted((a, b) => a - b)),
        {
          what: `${wanted.length} records written`,
          timeoutMs: 30_000,
        },
      );
    // A group that never read has no place, and can be reset all the same.
    expect(await at()).toEqual([]);
    await offsets.reset('places');
    await worker.setTargetState('places', 'RUNNING');
    await isWritten(all);
    await untilAccepted('places');
    // The group tells its start offsets, which move on with a later record: what lies behind them may be accepted.
    expect((await at()).map(([partition]) => partition)).toEqual([0, 1]);
    await expect(offsets.alter('places', [sent(0, 3)])).rejects.toMatchObject({
      code: 'CONNECTOR_NOT_STOPPED',
    });
    await worker.setTargetState('places', 'STOPPED');

    await offsets.alter('places', [sent(0, 7)]);
    expect((await at())[0]).toEqual([0, 7]);
    await expect(offsets.alter('places', [sent(9, 1)])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    // Null takes one partition back to where the group begins, and leaves the other one where it is.
    await offsets.alter('places', [sent(1, null)]);
    expect(await at()).toEqual([[0, 7]]);
    await worker.setTargetState('places', 'RUNNING');
    const again = [...all, 14, 16, 18, ...odd];
    await isWritten(again);

    await worker.setTargetState('places', 'STOPPED');
    await offsets.reset('places');
    expect(await at()).toEqual([]);
    await worker.setTargetState('places', 'RUNNING');
    await isWritten([...again, ...all]);
    await worker.deleteConnector('places');
  });

  test('regular expressions are refused by the key', async () => {
    const { topics: _, ...rest } = config('x');
    const { configs } = await worker.validate('CollectingSink', {
      ...rest,
      name: 'x',
      'topics.regex': 'x.*',
    });
    const errors = configs.find(({ value }) => value.name === 'topics.regex')?.value.errors;
    expect(errors).toEqual([expect.stringContaining('name the topics')]);
  });
}

async function startWorker(bootstrapServers: readonly string[]): Promise<Worker> {
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': 'share-sinks',
      'config.storage.topic': 'ss-configs',
      'config.storage.replication.factor': '1',
      'offset.storage.topic': 'ss-offsets',
      'offset.storage.replication.factor': '1',
      'status.storage.topic': 'ss-status',
      'status.storage.replication.factor': '1',
      'key.converter': 'JsonConverter',
      'value.converter': 'JsonConverter',
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
      plugins: [new URL('counting-plugin.ts', FIXTURES).href, '@millrace/converters'].join(','),
      'task.restart.backoff.ms': '100',
    },
    { logger, restAddress: '127.0.0.1:18092', version: 'test', commit: 'test' },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', {
    what: 'the worker to join',
    timeoutMs: 20_000,
  });
  return worker;
}
