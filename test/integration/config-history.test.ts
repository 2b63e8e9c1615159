import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigHistory } from '@millrace/rest-api/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Millrace, startMillrace } from '../support/millrace.ts';

let folder: string;
let dataDir: string;
let millrace: Millrace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'));
  dataDir = join(folder, 'data');
  await writeFile(join(folder, 'words'), 'a\nb\n');
  millrace = await startMillrace({ dataDir });
}, 60_000);
afterAll(async () => {
  await millrace?.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${millrace.rest}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    json: text === '' ? null : JSON.parse(text),
  };
}

const config = (topic: string) => ({
  'connector.class': 'FileStreamSource',
  file: join(folder, 'words'),
  topic,
});

const history = async () => (await call('GET', '/api/v1/connectors/words/history')).json as ConfigHistory;

test('configs are kept over restarts, compared, and given back', async () => {
  const made = await call('PUT', '/connectors/words/config', config('one'));
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  const plan = await call('POST', '/api/v1/connectors/words/plan', config('two'));
  expect(plan.json).toMatchObject({
    exists: true,
    changes: [{ key: 'topic', before: 'one', after: 'two' }],
    errors: [],
    etag: made.etag,
  });
  const changed = await call('PUT', '/connectors/words/config', config('two'), { 'if-match': made.etag });
  expect(changed.status).toBe(200);
  const late = await call('PUT', '/connectors/words/config', config('three'), { 'if-match': made.etag });
  expect(late).toMatchObject({ status: 412, json: { code: 'PRECONDITION_FAILED' } });
  expect((await history()).versions).toMatchObject([
    {
      ...{ version: 2, what: 'update', by: 'ANONYMOUS', current: true },
      changes: [{ key: 'topic', op: 'replace', before: 'one', after: 'two' }],
    },
    { version: 1, what: 'create', current: false, config: { topic: 'one' } },
  ]);
  await millrace.close();
  millrace = await startMillrace({ dataDir });
  expect((await history()).versions).toHaveLength(2);
  const restored = await call('POST', '/api/v1/connectors/words/history/1/restore');
  expect(restored).toMatchObject({ status: 200, etag: made.etag, json: { config: { topic: 'one' } } });
  expect((await call('DELETE', '/connectors/words')).status).toBe(204);
  expect((await history()).versions.map(({ what }) => what)).toEqual([
    'delete',
    'restore',
    'update',
    'create',
  ]);
});
