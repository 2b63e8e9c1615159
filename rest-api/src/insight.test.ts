import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'PostgresSinkConnector' });
  api = await createRestApi(ports);
});
afterEach(() => api.close());

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) {
  const answer = await api.inject({
    method,
    url,
    ...(body === undefined
      ? {}
      : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.statusCode, json: JSON.parse(answer.body) };
}

describe('a preview', () => {
  test('is of a config, of a connector, or of a connector with another config', async () => {
    await call('POST', '/api/v1/previews', { config: { 'connector.class': 'X', 'tasks.max': 2 }, limit: 5 });
    await call('POST', '/api/v1/previews', { name: 'orders' });
    await call('POST', '/api/v1/previews', { config: { name: 'orders', 'connector.class': 'Y' } });
    expect(ports.herder.calls).toEqual([
      'preview preview {"connector.class":"X","tasks.max":"2","name":"preview"} 5',
      'preview orders null 10',
      'preview orders {"name":"orders","connector.class":"Y"} 10',
    ]);
  });

  test.each([
    [{}, 'config'],
    [{ name: 'orders', limit: 0 }, 'limit'],
    [{ name: 'orders', limit: 101 }, 'limit'],
    [{ name: 'orders', limit: 'many' }, 'limit'],
    [{ name: 'orders', config: { name: 'other' } }, 'name'],
  ])('%j is refused', async (body, path) => {
    const answer = await call('POST', '/api/v1/previews', body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'BAD_REQUEST', path } });
    expect(ports.herder.calls).toEqual([]);
  });
});

describe('dead letters', () => {
  test('are listed, with what is asked for', async () => {
    expect((await call('GET', '/api/v1/connectors/orders/dead-letters')).json.topic).toBe('dlq');
    await call('GET', '/api/v1/connectors/orders/dead-letters?limit=5&scan=10&before=abc&cause=1f');
    expect(ports.herder.calls).toEqual([
      'dead letters orders {"limit":50,"scan":1000}',
      'dead letters orders {"limit":5,"scan":10,"before":"abc","cause":"1f"}',
    ]);
    expect((await call('GET', '/api/v1/connectors/orders/dead-letters?scan=100000')).status).toBe(400);
    expect((await call('GET', '/api/v1/connectors/nobody/dead-letters')).status).toBe(404);
  });

  test.each([
    [{ all: true }, '{"all":true} 1000'],
    [{ cause: '1f', recordsPerSecond: 5 }, '{"cause":"1f"} 5'],
    [{ letters: [{ partition: 0, offset: 7 }] }, '{"places":[{"partition":0,"offset":7}]} 1000'],
  ])('%j are sent again', async (body, asked) => {
    const answer = await call('POST', '/api/v1/connectors/orders/dead-letters/redrive', body);
    expect(answer).toMatchObject({ status: 202, json: { id: 'run-1', state: 'DONE' } });
    expect(ports.herder.calls).toEqual([`redrive orders ${asked}`]);
  });

  test.each([
    {},
    { all: false },
    { all: true, cause: 'x' },
    { letters: [{ partition: -1, offset: 0 }] },
    { every: 1 },
  ])('are not sent again by %j', async (body) => {
    const answer = await call('POST', '/api/v1/connectors/orders/dead-letters/redrive', body);
    expect(answer.status).toBe(400);
    expect(ports.herder.calls).toEqual([]);
  });

  test('that are sent again are told of, and can be stopped', async () => {
    const base = '/api/v1/connectors/orders/dead-letters/redrives';
    expect((await call('GET', base)).json).toMatchObject([{ id: 'run-1' }]);
    expect((await call('GET', `${base}/run-1`)).json).toMatchObject({ sent: 1, waiting: 0 });
    expect((await call('DELETE', `${base}/run-1`)).status).toBe(200);
  });
});

test('guarantees and secrets are told', async () => {
  expect((await call('GET', '/api/v1/connectors/orders/guarantees')).json.delivery).toBe('at least once');
  expect((await call('GET', '/api/v1/connectors/nobody/guarantees')).status).toBe(404);
  expect((await call('GET', '/api/v1/secrets')).json).toEqual([
    { connector: 'orders', inlined: ['database.password'], inClear: [], providers: [] },
  ]);
  expect((await call('POST', '/api/v1/secrets/renew')).json).toEqual({ renewed: 1, unreadable: [] });
});
