import { type ConsumerRecord, createAdmin, createConsumer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, killTaskHosts } from '../support/index.ts';
import { kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason) console.warn(`exactly once on Apache Kafka: skipped, ${skipReason}`);

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const COUNT = 3_000;
const PARTS = 2;

const brokers = [
  { on: 'Millrace', start: () => startMillraceBroker(), kills: 3, isMissing: false },
  { on: 'Apache Kafka', start: () => startKafkaPeer(), kills: 6, isMissing: skipReason !== null },
];

describe.each(brokers)(
  'a source on $on, its task hosts killed again and again',
  ({ start, kills, isMissing }) => {
    let kafka: BrokerProcess;
    let worker: Worker;

    beforeEach(({ skip }) => skip(isMissing));
    beforeAll(async () => {
      if (isMissing) return;
      kafka = await start();
      worker = await startWorker(kafka.bootstrapServers);
      const admin = createAdmin({ bootstrapServers: kafka.bootstrapServers });
      await admin.createTopics(
        ['poll', 'interval', 'connector'].map((name) => ({ name, partitions: PARTS, replicationFactor: 1 })),
      );
      await admin.close();
    });

    afterAll(async () => {
      await worker?.close();
      await kafka?.stop();
    });

    test.each([
      ['poll', {}],
      ['interval', { 'transaction.boundary.interval.ms': '150' }],
      ['connector', { 'offsets.storage.topic': 'offsets-of-its-own' }],
    ])('with transaction.boundary=%s gives each record exactly once, in order', async (boundary, more) => {
      const config = {
        'connector.class': 'TransactionalSource',
        'tasks.max': String(PARTS),
        topic: boundary,
        count: String(COUNT),
        'exactly.once.support': 'required',
        'transaction.boundary': boundary,
        ...more,
      };
      await worker.createConnector(boundary, config, 'RUNNING');
      const reader = committedReader(kafka.bootstrapServers, boundary);
      for (let kill = 1; kill <= kills; kill++) {
        const seen = reader.count() + (COUNT * PARTS) / (kills + 3);
        await eventually(() => reader.count() >= Math.min(seen, COUNT * PARTS), {
          what: `${seen} records after kill ${kill - 1}`,
          timeoutMs: 60_000,
        });
        // A change of the config has the tasks before it fenced.
        if (kill === 3) await worker.putConfig(boundary, { ...config, note: 'changed' });
        // Those of the kill before may not be back yet.
        await eventually(() => killTaskHosts() > 0, { what: 'a task host to kill' });
      }
      await eventually(() => reader.count() >= COUNT * PARTS, { what: 'all records', timeoutMs: 60_000 });
      const values = await reader.stop();
      const numbers = Array.from({ length: COUNT }, (_, n) => n);
      for (let part = 0; part < PARTS; part++) expect(values[part]).toEqual(numbers);
      await worker.deleteConnector(boundary);
    });

    test('what it can not give is refused by the key', async () => {
      const config = { name: 'c', 'connector.class': 'CountingSource', topic: 't', count: '1' };
      const { configs } = await worker.validate('CountingSource', {
        ...config,
        'exactly.once.support': 'required',
        'transaction.boundary': 'connector',
      });
      const errors = new Map(configs.map(({ value }) => [value.name, value.errors]));
      expect(errors.get('exactly.once.support')).toEqual([expect.stringContaining('as far as it says')]);
      expect(errors.get('transaction.boundary')).toEqual([expect.stringContaining('poll or interval')]);
    });
  },
);

async function startWorker(bootstrapServers: readonly string[]): Promise<Worker> {
  const plugins = ['transactional-plugin.ts', 'counting-plugin.ts'].map(
    (name) => new URL(name, FIXTURES).href,
  );
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': 'exactly-once',
      'config.storage.topic': 'eo-configs',
      'config.storage.replication.factor': '1',
      'offset.storage.topic': 'eo-offsets',
      'offset.storage.partitions': '3',
      'offset.storage.replication.factor': '1',
      'status.storage.topic': 'eo-status',
      'status.storage.partitions': '2',
      'status.storage.replication.factor': '1',
      'key.converter': 'JsonConverter',
      'value.converter': 'JsonConverter',
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
      plugins: [...plugins, '@millrace/converters'].join(','),
      'offset.flush.interval.ms': '200',
      'task.restart.backoff.ms': '100',
      'exactly.once.source.support': 'enabled',
    },
    { logger, restAddress: '127.0.0.1:18091', version: 'test', commit: 'test' },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', {
    what: 'the worker to join',
    timeoutMs: 20_000,
  });
  return worker;
}

/** Reads a topic as it grows, as those do who want no record of an aborted transaction. */
function committedReader(bootstrapServers: readonly string[], topic: string) {
  const values: unknown[][] = Array.from({ length: PARTS }, () => []);
  const consumer = createConsumer({
    bootstrapServers,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
  });
  consumer.assign(values.map((_, partition) => ({ topic, partition })));
  let stopped = false;
  const take = (records: readonly ConsumerRecord[]) => {
    for (const { partition, value } of records) values[partition]!.push(JSON.parse(String(value)));
  };
  const reading = (async () => {
    while (!stopped) take(await consumer.poll(200));
    // What came after all that was expected would be a repeat.
    take(await consumer.poll(1_000));
    await consumer.close();
  })();
  return {
    count: () => values.reduce((sum, part) => sum + part.length, 0),
    async stop() {
      stopped = true;
      await reading;
      return values;
    },
  };
}
