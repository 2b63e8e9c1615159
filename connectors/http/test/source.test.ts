import { type ConnectRecord, requireConfig } from '@millrace/sdk';
import { eventually, MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpSource } from '../src/index.ts';
import { type Answer, ApiServer, type Received } from './api-server.ts';

const server = new ApiServer();
const running: SourceHarness[] = [];

beforeEach(async () => {
  server.received.length = 0;
  await server.start();
});
afterEach(async () => {
  for (const harness of running.splice(0)) await harness.stop();
  await server.kill();
});

async function poll(
  options: Record<string, string> = {},
  offsets = new MemoryOffsets(),
): Promise<SourceHarness> {
  const given = {
    ...{ url: `${server.url}/items`, topic: 't', 'poll.interval.ms': '20', 'retry.backoff.ms': '10' },
    ...options,
  };
  const harness = new SourceHarness(httpSource, given, { offsets });
  running.push(harness);
  await harness.start();
  return harness;
}

const values = (records: readonly ConnectRecord[]) => records.map(({ value }) => value);

async function expectValues(harness: SourceHarness, expected: readonly unknown[]): Promise<void> {
  await harness.pollUntil(`${expected.length} records`, (records) => records.length >= expected.length);
  expect(values(harness.records)).toEqual(expected);
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('pages', () => {
  const ALL = numbers(0, 10);
  /** Rounds are far apart: what comes is one of them. */
  const once = { 'poll.interval.ms': '3600000' };
  const slice = (from: number, size: number) => ALL.slice(from, from + size);

  it.each<[string, Record<string, string>, (request: Received) => Answer]>([
    [
      'by their numbers, up to a short one',
      { pagination: 'page', 'page.size': '4', 'page.size.parameter': 'per_page' },
      ({ query }) => ({ body: slice((Number(query.get('page')) - 1) * 4, Number(query.get('per_page'))) }),
    ],
    [
      'by offsets, up to an empty one',
      { pagination: 'offset', 'page.parameter': 'skip' },
      ({ query }) => ({ body: slice(Number(query.get('skip')), 5) }),
    ],
    [
      'by a cursor',
      { pagination: 'cursor', 'items.pointer': '/a~1b', 'cursor.pointer': '/meta/next' },
      ({ query }) => {
        const from = Number(query.get('cursor') ?? 0);
        return { body: { 'a/b': slice(from, 4), meta: { next: from + 4 < 10 ? from + 4 : null } } };
      },
    ],
    [
      'by addresses in the answer',
      { pagination: 'next-url', 'items.pointer': '/d', 'cursor.pointer': '/next' },
      ({ query }) => {
        const from = Number(query.get('at') ?? 0);
        return { body: { d: slice(from, 3), ...(from + 3 < 10 ? { next: `/items?at=${from + 3}` } : {}) } };
      },
    ],
    [
      'by the Link header',
      { pagination: 'link' },
      ({ query }) => {
        const from = Number(query.get('at') ?? 0);
        const next = `<${server.url}/?at=0>; rel="first", <${server.url}/?at=${from + 3}>; title="a, b"; rel="next last"`;
        return { headers: from + 3 < 10 ? { Link: next } : {}, body: slice(from, 3) };
      },
    ],
    [
      'by a body',
      {
        pagination: 'cursor',
        'cursor.pointer': '/next',
        'items.pointer': '/d',
        method: 'POST',
        body: `{"at":"\${position}"}`,
      },
      ({ body, query }) => {
        const from = Number(JSON.parse(body).at);
        if (query.size > 0) return { status: 400 };
        return { body: { d: slice(from, 4), next: from + 4 < 10 ? String(from + 4) : '' } };
      },
    ],
  ])('are read %s', async (_, options, answer) => {
    server.answer = answer;
    const first = await poll({ ...once, ...options });
    await expectValues(first, ALL);
    expect(await first.poll(100)).toBeNull();
    // A task that goes on in the middle repeats no more than a page.
    await first.commit(first.records.slice(0, 5));
    first.abandon();
    const second = await poll({ ...once, ...options }, first.offsets);
    await second.pollUntil('the rest', (records) => values(records).includes(9));
    const [start = 0] = values(second.records) as number[];
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(5);
    expect(values(second.records)).toEqual(numbers(start, 10));
  });

  it('that never end stop the task, and so do those on another server', async () => {
    server.answer = () => ({ body: { d: [1], next: 'same' } });
    const endless = await poll({ pagination: 'cursor', 'cursor.pointer': '/next', 'items.pointer': '/d' });
    await expect(endless.pollUntil('never', () => false)).rejects.toMatchObject({
      code: 'HTTP_PAGES_ENDLESS',
    });
    server.answer = () => ({ headers: { Link: '<http://127.0.0.2/>; rel=next' }, body: [1] });
    const elsewhere = await poll({ pagination: 'link' });
    await expect(elsewhere.poll()).rejects.toMatchObject({ code: 'HTTP_PAGE_ELSEWHERE', class: 'config' });
  });
});

describe('a page', () => {
  const byCursor = { pagination: 'cursor', 'cursor.pointer': '/next', 'items.pointer': '/items' };
  const storedAt = (position: string) => {
    const offsets = new MemoryOffsets();
    offsets.put({ partition: { url: `${server.url}/items` }, offset: { since: null, position } });
    return offsets;
  };

  it('that start was answered is given, since an API may hand its items out once', async () => {
    const queue = numbers(0, 6);
    server.answer = () => ({ body: queue.splice(0, 2) });
    const options = { method: 'POST', body: '{"max":2}', 'validation.request': 'none' };
    const config = { url: `${server.url}/items`, topic: 't', ...options };
    const signal = new AbortController().signal;
    expect(await httpSource.validate?.(requireConfig(httpSource.config, config), signal)).toEqual([]);
    await expectValues(await poll(options), numbers(0, 6));
  });

  it('that leads to itself is the last one where its items are new', async () => {
    server.answer = ({ query }) => ({
      body: { items: [query.get('cursor') === null ? 'first' : 'last'], next: 'c1' },
    });
    const harness = await poll({ ...byCursor, 'poll.interval.ms': '3600000' });
    await expectValues(harness, ['first', 'last']);
    expect(await harness.poll(100)).toBeNull();
    expect(server.received).toHaveLength(2);
  });

  it('whose stored cursor has expired is followed by its round from the beginning', async () => {
    server.answer = ({ query }) =>
      query.get('cursor') === 'old' ? { status: 400 } : { body: { items: [1], next: null } };
    await expectValues(await poll(byCursor, storedAt('old')), [1]);
  });

  it.each([
    ['page', 'c1', 'HTTP_POSITION_NOT_USABLE'],
    ['link', '3', 'HTTP_POSITION_NOT_USABLE'],
    ['link', 'http://127.0.0.2/steal', 'HTTP_PAGE_ELSEWHERE'],
    ['next-url', 'file:///etc/passwd', 'HTTP_PAGE_ELSEWHERE'],
  ])('of pagination %s can’t be at %s, stored or set by hand', async (pagination, position, code) => {
    server.answer = () => ({ body: [1] });
    const options = { pagination, 'cursor.pointer': '/next' };
    await expect(poll(options, storedAt(position))).rejects.toMatchObject({ code, class: 'config' });
    expect(server.received).toEqual([]);
    const config = requireConfig(httpSource.config, { url: `${server.url}/items`, topic: 't', ...options });
    const wanted = [{ partition: { url: `${server.url}/items` }, offset: { position } }];
    await expect(httpSource.alterOffsets?.(config, wanted, { connector: 'c' })).rejects.toMatchObject({
      code,
    });
  });
});

describe('increments', () => {
  const incremental = { 'incremental.pointer': '/at', 'incremental.parameter': 'since' };

  it('ask from the highest value, and give items of that value once', async () => {
    const items = [
      { at: 9, n: 'a' },
      { at: 10, n: 'b' },
    ];
    server.answer = ({ query }) => ({
      body: items.filter(({ at }) => at >= Number(query.get('since') ?? 0)),
    });
    const first = await poll(incremental);
    await expectValues(first, [...items]);
    items.push({ at: 10, n: 'c' });
    await expectValues(first, [...items]);
    expect(server.received.at(-1)?.query.get('since')).toBe('10');
    await first.commit();
    await first.stop();
    items.push({ at: 11, n: 'd' });
    await expectValues(await poll(incremental, first.offsets), [{ at: 11, n: 'd' }]);
  });

  it('begin at the value of the option, compare texts, and stay with one value for a whole round', async () => {
    const items = ['2026-03', '2026-01', '2026-02'].map((at) => ({ at }));
    server.answer = ({ query }) => ({
      body: items.slice(Number(query.get('offset')), Number(query.get('offset')) + 1),
    });
    const options = {
      ...incremental,
      pagination: 'offset',
      'incremental.initial': '2025',
      'poll.interval.ms': '300',
    };
    await expectValues(await poll(options), items);
    const asked = server.received.slice(1).map(({ query }) => query.get('since'));
    expect(asked.slice(0, 4)).toEqual(['2025', '2025', '2025', '2025'].slice(0, Math.min(4, asked.length)));
    await eventually('the next round', async () => {
      await running.at(-1)?.poll(50);
      return server.received.at(-1)?.query.get('since') === '2026-03';
    });
  });

  it('are asked of an item that has none in vain', async () => {
    server.answer = () => ({ body: [{}] });
    await expect((await poll(incremental)).poll()).rejects.toMatchObject({ class: 'poison' });
  });
});

describe('times as increments', () => {
  const incremental = { 'incremental.pointer': '/at', 'incremental.parameter': 'since' };
  const instant = (text: string) => Number(text.slice(17, 19)) + Number(`0${/\.\d+/.exec(text)?.[0] ?? ''}`);

  it.each([
    ['fractions', ['10:00:00.12Z', '10:00:00.123Z', '10:00:00.1234Z'], (at: string) => instant(at)],
    ['offsets', ['12:00:01+02:00', '10:00:02Z', '11:00:03.5+0100'], (at: string) => instant(at)],
    // Its column has seconds only: what is lower by a fraction comes again with each answer.
    [
      'a coarser server',
      ['10:00:05.1Z', '10:00:05.25Z', '10:00:05.9Z'],
      (at: string) => Math.floor(instant(at)),
    ],
  ])('are given once whatever their writing: %s', async (_, times, order) => {
    const items = times.map((time, id) => ({ id, at: `2026-11-22T${time}` }));
    server.answer = ({ query }) => {
      const since = query.get('since');
      return { body: items.filter(({ at }) => since === null || order(at) >= order(since)) };
    };
    const first = await poll(incremental);
    await expectValues(first, items);
    await eventually('four more rounds', async () => {
      await first.poll(30);
      return server.received.length > 8;
    });
    const ids = first.records.map(({ value }) => (value as { id: number }).id);
    // Those below the highest one may come a second time, and never a third.
    for (const { id } of items) expect(ids.filter((each) => each === id).length).toBeLessThanOrEqual(2);
    expect(ids.filter((id) => id === 2)).toHaveLength(1);
    if (_ !== 'a coarser server') expect(ids).toEqual([0, 1, 2]);
  });
});

describe('what did not change', () => {
  it('is not sent again, also after a restart', async () => {
    let version = 1;
    server.answer = ({ headers }) =>
      headers['if-none-match'] === `"${version}"`
        ? { status: 304 }
        : { headers: { ETag: `"${version}"` }, body: [{ version }] };
    const first = await poll();
    await expectValues(first, [{ version: 1 }]);
    await eventually('an answer 304', async () => (await first.poll(50)) ?? server.received.length > 3);
    expect(values(first.records)).toEqual([{ version: 1 }]);
    await first.commit();
    await first.stop();
    const second = await poll({}, first.offsets);
    expect(await second.poll(100)).toBeNull();
    version = 2;
    await expectValues(second, [{ version: 2 }]);
  });
});

describe('answers', () => {
  it('are lines of JSON, texts, or one value; with key and time of an item', async () => {
    server.answer = () => ({ body: '{"a":1}\n\n{"a":9007199254740993}\n' });
    await expectValues(await poll({ 'response.format': 'jsonl', 'poll.interval.ms': '3600000' }), [
      { a: 1 },
      { a: 9007199254740993n },
    ]);
    server.answer = () => ({ body: 'plain' });
    await expectValues(await poll({ 'response.format': 'text', 'poll.interval.ms': '3600000' }), ['plain']);
    server.answer = () => ({ body: { id: 'k', at: '2026-11-21T00:00:00Z' } });
    const one = await poll({
      'key.pointer': '/id',
      'timestamp.pointer': '/at',
      'poll.interval.ms': '3600000',
    });
    await one.poll();
    expect(one.records[0]).toMatchObject({ key: 'k', timestamp: Date.UTC(2026, 10, 21) });
  });

  it.each<[string, Answer, Record<string, string>, object]>([
    ['no JSON', { body: '<html>' }, {}, { code: 'HTTP_NOT_JSON', class: 'config' }],
    [
      'too large',
      { body: 'x'.repeat(5_000) },
      { 'response.max.bytes': '1024' },
      { code: 'HTTP_ANSWER_TOO_LARGE' },
    ],
    ['cut', 'cut', { 'retry.tries': '2' }, { code: 'HTTP_NO_ANSWER', class: 'transient' }],
    [
      'silence',
      'silent',
      { 'request.timeout.ms': '100', 'retry.tries': '1' },
      { code: 'HTTP_TIMEOUT', class: 'transient' },
    ],
    ['not found', { status: 404 }, {}, { code: 'HTTP_REFUSED', class: 'config' }],
    ['not allowed', { status: 403 }, {}, { code: 'HTTP_NOT_ALLOWED', class: 'auth' }],
    ['broken', { status: 500 }, { 'retry.tries': '2' }, { code: 'HTTP_SERVER_FAILED', class: 'transient' }],
  ])('that are %s say what is wrong', async (_, answer, options, error) => {
    server.answer = () => ({ body: [] });
    const harness = await poll({ ...options, url: `${server.url}/items?token=hidden` });
    server.answer = () => answer;
    const failed = await harness.poll().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(failed).toMatchObject(error);
    expect(String((failed as Error).message)).not.toContain('hidden');
  });

  it('that ask to wait are waited for', async () => {
    server.answer = () => ({ body: [] });
    const harness = await poll();
    let refusals = 2;
    server.answer = () => (refusals-- > 0 ? { status: 429, headers: { 'Retry-After': '1' } } : { body: [1] });
    const before = performance.now();
    await harness.poll();
    expect(performance.now() - before).toBeGreaterThan(1_900);
    expect(values(harness.records)).toEqual([1]);
  });
});

describe('who asks', () => {
  it.each([
    [
      { 'auth.type': 'basic', 'auth.user': 'a', 'auth.password': 'b:c' },
      'authorization',
      `Basic ${btoa('a:b:c')}`,
    ],
    [{ 'auth.type': 'bearer', 'auth.token': 'tok' }, 'authorization', 'Bearer tok'],
    [{ 'auth.type': 'api-key', 'auth.api.key': 'k', 'auth.api.key.header': 'X-Key' }, 'x-key', 'k'],
    [{ headers: '{"X-Tenant": "7"}' }, 'x-tenant', '7'],
  ])('is proved by %o', async (options, header, value) => {
    server.answer = () => ({ body: [] });
    await poll(options);
    expect(server.received[0]?.headers[header]).toBe(value);
  });

  const oauth2 = () => ({
    ...{ 'auth.type': 'oauth2', 'oauth2.token.url': `${server.url}/token`, 'oauth2.scope': 'read' },
    ...{ 'oauth2.client.id': 'me', 'oauth2.client.secret': 'se:cret' },
  });

  it.each(['basic', 'body'])(
    'is proved by a token, which is asked for again when it is refused (%s)',
    async (how) => {
      let given = 0;
      server.answer = ({ path, headers, body }) => {
        if (path !== '/token')
          return headers.authorization === `Bearer t${given}` ? { body: [given] } : { status: 401 };
        const form = new URLSearchParams(body);
        const isMe =
          how === 'basic'
            ? headers.authorization === `Basic ${btoa('me:se%3Acret')}`
            : form.get('client_id') === 'me' && form.get('client_secret') === 'se:cret';
        if (!isMe || form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'read')
          return { status: 400 };
        return { body: { access_token: `t${++given}`, token_type: 'Bearer', expires_in: 3600 } };
      };
      const harness = await poll({ ...oauth2(), 'oauth2.client.auth': how });
      await harness.poll();
      expect(given).toBe(1);
      given = 5;
      await eventually('a new token', async () => {
        await harness.poll(50);
        return values(harness.records).includes(6);
      });
    },
  );

  it('is refused with the option at fault, and without the secret', async () => {
    server.answer = () => ({ status: 401, body: { error: 'invalid_client se:cret' } });
    const failed = await poll(oauth2()).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'HTTP_NO_TOKEN',
      class: 'auth',
      details: { path: 'oauth2.client.secret' },
    });
    expect(JSON.stringify((failed as { report(): object }).report())).not.toContain('se:cret');
  });
});

describe('redirects', () => {
  const elsewhere = new ApiServer();
  afterEach(() => elsewhere.kill());

  it('are refused, or followed as the option says, without the proof of who asks on another server', async () => {
    await elsewhere.start();
    elsewhere.answer = () => ({ body: ['there'] });
    server.answer = ({ path }) =>
      path === '/here'
        ? { body: ['here'] }
        : { status: 302, headers: { Location: path === '/items' ? '/here' : `${elsewhere.url}/x` } };
    const auth = { 'auth.type': 'bearer', 'auth.token': 'tok' };
    await expect(poll(auth)).rejects.toMatchObject({ code: 'HTTP_REDIRECTED', class: 'config' });
    await expectValues(await poll({ ...auth, redirects: 'same-origin' }), ['here']);
    const away = { ...auth, url: `${server.url}/away` };
    await expect(poll({ ...away, redirects: 'same-origin' })).rejects.toMatchObject({
      code: 'HTTP_REDIRECTED',
    });
    await expectValues(await poll({ ...away, redirects: 'any' }), ['there']);
    expect(elsewhere.received[0]?.headers.authorization).toBeUndefined();
    server.answer = () => ({ status: 302, headers: { Location: '/again' } });
    await expect(poll({ redirects: 'any' })).rejects.toMatchObject({ code: 'HTTP_REDIRECTED' });
  });
});

describe('another server', () => {
  const elsewhere = new ApiServer();
  beforeEach(() => {
    elsewhere.received.length = 0;
    return elsewhere.start();
  });
  afterEach(() => elsewhere.kill());

  it.each<[string, Record<string, string>]>([
    ['a token', { 'auth.type': 'bearer', 'auth.token': 'TOP-SECRET' }],
    ['a password', { 'auth.type': 'basic', 'auth.user': 'a', 'auth.password': 'TOP-SECRET' }],
    ['a key', { 'auth.type': 'api-key', 'auth.api.key': 'TOP-SECRET' }],
    ['a header', { headers: '{"X-Key": "TOP-SECRET"}' }],
  ])('never sees %s, whether a Link or a stored address leads there', async (_, secret) => {
    const secretText = /TOP-SECRET|YTpUT1AtU0VDUkVU/;
    server.answer = () => ({ body: [1], headers: { Link: `<${elsewhere.url}/steal>; rel="next"` } });
    elsewhere.answer = () => ({ body: [2] });
    const options = { ...secret, pagination: 'link' };
    await expect((await poll(options)).poll()).rejects.toMatchObject({ code: 'HTTP_PAGE_ELSEWHERE' });
    expect(elsewhere.received).toEqual([]);
    const trusting = await poll({ ...options, redirects: 'any' });
    await expectValues(trusting, [1, 2]);
    await trusting.commit(trusting.records.slice(0, 1));
    await trusting.stop();
    await expectValues(await poll({ ...options, redirects: 'any' }, trusting.offsets), [2]);
    expect(elsewhere.received.length).toBeGreaterThanOrEqual(2);
    for (const { headers } of elsewhere.received) expect(JSON.stringify(headers)).not.toMatch(secretText);
    expect(JSON.stringify(server.received[0]?.headers)).toMatch(secretText);
  });
});

it('gives a sample without state, and limits its requests', async () => {
  server.answer = () => ({ body: [1, 2, 3] });
  const config = requireConfig(httpSource.config, { url: `${server.url}/items`, topic: 't' });
  const sample = await httpSource.sample?.(config, { limit: 2, signal: new AbortController().signal });
  expect(values(sample ?? [])).toEqual([1, 2]);
  const harness = await poll({ 'max.requests.per.second': '10', 'poll.interval.ms': '10' });
  const before = performance.now();
  await harness.pollUntil('five rounds', (records) => records.length >= 15);
  expect(performance.now() - before).toBeGreaterThan(350);
  expect(harness.figures.has('lag_seconds')).toBe(true);
});
