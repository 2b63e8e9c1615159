import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsumerRecord, createAdmin, createConsumer, createProducer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

let folder: string;
let broker: TestBroker;
let bootstrapServers: readonly string[];
const workers: Worker[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dead-letters-test-'));
  broker = await startTestBroker();
  bootstrapServers = broker.bootstrapServers;
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

afterAll(async () => {
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

async function startWorker(group: string): Promise<Worker> {
  const topic = (name: string) => ({
    [`${name}.storage.topic`]: `${group}-${name}`,
    [`${name}.storage.replication.factor`]: '1',
  });
  const worker = new Worker(
    {
      'bootstrap.servers': bootstrapServers.join(','),
      'group.id': group,
      ...{ ...topic('config'), ...topic('offset'), ...topic('status') },
      ...{ 'offset.storage.partitions': '1', 'status.storage.partitions': '1' },
      'key.converter': 'StringConverter',
      'value.converter': 'JsonConverter',
      'value.converter.schemas.enable': 'false',
      plugins: [
        new URL('counting-plugin.ts', FIXTURES).href,
        new URL('twenty-line-sink.ts', FIXTURES).href,
        '@millrace/converters',
      ].join(','),
      'offset.flush.interval.ms': '200',
    },
    { logger, restAddress: '127.0.0.1:18001', version: 'test', commit: 'test' },
  );
  workers.push(worker);
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', { what: 'the worker', timeoutMs: 20_000 });
  return worker;
}

async function produce(topic: string, values: readonly string[]): Promise<void> {
  const admin = createAdmin({ bootstrapServers });
  await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1 }]);
  await admin.close();
  const producer = createProducer({ bootstrapServers });
  const key = (index: number) => Buffer.from(`k-${index}`);
  await producer.send(values.map((value, i) => ({ topic, key: key(i), value: Buffer.from(value) })));
  await producer.close();
}

async function recordsOf(topic: string, count: number): Promise<readonly ConsumerRecord[]> {
  const consumer = createConsumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  const records: ConsumerRecord[] = [];
  consumer.assign([{ topic, partition: 0 }]);
  try {
    await eventually(
      async () => {
        records.push(...(await consumer.poll(200)));
        return records.length >= count;
      },
      { what: `${count} records in ${topic}, not ${records.length}`, timeoutMs: 15_000 },
    );
    return [...records, ...(await consumer.poll(300))];
  } finally {
    await consumer.close();
  }
}

async function committed(group: string, topic: string): Promise<number | undefined> {
  const admin = createAdmin({ bootstrapServers });
  try {
    return (await admin.groupOffsets(group)).find((offset) => offset.topic === topic)?.offset;
  } finally {
    await admin.close();
  }
}

const headersOf = (record: ConsumerRecord) =>
  Object.fromEntries(record.headers.map(({ key, value }) => [key, String(value)]));
const deadLetters = (topic: string) => ({
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': topic,
  'errors.deadletterqueue.topic.replication.factor': '1',
  'errors.deadletterqueue.context.headers.enable': 'true',
});
let groups = 0;
const newGroup = () => `dead-letters-${process.pid}-${Date.now()}-${++groups}`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`);

describe.skipIf(brokerUnavailable())('a sink of twenty lines', () => {
  test('gets dead letters for single records, whatever they fail in', async () => {
    const group = newGroup();
    const [topic, dead, file] = [`${group}-rows`, `${group}-dead`, join(folder, `${group}.jsonl`)];
    const values = rows(1000);
    Object.assign(values, { 17: '"no row"', 18: '5', 400: 'no json', 999: '"the last"' });
    await produce(topic, values);
    const worker = await startWorker(group);
    const config = { 'connector.class': 'TwentyLineSink', topics: topic, file, ...deadLetters(dead) };
    await worker.createConnector('rows', config, 'RUNNING');

    const letters = await recordsOf(dead, 4);
    expect(letters.map(({ key, value }) => [String(key), String(value)])).toEqual(
      expect.arrayContaining([
        ['k-17', '"no row"'],
        ['k-18', '5'],
        ['k-400', 'no json'],
        ['k-999', '"the last"'],
      ]),
    );
    expect(letters).toHaveLength(4);
    const row = letters.find(({ key }) => String(key) === 'k-17')!;
    expect(headersOf(row)).toMatchObject({
      '__connect.errors.topic': topic,
      '__connect.errors.partition': '0',
      '__connect.errors.offset': '17',
      '__connect.errors.connector.name': 'rows',
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.class.name': 'TwentyLineSink',
      '__connect.errors.exception.class.name': 'TypeError',
      '__connect.errors.exception.message': 'not a row: no row',
      'millrace.error.code': 'SINK_THREW',
    });
    const text = letters.find(({ key }) => String(key) === 'k-400')!;
    expect(headersOf(text)).toMatchObject({
      '__connect.errors.stage': 'VALUE_CONVERTER',
      '__connect.errors.class.name': 'JsonConverter',
    });
    await eventually(async () => (await committed('connect-rows', topic)) === 1000, {
      what: 'the offsets to be committed',
    });
    const written = (await readFile(file, 'utf8')).trim().split('\n');
    expect(written).toEqual(rows(1000).filter((_, n) => ![17, 18, 400, 999].includes(n)));
    await eventually(() => worker.counters()[0]?.deadLettered === 4, { what: 'the counters' });
    expect(worker.counters()[0]).toMatchObject({ records: 996, recordsIn: 1000, skipped: 0 });
    expect(worker.status('rows').tasks.map(({ state }) => state)).toEqual(['RUNNING']);
  });

  test('fails with the first of them where nothing is tolerated', async () => {
    const group = newGroup();
    await produce(`${group}-rows`, ['{"n":1}', 'no json']);
    const worker = await startWorker(group);
    const file = join(folder, `${group}.jsonl`);
    await worker.createConnector(
      'strict',
      { 'connector.class': 'TwentyLineSink', topics: `${group}-rows`, file },
      'RUNNING',
    );
    await eventually(() => worker.status('strict').tasks[0]?.state === 'FAILED', {
      what: 'the task to fail',
      timeoutMs: 15_000,
    });
  });
});

describe.skipIf(brokerUnavailable())('a source', () => {
  test('has transforms, and dead letters of what fails in them, and its offset covers both', async () => {
    const group = newGroup();
    const [topic, dead] = [`${group}-numbers`, `${group}-dead`];
    const worker = await startWorker(group);
    const config = {
      ...{ 'connector.class': 'CountingSource', topic, count: '100', ...deadLetters(dead) },
      ...{ transforms: 'even', 'transforms.even.type': 'OnlyEven' },
    };
    await worker.createConnector('count', config, 'RUNNING');
    const even = Array.from({ length: 50 }, (_, i) => 2 * i).filter((n) => n % 10 !== 0);
    const expected = even.flatMap((n) => (n % 4 === 0 ? [n, n] : [n]));
    const numbers = (records: readonly ConsumerRecord[]) =>
      records.map(({ value }) => JSON.parse(String(value)).n as number);
    expect(numbers(await recordsOf(topic, expected.length))).toEqual(expected);
    const letters = await recordsOf(dead, 50);
    expect(numbers(letters)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i + 1));
    expect(headersOf(letters[1]!)).toMatchObject({
      '__connect.errors.topic': topic,
      '__connect.errors.stage': 'TRANSFORMATION',
      '__connect.errors.exception.message': '3 is odd',
      'millrace.source.partition': '{"part":"0"}',
      'millrace.source.offset': '{"n":3}',
    });

    // A second life begins behind the last record, a dead letter though it was.
    await worker.close();
    workers.length = 0;
    const second = await startWorker(group);
    await eventually(() => second.status('count').tasks[0]?.state === 'RUNNING', {
      what: 'the task to come back',
      timeoutMs: 15_000,
    });
    await second.putConfig('count', { ...config, count: '102' });
    expect(numbers(await recordsOf(dead, 51))).toEqual([...numbers(letters), 101]);
    expect(await recordsOf(topic, expected.length)).toHaveLength(expected.length);
  });

  test('passes over what its topic never takes, and keeps it as a dead letter (KIP-779)', async () => {
    const group = newGroup();
    const [topic, dead] = [`${group}-numbers`, `${group}-dead`];
    const admin = createAdmin({ bootstrapServers });
    const configs = { 'max.message.bytes': '10000' };
    await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs }]);
    await admin.close();
    const worker = await startWorker(group);
    const config = { 'connector.class': 'CountingSource', topic, count: '100', 'large.at': '50' };
    await worker.createConnector('large', { ...config, ...deadLetters(dead) }, 'RUNNING');
    const [letter] = await recordsOf(dead, 1);
    expect(JSON.parse(String(letter!.value)).n).toBe(50);
    expect(headersOf(letter!)).toMatchObject({
      '__connect.errors.topic': topic,
      '__connect.errors.stage': 'KAFKA_PRODUCE',
      'millrace.error.code': 'MESSAGE_TOO_LARGE',
      'millrace.source.offset': '{"n":50}',
    });
    expect(await recordsOf(topic, 99)).toHaveLength(99);
    const stored = () => worker.operations.offsets.read('large');
    await eventually(async () => (await stored())[0]?.offset.n === 99, { what: 'the last offset' });
    expect(worker.status('large').tasks.map(({ state }) => state)).toEqual(['RUNNING']);

    await worker.createConnector('strict', { ...config, name: 'strict' }, 'RUNNING');
    await eventually(() => worker.status('strict').tasks[0]?.state === 'FAILED', {
      what: 'the task to fail where nothing is tolerated',
      timeoutMs: 15_000,
    });
    expect(worker.status('strict').tasks[0]?.trace).toContain('max.message.bytes');
  });

  test('fails with the record where nothing is tolerated', async () => {
    const group = newGroup();
    const worker = await startWorker(group);
    const config = {
      ...{ 'connector.class': 'CountingSource', topic: `${group}-numbers`, count: '100' },
      ...{ transforms: 'even', 'transforms.even.type': 'OnlyEven' },
    };
    await worker.createConnector('strict', config, 'RUNNING');
    await eventually(() => worker.status('strict').tasks[0]?.state === 'FAILED', {
      what: 'the task to fail',
      timeoutMs: 15_000,
    });
    expect(worker.status('strict').tasks[0]?.trace).toContain('1 is odd');
  });
});
