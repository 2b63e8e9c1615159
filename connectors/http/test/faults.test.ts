import type { SinkRecord } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpSink, httpSource } from '../src/index.ts';
import { type Answer, ApiServer, type Received } from './api-server.ts';

const PAGE = 5;
const ITEMS = 40;

const server = new ApiServer();
const running: { stop(): Promise<void> }[] = [];
/** What the server does in place of its work; null: it works. */
let fault: Answer | 'killed' | null = null;
/** Of each idempotency key, the body that came with it, and how often. */
const written = new Map<string, { readonly n: number; times: number }>();

beforeEach(async () => {
  fault = null;
  written.clear();
  server.received.length = 0;
  server.answer = (request) => {
    if (fault !== null && fault !== 'killed') return fault;
    return request.method === 'GET' ? page(request) : take(request);
  };
  await server.start();
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await server.kill();
});

function page({ query }: Received): Answer {
  const from = Number(query.get('cursor') ?? 0);
  const items = Array.from({ length: Math.min(PAGE, ITEMS - from) }, (_, index) => ({ id: from + index }));
  return { body: { items, next: from + PAGE < ITEMS ? from + PAGE : null } };
}

function take({ headers, body }: Received): Answer {
  const key = String(headers['idempotency-key']);
  const before = written.get(key);
  if (before) before.times += 1;
  else written.set(key, { n: JSON.parse(body).n, times: 1 });
  return { status: 201 };
}

async function strike(what: Answer | 'killed'): Promise<void> {
  fault = what;
  if (what === 'killed') await server.kill();
}

async function mend(): Promise<void> {
  if (fault === 'killed') await server.start();
  fault = null;
}

const QUICK = { 'retry.tries': '2', 'retry.backoff.ms': '10', 'request.timeout.ms': '300' };

/** What happens in mid-stream, and what the status of the task says of it, in class and words. */
const FAULTS: readonly (readonly [string, Answer | 'killed', string, RegExp, RegExp])[] = [
  [
    'the server is killed',
    'killed',
    'transient',
    /gave no answer: .*ECONNREFUSED/,
    /whether the server runs/,
  ],
  ['the network is cut', 'cut', 'transient', /gave no answer/, /reached from the worker/],
  ['the server is slow', 'silent', 'transient', /no whole answer within 300 ms/, /request\.timeout\.ms/],
  ['the server throttles', { status: 429 }, 'throttled', /answered 429/, /max\.requests\.per\.second/],
  ['the server fails', { status: 503 }, 'transient', /answered 503/, /Look at the server/],
  ['the login is revoked', { status: 401 }, 'auth', /answered 401/, /auth\.type/],
  ['the right is revoked', { status: 403 }, 'auth', /answered 403/, /give its user the right/],
  ['the address is gone', { status: 404 }, 'config', /answered 404/, /Correct the address/],
];

async function expectWords(work: Promise<unknown>, [, , kind, message, hint]: (typeof FAULTS)[number]) {
  await expect(work).rejects.toMatchObject({
    class: kind,
    message: expect.stringMatching(message),
    details: { hint: expect.stringMatching(hint), code: expect.stringMatching(/^HTTP_/) },
  });
}

describe('a source in whose mid-stream', () => {
  const start = async (before?: SourceHarness) => {
    const options = {
      ...{ url: `${server.url}/items`, topic: 't', 'poll.interval.ms': '3600000', ...QUICK },
      ...{ pagination: 'cursor', 'cursor.pointer': '/next', 'items.pointer': '/items' },
    };
    const harness = new SourceHarness(httpSource, options, before ? { offsets: before.offsets } : {});
    running.push(harness);
    await harness.start();
    return harness;
  };
  const ids = ({ records }: SourceHarness) => records.map(({ value }) => (value as { id: number }).id);

  it.each(FAULTS)('%s says so, and goes on from its page', async (...each) => {
    const first = await start();
    await first.pollUntil('half of the items', (records) => records.length >= ITEMS / 2);
    // Its last records were not durable when it failed.
    await first.commit(first.records.slice(0, -3));
    await strike(each[1]);
    await expectWords(
      first.pollUntil('the fault', () => false),
      each,
    );
    await first.stop();
    await mend();
    const second = await start(first);
    await second.pollUntil('the last item', (records) =>
      records.some(({ value }) => (value as { id: number }).id === ITEMS - 1),
    );
    const durable = ids(first).slice(0, -3);
    const all = new Set([...durable, ...ids(second)]);
    expect(all.size).toBe(ITEMS);
    // One page at most comes again, and in order.
    expect(durable.filter((id) => ids(second).includes(id)).length).toBeLessThan(PAGE);
    expect(ids(second)).toEqual(ids(second).toSorted((a, b) => a - b));
  });
});

describe('a sink in whose mid-stream', () => {
  const batch = (from: number): SinkRecord[] =>
    Array.from({ length: 10 }, (_, index) => ({
      ...{
        topic: 't',
        partition: 0,
        offset: from + index,
        key: `k${index % 3}`,
        headers: [],
        timestamp: null,
      },
      value: { n: from + index },
    }));
  const start = async () => {
    const url = `${server.url}/in`;
    const sink = new SinkHarness(httpSink, {
      url,
      'validation.request': 'none',
      ...QUICK,
      'max.in.flight': '3',
    });
    running.push(sink);
    await sink.start();
    return sink;
  };

  it.each(FAULTS)('%s says so, and has each record once by its key when it is over', async (...each) => {
    const first = await start();
    await first.write(batch(0));
    let left = 4;
    const works = server.answer;
    server.answer = (request) => (left-- > 0 ? take(request) : works(request));
    if (each[1] === 'killed') await strike('killed');
    else fault = each[1];
    await expectWords(first.write(batch(10)), each);
    await first.stop();
    server.answer = works;
    await mend();
    const second = await start();
    await second.write(batch(10));
    expect([...written.values()].map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    // What was accepted before the fault came again with the same key.
    const again = [...written.values()].filter(({ times }) => times > 1);
    expect(again.length).toBeLessThanOrEqual(each[1] === 'killed' ? 0 : 4);
  });
});
