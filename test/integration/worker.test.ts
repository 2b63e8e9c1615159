import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer } from '@millrace/client';
import { Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

let folder: string;
let broker: TestBroker;
let bootstrap: string;
let groups = 0;
const workers: Worker[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'worker-test-'));
  broker = await startTestBroker();
  bootstrap = broker.bootstrapServers.join();
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

afterAll(async () => {
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

function newGroup(): string {
  groups++;
  return `workers-${process.pid}-${Date.now()}-${groups}`;
}

async function startWorker(group: string, number = 1, more: Record<string, string> = {}): Promise<Worker> {
  const config = {
    'bootstrap.servers': bootstrap,
    'group.id': group,
    'config.storage.topic': `${group}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${group}-offsets`,
    'offset.storage.partitions': '3',
    'offset.storage.replication.factor': '1',
    'status.storage.topic': `${group}-status`,
    'status.storage.partitions': '2',
    'status.storage.replication.factor': '1',
    'key.converter': 'StringConverter',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
    plugins: [new URL('counting-plugin.ts', FIXTURES).href, '@millrace/converters'].join(','),
    'offset.flush.interval.ms': '200',
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '200',
    'task.restart.backoff.ms': '300',
    ...more,
  };
  const worker = new Worker(config, {
    logger,
    restAddress: `127.0.0.1:${18_000 + number}`,
    version: 'test',
    commit: 'test',
  });
  workers.push(worker);
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', {
    what: 'the worker to join',
    timeoutMs: 20_000,
  });
  return worker;
}

const source = (topic: string, more: Record<string, string> = {}) => ({
  'connector.class': 'CountingSource',
  topic,
  count: '1000',
  ...more,
});

const taskStates = (worker: Worker, name: string) => worker.status(name).tasks.map(({ state }) => state);

function untilTasksAre(worker: Worker, name: string, ...states: string[]) {
  return eventually(() => JSON.stringify(taskStates(worker, name)) === JSON.stringify(states), {
    what: `tasks of ${name} to be ${states.join()}, not ${JSON.stringify(worker.status(name))}`,
    timeoutMs: 15_000,
  });
}

async function valuesOf(topic: string): Promise<{ part: string; n: number }[]> {
  const consumer = createConsumer({ bootstrapServers: [bootstrap], autoOffsetReset: 'earliest' });
  const admin = createAdmin({ bootstrapServers: [bootstrap] });
  try {
    const [known] = await admin.describeTopics([topic]);
    const partitions = known!.partitions.map(({ partition }) => ({ topic, partition }));
    const ends = await admin.listOffsets(partitions, 'latest');
    const values: { part: string; n: number }[] = [];
    consumer.assign(partitions);
    while (partitions.some((partition, index) => (consumer.position(partition) ?? 0) < ends[index]!))
      for (const { value } of await consumer.poll(500)) values.push(JSON.parse(value!.toString()));
    return values;
  } catch {
    return [];
  } finally {
    await consumer.close();
    await admin.close();
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe.skipIf(brokerUnavailable())('a worker', () => {
  test('runs a source and a sink, pauses, resumes, restarts and removes them', async () => {
    const group = newGroup();
    const worker = await startWorker(group);
    const topic = `${group}-numbers`;
    const file = join(folder, `${group}.jsonl`);

    const created = await worker.createConnector('count', source(topic), 'RUNNING');
    expect(created).toMatchObject({ name: 'count', type: 'source' });
    await untilTasksAre(worker, 'count', 'RUNNING');
    expect(worker.status('count').connector).toMatchObject({
      state: 'RUNNING',
      worker_id: '127.0.0.1:18001',
    });

    const sink = { 'connector.class': 'CollectingSink', topics: topic, file };
    await worker.createConnector('collect', sink, 'RUNNING');
    await untilTasksAre(worker, 'collect', 'RUNNING');
    await eventually(async () => (await linesOf(file)).length >= 1000, { what: 'all lines' });
    const arrived = (await linesOf(file)).map((line) => JSON.parse(line).n as number);
    expect(arrived).toEqual(numbers(1000));
    await eventually(() => worker.counters().find((row) => row.connector === 'count')?.records === 1000, {
      what: 'the counters to tell of 1000 records',
    });

    await worker.setTargetState('count', 'PAUSED');
    await untilTasksAre(worker, 'count', 'PAUSED');
    expect(worker.status('count').connector.state).toBe('PAUSED');
    await worker.setTargetState('count', 'RUNNING');
    await untilTasksAre(worker, 'count', 'RUNNING');

    const restarted = await worker.restartConnector('count', { includeTasks: true, onlyFailed: false });
    expect(restarted?.name).toBe('count');
    await worker.restartTask({ connector: 'count', task: 0 });
    await untilTasksAre(worker, 'count', 'RUNNING');

    await worker.putConfig('count', source(topic, { count: '1500' }));
    await eventually(async () => (await linesOf(file)).length >= 1500, { what: 'what the new config adds' });
    expect((await linesOf(file)).map((line) => JSON.parse(line).n)).toEqual(numbers(1500));

    await worker.setTargetState('count', 'STOPPED');
    await eventually(() => worker.status('count').connector.state === 'STOPPED', { what: 'STOPPED' });
    expect(worker.status('count').tasks).toEqual([]);

    await worker.deleteConnector('count');
    await worker.deleteConnector('collect');
    expect(worker.connectors()).toEqual([]);
    expect(() => worker.status('count')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    await eventually(() => worker.counters().length === 0, { what: 'the counters to go' });
  });

  test('brings back a task that failed for a passing reason, and says so meanwhile', async () => {
    const group = newGroup();
    const worker = await startWorker(group);
    const topic = `${group}-numbers`;
    const seen = new Set<string>();
    worker.onChange((name) => {
      if (worker.connectors().includes(name)) for (const state of taskStates(worker, name)) seen.add(state);
    });
    const config = source(topic, { fault: 'transient', 'fault.once': 'true' });
    await worker.createConnector('shaky', config, 'RUNNING');
    await eventually(() => seen.has('RESTARTING'), { what: 'RESTARTING' });
    await untilTasksAre(worker, 'shaky', 'RUNNING');
    await eventually(async () => (await valuesOf(topic)).length === 1000, { what: 'all records' });
  });

  test('fails a task for good where trying again mends nothing, with trace and error', async () => {
    const group = newGroup();
    const worker = await startWorker(group);
    const topic = `${group}-numbers`;
    await worker.createConnector('broken', source(topic, { fault: 'config' }), 'RUNNING');
    await untilTasksAre(worker, 'broken', 'FAILED');
    const [task] = worker.status('broken').tasks;
    expect(task?.error).toEqual({
      code: 'FIXTURE_FAULT',
      class: 'config',
      message: 'The fixture failed as it was told.',
      hint: 'Tell it not to.',
      stage: 'poll',
    });
    expect(task?.trace).toContain('counting-plugin.ts');

    await worker.putConfig('broken', source(topic));
    await untilTasksAre(worker, 'broken', 'RUNNING');
    await eventually(async () => (await valuesOf(topic)).length === 1000, { what: 'all records' });

    const file = join(folder, `${group}.jsonl`);
    const poison = JSON.stringify({ part: '0', n: 700 });
    const sink = {
      'connector.class': 'CollectingSink',
      topics: topic,
      file,
      'poison.value': poison,
      'consumer.override.max.poll.records': '100',
    };
    await worker.createConnector('picky', sink, 'RUNNING');
    await untilTasksAre(worker, 'picky', 'FAILED');
    expect(worker.status('picky').tasks[0]?.error).toMatchObject({ code: 'FIXTURE_POISON', class: 'poison' });
    // What was written before it is committed: mended, it goes on from there.
    expect((await linesOf(file)).length).toBe(700);
    await worker.putConfig('picky', { ...sink, 'poison.value': '' });
    await eventually(async () => (await linesOf(file)).length >= 1000, { what: 'the rest' });
    expect((await linesOf(file)).map((line) => JSON.parse(line).n)).toEqual(numbers(1000));
  });

  test('refuses what is wrong before anything runs, and names the key', async () => {
    const worker = await startWorker(newGroup());
    const creating = (config: Record<string, string>) => worker.createConnector('wrong', config, 'RUNNING');
    await expect(creating({})).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    await expect(creating({ 'connector.class': 'Nobody' })).rejects.toMatchObject({
      code: 'UNKNOWN_CONNECTOR_CLASS',
      details: { path: 'connector.class' },
    });
    await expect(creating(source('t', { count: 'many' }))).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      details: { path: 'count' },
    });
    await expect(creating(source('t', { transforms: 'x' }))).rejects.toMatchObject({
      details: { path: 'transforms.x.type' },
    });
    expect(worker.connectors()).toEqual([]);
    const fine = source('t', { count: '0' });
    const both = await Promise.allSettled([creating(fine), creating(fine)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(creating(fine)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  test('closed and started again, goes on from the stored offsets', async () => {
    const group = newGroup();
    const topic = `${group}-numbers`;
    const first = await startWorker(group);
    await first.createConnector('count', source(topic), 'RUNNING');
    await eventually(async () => (await valuesOf(topic)).length === 1000, { what: 'all records' });
    await first.close();

    const second = await startWorker(group);
    expect(second.connectors()).toEqual(['count']);
    expect(second.connector('count').type).toBe('source');
    await untilTasksAre(second, 'count', 'RUNNING');
    await second.putConfig('count', source(topic, { count: '1200' }));
    await eventually(async () => (await valuesOf(topic)).length >= 1200, {
      what: 'the numbers that were added',
    });
    expect((await valuesOf(topic)).map(({ n }) => n).sort((a, b) => a - b)).toEqual(numbers(1200));
  });
});

describe.skipIf(brokerUnavailable())('two workers', () => {
  test('share the tasks; when one closes, the other takes over what it had', async () => {
    const group = newGroup();
    const topic = `${group}-numbers`;
    const one = await startWorker(group, 1);
    await one.createConnector('count', source(topic, { 'tasks.max': '4' }), 'RUNNING');
    await untilTasksAre(one, 'count', 'RUNNING', 'RUNNING', 'RUNNING', 'RUNNING');
    const two = await startWorker(group, 2);
    const workersOf = (worker: Worker) =>
      worker
        .status('count')
        .tasks.filter(({ state }) => state === 'RUNNING')
        .map((task) => task.worker_id)
        .sort()
        .join();
    const a = '127.0.0.1:18001';
    const b = '127.0.0.1:18002';
    await eventually(() => workersOf(two) === [a, a, b, b].join(), {
      what: 'two tasks on each',
      timeoutMs: 20_000,
    });
    await expect(two.setTargetState('count', 'PAUSED')).rejects.toMatchObject({
      code: 'REBALANCE_IN_PROGRESS',
      details: { hint: 'Ask the worker at http://127.0.0.1:18001/.' },
    });
    // A config that changes nothing in how the work is split still reaches the tasks of the other worker.
    await one.putConfig('count', source(topic, { 'tasks.max': '4', count: '1100' }));
    await eventually(async () => (await valuesOf(topic)).length >= 4400, { what: 'the numbers of all four' });

    await one.close();
    await eventually(() => workersOf(two) === [b, b, b, b].join(), {
      what: 'all tasks on the one that is left',
      timeoutMs: 20_000,
    });
    // Tasks are handed over before the one that leaves lets go of the connector.
    await eventually(() => two.status('count').connector.worker_id === b, { what: 'the connector' });
    expect(two.status('count').connector.state).toBe('RUNNING');
    await eventually(() => two.setTargetState('count', 'PAUSED').then(() => true), { what: 'it to lead' });
    await untilTasksAre(two, 'count', 'PAUSED', 'PAUSED', 'PAUSED', 'PAUSED');
    expect((await valuesOf(topic)).length).toBe(4400);
  });
});
