import { createProducer, type Producer } from '@millrace/client';
import type { MessagePage, TailEvent, TopicDetail } from '@millrace/rest-api/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Millrace, startMillrace } from '../support/millrace.ts';

let millrace: Millrace;
let producer: Producer;

beforeAll(async () => {
  millrace = await startMillrace();
  producer = createProducer({ bootstrapServers: [millrace.kafka] });
}, 60_000);
afterAll(async () => {
  await producer?.close(1_000);
  await millrace?.close();
});

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${millrace.rest}/api/v1${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : JSON.parse(text) };
}

const create = (name: string, partitions = 1, configs = {}) =>
  call('POST', '/topics', { name, partitions, configs });

/** Records of all partitions in turn, a second apart. */
async function fill(topic: string, partitions: number, count: number): Promise<void> {
  await producer.send(
    Array.from({ length: count }, (_, i) => ({
      ...{ topic, partition: i % partitions, timestamp: 1_700_000_000_000 + i * 1_000 },
      key: Buffer.from(`k${i % 10}`),
      value: Buffer.from(JSON.stringify({ n: i, odd: i % 2 === 1 })),
    })),
  );
}

async function read(topic: string, query: string): Promise<MessagePage> {
  const { status, json } = await call('GET', `/topics/${topic}/messages?${query}`);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

const numbers = ({ messages }: MessagePage) =>
  messages.map(({ value }) => JSON.parse(value.text).n as number);
const range = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) }, (_, i) => (to > from ? from + i : from - i));

async function allPages(topic: string, query: string): Promise<{ found: number[]; pages: MessagePage[] }> {
  const pages: MessagePage[] = [];
  for (let after = ''; ; ) {
    const page = await read(topic, `${query}${after}`);
    pages.push(page);
    if (page.next === null) return { found: pages.flatMap(numbers), pages };
    after = `&after=${page.next}`;
    expect(pages.length).toBeLessThan(100);
  }
}

describe('topics', () => {
  test('are created, described, changed, emptied and deleted', async () => {
    expect(await create('life', 2, { 'retention.ms': '60000' })).toEqual({
      status: 201,
      json: { name: 'life', created: true },
    });
    expect(await create('life')).toMatchObject({ status: 409, json: { code: 'TOPIC_ALREADY_EXISTS' } });
    await fill('life', 2, 10);
    const { json } = await call('GET', '/topics/life');
    const topic = json as TopicDetail;
    expect(topic).toMatchObject({
      ...{ name: 'life', partitions: 2, replicationFactor: 1, internal: false, offline: 0, records: 10 },
      ...{ cleanupPolicy: 'delete', retentionMs: 60_000, retentionBytes: -1 },
    });
    expect(topic.sizeBytes).toBeGreaterThan(100);
    expect(topic.partitionStates).toMatchObject([
      { partition: 0, startOffset: 0, endOffset: 5, isr: topic.partitionStates[0]?.replicas },
      { partition: 1, startOffset: 0, endOffset: 5 },
    ]);
    const listed = (await call('GET', '/topics?search=LIFE&sizes=true')).json;
    expect(listed.items).toMatchObject([{ name: 'life', records: 10, sizeBytes: topic.sizeBytes }]);
    expect((await call('PUT', '/topics/life/partitions', { count: 3 })).status).toBe(204);
    const emptied = await call('POST', '/topics/life/delete-records', {
      partitions: [
        { partition: 0, beforeOffset: 'all' },
        { partition: 1, beforeOffset: 2 },
      ],
    });
    expect(emptied.json.partitions).toEqual([
      { partition: 0, startOffset: 5 },
      { partition: 1, startOffset: 2 },
    ]);
    expect((await call('GET', '/topics/life')).json).toMatchObject({ partitions: 3, records: 3 });
    expect((await call('DELETE', '/topics/life')).status).toBe(204);
    expect(await call('GET', '/topics/life')).toMatchObject({
      status: 404,
      json: { code: 'UNKNOWN_TOPIC_OR_PARTITION' },
    });
  });

  test('have configs that say where they come from, and go back to their defaults', async () => {
    await create('configured', 1, { 'retention.ms': '60000' });
    const entry = async () =>
      (await call('GET', '/topics/configured/configs')).json.find(
        ({ name }: { name: string }) => name === 'retention.ms',
      );
    expect(await entry()).toMatchObject({ value: '60000', overridden: true, type: 'LONG', sensitive: false });
    const changes = { configs: { 'retention.ms': null } };
    expect((await call('PATCH', '/topics/configured/configs', changes)).status).toBe(200);
    expect(await entry()).toMatchObject({ overridden: false });
    const wrong = await call('PATCH', '/topics/configured/configs', { configs: { 'retention.ms': 'soon' } });
    expect(wrong).toMatchObject({ status: 400, json: { code: 'INVALID_CONFIG' } });
  });

  test('that could not be are told without being made', async () => {
    const tried = await call('POST', '/topics', { name: 'tried', validateOnly: true });
    expect(tried).toEqual({ status: 200, json: { name: 'tried', created: false } });
    const wrong = await call('POST', '/topics', { name: 'tried', replicationFactor: 3, validateOnly: true });
    expect(wrong).toMatchObject({ status: 400, json: { code: 'INVALID_REPLICATION_FACTOR' } });
    expect((await call('GET', '/topics?search=tried')).json.total).toBe(0);
  });
});

describe('messages', () => {
  beforeAll(async () => {
    await create('words', 3);
    await fill('words', 3, 100);
  });

  test('come newest first over all partitions, page by page to the beginning', async () => {
    const first = await read('words', 'limit=30');
    expect(numbers(first)).toEqual(range(99, 69));
    expect(first).toMatchObject({ left: 70, stopped: 'limit' });
    expect((await allPages('words', 'limit=30')).found).toEqual(range(99, -1));
  });

  test('come oldest first, from an offset, and from a time', async () => {
    expect((await allPages('words', 'from=oldest&limit=40')).found).toEqual(range(0, 100));
    expect(numbers(await read('words', 'from=offset&offset=30&partition=2'))).toEqual([92, 95, 98]);
    const timestamp = 1_700_000_000_000 + 90_000;
    expect(numbers(await read('words', `from=time&timestamp=${timestamp}`))).toEqual(range(90, 100));
    expect(await read('words', 'from=offset&offset=1000')).toMatchObject({ messages: [], next: null });
  });

  test('are filtered here, and pages say how far they have looked', async () => {
    const filter = encodeURIComponent('value.odd == true and key ~ "K3" and value.n >= 50');
    const all = await allPages('words', `filter=${filter}&limit=2`);
    expect(all.found).toEqual([93, 83, 73, 63, 53]);
    const some = await allPages('words', `filter=${filter}&scan=10&from=oldest`);
    expect(some.found).toEqual([53, 63, 73, 83, 93]);
    expect(some.pages.length).toBeGreaterThan(5);
    expect(some.pages[0]).toMatchObject({ stopped: 'scan', messages: [] });
    expect(numbers(await read('words', 'filter=%22n%22%3A42'))).toEqual([42]);
    const wrong = await call('GET', '/topics/words/messages?filter=value.n%20%3E');
    expect(wrong).toMatchObject({ status: 400, json: { path: 'filter' } });
  });

  test('a partition or a cursor that is none is refused', async () => {
    for (const [query, path] of [
      ['partition=3', 'partition'],
      ['after=abc', 'after'],
    ])
      expect(await call('GET', `/topics/words/messages?${query}`)).toMatchObject({
        status: 400,
        json: { path },
      });
  });

  test('are sent as they were read, whatever their bytes', async () => {
    await create('sent', 1);
    const messages = [
      { key: { encoding: 'text', text: 'k' }, value: { encoding: 'json', text: '{"a": 1.0}' } },
      {
        value: { encoding: 'hex', text: '00ff' },
        headers: [
          { key: 'h', value: { encoding: 'base64', text: '/wA=' } },
          { key: 'h', value: null },
        ],
        timestamp: 1_700_000_000_000,
      },
      { key: { encoding: 'text', text: 'k' }, value: null },
    ];
    const sent = await call('POST', '/topics/sent/messages', { messages });
    expect(sent.status).toBe(201);
    expect(sent.json.sent).toMatchObject([{ offset: 0 }, { offset: 1 }, { offset: 2 }]);
    const { messages: found } = await read('sent', 'from=oldest');
    expect(found.map(({ value }) => value)).toEqual([
      { encoding: 'json', text: '{"a": 1.0}', sizeBytes: 10, truncated: false },
      { encoding: 'base64', text: 'AP8=', sizeBytes: 2, truncated: false },
      { encoding: 'null', text: '', sizeBytes: 0, truncated: false },
    ]);
    expect(found[1]).toMatchObject({
      timestamp: 1_700_000_000_000,
      headers: [
        { key: 'h', value: { encoding: 'base64', text: '/wA=' } },
        { key: 'h', value: { encoding: 'null' } },
      ],
    });
    const asHex = await read('sent', 'from=oldest&valueFormat=hex&keyFormat=json&maxBytes=16');
    expect(asHex.messages[0]).toMatchObject({
      key: { encoding: 'hex', text: '6b', failure: 'This is not JSON.' },
      value: { encoding: 'hex', text: Buffer.from('{"a": 1.0}').toString('hex') },
    });
    const asAvro = await read('sent', 'from=oldest&valueFormat=avro');
    expect(asAvro.messages[0]?.value.failure).toContain('no registry of schemas');
  });

  test.each([
    [{ value: { encoding: 'json', text: '{' } }, 'messages/0/value'],
    [{ key: { encoding: 'hex', text: '0' }, value: null }, 'messages/0/key'],
    [
      { value: null, headers: [{ key: 'h', value: { encoding: 'base64', text: '?' } }] },
      'messages/0/headers/0/value',
    ],
  ])('%j is not sent', async (message, path) => {
    const answer = await call('POST', '/topics/words/messages', { messages: [message] });
    expect(answer).toMatchObject({ status: 400, json: { path } });
  });

  test('are followed as they come; what comes too fast is counted', async () => {
    await create('live', 2);
    await fill('live', 2, 10);
    const stop = new AbortController();
    const filter = encodeURIComponent('value.odd == true');
    const response = await fetch(`${millrace.rest}/api/v1/topics/live/tail?perSecond=4&filter=${filter}`, {
      signal: stop.signal,
    });
    await fill('live', 2, 20);
    let shown = 0;
    let last: TailEvent | null = null;
    let [seen, matched] = [0, 0];
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const data = /^event: messages\ndata: (.*)$/.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data === undefined) continue;
        last = JSON.parse(data) as TailEvent;
        shown += last.messages.length;
        seen += last.seen;
        matched += last.matched;
        expect(last.messages.every(({ value }) => JSON.parse(value.text).odd)).toBe(true);
      }
      if (seen >= 20) break;
    }
    stop.abort();
    expect([seen, matched]).toEqual([20, 10]);
    expect(shown + (last?.dropped ?? 0)).toBe(10);
    expect(last?.dropped).toBeGreaterThan(0);
  });
});
