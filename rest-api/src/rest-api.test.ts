import { MillraceError } from '@millrace/foundation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'PostgresSourceConnector', 'tasks.max': '2' }, 2);
  api = await createRestApi(ports);
});
afterEach(() => api.close());

const json = { 'content-type': 'application/json' };

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body?: unknown,
  headers = {},
) {
  const payload =
    body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await api.inject({
    method,
    url,
    ...payload,
    headers: { ...(body === undefined ? {} : json), ...headers },
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return { ...answer, status: answer.statusCode, json: isJson ? JSON.parse(answer.body) : null };
}

describe('the server', () => {
  test('answers version, commit and cluster id at the root', async () => {
    const answer = await call('GET', '/');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      version: '0.1.0',
      commit: 'abcdef0',
      kafka_cluster_id: 'Zm9vYmFyYmF6cXV4MDAwMA',
    });
  });

  test.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 302],
    ['application/json', 200],
    ['*/*', 200],
    ['application/json, text/html', 200],
    ['text/html;q=0.5, application/json', 200],
    ['text/html;q=0', 200],
  ])('with Accept "%s" the root answers %i', async (accept, status) => {
    const answer = await call('GET', '/', undefined, { accept });
    expect(answer.status).toBe(status);
    if (status === 302) expect(answer.headers.location).toBe('/ui/');
  });

  test.each([
    ['healthy', 200],
    ['starting', 503],
    ['unhealthy', 500],
  ] as const)('health %s is HTTP %i', async (status, code) => {
    ports.herder.healthAnswer = { status, message: 'reading the config topic' };
    const answer = await call('GET', '/health');
    expect(answer.status).toBe(code);
    expect(answer.json).toEqual({ status, message: 'reading the config topic' });
  });

  test.each([
    ['GET', '/connectors'],
    ['GET', '/connectors/orders'],
    ['GET', '/connectors/orders/status'],
    ['DELETE', '/connectors/orders'],
  ] as const)(
    '%s %s is no empty list and no 404 before the worker has read what there is',
    async (method, url) => {
      ports.herder.healthAnswer = { status: 'starting', message: 'reading the config topic' };
      const answer = await call(method, url);
      expect(answer.status).toBe(503);
      expect(answer.json).toMatchObject({ error_code: 503, code: 'WORKER_STARTING' });
      ports.herder.healthAnswer = { status: 'healthy', message: 'done' };
      expect((await call(method, url)).status).toBeLessThan(300);
    },
  );

  test('says about itself what the composition root tells', async () => {
    expect((await call('GET', '/api/v1/about')).json).toMatchObject({ bootstrapServers: '127.0.0.1:9092' });
  });
});

describe('connectors', () => {
  test('are listed by name', async () => {
    expect((await call('GET', '/connectors')).json).toEqual(['orders']);
  });

  test('are listed with status and info; unknown expansions are ignored', async () => {
    const both = (await call('GET', '/connectors?expand=status&expand=info')).json;
    expect(Object.keys(both.orders)).toEqual(['status', 'info']);
    expect(both.orders.status.connector).toEqual({ state: 'RUNNING', worker_id: '127.0.0.1:8083' });
    expect(both.orders.info.type).toBe('source');
    expect((await call('GET', '/connectors?expand=weather')).json).toEqual({ orders: {} });
  });

  test('are created: 201, Location, name in the config', async () => {
    const answer = await call('POST', '/connectors', {
      name: ' a/b ',
      config: { 'connector.class': 'FilesSinkConnector', 'tasks.max': 1, 'is.on': true, ratio: 1.0 },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe('http://localhost:80/connectors/a%2Fb');
    expect(answer.json).toMatchObject({
      name: 'a/b',
      type: 'sink',
      tasks: [{ connector: 'a/b', task: 0 }],
      config: { name: 'a/b', 'tasks.max': '1', 'is.on': 'true', ratio: '1' },
    });
    expect((await call('GET', '/connectors/a%2Fb')).json.name).toBe('a/b');
  });

  test('numbers keep the text they were sent with', async () => {
    const sent = '{"name":"n","config":{"a":1.0,"b":12345678901234567890,"c":1e3}}';
    expect((await call('POST', '/connectors', sent)).json.config).toMatchObject({
      a: '1.0',
      b: '12345678901234567890',
      c: '1e3',
    });
  });

  test.each([
    ['paused', 'PAUSED'],
    ['STOPPED', 'STOPPED'],
    [undefined, 'RUNNING'],
  ])('start in the initial state %s', async (sent, expected) => {
    await call('POST', '/connectors', { name: 'n', config: {}, initial_state: sent });
    expect(ports.herder.calls).toEqual([`create n ${expected}`]);
  });

  test('a second one of the same name is refused with 409', async () => {
    const answer = await call('POST', '/connectors', { name: 'orders', config: {} });
    expect(answer.status).toBe(409);
    expect(answer.json).toEqual({
      error_code: 409,
      message: 'Connector orders already exists',
      code: 'ALREADY_EXISTS',
      class: 'config',
      path: 'name',
    });
  });

  test('are read with config, status and tasks', async () => {
    expect((await call('GET', '/connectors/orders')).json).toMatchObject({ name: 'orders', type: 'source' });
    expect((await call('GET', '/connectors/orders/config')).json).toEqual({
      'connector.class': 'PostgresSourceConnector',
      'tasks.max': '2',
      name: 'orders',
    });
    expect((await call('GET', '/connectors/orders/status')).json.tasks).toHaveLength(2);
    expect((await call('GET', '/connectors/orders/tasks')).json[1].id).toEqual({
      connector: 'orders',
      task: 1,
    });
    expect((await call('GET', '/connectors/orders/tasks/1/status')).json).toEqual({
      id: 1,
      state: 'RUNNING',
      worker_id: '127.0.0.1:8083',
    });
  });

  test('a failed task carries its trace and its error as data', async () => {
    const error = { code: 'AUTH', class: 'auth', message: 'password rejected', hint: 'mend it' } as const;
    ports.herder.setState('orders', { state: 'FAILED', trace: 'password rejected', error }, 1);
    expect((await call('GET', '/connectors/orders/tasks/1/status')).json).toMatchObject({
      state: 'FAILED',
      trace: 'password rejected',
      error,
    });
  });

  test('a config is put: 201 with Location where it is new, 200 where it replaces one', async () => {
    const created = await call('PUT', '/connectors/new/config', { 'connector.class': 'X' });
    expect([created.status, created.headers.location]).toEqual([201, 'http://localhost:80/connectors/new']);
    const updated = await call('PUT', '/connectors/new/config', { name: 'new', 'connector.class': 'Y' });
    expect([updated.status, updated.headers.location]).toEqual([200, undefined]);
    expect(updated.json.config).toEqual({ name: 'new', 'connector.class': 'Y' });
  });

  test.each([
    ['PUT', 'pause', 202, 'state orders PAUSED'],
    ['PUT', 'resume', 202, 'state orders RUNNING'],
    ['PUT', 'stop', 204, 'state orders STOPPED'],
    ['POST', 'restart', 204, 'restart orders tasks=false failed=false'],
    ['POST', 'restart?includeTasks=TRUE', 202, 'restart orders tasks=true failed=false'],
    ['POST', 'restart?includeTasks=true&onlyFailed=true', 202, 'restart orders tasks=true failed=true'],
    ['POST', 'tasks/1/restart', 204, 'restart orders/1'],
    ['DELETE', '', 204, 'delete orders'],
  ] as const)('%s %s answers %i', async (method, action, status, expected) => {
    const answer = await call(method, `/connectors/orders/${action}`.replace(/\/$/, ''));
    expect(answer.status).toBe(status);
    expect(ports.herder.calls).toEqual([expected]);
    if (status === 204) expect(answer.body).toBe('');
    if (action.includes('='))
      expect(answer.json).toMatchObject({ name: 'orders', tasks: [{ id: 0 }, { id: 1 }] });
  });

  test('a change without a body may say that it is JSON', async () => {
    expect((await call('PUT', '/connectors/orders/pause', '')).status).toBe(202);
  });

  test.each([
    ['GET', ''],
    ['GET', '/config'],
    ['GET', '/status'],
    ['GET', '/tasks'],
    ['GET', '/tasks/0/status'],
    ['PUT', '/pause'],
    ['PUT', '/resume'],
    ['PUT', '/stop'],
    ['POST', '/restart'],
    ['POST', '/tasks/0/restart'],
    ['DELETE', ''],
  ] as const)('%s /connectors/unknown%s is 404', async (method, path) => {
    const answer = await call(method, `/connectors/unknown${path}`);
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ error_code: 404, message: expect.stringContaining('unknown') });
  });

  test.each(['9', 'x', '-1'])('task %s does not exist', async (task) => {
    expect((await call('GET', `/connectors/orders/tasks/${task}/status`)).status).toBe(404);
    expect((await call('POST', `/connectors/orders/tasks/${task}/restart`)).status).toBe(404);
  });
});

describe('positions, topics and loggers', () => {
  test('positions are read, altered with numbers as they are, and reset', async () => {
    expect((await call('GET', '/connectors/orders/offsets')).json).toEqual({
      offsets: [{ partition: { table: 'orders' }, offset: { lsn: 42 } }],
    });
    const offsets = [
      { partition: { t: 'x' }, offset: { lsn: 7, ratio: 0.5 } },
      { partition: { t: 'y' } },
      {},
    ];
    const altered = await call('PATCH', '/connectors/orders/offsets', { offsets });
    expect([altered.status, altered.json]).toEqual([200, { message: 'altered' }]);
    expect((await call('DELETE', '/connectors/orders/offsets')).json).toEqual({ message: 'reset' });
    expect(ports.herder.calls).toEqual([
      'alter orders [{"partition":{"t":"x"},"offset":{"lsn":7,"ratio":0.5}},{"partition":{"t":"y"},"offset":null},{"partition":null,"offset":null}]',
      'reset orders',
    ]);
  });

  test('active topics are told and forgotten', async () => {
    ports.topicsByConnector.set('orders', ['b', 'a']);
    expect((await call('GET', '/connectors/orders/topics')).json).toEqual({ orders: { topics: ['b', 'a'] } });
    expect((await call('PUT', '/connectors/orders/topics/reset')).status).toBe(202);
    expect((await call('GET', '/connectors/orders/topics')).json).toEqual({ orders: { topics: [] } });
  });

  test('levels are read and set, here or everywhere', async () => {
    expect((await call('GET', '/admin/loggers')).json).toEqual({
      root: { level: 'INFO', last_modified: null },
    });
    expect((await call('GET', '/admin/loggers/root')).json).toEqual({ level: 'INFO', last_modified: null });
    expect((await call('GET', '/admin/loggers/nobody')).status).toBe(404);
    const set = await call('PUT', '/admin/loggers/worker', { level: 'debug' });
    expect([set.status, set.json]).toEqual([200, ['worker']]);
    const everywhere = await call('PUT', '/admin/loggers/worker?scope=CLUSTER', { level: 'WARN' });
    expect([everywhere.status, everywhere.body]).toEqual([204, '']);
    expect(ports.herder.calls).toEqual(['level worker debug', 'level everywhere worker WARN']);
  });

  test('a config is patched, null takes a key away', async () => {
    const patched = await call('PATCH', '/connectors/orders/config', { 'tasks.max': null, table: 5 });
    expect(patched.status).toBe(200);
    expect(patched.json.config).toEqual({
      name: 'orders',
      'connector.class': 'PostgresSourceConnector',
      table: '5',
    });
  });
});

describe('plugins', () => {
  test('are listed, connectors alone unless all are asked for', async () => {
    expect((await call('GET', '/connector-plugins')).json).toHaveLength(2);
    expect((await call('GET', '/connector-plugins?connectorsOnly=false')).json).toHaveLength(3);
  });

  test('describe their config; unknown ones are 404', async () => {
    expect((await call('GET', '/connector-plugins/FilesSinkConnector/config')).json[0].name).toBe('topics');
    expect((await call('GET', '/connector-plugins/Nothing/config')).status).toBe(404);
  });

  test('validate a config: 200 with errors counted', async () => {
    const url = '/connector-plugins/FilesSinkConnector/config/validate';
    const wrong = await call('PUT', url, { 'connector.class': 'io.millrace.files.FilesSinkConnector' });
    expect([wrong.status, wrong.json.error_count]).toEqual([200, 1]);
    expect((await call('PUT', url, { topics: 'a' })).json.error_count).toBe(0);
  });

  test('a null value is an error of its key', async () => {
    const url = '/connector-plugins/FilesSinkConnector/config/validate';
    const { json: body } = await call('PUT', url, { topics: null });
    expect(body.error_count).toBe(1);
    expect(body.configs[0].value.errors).toContain('The value may not be null.');
  });

  test('another class in the config than in the path is refused', async () => {
    const answer = await call('PUT', '/connector-plugins/FilesSinkConnector/config/validate', {
      'connector.class': 'PostgresSourceConnector',
    });
    expect([answer.status, answer.json.path]).toEqual([400, 'connector.class']);
  });
});

describe('bad input is refused with the key at fault', () => {
  test.each([
    ['POST', '/connectors', '{', undefined, 'not valid JSON'],
    ['POST', '/connectors', '', undefined, 'must be a JSON object'],
    ['POST', '/connectors', [], undefined, 'must be a JSON object'],
    ['POST', '/connectors', { config: {} }, 'name', 'has no name'],
    ['POST', '/connectors', { name: '  ', config: {} }, 'name', 'has no name'],
    ['POST', '/connectors', { name: 'a\nb', config: {} }, 'name', 'control character'],
    ['POST', '/connectors', { name: '..', config: {} }, 'name', 'another place'],
    ['POST', '/connectors', { name: 'x'.repeat(256), config: {} }, 'name', '256 characters'],
    ['POST', '/connectors', { name: ['a'], config: {} }, 'name', '"name" must be a string'],
    ['POST', '/connectors', { name: 'a' }, 'config', '"config" is missing'],
    ['POST', '/connectors', { name: 'a', config: 'x' }, 'config', '"config" must be a JSON object'],
    [
      'POST',
      '/connectors',
      { name: 'a', config: { topics: ['t'] } },
      'topics',
      'config key "topics" must be a string',
    ],
    ['POST', '/connectors', { name: 'a', config: { topics: null } }, 'topics', '"topics" is null'],
    ['POST', '/connectors', { name: 'a', config: { name: 'b' } }, 'name', '(b)'],
    ['POST', '/connectors', { name: 'a', config: {}, initial_state: 'GONE' }, 'initial_state', '"GONE"'],
    ['POST', '/connectors', '{"name":"a","config":{"__proto__":{"x":"y"}}}', '__proto__', '__proto__'],
    ['PUT', '/connectors/a/config', [], undefined, 'must be a JSON object'],
    ['PUT', '/connectors/a/config', { x: {} }, 'x', 'config key "x"'],
    ['PUT', '/connectors/a/config', { name: 'b' }, 'name', '(b)'],
    ['PATCH', '/connectors/a/config', { name: 'b' }, 'name', '(b)'],
    ['PATCH', '/connectors/a/config', { name: null }, 'name', '(null)'],
    ['PATCH', '/connectors/a/offsets', {}, 'offsets', 'need to be provided'],
    ['PATCH', '/connectors/a/offsets', { nope: 1 }, 'nope', '"nope" is not known'],
    ['PATCH', '/connectors/a/offsets', { offsets: [{ partition: 1 }] }, 'partition', 'JSON object'],
    ['PATCH', '/connectors/a/offsets', '{"offsets":[{"partition":{"a":9007199254740993}}]}', 'a', 'exactly'],
    ['PUT', '/admin/loggers/root', {}, 'level', "'level'"],
    ['POST', '/connectors', { name: 'a', config: {}, foo: 1 }, 'foo', '"foo" is not known'],
    ['PUT', '/connectors/a%00/config', { x: '1' }, 'name', 'control character'],
    ['POST', '/connectors/orders/restart?includeTasks=maybe', undefined, 'includeTasks', 'true or false'],
    ['POST', '/connectors/orders/restart?onlyFailed=1', undefined, 'onlyFailed', '"1"'],
    ['GET', '/connector-plugins?connectorsOnly=', undefined, 'connectorsOnly', 'true or false'],
    ['GET', '/api/v1/topics/t/messages?limit=0', undefined, 'limit', '>= 1'],
    ['GET', '/api/v1/topics/t/messages?limit=many', undefined, 'limit', 'a whole number'],
  ] as const)('%s %s %j', async (method, url, body, path, text) => {
    const answer = await call(method, url, body);
    expect(answer.json).toMatchObject({ error_code: 400, code: 'BAD_REQUEST' });
    expect(answer.status).toBe(400);
    expect(answer.json.path).toBe(path);
    expect(answer.json.message).toContain(text);
    expect(ports.herder.calls).toEqual([]);
  });

  test('a path that does not exist is 404, a wrong method 405 with the right ones', async () => {
    expect((await call('GET', '/nothing')).json).toMatchObject({
      error_code: 404,
      message: 'HTTP 404 Not Found',
    });
    const wrong = await call('DELETE', '/connectors');
    expect(wrong.json).toMatchObject({ error_code: 405, message: 'HTTP 405 Method Not Allowed' });
    expect(wrong.headers.allow).toContain('GET');
    expect((await call('GET', '/connectors/orders/pause')).status).toBe(405);
  });

  test('a method that nobody takes is 405, also where it should carry a body', async () => {
    const answer = await api.inject({ method: 'QUERY' as 'GET', url: '/connectors' });
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });

  test('a malformed path is 400', async () => {
    expect((await call('GET', '/connectors/%zz')).json).toMatchObject({ error_code: 400 });
  });

  test('a trailing slash is the same path', async () => {
    expect((await call('GET', '/connectors/')).json).toEqual(['orders']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a body of type %s is 415',
    async (type) => {
      const answer = await call('POST', '/connectors', '{"name":"a","config":{}}', { 'content-type': type });
      expect(answer.json).toMatchObject({ error_code: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    },
  );

  test('a body over the limit is 413', async () => {
    const small = await createRestApi(ports, { bodyLimitBytes: 100 });
    const payload = JSON.stringify({ name: 'a', config: { x: 'y'.repeat(200) } });
    const answer = await small.inject({ method: 'POST', url: '/connectors', payload, headers: json });
    expect(answer.statusCode).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 413, code: 'BODY_TOO_LARGE' });
    await small.close();
  });
});

describe('refusals of the herder', () => {
  test.each([
    ['NOT_FOUND', 'config', 404],
    ['ALREADY_EXISTS', 'config', 409],
    ['REBALANCE_IN_PROGRESS', 'transient', 409],
    ['INVALID_CONFIG', 'config', 400],
    ['BAD_REQUEST', 'config', 400],
    ['FORBIDDEN', 'auth', 403],
    ['SOMETHING', 'config', 400],
    ['SOMETHING', 'throttled', 429],
    ['SOMETHING', 'transient', 503],
    ['SOMETHING', 'bug', 500],
  ] as const)('%s of class %s is HTTP %i', async (code, errorClass, status) => {
    ports.herder.failure = new MillraceError('no', { code, class: errorClass, hint: 'h', path: 'p' });
    const answer = await call('PUT', '/connectors/orders/config', { a: 'b' });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({
      error_code: status,
      message: 'no',
      code,
      class: errorClass,
      hint: 'h',
      path: 'p',
    });
  });

  test.each([
    ['POST', '/connectors', { name: 'a', 'connector.class': 'X' }, 'under "config"'],
    ['PUT', '/connectors/orders/config', { name: 'orders', config: { a: 'b' } }, 'alone'],
    ['PATCH', '/connectors/orders/config', { config: { a: 'b' } }, 'alone'],
    ['PUT', '/connector-plugins/FileSource/config/validate', { config: { a: 'b' } }, 'alone'],
  ] as const)('%s %s %j says where a config belongs', async (method, url, body, hint) => {
    const { json } = await call(method, url, body);
    expect(json).toMatchObject({ error_code: 400, path: 'config', hint: expect.stringContaining(hint) });
  });

  test('what nobody foresaw is 500 and says nothing of its inside', async () => {
    ports.herder.failure = new TypeError('secret is not a function');
    const answer = await call('PUT', '/connectors/orders/config', { a: 'b' });
    expect(answer.json).toMatchObject({ error_code: 500, code: 'INTERNAL' });
    expect(answer.body).not.toContain('secret');
  });

  test('an operation that takes too long is 500', async () => {
    const hurried = await createRestApi(ports, { operationTimeoutMs: 20 });
    const { promise, resolve } = Promise.withResolvers<void>();
    ports.herder.delay = promise;
    const answer = await hurried.inject({ method: 'PUT', url: '/connectors/orders/pause' });
    resolve();
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 500, code: 'OPERATION_TIMED_OUT' });
    await hurried.close();
  });
});
