import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { ensureKeyFile, Worker } from '@millrace/connect-runtime';
import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const RECORDS = 200;
const numbers = Array.from({ length: RECORDS }, (_, n) => n);
const group = `queue-${process.pid}-${Date.now()}`;
const [orders, done] = [`${group}-orders`, `${group}-done`];
const redis = new RedisServer();

describe.skipIf(unavailable !== undefined || brokerUnavailable() !== undefined)(
  'a topic to a queue and back',
  () => {
    let broker: TestBroker;
    let worker: Worker;
    let folder: string;

    beforeAll(async () => {
      await redis.start();
      broker = await startTestBroker();
      await produce(broker.bootstrapServers);
      folder = await mkdtemp(join(tmpdir(), 'queue-test-'));
      worker = await startWorker(broker.bootstrapServers, folder);
    });
    afterAll(async () => {
      await worker?.close();
      await broker?.close();
      await redis.close();
      await rm(folder, { recursive: true, force: true });
    });

    // This worker stores offsets once in ten minutes: what is held upstream must not wait for that.
    test('completes jobs soon after their records are acknowledged', async () => {
      const own = { 'connection.uri': redis.uri, queue: 'orders' };
      await worker.createConnector(
        'fill',
        { 'connector.class': 'BullMqSink', topics: orders, ...own },
        'RUNNING',
      );
      await worker.createConnector(
        'drain',
        { 'connector.class': 'BullMqSource', topic: done, ...own },
        'RUNNING',
      );
      expect((await read(broker.bootstrapServers)).toSorted((a, b) => a - b)).toEqual(numbers);
      const completed = () => redis.use((client) => client.zcard('bull:orders:completed'));
      await eventually(async () => (await completed()) === RECORDS, {
        what: 'completed jobs',
        timeoutMs: 20_000,
      });
    });
  },
);

async function startWorker(bootstrapServers: readonly string[], folder: string): Promise<Worker> {
  const keys = join(folder, 'secrets.key');
  await ensureKeyFile(keys);
  const topic = (name: string) => ({
    [`${name}.storage.topic`]: `${group}-${name}`,
    [`${name}.storage.replication.factor`]: '1',
  });
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': group,
      ...{ ...topic('config'), ...topic('offset'), ...topic('status'), ...topic('secrets') },
      ...{ 'offset.storage.partitions': '1', 'status.storage.partitions': '1' },
      'key.converter': 'StringConverter',
      'value.converter': 'JsonConverter',
      'value.converter.schemas.enable': 'false',
      plugins: '@millrace/connector-bullmq,@millrace/converters',
      'secrets.key.file': keys,
      'offset.flush.interval.ms': '600000',
    },
    {
      logger: createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
      ...{ restAddress: '127.0.0.1:18001', version: 'test', commit: 'test' },
    },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', { what: 'the worker', timeoutMs: 20_000 });
  return worker;
}

async function produce(bootstrapServers: readonly string[]): Promise<void> {
  const admin = createAdmin({ bootstrapServers });
  await admin.ensureTopics([orders, done].map((name) => ({ name, partitions: 1, replicationFactor: 1 })));
  await admin.close();
  const producer = createProducer({ bootstrapServers });
  await producer.send(
    numbers.map((n) => ({ topic: orders, key: Buffer.from(`k${n}`), value: Buffer.from(`{"n":${n}}`) })),
  );
  await producer.close();
}

async function read(bootstrapServers: readonly string[]): Promise<readonly number[]> {
  const consumer = createConsumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic: done, partition: 0 }]);
  const values: number[] = [];
  try {
    await eventually(
      async () => {
        for (const { value } of await consumer.poll(200)) values.push(JSON.parse(String(value)).n);
        return values.length >= RECORDS;
      },
      { what: `${RECORDS} records`, timeoutMs: 60_000 },
    );
    return values;
  } finally {
    await consumer.close();
  }
}
