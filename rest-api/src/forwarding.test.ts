import { MillraceError } from '@millrace/foundation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'Source' });
  api = await createRestApi(ports);
});
afterEach(() => api.close());

const elsewhere = (forwardTo?: string) =>
  new MillraceError('It is served elsewhere.', {
    code: 'REBALANCE_IN_PROGRESS',
    class: 'transient',
    ...(forwardTo === undefined ? {} : { facts: { forwardTo } }),
  });
const LEADER = 'http://10.0.0.7:8083/';

test('a write that another worker can serve is asked of it as it was sent, and its answer handed on', async () => {
  ports.herder.failure = elsewhere(LEADER);
  ports.herder.forwardedAnswer = {
    status: 201,
    location: 'http://10.0.0.7:8083/connectors/n%20w',
    etag: null,
    body: '{"name":"n w"}',
  };
  const body = '{"name": "n w", "config": {"connector.class": "Source", "tasks.max": 1.0}}';
  const answer = await api.inject({
    method: 'POST',
    url: '/connectors',
    payload: body,
    headers: { 'content-type': 'application/json', host: 'localhost:8090' },
  });
  expect(ports.herder.calls.at(-1)).toBe(`forward POST ${LEADER} /connectors?forward=true ${body}`);
  expect(answer.statusCode).toBe(201);
  expect(answer.headers.location).toBe('http://localhost:8090/connectors/n%20w');
  expect(answer.body).toBe('{"name":"n w"}');
});

test('a refusal of the other worker is handed on too', async () => {
  ports.herder.failure = elsewhere(LEADER);
  ports.herder.forwardedAnswer = {
    status: 404,
    location: null,
    etag: null,
    body: '{"error_code":404,"message":"no"}',
  };
  const answer = await api.inject({ method: 'DELETE', url: '/connectors/gone' });
  expect(answer.statusCode).toBe(404);
  expect(answer.body).toBe('{"error_code":404,"message":"no"}');
});

test('the second worker asks once more, the third one refuses', async () => {
  const url = '/connectors/orders/tasks/0/restart';
  ports.herder.failure = elsewhere(LEADER);
  expect((await api.inject({ method: 'POST', url: `${url}?forward=true` })).statusCode).toBe(204);
  expect(ports.herder.calls.at(-1)).toBe(`forward POST ${LEADER} ${url}?forward=false`);
  ports.herder.failure = elsewhere(LEADER);
  const answer = await api.inject({ method: 'POST', url: `${url}?forward=false` });
  expect(answer.statusCode).toBe(409);
  expect(JSON.parse(answer.body)).toMatchObject({
    error_code: 409,
    message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  });
});

test('where nobody knows who can serve it, the refusal stands', async () => {
  ports.herder.failure = elsewhere();
  const answer = await api.inject({ method: 'PUT', url: '/connectors/orders/pause' });
  expect(answer.statusCode).toBe(409);
  expect(JSON.parse(answer.body).message).toBe('It is served elsewhere.');
});
