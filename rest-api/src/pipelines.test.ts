import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PipelinePage } from './contract/index.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('shop', { 'connector.class': 'PostgresSource' });
  ports.herder.add('orders-to-pg', { 'connector.class': 'PostgresSink' }, 2);
  ports.herder.add('orders-to-file', { 'connector.class': 'FilesSink' });
  ports.topicsByConnector.set('orders-to-pg', ['orders']);
  api = await createRestApi(ports);
});
afterEach(() => api.close());

async function list(query = ''): Promise<PipelinePage> {
  const answer = await api.inject({ method: 'GET', url: `/api/v1/pipelines?${query}` });
  expect(answer.statusCode, answer.body).toBe(200);
  return JSON.parse(answer.body);
}

const names = ({ items }: PipelinePage) => items.map(({ name }) => name);

test('pipelines come by name, page by page', async () => {
  const first = await list('limit=2');
  expect([names(first), first.total, first.next]).toEqual([
    ['orders-to-file', 'orders-to-pg'],
    3,
    'orders-to-pg',
  ]);
  expect(names(await list('limit=2&after=orders-to-pg'))).toEqual(['shop']);
});

test('the worst come first where asked, and states are counted over all pages and states', async () => {
  ports.herder.setState('shop', { state: 'FAILED' }, 0);
  ports.herder.setState('orders-to-pg', { state: 'FAILED' }, 1);
  expect(names(await list('sort=state'))).toEqual(['shop', 'orders-to-pg', 'orders-to-file']);
  const failed = await list('state=FAILED&state=DEGRADED&limit=1&sort=state');
  expect([names(failed), failed.total]).toEqual([['shop'], 2]);
  expect(failed.states).toEqual({ FAILED: 1, DEGRADED: 1, RUNNING: 1 });
});

test.each([
  ['search=ORDERS', ['orders-to-file', 'orders-to-pg']],
  ['type=source', ['shop']],
  ['class=FilesSink', ['orders-to-file']],
  ['worker=nobody:1', []],
  ['topic=orders', ['orders-to-pg']],
])('%s lets through %j', async (query, expected) => {
  expect(names(await list(query))).toEqual(expected);
});

test('a state that is none is refused', async () => {
  const answer = await api.inject({ method: 'GET', url: '/api/v1/pipelines?state=BROKEN' });
  expect([answer.statusCode, JSON.parse(answer.body).path]).toEqual([400, 'state']);
});

test('a pipeline is told with its tasks, as far as they run here', async () => {
  ports.herder.setState('orders-to-pg', { state: 'FAILED', trace: 'no table' }, 1);
  ports.count('orders-to-pg', 0, 5, {
    behind: 3,
    lastRecordTimestampMs: 0,
    stages: { put: { timeMs: 1, failed: 2, retried: 1 } },
    figures: { slot_lag_bytes: 7 },
    notices: ['A table is gone.'],
  });
  const answer = await api.inject({ method: 'GET', url: '/api/v1/pipelines/orders-to-pg' });
  expect(JSON.parse(answer.body)).toMatchObject({
    ...{ name: 'orders-to-pg', state: 'DEGRADED', history: [] },
    taskStates: [
      {
        task: 0,
        state: 'RUNNING',
        figures: {
          ...{ records: 5, lag: 3, stages: [{ stage: 'put', failures: 2, retries: 1 }] },
          ...{ own: { slot_lag_bytes: 7 }, notices: ['A table is gone.'] },
        },
      },
      { task: 1, state: 'FAILED', trace: 'no table', figures: null },
    ],
  });
  expect((await api.inject({ method: 'GET', url: '/api/v1/pipelines/nobody' })).statusCode).toBe(404);
});

test('what is tried again by itself says how often it was, and when it is the next time', async () => {
  const restart = { attempts: 3, next_at_ms: 1_700_000_004_000 };
  const error = { code: 'AWAY', class: 'transient', message: 'The database is away.' } as const;
  ports.herder.setState('orders-to-pg', { state: 'RESTARTING', error, restart }, 1);
  const answer = await api.inject({ method: 'GET', url: '/api/v1/pipelines/orders-to-pg' });
  expect(JSON.parse(answer.body)).toMatchObject({
    ...{ state: 'RESTARTING', restart },
    taskStates: [{ restart: null }, { restart }],
  });
  const status = await api.inject({ method: 'GET', url: '/connectors/orders-to-pg/status' });
  expect(JSON.parse(status.body).tasks[1].restart).toEqual(restart);
});

test('a pipeline says what its plugins say is wrong while they go on, each once', async () => {
  ports.count('orders-to-pg', 0, 5, { notices: ['A table is gone.', 'The disk is slow.'] });
  ports.count('orders-to-pg', 1, 5, { notices: ['A table is gone.'] });
  const { items } = await list('search=orders-to-pg');
  expect(items[0]?.notices).toEqual(['A table is gone.', 'The disk is slow.']);
});

test('the status of a task that runs has what its plugin says is wrong, and no field for it where nothing is', async () => {
  ports.count('orders-to-pg', 0, 5, { notices: ['A table is gone.'] });
  ports.count('orders-to-pg', 1, 5, { notices: [] });
  const told = { id: 0, state: 'RUNNING', notices: ['A table is gone.'] };
  const status = await api.inject({ method: 'GET', url: '/connectors/orders-to-pg/status' });
  const [first, second] = JSON.parse(status.body).tasks;
  expect(first).toMatchObject(told);
  expect(second).not.toHaveProperty('notices');
  const task = await api.inject({ method: 'GET', url: '/connectors/orders-to-pg/tasks/0/status' });
  expect(JSON.parse(task.body)).toMatchObject(told);
  ports.herder.setState('orders-to-pg', { state: 'FAILED', trace: 'no table' }, 0);
  const failed = await api.inject({ method: 'GET', url: '/connectors/orders-to-pg/tasks/0/status' });
  expect(JSON.parse(failed.body)).not.toHaveProperty('notices');
});

test('plugins are told with who uses them', async () => {
  ports.herder.add('other', { 'connector.class': 'X', 'transforms.a.type': 'Y' });
  const answer = await api.inject({ method: 'GET', url: '/api/v1/plugins' });
  expect(JSON.parse(answer.body).plugins).toMatchObject([
    { class: 'PostgresSource', usedBy: ['other', 'shop'] },
  ]);
});
