import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigHistory } from './contract/index.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  api = await createRestApi(ports, {
    actorOf: ({ headers }) => ({ name: String(headers['x-user'] ?? 'nobody') }),
  });
});
afterEach(() => api.close());

interface Asked {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  { body, headers = {} }: Asked = {},
) {
  const answer = await api.inject({
    ...{ method, url },
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return {
    status: answer.statusCode,
    etag: answer.headers.etag as string | undefined,
    json: answer.body === '' ? null : JSON.parse(answer.body),
  };
}

const put = (config: object, headers: Record<string, string> = {}) =>
  call('PUT', '/connectors/orders/config', { body: { 'connector.class': 'X', ...config }, headers });

describe('the tag of a config', () => {
  test('is the same wherever the config is, whatever the order of its keys, and another one of another config', async () => {
    const first = await put({ a: '1', b: '2' });
    expect(first.etag).toMatch(/^"[\w-]{22}"$/);
    expect((await call('GET', '/connectors/orders/config')).etag).toBe(first.etag);
    expect((await call('GET', '/connectors/orders')).etag).toBe(first.etag);
    expect((await put({ b: '2', a: '1' })).etag).toBe(first.etag);
    const second = await call('PATCH', '/connectors/orders/config', { body: { a: '3' } });
    expect(second.etag).not.toBe(first.etag);
  });

  test('guards a change: 412 where the config is another one by now, or gone', async () => {
    const { etag = '' } = await put({ a: '1' });
    expect((await put({ a: '2' }, { 'if-match': etag })).status).toBe(200);
    const late = await put({ a: '3' }, { 'if-match': etag });
    expect(late).toMatchObject({ status: 412, json: { code: 'PRECONDITION_FAILED' } });
    const patch = { body: { a: '3' }, headers: { 'if-match': etag } };
    expect((await call('PATCH', '/connectors/orders/config', patch)).status).toBe(412);
    expect((await call('DELETE', '/connectors/orders', { headers: { 'if-match': etag } })).status).toBe(412);
    expect(ports.herder.connector('orders').config.a).toBe('2');
    expect((await call('DELETE', '/connectors/orders', { headers: { 'if-match': `"x", *` } })).status).toBe(
      204,
    );
    expect((await put({ a: '1' }, { 'if-match': '*' })).status).toBe(412);
  });
});

describe('the history of a config', () => {
  const history = async () => (await call('GET', '/api/v1/connectors/orders/history')).json as ConfigHistory;

  test('tells who changed what, newest first', async () => {
    await put({ a: '1', gone: 'x' }, { 'x-user': 'ann' });
    await put({ a: '2', b: 'new' }, { 'x-user': 'bob' });
    const { versions } = await history();
    expect(versions).toMatchObject([
      {
        ...{ version: 2, by: 'bob', what: 'update', current: true },
        changes: [
          { key: 'a', op: 'replace', before: '1', after: '2' },
          { key: 'b', op: 'add', after: 'new' },
          { key: 'gone', op: 'remove', before: 'x' },
        ],
      },
      { version: 1, by: 'ann', what: 'create', current: false },
    ]);
  });

  test('gives a config back, also that of a connector which was deleted', async () => {
    await put({ a: '1' });
    await put({ a: '2' });
    const restored = await call('POST', '/api/v1/connectors/orders/history/1/restore', {
      headers: { 'x-user': 'ann' },
    });
    expect([restored.status, restored.json.config.a]).toEqual([200, '1']);
    expect((await history()).versions[0]).toMatchObject({
      version: 3,
      what: 'restore',
      restored: 1,
      by: 'ann',
    });
    await call('DELETE', '/connectors/orders');
    expect((await history()).versions[0]).toMatchObject({ what: 'delete', config: {}, current: false });
    expect((await call('POST', '/api/v1/connectors/orders/history/4/restore')).status).toBe(400);
    const anew = await call('POST', '/api/v1/connectors/orders/history/2/restore');
    expect([anew.status, anew.json.config.a]).toEqual([201, '2']);
  });

  test('is refused where there is none, and gives nothing back over a change that nobody looked at', async () => {
    expect((await call('GET', '/api/v1/connectors/nobody/history')).status).toBe(404);
    await put({ a: '1' });
    expect((await call('POST', '/api/v1/connectors/orders/history/7/restore')).status).toBe(404);
    const headers = { 'if-match': '"other"' };
    expect((await call('POST', '/api/v1/connectors/orders/history/1/restore', { headers })).status).toBe(412);
  });
});

describe('a plan', () => {
  const plan = (body: object) => call('POST', '/api/v1/connectors/orders/plan', { body });

  test('says what would change, what is wrong, and which tasks start anew', async () => {
    const { etag } = await put({ 'connector.class': 'FilesSinkConnector', topics: 'a' });
    const same = await plan({ 'connector.class': 'FilesSinkConnector', topics: 'a' });
    expect(same.json).toMatchObject({ changes: [], tasks: { restarted: 0 } });
    const other = await plan({ 'connector.class': 'FilesSinkConnector', topics: 'b' });
    expect(other.json).toEqual({
      exists: true,
      changes: [{ key: 'topics', op: 'replace', before: 'a', after: 'b' }],
      errors: [],
      tasks: { now: 1, restarted: 1 },
      etag,
    });
    const wrong = await plan({ 'connector.class': 'FilesSinkConnector' });
    expect(wrong.json.errors).toEqual([{ key: 'topics', message: expect.stringContaining('Missing') }]);
    expect(ports.herder.calls).toEqual(['put orders']);
  });

  test('needs a class', async () => {
    expect(await plan({ topics: 'b' })).toMatchObject({ status: 400, json: { path: 'connector.class' } });
  });
});
