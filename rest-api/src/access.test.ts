import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessRequest, Actor } from './access.ts';
import type { Route } from './contract/index.ts';
import { OPERATIONS } from './docs.ts';
import { requireNeeds } from './doors.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { fakePorts } from './testing/fake-ports.ts';

let asked: { actor: Actor; request: AccessRequest }[];
let api: RestApi;

beforeEach(async () => {
  asked = [];
  const ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'X' });
  api = await createRestApi(ports, {
    actorOf: ({ headers }) => ({ name: String(headers['x-user'] ?? 'nobody') }),
    authorizer: {
      authorize: (actor, request) => {
        asked.push({ actor, request });
        return actor.name === 'root';
      },
    },
  });
});
afterEach(() => api.close());

const pathOf = (route: Route) =>
  route.url
    .replace(':connector', 'orders')
    .replace(':task', '0')
    .replace(':plugin', 'X')
    .replace(':topic', 't')
    .replace(':group', 'g');

describe('the authorizer', () => {
  test.each(OPERATIONS.map((route) => [route.operationId, route] as const))(
    'is asked by %s',
    async (_, route) => {
      const payload =
        route.method === 'PUT' || route.method === 'POST' ? { payload: { name: 'new', config: {} } } : {};
      const answer = await api.inject({ method: route.method, url: pathOf(route), ...payload });
      expect(answer.statusCode).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ error_code: 403, code: 'FORBIDDEN', class: 'auth' });
      const { operation, resource, named } = route.needs;
      const names = {
        'params.connector': 'orders',
        'params.plugin': 'X',
        'params.topic': 't',
        'params.group': 'g',
        'body.name': 'new',
      };
      const name = named === undefined ? null : names[named as keyof typeof names];
      expect(asked).toEqual([
        { actor: { name: 'nobody' }, request: { operation, resource: { type: resource, name } } },
      ]);
    },
  );

  test.each(['/ui', '/ui/', '/ui/topics', '/api/docs', '/api/docs/json'])('is asked for %s', async (url) => {
    expect((await api.inject({ method: 'GET', url })).statusCode).toBe(403);
    expect(asked).toHaveLength(1);
  });

  test('lets through whom it knows', async () => {
    const answer = await api.inject({ method: 'GET', url: '/connectors', headers: { 'x-user': 'root' } });
    expect(answer.statusCode).toBe(200);
  });
});

test('every operation of the contract has a route', async () => {
  for (const route of OPERATIONS) {
    const answer = await api.inject({
      method: route.method,
      url: pathOf(route),
      headers: { 'x-user': 'nobody' },
    });
    expect(answer.statusCode, route.operationId).toBe(403);
  }
});

test('a route that does not state what it needs fails the start', () => {
  expect(() => requireNeeds({ method: 'GET', url: '/open' })).toThrow('GET /open does not state');
});
