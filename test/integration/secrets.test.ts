// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configs, not of templates.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Millrace, startMillrace } from '../support/index.ts';

const PLUGIN = new URL('../../connect-runtime/test/fixtures/talkative-plugin.ts', import.meta.url).href;
/** In clear nowhere: with characters that JSON and URLs write otherwise. */
const CANARY = 'cAnary-"7f3e"-%ß-d41d8cd9';
const ROTATED = 'cAnary-"rotated"-%ß-98ecf842';
const FORMS = [CANARY, ROTATED].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
]);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let millrace: Millrace;
/** Everything that was answered. */
const answers: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  millrace = await startMillrace({
    dataDir: join(folder, 'data'),
    args: ['--log-level', 'debug', '--set', `plugins=${PLUGIN}`],
  });
});
afterAll(async () => {
  await millrace?.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${millrace.rest}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  answers.push(`${method} ${path}: ${text} ${JSON.stringify([...answer.headers])}`);
  const json = answer.headers.get('content-type')?.startsWith('application/json');
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes
  return { status: answer.status, json: (json && text !== '' ? JSON.parse(text) : null) as any };
}

const source = (name: string, more: Record<string, string> = {}): Record<string, string> => ({
  name,
  'connector.class': 'TalkativeSource',
  topic: `${name}-talk`,
  password: CANARY,
  prints: 'true',
  ...more,
});

const create = (config: Record<string, string>) => call('POST', '/connectors', { name: config.name, config });

const taskOf = async (name: string) => (await call('GET', `/connectors/${name}/status`)).json?.tasks?.[0];

async function hashesIn(topic: string): Promise<{ hash: string; url: boolean; same: boolean }[]> {
  const admin = createAdmin({ bootstrapServers: [millrace.kafka] });
  const consumer = createConsumer({ bootstrapServers: [millrace.kafka], autoOffsetReset: 'earliest' });
  try {
    if (!(await admin.listTopics()).some(({ name }) => name === topic)) return [];
    consumer.assign([{ topic, partition: 0 }]);
    return (await consumer.poll(500)).map(({ value }) => JSON.parse(value!.toString()));
  } finally {
    await consumer.close();
    await admin.close();
  }
}

/** Files of the data folder, logs of topics included, that hold a form of the canary. */
async function filesWithCanary(): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(millrace.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Files that are written anew are renamed meanwhile.
    const bytes = await readFile(path).catch(() => null);
    if (bytes !== null && FORMS.some((form) => bytes.includes(form))) found.push(path);
  }
  return found;
}

const leaksIn = (text: string) => FORMS.filter((form) => text.includes(form));

async function expectNoLeak() {
  for (const answer of answers) expect(leaksIn(answer), answer).toEqual([]);
  const { text } = millrace.output;
  expect(leaksIn(text), text).toEqual([]);
  expect(await filesWithCanary()).toEqual([]);
}

describe('a secret that is given inline', () => {
  test('runs the connector, and is answered and stored as its placeholder', async () => {
    const created = await create(source('plain'));
    expect(created.status, JSON.stringify(created.json)).toBe(201);
    expect(created.json.config.password).toBe('${secrets:plain:password}');
    await eventually(async () => (await taskOf('plain'))?.state === 'RUNNING', { what: 'the task to run' });
    await eventually(async () => (await hashesIn('plain-talk')).length > 0, { what: 'a record' });
    const [first] = await hashesIn('plain-talk');
    expect(first).toEqual({ hash: hashOf(CANARY), url: true, same: true });
    const { json: config } = await call('GET', '/connectors/plain/config');
    expect(config).toEqual({ ...source('plain'), password: '${secrets:plain:password}' });
    const { json: tasks } = await call('GET', '/connectors/plain/tasks');
    expect(tasks[0].config.same).toBe('${secrets:plain:password}');
    await call('GET', '/connectors?expand=info&expand=status');
    await call('GET', '/api/v1/pipelines');
    await expectNoLeak();
    expect((await stat(join(millrace.dataDir, 'secrets.key'))).mode & 0o777).toBe(0o600);
  });

  test('is kept by its placeholder, and starts the connector again with a new value', async () => {
    const stored = (await call('GET', '/connectors/plain/config')).json;
    const { etag } = (await call('POST', '/api/v1/connectors/plain/plan', stored)).json;
    const matched = await fetch(`${millrace.rest}/connectors/plain/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify(stored),
    });
    expect(matched.status, 'what was planned with is what is compared').toBe(200);
    expect((await call('PUT', '/connectors/plain/config', source('plain'))).status).toBe(200);
    await create(source('other'));
    await eventually(async () => (await hashesIn('other-talk')).length === 1, { what: 'the other one' });
    expect(await hashesIn('plain-talk'), 'nothing started again').toHaveLength(1);
    const put = await call('PUT', '/connectors/plain/config', { ...stored, password: ROTATED });
    expect(put.json.config).toEqual(stored);
    await eventually(async () => (await hashesIn('plain-talk'))[1]?.hash === hashOf(ROTATED), {
      what: 'a record with the new password',
    });
    expect(await hashesIn('other-talk'), 'the other one was left alone').toHaveLength(1);
    const [newest] = (await call('GET', '/api/v1/connectors/plain/history')).json.versions;
    expect(newest, 'its history knows it for what is stored now').toMatchObject({
      ...{ current: true, config: stored },
    });
    await expectNoLeak();
  });

  test('within a URL, of whatever key, is kept as one of its own', async () => {
    const tell = `http://user:${encodeURIComponent(CANARY)}@registry:8081`;
    const config = source('in-url', { tell, 'value.converter.schema.registry.url': tell });
    config['value.converter'] = 'io.confluent.connect.avro.AvroConverter';
    const validated = await call('PUT', '/connector-plugins/TalkativeSource/config/validate', config);
    expect(validated.status).toBe(200);
    expect(validated.json.error_count, JSON.stringify(validated.json)).toBe(0);
    const created = await create(config);
    expect(created.status, JSON.stringify(created.json)).toBe(201);
    expect(created.json.config).toMatchObject({
      tell: '${secrets:in-url:tell}',
      'value.converter.schema.registry.url': '${secrets:in-url:value.converter.schema.registry.url}',
    });
    const uses = (await call('GET', '/api/v1/secrets')).json;
    expect(uses.find((use: { connector: string }) => use.connector === 'in-url')).toMatchObject({
      inlined: ['password', 'tell', 'value.converter.schema.registry.url'],
      inClear: [],
    });
    const stored = (await call('GET', '/connectors/in-url/config')).json;
    const again = await call('PUT', '/connectors/in-url/config', stored);
    expect(again.json.config).toEqual(stored);
    await eventually(async () => (await taskOf('in-url'))?.state !== undefined, { what: 'its task' });
    await call('GET', '/connectors?expand=info&expand=status');
    await call('DELETE', '/connectors/in-url');
    await expectNoLeak();
  });

  test.each(['validate', 'validate-throw', 'taskConfigs', 'start', 'start-transient', 'poll', 'out-of-band'])(
    'is in no error of a plugin that tells it at %s',
    async (step) => {
      const name = `tells-${step}`;
      const validated = await call('PUT', '/connector-plugins/TalkativeSource/config/validate', source(name));
      expect(
        validated.json.configs.find((row: { value: { name: string } }) => row.value.name === 'password').value
          .value,
      ).toBe('[hidden]');
      const created = await create(source(name, { tell: step }));
      if (created.status === 201) {
        await eventually(
          async () => {
            const { json } = await call('GET', `/connectors/${name}/status`);
            return json.connector.trace || json.tasks[0]?.trace;
          },
          { what: `a trace of ${name}`, timeoutMs: 20_000 },
        );
      } else expect(JSON.stringify(created.json)).toContain('[hidden]');
      await call('DELETE', `/connectors/${name}`);
      await expectNoLeak();
    },
  );

  test('of one connector cannot be had by another, or by another key', async () => {
    const stolen = await create({ ...source('thief'), password: '${secrets:plain:password}' });
    expect(stolen.status).toBe(400);
    expect(stolen.json).toMatchObject({ code: 'INVALID_CONFIG', path: 'password' });
    const moved = await call('PUT', '/connectors/plain/config', {
      ...source('plain'),
      password: '${secrets:plain:password}',
      topic: '${secrets:plain:password}',
    });
    expect(moved.json).toMatchObject({ code: 'INVALID_CONFIG', path: 'topic' });
  });

  test('goes with its connector', async () => {
    expect((await call('DELETE', '/connectors/plain')).status).toBe(204);
    const again = await create({ ...source('plain'), password: '${secrets:plain:password}' });
    expect(again.json).toMatchObject({ code: 'INVALID_CONFIG', path: 'password' });
    expect((await create(source('plain'))).status).toBe(201);
    await expectNoLeak();
  });
});

describe('what shows more of a connector', () => {
  test.each(['', 'sample'])('previews of a source hide it, also where %j fails', async (tell) => {
    for (const body of [{ config: source('sampled', { tell }) }, { name: 'plain' }]) {
      const { status, json } = await call('POST', '/api/v1/previews', body);
      expect(status, JSON.stringify(json)).toBe(200);
      expect(JSON.stringify(json)).toContain('[hidden]');
    }
    await expectNoLeak();
  });

  test('dead letters, logs and previews of a sink hide it', async () => {
    const sink = {
      ...source('letters', { 'connector.class': 'TalkativeSink', topics: 'plain-talk', tell: 'write' }),
      'errors.tolerance': 'all',
      'errors.log.enable': 'true',
      'errors.deadletterqueue.topic.name': 'letters-dlq',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    };
    expect((await create(sink)).status).toBe(201);
    const listed = await eventually(
      async () => {
        const { json } = await call('GET', '/api/v1/connectors/letters/dead-letters');
        return json.letters?.length > 0 && json;
      },
      { what: 'a dead letter' },
    );
    expect(listed.letters[0]).toMatchObject({ code: 'TOLD', message: expect.stringContaining('[hidden]') });
    const logs = async () => (await call('GET', '/api/v1/connectors/letters/tasks/0/logs')).json;
    await eventually(async () => JSON.stringify(await logs()).includes('[hidden]'), { what: 'its log' });
    for (const tell of ['', 'plan']) {
      const { json } = await call('POST', '/api/v1/previews', { config: { ...sink, tell } });
      expect(JSON.stringify(json)).toContain('[hidden]');
    }
    await call('GET', '/api/v1/connectors/letters/guarantees');
    const uses = (await call('GET', '/api/v1/secrets')).json;
    expect(uses).toContainEqual({ connector: 'letters', inlined: ['password'], inClear: [], providers: [] });
    expect((await call('POST', '/api/v1/secrets/renew')).json).toEqual({ renewed: 0, unreadable: [] });
    await expectNoLeak();
  });
});

test('the documentation and the metrics know nothing of it', async () => {
  await call('GET', '/api/docs/json');
  await call('GET', '/metrics');
  await expectNoLeak();
});
