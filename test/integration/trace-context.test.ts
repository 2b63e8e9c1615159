import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsumerRecord, createConsumer, createProducer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const FRESH = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;
const TIMEOUT_MS = 30_000;

let folder: string;
let broker: TestBroker;
let worker: Worker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trace-context-'));
  broker = await startTestBroker();
  const topic = (name: string) => ({
    [`${name}.storage.topic`]: `traces-${name}`,
    [`${name}.storage.replication.factor`]: '1',
  });
  worker = new Worker(
    {
      'bootstrap.servers': broker.bootstrapServers.join(','),
      'group.id': 'traces',
      ...{ ...topic('config'), ...topic('offset'), ...topic('status') },
      'key.converter': 'StringConverter',
      'value.converter': 'JsonConverter',
      'value.converter.schemas.enable': 'false',
      plugins: [
        new URL('counting-plugin.ts', FIXTURES).href,
        new URL('twenty-line-sink.ts', FIXTURES).href,
        '@millrace/converters',
      ].join(','),
      'tracing.enable': 'true',
    },
    {
      logger: createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
      restAddress: '127.0.0.1:18002',
      version: 'test',
      commit: 'test',
    },
  );
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', { what: 'the worker', timeoutMs: TIMEOUT_MS });
});

afterAll(async () => {
  await worker?.close();
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

async function read(topic: string, count: number): Promise<readonly ConsumerRecord[]> {
  const consumer = createConsumer({ bootstrapServers: broker.bootstrapServers });
  consumer.assign([{ topic, partition: 0 }]);
  consumer.seek({ topic, partition: 0 }, 0);
  const records: ConsumerRecord[] = [];
  try {
    await eventually(
      async () => {
        records.push(...(await consumer.poll(500)));
        return records.length >= count;
      },
      { what: `${count} records of ${topic}`, timeoutMs: TIMEOUT_MS },
    );
  } finally {
    await consumer.close();
  }
  return records;
}

const traceparents = ({ headers }: ConsumerRecord) =>
  headers.filter(({ key }) => key === 'traceparent').map(({ value }) => value?.toString());

/** A record that the sink can't take, in a trace that somebody else began. */
async function produceBroken(topic: string): Promise<void> {
  const producer = createProducer({ bootstrapServers: broker.bootstrapServers });
  const headers = [{ key: 'traceparent', value: Buffer.from(GIVEN) }];
  await producer.send([{ topic, partition: 0, key: null, value: Buffer.from('7'), headers }]);
  await producer.close();
}

test('each record of a source begins a trace of its own', async () => {
  await worker.createConnector(
    'count',
    { 'connector.class': 'CountingSource', topic: 'counted', count: '20' },
    'RUNNING',
  );
  const traces = (await read('counted', 20)).map(traceparents);
  for (const trace of traces) expect(trace).toEqual([expect.stringMatching(FRESH)]);
  expect(new Set(traces.flat().map((trace) => trace?.slice(3, 35))).size).toBe(20);
});

test('a trace goes with its record from a topic into the dead letters', async () => {
  await produceBroken('broken');
  const config = {
    ...{ 'connector.class': 'TwentyLineSink', topics: 'broken', file: join(folder, 'out.txt') },
    ...{ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'broken-dlq' },
    'errors.deadletterqueue.topic.replication.factor': '1',
  };
  await worker.createConnector('tolerant', config, 'RUNNING');
  const [letter] = await read('broken-dlq', 1);
  expect(traceparents(letter!)).toEqual([GIVEN]);
});

test('a task that fails of a record names its trace', async () => {
  await produceBroken('fatal');
  const config = { 'connector.class': 'TwentyLineSink', topics: 'fatal', file: join(folder, 'none.txt') };
  await worker.createConnector('strict', config, 'RUNNING');
  const task = await eventually(
    () => worker.status('strict').tasks.find(({ state }) => state === 'FAILED') ?? null,
    { what: 'the task to fail', timeoutMs: TIMEOUT_MS },
  );
  expect(task).toMatchObject({ error: { record: { topic: 'fatal', offset: 0, traceparent: GIVEN } } });
});
