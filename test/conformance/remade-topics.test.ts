import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createProducer } from '@millrace/client';
import { ensureKeyFile, Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Service, startService, unavailable } from '../support/index.ts';
import { kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { type BrokerProcess, startMillraceBroker } from '../support/millrace-broker.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason) console.warn(`topics made anew on Apache Kafka: skipped, ${skipReason}`);
const noPostgres = unavailable('postgres');

const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const TOPIC = 'orders';
const NAME = 'exact';
const DEADLINE_MS = 60_000;

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe.skipIf(noPostgres !== undefined)('a topic that is made anew under an exactly-once sink', () => {
  let postgres: Service;
  beforeAll(async () => {
    postgres = await startService('postgres');
  });
  afterAll(() => postgres?.stop());

  describe('on our broker', () => {
    scenario(
      () => postgres.url,
      () => startMillraceBroker({}),
    );
  });

  describe.skipIf(skipReason !== null)('on Apache Kafka', () => {
    scenario(
      () => postgres.url,
      () => startKafkaPeer(),
    );
  });
});

function scenario(postgresUrl: () => string, start: () => Promise<BrokerProcess>): void {
  let folder: string;
  let kafka: BrokerProcess;
  let worker: Worker;
  let db: pg.Client;

  beforeAll(async () => {
    kafka = await start();
    folder = await mkdtemp(join(tmpdir(), 'remade-topics-'));
    const keys = join(folder, 'secrets.key');
    await ensureKeyFile(keys);
    worker = await startWorker(kafka.bootstrapServers, keys);
    db = new pg.Client(postgresUrl());
    await db.connect();
    await db.query('DROP TABLE IF EXISTS orders; CREATE TABLE orders (n int)');
    // Of the worker before, whose connector has the same name.
    await db.query('DROP TABLE IF EXISTS millrace_offsets');
    await withAdmin((admin) => admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor: 1 }]));
  });

  afterAll(async () => {
    await worker?.close();
    await kafka?.stop();
    await db?.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function withAdmin(work: (admin: ReturnType<typeof createAdmin>) => Promise<unknown>): Promise<void> {
    const admin = createAdmin({ bootstrapServers: kafka.bootstrapServers });
    try {
      await work(admin);
    } finally {
      await admin.close();
    }
  }

  async function makeAnew(): Promise<void> {
    await withAdmin(async (admin) => {
      await admin.deleteTopics([TOPIC]);
      const isMade = () =>
        admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor: 1 }]).then(
          () => true,
          () => false,
        );
      await eventually(isMade, { what: 'the topic to be made anew', timeoutMs: DEADLINE_MS });
    });
  }

  async function produced(values: readonly number[]): Promise<void> {
    const producer = createProducer({ bootstrapServers: kafka.bootstrapServers });
    await producer.send(
      values.map((n) => ({
        topic: TOPIC,
        partition: 0,
        key: null,
        value: Buffer.from(JSON.stringify({ n })),
      })),
    );
    await producer.close();
  }

  async function written(values: readonly number[]): Promise<void> {
    const rows = async () =>
      (await db.query('SELECT n FROM orders ORDER BY n')).rows.map(({ n }) => n as number);
    await eventually(async () => (await rows()).length >= values.length, {
      what: `${values.length} rows`,
      timeoutMs: DEADLINE_MS,
    });
    expect(await rows()).toEqual(values);
  }

  test('is written from its first record on, while the task runs and while it does not, each record once', async () => {
    const postgres = new URL(postgresUrl());
    await produced(numbers(0, 50));
    await worker.createConnector(
      NAME,
      {
        'connector.class': 'PostgresSink',
        topics: TOPIC,
        'connection.url': `jdbc:postgresql://${postgres.host}${postgres.pathname}`,
        'connection.user': postgres.username,
        'connection.password': postgres.password,
        'table.name.format': 'orders',
        'insert.mode': 'insert',
        'pk.mode': 'none',
        'delivery.guarantee': 'exactly_once',
        'offsets.table': 'millrace_offsets',
      },
      'RUNNING',
    );
    await written(numbers(0, 50));
    await makeAnew();
    await produced(numbers(50, 80));
    await written(numbers(0, 80));

    await worker.setTargetState(NAME, 'STOPPED');
    await makeAnew();
    await produced(numbers(80, 100));
    await worker.setTargetState(NAME, 'RUNNING');
    await written(numbers(0, 100));
    await produced(numbers(100, 110));
    await written(numbers(0, 110));
  });
}

async function startWorker(bootstrapServers: readonly string[], keys: string): Promise<Worker> {
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': 'remade-topics',
      'config.storage.topic': 'rt-configs',
      'config.storage.replication.factor': '1',
      'offset.storage.topic': 'rt-offsets',
      'offset.storage.replication.factor': '1',
      'status.storage.topic': 'rt-status',
      'status.storage.replication.factor': '1',
      'secrets.key.file': keys,
      'secrets.storage.topic': 'rt-secrets',
      'secrets.storage.replication.factor': '1',
      'key.converter': 'JsonConverter',
      'value.converter': 'JsonConverter',
      'key.converter.schemas.enable': 'false',
      'value.converter.schemas.enable': 'false',
      plugins: ['@millrace/connector-postgres', '@millrace/converters'].join(','),
      'task.restart.backoff.ms': '100',
    },
    { logger, restAddress: '127.0.0.1:18093', version: 'test', commit: 'test' },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', {
    what: 'the worker to join',
    timeoutMs: 20_000,
  });
  return worker;
}
