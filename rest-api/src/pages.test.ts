import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OPERATIONS } from './docs.ts';
import type { TopicSummary } from './ports.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { UNSERVED } from './routes/unserved.ts';
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
  ports.topicList.push(topic('t'));
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

describe('topics', () => {
  test('are listed with the connectors that use them', async () => {
    const sizes = { records: null, sizeBytes: null };
    expect(JSON.parse((await get('/api/v1/topics')).body)).toEqual({
      items: [{ ...topic('t'), ...sizes, writtenBy: ['orders'], readBy: [] }],
      total: 1,
      next: null,
    });
  });

  test('are listed page by page, by what is searched for', async () => {
    ports.topicList.push(topic('t1'), topic('t2', { internal: true }), topic('u'));
    const names = async (query: string) => {
      const { items, total, next } = JSON.parse((await get(`/api/v1/topics?${query}`)).body);
      return [items.map(({ name }: TopicSummary) => name), total, next];
    };
    expect(await names('search=T&limit=2')).toEqual([['t', 't1'], 3, 't1']);
    expect(await names('search=T&limit=2&after=t1')).toEqual([['t2'], 3, null]);
    expect(await names('internal=false')).toEqual([['t', 't1', 'u'], 3, null]);
  });

  test('show their newest messages first, as many as asked for, cut', async () => {
    const bytes = (text: string) =>
      ({ encoding: 'text', text, sizeBytes: text.length, truncated: false }) as const;
    const messages = [1, 2, 3].map((offset) => ({
      partition: 0,
      offset,
      timestamp: offset * 1000,
      key: bytes('k'),
      value: bytes('v'.repeat(40)),
      headers: [],
    }));
    ports.messages.set('t', messages);
    const answer = JSON.parse((await get('/api/v1/topics/t/messages?limit=2&maxBytes=16')).body);
    expect(answer.messages.map((message: { offset: number }) => message.offset)).toEqual([3, 2]);
    expect(answer.messages[0].value).toMatchObject({ truncated: true, text: 'v'.repeat(16) });
    expect(answer.partitions).toEqual([{ partition: 0, startOffset: 0, endOffset: 3 }]);
  });

  test('that do not exist are 404', async () => {
    expect((await get('/api/v1/topics/nothing/messages')).statusCode).toBe(404);
  });
});

const served = OPERATIONS.filter((route) => !UNSERVED.includes(route));

describe('the documents', () => {
  test('are OpenAPI 3.1 with every operation', async () => {
    const document = JSON.parse((await get('/api/docs/json')).body);
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(
      document.paths as Record<string, Record<string, { operationId: string }>>,
    );
    const ids = operations.flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    expect(ids.toSorted()).toEqual(served.map((route) => route.operationId).toSorted());
  });

  test('are shown to people', async () => {
    const answer = await get('/api/docs/');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('swagger-ui');
  });
});

describe('answers are what the contract says', () => {
  const readable = served.filter(({ method, url }) => method === 'GET' && !url.includes('events'));
  test.each(readable.map((route) => [route.operationId, route] as const))('%s', async (_, route) => {
    ports.messages.set('t', []);
    const url = route.url
      .replace(':connector', 'orders')
      .replace(':task', '0')
      .replace(':plugin', 'FilesSinkConnector')
      .replace(':topic', 't')
      .replace(':logger', 'root');
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    const check = Compile(route.schemas(Type).replies[200]!);
    expect(check.Errors(JSON.parse(answer.body))[1]).toEqual([]);
  });
});
