import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorClass, MillraceError } from '@millrace/foundation';
import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ErrorBody,
  errorBody,
  type Route,
  streamEvents,
  tailLogs,
  tailMessages,
} from './contract/index.ts';
import { OPERATIONS } from './docs.ts';
import { toHttpError } from './errors.ts';
import type { TopicSummary } from './kafka-ports.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ui-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the page</title>');
  writeFileSync(join(folder, 'assets', 'index-abc.js'), 'let a = 1;');
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'X' });
  ports.kafka.topicList.push(topic('t'));
  ports.kafka.groupList.push({
    ...{ groupId: 'g', state: 'Empty', protocolType: 'consumer', members: 0, topics: ['t'], lag: 4 },
  });
  ports.kafka.shareGroupList.push({ groupId: 'g', state: 'Empty', members: 0, topics: ['t'], lag: 4 });
  ports.topicsByConnector.set('orders', ['t']);
  api = await createRestApi(ports);
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const topic = (name: string, more: Partial<TopicSummary> = {}): TopicSummary => ({
  ...{ name, partitions: 1, replicationFactor: 1, internal: false, underReplicated: 0, offline: 0 },
  ...more,
});

const get = (url: string) => api.inject({ method: 'GET', url });

describe('the UI', () => {
  test('is one page under every path of it', async () => {
    ports.uiState = { folder };
    for (const url of ['/ui/', '/ui/topics', '/ui/topics/a.b', '/ui/connectors/x%2Fy?tab=1']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.body], url).toEqual([200, expect.stringContaining('the page')]);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    }
  });

  test('its path without the slash leads to it', async () => {
    ports.uiState = { folder };
    const answer = await get('/ui');
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/ui/']);
  });

  test('has files that never change, and 404 for those that are not there', async () => {
    ports.uiState = { folder };
    const script = await get('/ui/assets/index-abc.js');
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.headers['content-type']).toContain('javascript');
    expect((await get('/ui/assets/index-old.js')).statusCode).toBe(404);
  });

  test.each([
    '/ui/../package.json',
    '/ui/%2e%2e/package.json',
    '/ui/..%2fpackage.json',
    '/ui/assets/..%5c..%5cx',
  ])('%s does not leave the folder', async (url) => {
    ports.uiState = { folder: join(folder, 'assets') };
    writeFileSync(join(folder, 'assets', 'index.html'), '<head></head>the page');
    writeFileSync(join(folder, 'package.json'), 'private');
    expect((await get(url)).body).not.toContain('private');
  });

  test('says that it is being built, and looks again by itself', async () => {
    const answer = await get('/ui/topics');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('The UI is being built');
    expect(answer.body).toContain('http-equiv="refresh" content="1"');
    ports.uiState = { folder };
    expect((await get('/ui/topics')).body).toContain('the page');
  });

  test('says why there is none', async () => {
    ports.uiState = { unavailable: 'vite <failed>' };
    expect((await get('/ui/')).body).toContain('vite &lt;failed&gt;');
  });
});

interface Described {
  readonly content: { readonly 'application/json': { readonly example: ErrorBody } };
}

const problems = (schema: TSchema, value: unknown) => Compile(schema).Errors(value)[1];

describe('the documents', () => {
  test('are OpenAPI 3.1 with every operation', async () => {
    const document = JSON.parse((await get('/api/docs/json')).body);
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(
      document.paths as Record<string, Record<string, { operationId: string }>>,
    );
    const ids = operations.flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    expect(ids.toSorted()).toEqual(OPERATIONS.map((route) => route.operationId).toSorted());
  });

  test('have examples of all that is taken and answered, as the schemas would let them pass', async () => {
    const document = JSON.parse((await get('/api/docs/json')).body);
    const media = (part: { content?: Record<string, { example?: unknown }> }) =>
      part.content?.['application/json'];
    for (const route of OPERATIONS) {
      const path = route.url.replace(/:(\w+)/g, '{$1}');
      const { requestBody, responses, parameters = [] } = document.paths[path][route.method.toLowerCase()];
      const { body, replies } = route.schemas(Type);
      const told = route.operationId;
      if (body !== undefined) expect(problems(body, media(requestBody)?.example), told).toEqual([]);
      for (const [status, reply] of Object.entries(replies)) {
        if ('type' in reply && reply.type === 'null') continue;
        expect(problems(reply, media(responses[status])?.example), `${told} ${status}`).toEqual([]);
      }
      for (const { name, example } of parameters) expect(example, `${told} ${name}`).toBeDefined();
    }
  });

  test('have an example of each refusal that this server would answer with that status', async () => {
    const document = JSON.parse((await get('/api/docs/json')).body);
    for (const route of OPERATIONS) {
      const path = document.paths[route.url.replace(/:(\w+)/g, '{$1}')];
      const { responses } = path[route.method.toLowerCase()];
      for (const [status, { content }] of Object.entries<Described>(responses)) {
        if (Number(status) < 400 || status in route.schemas(Type).replies) continue;
        const { example } = content['application/json'];
        const told = `${route.operationId} ${status}`;
        expect(problems(errorBody(Type), example), told).toEqual([]);
        const { error_code, code, class: errorClass = 'config', message } = example;
        expect(error_code, told).toBe(Number(status));
        if (code === undefined || code === 'INTERNAL') continue;
        const thrown = new MillraceError(message, { code, class: errorClass as ErrorClass });
        expect(toHttpError(thrown).status, told).toBe(Number(status));
      }
    }
  });

  test('are shown to people', async () => {
    const answer = await get('/api/docs/');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('swagger-ui');
  });
});

describe('answers are what the contract says', () => {
  const STREAMS: readonly Route[] = [streamEvents, tailMessages, tailLogs];
  const readable = OPERATIONS.filter((route) => route.method === 'GET' && !STREAMS.includes(route));
  test.each(readable.map((route) => [route.operationId, route] as const))('%s', async (_, route) => {
    const url = route.url
      .replace(':connector', 'orders')
      .replace(':task', '0')
      .replace(':plugin', 'FilesSinkConnector')
      .replace(':topic', 't')
      .replace(':group', 'g')
      .replace('/metrics/history', '/metrics/history?metric=worker.memory')
      .replace(':broker', '1')
      .replace(':logger', 'root');
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    const check = Compile(route.schemas(Type).replies[200]!);
    expect(check.Errors(JSON.parse(answer.body))[1]).toEqual([]);
  });
});
