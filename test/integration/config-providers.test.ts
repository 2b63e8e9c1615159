// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configs, not of templates.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsumer } from '@millrace/client';
import { ensureKeyFile, Worker } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const FIXTURES = new URL('../../connect-runtime/test/fixtures/', import.meta.url);
const logger = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let broker: TestBroker;
let bootstrap: string;
let groups = 0;
const workers: Worker[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-providers-'));
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

const newGroup = () => `providers-${process.pid}-${Date.now()}-${++groups}`;

async function startWorker(group: string, more: Record<string, string> = {}): Promise<Worker> {
  const modules = ['talkative-plugin', 'expiring-provider'].map(
    (name) => new URL(`${name}.ts`, FIXTURES).href,
  );
  const config = {
    'bootstrap.servers': bootstrap,
    'group.id': group,
    'config.storage.topic': `${group}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${group}-offsets`,
    'offset.storage.partitions': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.topic': `${group}-status`,
    'status.storage.partitions': '1',
    'status.storage.replication.factor': '1',
    'secrets.storage.replication.factor': '1',
    'key.converter': 'StringConverter',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
    plugins: [...modules, '@millrace/converters', '@millrace/config-providers'].join(','),
    'heartbeat.interval.ms': '200',
    ...more,
  };
  const restAddress = `127.0.0.1:${18_100 + groups}`;
  const worker = new Worker(config, { logger, restAddress, version: 'test', commit: 'test' });
  workers.push(worker);
  await worker.start();
  await eventually(() => worker.health().status === 'healthy', {
    what: 'the worker to join',
    timeoutMs: 20_000,
  });
  return worker;
}

const source = (topic: string, password: string) => ({
  'connector.class': 'TalkativeSource',
  topic,
  password,
});

/** Which passwords the connector had, in the order of its starts. */
async function hashesIn(topic: string): Promise<string[]> {
  const consumer = createConsumer({ bootstrapServers: [bootstrap], autoOffsetReset: 'earliest' });
  try {
    consumer.assign([{ topic, partition: 0 }]);
    return (await consumer.poll(500)).map(({ value }) => JSON.parse(value!.toString()).hash);
  } catch {
    return [];
  } finally {
    await consumer.close();
  }
}

describe.skipIf(brokerUnavailable())('config providers', () => {
  test('placeholders of the worker’s providers are stored as they are, and resolved where tasks run', async () => {
    const group = newGroup();
    const file = join(folder, `${group}.properties`);
    await writeFile(file, 'password=from\\u0020file\n');
    const worker = await startWorker(group, {
      'config.providers': 'file',
      'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
      'config.providers.file.param.allowed.paths': folder,
    });
    const topic = `${group}-talk`;
    const config = source(topic, `\${file:${file}:password}`);
    const created = await worker.createConnector('talks', config, 'RUNNING');
    expect(created.config).toEqual({ ...config, name: 'talks' });
    await eventually(async () => (await hashesIn(topic))[0] === hashOf('from file'), {
      what: 'the password of the file',
    });
    const validated = await worker.validate('TalkativeSource', { ...config, name: 'talks' });
    expect(JSON.stringify(validated)).not.toContain('from file');
    expect(worker.insight.secretUses()).toEqual([
      { connector: 'talks', inlined: [], inClear: [], providers: ['file'] },
    ]);

    await expect(
      worker.createConnector('lacks', source(topic, `\${file:${file}:nothing}`), 'RUNNING'),
    ).rejects.toMatchObject({ code: 'INVALID_CONFIG', details: { path: 'password' } });
    await expect(
      worker.createConnector('outside', source(topic, '${file:/etc/hostname:x}'), 'RUNNING'),
    ).rejects.toMatchObject({ code: 'INVALID_CONFIG', details: { path: 'password' } });
  });

  test('a value that expired and is another starts its connector again, and no other', async () => {
    const group = newGroup();
    const file = join(folder, `${group}.value`);
    await writeFile(file, 'first');
    const worker = await startWorker(group, {
      'config.providers': 'expiring',
      'config.providers.expiring.class': 'ExpiringConfigProvider',
      'config.providers.expiring.param.file': file,
      'config.providers.expiring.param.ttl.ms': '1000',
    });
    const [talks, keeps] = [`${group}-talks`, `${group}-keeps`];
    await worker.createConnector('talks', source(talks, '${expiring:p:password}'), 'RUNNING');
    await worker.createConnector(
      'keeps',
      { ...source(keeps, '${expiring:p:password}'), 'config.action.reload': 'none' },
      'RUNNING',
    );
    await eventually(async () => (await hashesIn(keeps)).length === 1, {
      what: 'the one that keeps its value',
    });
    await eventually(async () => (await hashesIn(talks)).length === 1, { what: 'the first value' });
    const asked = async () => Number(await readFile(`${file}.asked`, 'utf8'));
    const before = await asked();
    await eventually(async () => (await asked()) >= before + 2, { what: 'it to be asked again' });
    expect(await hashesIn(talks), 'nothing has changed').toHaveLength(1);
    await writeFile(file, 'second');
    await eventually(async () => (await hashesIn(talks))[1] === hashOf('second'), {
      what: 'the second value',
    });
    expect(await hashesIn(keeps)).toEqual([hashOf('first')]);
  });

  test('a worker without a key file takes no secret inline, and one that gets it opens what others sealed', async () => {
    const group = newGroup();
    const topic = `${group}-talk`;
    const bare = await startWorker(group);
    await expect(bare.createConnector('talks', source(topic, 'hunter2'), 'RUNNING')).rejects.toMatchObject({
      code: 'SECRETS_WITHOUT_KEY_FILE',
      details: { path: 'password' },
    });
    expect(bare.connectors()).toEqual([]);
    await bare.close();

    const keyFile = join(folder, `${group}.keys`);
    await ensureKeyFile(keyFile);
    const first = await startWorker(group, { 'secrets.key.file': keyFile });
    await first.createConnector('talks', source(topic, 'hunter2'), 'RUNNING');
    await eventually(async () => (await hashesIn(topic)).length === 1, { what: 'it to run' });

    // A newer key above the older one, everything sealed anew, and the older one leaves.
    const newer = randomBytes(32).toString('base64');
    await writeFile(keyFile, `${newer}\n${await readFile(keyFile, 'utf8')}`);
    expect(await first.insight.renewSecrets()).toEqual({ renewed: 1, unreadable: [] });
    await writeFile(keyFile, newer);
    await first.close();
    const second = await startWorker(group, { 'secrets.key.file': keyFile });
    await eventually(async () => (await hashesIn(topic)).length === 2, {
      what: 'it to run with the newer key',
    });
    expect(second.insight.secretUses()).toEqual([
      { connector: 'talks', inlined: ['password'], inClear: [], providers: [] },
    ]);
    expect(new Set(await hashesIn(topic))).toEqual(new Set([hashOf('hunter2')]));
  });
});
