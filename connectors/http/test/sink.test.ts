import { createHmac } from 'node:crypto';
import { type ConnectRecord, requireConfig, type SinkRecord } from '@millrace/sdk';
import { SinkHarness, type SinkHarnessOptions } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpSink } from '../src/index.ts';
import { type Answer, ApiServer } from './api-server.ts';

const server = new ApiServer();
const running: SinkHarness[] = [];

beforeEach(async () => {
  server.received.length = 0;
  server.answer = () => ({ status: 204 });
  await server.start();
});
afterEach(async () => {
  for (const harness of running.splice(0)) await harness.stop();
  await server.kill();
});

async function sink(
  options: Record<string, string> = {},
  more: SinkHarnessOptions = {},
): Promise<SinkHarness> {
  const given = {
    url: `${server.url}/in`,
    'validation.request': 'none',
    'retry.backoff.ms': '10',
    ...options,
  };
  const harness = new SinkHarness(httpSink, given, more);
  running.push(harness);
  await harness.start();
  return harness;
}

const record = (offset: number, more: Partial<SinkRecord> = {}): SinkRecord => ({
  ...{ topic: 't', partition: 0, offset, key: `k${offset}`, value: { n: offset }, headers: [], timestamp: 5 },
  ...more,
});
const records = (count: number) => Array.from({ length: count }, (_, offset) => record(offset));
const sent = () => server.received.map(({ method, path, body }) => `${method} ${path} ${body}`);

describe('requests', () => {
  it('are one a record, in order, with its coordinates as the idempotency key', async () => {
    await (await sink()).write([
      ...records(2),
      record(9, { origin: { topic: 'o', partition: 3, offset: 7 } }),
    ]);
    expect(sent()).toEqual(['POST /in {"n":0}', 'POST /in {"n":1}', 'POST /in {"n":9}']);
    expect(server.received.map(({ headers }) => headers['idempotency-key'])).toEqual([
      't-0-0',
      't-0-1',
      'o-3-7',
    ]);
    expect(server.received[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['array', '[{"n":0},{"n":1}]', '[{"n":2}]', 'application/json'],
    ['ndjson', '{"n":0}\n{"n":1}\n', '{"n":2}\n', 'application/x-ndjson'],
  ])('are one for several (%s)', async (format, first, second, type) => {
    await (await sink({ 'batch.format': format, 'batch.size': '2' })).write(records(3));
    expect(server.received.map(({ body }) => body)).toEqual([first, second]);
    expect(server.received[0]?.headers).toMatchObject({
      'content-type': type,
      'idempotency-key': 't-0-0..1/2',
    });
  });

  it('of several are bounded in bytes, and begin anew with another address', async () => {
    const large = await sink({ 'batch.format': 'ndjson', 'batch.max.bytes': '1024' });
    await large.write(records(5).map((each) => ({ ...each, value: 'x'.repeat(400) })));
    expect(server.received.map(({ body }) => body.trim().split('\n').length)).toEqual([2, 2, 1]);
    server.received.length = 0;
    const many = await sink({ 'batch.format': 'ndjson', url: `${server.url}/\${topic}` });
    await many.write([record(0), record(1), record(2, { topic: 'u/x' }), record(3)]);
    expect(server.received.map(({ path }) => path)).toEqual(['/t', '/u%2Fx', '/t']);
  });

  it('hold keys and coordinates, texts as they are, and the type that is asked for', async () => {
    await (await sink({ 'include.metadata': 'true', method: 'PUT' })).write([record(0)]);
    const text = await sink({ 'body.format': 'text', 'content.type': 'text/csv', headers: '{"X-A": "b"}' });
    await text.write([record(1, { value: 'a,b' }), record(2, { value: Buffer.from('é') })]);
    expect(sent()).toEqual([
      'PUT /in {"topic":"t","partition":0,"offset":0,"timestamp":5,"key":"k0","value":{"n":0}}',
      'POST /in a,b',
      'POST /in é',
    ]);
    expect(server.received[1]?.headers).toMatchObject({ 'content-type': 'text/csv', 'x-a': 'b' });
  });

  it('are signed over time and body', async () => {
    await (await sink({ 'signature.secret': 'secret', 'signature.header': 'X-Hub' })).write([record(0)]);
    const { headers, body } = server.received[0]!;
    const [, seconds = '', digest = ''] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['x-hub'])) ?? [];
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    expect(digest).toBe(createHmac('sha256', 'secret').update(`${seconds}.${body}`).digest('hex'));
  });

  it('are signed anew for each try', async () => {
    const answers: Answer[] = [{ status: 503, headers: { 'Retry-After': '1' } }];
    server.answer = () => answers.shift() ?? { status: 200 };
    await (await sink({ 'signature.secret': 'secret' })).write([record(0)]);
    const times = server.received.map(({ headers }) =>
      Number(/t=(\d+)/.exec(String(headers['x-signature']))?.[1]),
    );
    expect(times).toHaveLength(2);
    expect(times[1]).toBeGreaterThan(times[0]!);
  });

  it('that are under way when their token is refused go again with one new token', async () => {
    let given = 0;
    let valid = '';
    let open = 0;
    let all = () => {};
    const together = new Promise<void>((resolve) => {
      all = resolve;
    });
    server.answer = async ({ path, headers }) => {
      if (path === '/token') {
        valid = `t${++given}`;
        return { body: { access_token: valid, expires_in: '3600' } };
      }
      // The first four wait for each other, so that all of them hold the token that is taken away.
      if (given === 1 && headers.authorization === 'Bearer t1' && open > 0) {
        if (open++ === 4) all();
        await together;
        return { status: 401 };
      }
      open = Math.max(open, 1);
      return { status: headers.authorization === `Bearer ${valid}` ? 200 : 401 };
    };
    const task = await sink({
      ...{ 'max.in.flight': '4', 'auth.type': 'oauth2', 'oauth2.token.url': `${server.url}/token` },
      ...{ 'oauth2.client.id': 'a', 'oauth2.client.secret': 'b' },
    });
    await task.write([record(0)]);
    await task.write([1, 2, 3, 4].map((offset) => record(offset)));
    expect(given).toBe(2);
  });

  it('are several at a time where that is allowed, each key in order', async () => {
    let open = 0;
    let most = 0;
    server.answer = async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 30));
      open--;
      return { status: 200 };
    };
    const all = Array.from({ length: 12 }, (_, offset) => record(offset, { key: `k${offset % 3}` }));
    await (await sink({ 'max.in.flight': '4' })).write(all);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    const order = server.received.map(({ body }) => JSON.parse(body).n as number);
    for (const rest of [0, 1, 2]) {
      const ofKey = order.filter((n) => n % 3 === rest);
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
    }
  });
});

describe('tombstones', () => {
  const tombstone = record(0, { value: null });
  it.each([
    ['ignore', []],
    ['write', ['POST /in/k0 null']],
    ['delete', ['DELETE /in/k0 ']],
  ])('%s', async (behavior, expected) => {
    const url = `${server.url}/in/\${key}`;
    await (await sink({ 'behavior.on.null.values': behavior, url })).write([tombstone]);
    expect(sent()).toEqual(expected);
  });
});

describe('answers', () => {
  it('that may pass are tried again, when the server says so', async () => {
    const answers: Answer[] = [{ status: 503, headers: { 'Retry-After': '1' } }, 'cut', { status: 500 }];
    server.answer = () => answers.shift() ?? { status: 200 };
    const before = performance.now();
    await (await sink()).write([record(0)]);
    expect(server.received).toHaveLength(4);
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  it.each<[number, Record<string, string>, object]>([
    [503, { 'retry.tries': '2' }, { class: 'transient', code: 'HTTP_SERVER_FAILED' }],
    [429, { 'retry.tries': '1' }, { class: 'throttled' }],
    [418, { 'statuses.retry': '418', 'retry.tries': '2' }, { class: 'transient' }],
    [401, {}, { class: 'auth' }],
    [404, {}, { class: 'config', code: 'HTTP_REFUSED' }],
    [
      404,
      { 'statuses.reject': '404' },
      { class: 'poison', details: { record: { topic: 't', partition: 0, offset: 0 } } },
    ],
    [422, {}, { class: 'poison', code: 'HTTP_RECORD_REFUSED' }],
    [307, {}, { class: 'config', code: 'HTTP_REDIRECTED' }],
  ])('%i is what the policy says (%o)', async (status, options, error) => {
    server.answer = () => ({ status, headers: { Location: '/' } });
    const task = await sink({ url: `${server.url}/in?token=hidden`, ...options });
    const failed = await task.write([record(0)]).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject(error);
    expect(JSON.stringify((failed as { report(): object }).report())).not.toContain('hidden');
  });

  it('that are accepted by the policy are', async () => {
    server.answer = () => ({ status: 409 });
    await (await sink({ 'statuses.accept': '200-299,409' })).write([record(0)]);
  });

  it('that refuse one of several are followed by halves, and nothing that was accepted is sent again', async () => {
    const accepted: number[] = [];
    server.answer = ({ body }) => {
      const numbers = (JSON.parse(body) as { n: number }[]).map(({ n }) => n);
      if (numbers.includes(1) || numbers.includes(18)) return { status: 400 };
      accepted.push(...numbers);
      return { status: 200 };
    };
    const rejected: number[] = [];
    const reject = ({ offset }: SinkRecord) => void rejected.push(offset);
    await (await sink({ 'batch.format': 'array', 'batch.size': '8' }, { reject })).write(records(20));
    expect(rejected).toEqual([1, 18]);
    expect(accepted).toEqual(records(20).flatMap(({ offset }) => ([1, 18].includes(offset) ? [] : offset)));
    // Three requests, and at most twice the depth of the halves for each of the two.
    expect(server.received.length).toBeLessThanOrEqual(3 + 2 * 6);
  });

  it('that fail in the middle of a batch cost no second request for what was accepted', async () => {
    let isDown = false;
    server.answer = ({ body }) => {
      isDown = body.includes('"n":2') && !isDown;
      return { status: isDown ? 503 : 200 };
    };
    const task = await sink({ 'retry.tries': '1' });
    const batch = records(4);
    await expect(task.write(batch)).rejects.toMatchObject({ class: 'transient' });
    await task.write(batch);
    expect(server.received.map(({ body }) => JSON.parse(body).n)).toEqual([0, 1, 2, 2, 3]);
    await task.write(batch.slice(0, 1));
    expect(server.received).toHaveLength(6);
  });

  it('to a record that has no address are not asked for', async () => {
    const rejected: unknown[] = [];
    const reject = (_: SinkRecord, error: unknown) => void rejected.push(error);
    const task = await sink({ url: `${server.url}/in/\${key}` }, { reject });
    await task.write([record(0, { key: '\ud800' }), record(1, { key: { f: () => 1 } }), record(2)]);
    expect(rejected).toMatchObject([
      { class: 'poison', code: 'ADDRESS_NOT_MADE' },
      { class: 'poison', code: 'ADDRESS_NOT_MADE' },
    ]);
    expect(sent()).toEqual(['POST /in/k2 {"n":2}']);
  });

  it('of any length are not read to their end', async () => {
    server.answer = () => ({ status: 200, body: 'x'.repeat(1_000_000) });
    await (await sink()).write(records(2));
    expect(server.received).toHaveLength(2);
  });

  it('to several that refuse one are poison, so that the runtime finds it', async () => {
    server.answer = ({ body }) => ({ status: body.includes('"n":1') ? 400 : 200 });
    const task = await sink({ 'batch.format': 'array' });
    await expect(task.write(records(3))).rejects.toMatchObject({ class: 'poison' });
    await expect(task.write([record(1)])).rejects.toMatchObject({ details: { record: { offset: 1 } } });
    await task.write([record(2)]);
  });
});

it('finds out who is refused before it runs', async () => {
  server.answer = () => ({ status: 401 });
  const config = requireConfig(httpSink.config, { url: `${server.url}/in/\${key}` });
  expect(await httpSink.validate?.(config, new AbortController().signal)).toMatchObject([
    { key: 'auth.type' },
  ]);
  expect(sent()).toEqual(['HEAD / ']);
  expect((await httpSink.validate?.(config, new AbortController().signal))?.[0]?.message).toContain(
    'validation.request=none',
  );
  server.answer = () => ({ status: 405 });
  expect(await httpSink.validate?.(config, new AbortController().signal)).toEqual([]);
});

it('plans its requests without sending any, and shows no secrets', async () => {
  const config = requireConfig(httpSink.config, {
    ...{ url: `${server.url}/in/\${key}?token=hidden`, 'auth.type': 'bearer', 'auth.token': 'hidden' },
  });
  const planned = await httpSink.plan?.(
    config,
    [record(0), record(1, { value: null })] as ConnectRecord[],
    new AbortController().signal,
  );
  expect(planned).toEqual([
    { what: expect.stringContaining('refuse a record') },
    { what: `POST ${server.url}/in/k0 with 1 record`, statement: '{"n":0}' },
  ]);
  expect(server.received).toEqual([]);
});
