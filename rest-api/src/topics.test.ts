import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TopicMessage, TopicSummary } from './kafka-ports.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'X' });
  ports.herder.add('copy', { 'connector.class': 'FilesSink' });
  ports.kafka.topicList.push(topic('t'));
  ports.topicsByConnector.set('orders', ['t']);
  ports.topicsByConnector.set('copy', ['t']);
  api = await createRestApi(ports);
});
afterEach(() => api.close());

const topic = (name: string, more: Partial<TopicSummary> = {}): TopicSummary => ({
  ...{ name, partitions: 1, replicationFactor: 1, internal: false, underReplicated: 0, offline: 0 },
  ...more,
});

const bytes = (text: string) =>
  ({ encoding: 'text', text, sizeBytes: text.length, truncated: false }) as const;

const message = (offset: number): TopicMessage => ({
  ...{ partition: 0, offset, timestamp: offset * 1000, key: bytes('k'), value: bytes('v'), headers: [] },
});

async function call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown) {
  const payload =
    body === undefined
      ? {}
      : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await api.inject({ method, url, ...payload });
  const json = answer.body === '' ? null : JSON.parse(answer.body);
  return { status: answer.statusCode, headers: answer.headers, json };
}

describe('topics', () => {
  test('are listed with the connectors that use them, with sizes where asked', async () => {
    const row = { ...topic('t'), writtenBy: ['orders'], readBy: ['copy'] };
    expect((await call('GET', '/api/v1/topics')).json).toEqual({
      items: [{ ...row, records: null, sizeBytes: null }],
      total: 1,
      next: null,
    });
    ports.kafka.messagesByTopic.set('t', [message(0), message(1)]);
    expect((await call('GET', '/api/v1/topics?sizes=true')).json.items).toEqual([
      { ...row, records: 2, sizeBytes: null },
    ]);
  });

  test('are listed page by page, by what is searched for', async () => {
    ports.kafka.topicList.push(topic('t1'), topic('t2', { internal: true }), topic('u'));
    const names = async (query: string) => {
      const { items, total, next } = (await call('GET', `/api/v1/topics?${query}`)).json;
      return [items.map(({ name }: TopicSummary) => name), total, next];
    };
    expect(await names('search=T&limit=2')).toEqual([['t', 't1'], 3, 't1']);
    expect(await names('search=T&limit=2&after=t1')).toEqual([['t2'], 3, null]);
    expect(await names('internal=false')).toEqual([['t', 't1', 'u'], 3, null]);
  });

  test('are described, with who uses them', async () => {
    const { json } = await call('GET', '/api/v1/topics/t');
    expect(json).toMatchObject({
      name: 't',
      writtenBy: ['orders'],
      readBy: ['copy'],
      cleanupPolicy: 'delete',
    });
    expect(json.partitionStates).toHaveLength(1);
  });

  test('are created, or only tried', async () => {
    const made = await call('POST', '/api/v1/topics', { name: 'new', partitions: 3, configs: { a: 'b' } });
    expect([made.status, made.json]).toEqual([201, { name: 'new', created: true }]);
    expect(made.headers.location).toMatch(/\/api\/v1\/topics\/new$/);
    const tried = await call('POST', '/api/v1/topics', { name: 'new', validateOnly: true });
    expect([tried.status, tried.json]).toEqual([200, { name: 'new', created: false }]);
    expect(ports.herder.calls).toEqual([
      'create topic {"name":"new","partitions":3,"configs":{"a":"b"}} {"validateOnly":false}',
      'create topic {"name":"new"} {"validateOnly":true}',
    ]);
  });

  test.each([
    [{ name: 'a/b' }, 'name'],
    [{ name: '..' }, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'a', partitions: 0 }, 'partitions'],
    [{ name: 'a', partitions: 1.5 }, 'partitions'],
    [{ name: 'a', partition: 1 }, 'partition'],
    [{ name: 'a', configs: { x: 1 } }, 'x'],
    [{ partitions: 1 }, 'name'],
  ])('%j is refused', async (body, path) => {
    const answer = await call('POST', '/api/v1/topics', body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'BAD_REQUEST', path } });
    expect(ports.herder.calls).toEqual([]);
  });

  test('are changed and deleted', async () => {
    expect((await call('PUT', '/api/v1/topics/t/partitions', { count: 4 })).status).toBe(204);
    expect((await call('PATCH', '/api/v1/topics/t/configs', { configs: { a: null } })).json).toHaveLength(1);
    const deleted = await call('POST', '/api/v1/topics/t/delete-records', {
      partitions: [{ partition: 0, beforeOffset: 'all' }],
    });
    expect(deleted.json).toEqual({ partitions: [{ partition: 0, startOffset: 7 }] });
    expect((await call('DELETE', '/api/v1/topics/t')).status).toBe(204);
    expect(ports.herder.calls).toEqual([
      'grow topic "t" 4',
      'topic configs "t" {"a":null}',
      'delete records "t" [{"partition":0,"beforeOffset":"all"}]',
      'delete topic "t"',
    ]);
  });

  test('that do not exist are 404', async () => {
    for (const path of ['', '/configs', '/messages', '/tail'])
      expect((await call('GET', `/api/v1/topics/nothing${path}`)).status, path).toBe(404);
    expect((await call('DELETE', '/api/v1/topics/nothing')).status).toBe(404);
  });
});

describe('messages', () => {
  beforeEach(() => {
    ports.kafka.messagesByTopic.set('t', [1, 2, 3].map(message));
  });

  test('are read as asked', async () => {
    const { json } = await call('GET', '/api/v1/topics/t/messages?limit=2');
    expect(json.messages.map(({ offset }: TopicMessage) => offset)).toEqual([3, 2]);
    expect(json).toMatchObject({ topic: 't', scanned: 2, left: 1, next: 'more', stopped: 'limit' });
    await call('GET', '/api/v1/topics/t/messages?from=time&timestamp=5&filter=a&valueFormat=hex&partition=1');
    expect(ports.herder.calls.at(-1)).toBe(
      `read "t" ${JSON.stringify({
        ...{ partition: 1, filter: 'a', keyFormat: 'auto', valueFormat: 'hex', maxBytes: 16_384 },
        ...{ start: { from: 'time', timestampMs: 5 }, limit: 50, scan: 200_000, after: null },
      })}`,
    );
  });

  test.each([
    ['from=offset', 'offset'],
    ['from=time', 'timestamp'],
    ['offset=1', 'offset'],
    ['from=newest&timestamp=1', 'timestamp'],
    ['from=middle', 'from'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['partition=-1', 'partition'],
    ['valueFormat=xml', 'valueFormat'],
  ])('?%s is refused', async (query, path) => {
    const answer = await call('GET', `/api/v1/topics/t/messages?${query}`);
    expect(answer).toMatchObject({ status: 400, json: { path } });
  });

  test('are sent, numbers and all', async () => {
    const messages = [{ key: { encoding: 'json', text: '1.0' }, value: null, timestamp: 5 }];
    const answer = await call('POST', '/api/v1/topics/t/messages', { messages });
    expect([answer.status, answer.json]).toEqual([
      201,
      { topic: 't', sent: [{ partition: 0, offset: 0, timestamp: 1 }] },
    ]);
    expect(ports.herder.calls).toEqual([`produce "t" ${JSON.stringify(messages)}`]);
    const wrong = await call('POST', '/api/v1/topics/t/messages', { messages: [{ value: 'text' }] });
    expect(wrong.status).toBe(400);
  });

  test('are followed, until the client goes', async () => {
    const address = await api.listen({ host: '127.0.0.1', port: 0 });
    const stop = new AbortController();
    const response = await fetch(`${address}/api/v1/topics/t/tail?perSecond=5`, { signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    ports.kafka.tell([message(4)]);
    let text = '';
    while (!text.includes('\n\n')) text += (await reader.read()).value;
    const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n/.exec(text) ?? [];
    expect(event).toBe('messages');
    expect(JSON.parse(data!)).toMatchObject({ messages: [{ offset: 4 }], seen: 1, dropped: 0 });
    expect(ports.kafka.tails()).toBe(1);
    stop.abort();
    await expect.poll(() => ports.kafka.tails()).toBe(0);
  });
});
