import type { Client } from '@elastic/elasticsearch';
import { requireConfig, type SinkRecord } from '@millrace/sdk';
import { randomBelow } from '@millrace/sdk/testing';
import { describe, expect, it } from 'vitest';
import { BulkWriter } from './bulk.ts';
import { sinkConfig } from './config.ts';
import { WriteActions } from './write-action.ts';

type Trouble = 'none' | 'item' | 'request' | 'lost';

/**
 * What Elasticsearch makes of bulk requests of updates, with items that it refuses for the moment one by one, which no real server does
 * when a test wants it.
 */
class FakeServer {
  readonly documents = new Map<string, Record<string, unknown>>();
  readonly #trouble: () => Trouble;
  requests = 0;
  underWay = 0;
  mostUnderWay = 0;
  requestMaxBytes = Number.POSITIVE_INFINITY;

  constructor(trouble: () => Trouble = () => 'none') {
    this.#trouble = trouble;
  }

  get client(): Client {
    return { transport: { request: (params: { bulkBody: string }) => this.#bulk(params.bulkBody) } } as never;
  }

  async #bulk(body: string): Promise<unknown> {
    this.requests++;
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay--;
    if (Buffer.byteLength(body) > this.requestMaxBytes)
      throw responseError(413, 'content_too_long_exception');
    const trouble = this.#trouble();
    if (trouble === 'lost') throw Object.assign(new Error('reset'), { name: 'ConnectionError' });
    if (trouble === 'request') throw responseError(429, 'es_rejected_execution_exception');
    const lines = body.split('\n').slice(0, -1);
    const items = [];
    for (let at = 0; at < lines.length; at += 2) items.push(this.#item(lines[at] ?? '', lines[at + 1] ?? ''));
    return { errors: items.some(({ update }) => update.status !== 200), items };
  }

  #item(head: string, body: string) {
    const { _id: id } = JSON.parse(head).update as { _id: string };
    if (this.#trouble() === 'item')
      return { update: { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'busy' } } };
    const doc = JSON.parse(body).doc as Record<string, unknown>;
    if (doc.bad) {
      const reason = "[1:6] failed to parse field [bad] of type [long] in document with id 'x'";
      return { update: { status: 400, error: { type: 'document_parsing_exception', reason } } };
    }
    this.documents.set(id, { ...this.documents.get(id), ...doc });
    return { update: { status: 200 } };
  }
}

const responseError = (statusCode: number, type: string) =>
  Object.assign(new Error(type), {
    ...{ name: 'ResponseError', statusCode, body: { error: { type, reason: type } } },
  });

const configOf = (more: Record<string, string> = {}) =>
  requireConfig(sinkConfig, {
    ...{ 'connection.url': 'http://127.0.0.1:9200', index: 'i', 'write.method': 'upsert' },
    ...{ 'batch.size': '20', 'max.in.flight.requests': '4', 'retry.backoff.ms': '1', 'max.retries': '1000' },
    ...more,
  });

function writerOf(server: FakeServer, more: Record<string, string> = {}): BulkWriter {
  return new BulkWriter({
    ...{ client: server.client, config: configOf(more), loginKey: 'connection.password' },
    ...{ signal: new AbortController().signal, onStale: () => undefined, onTrouble: () => undefined },
  });
}

function actionsOf(values: readonly (readonly [key: string, value: object])[]) {
  const actions = new WriteActions(configOf());
  return values.map(([key, value], offset) => {
    const record: SinkRecord = {
      ...{ topic: 't', partition: 0, offset, key, value, headers: [], timestamp: null },
    };
    const action = actions.of(record);
    if (!action) throw new Error('no action');
    return action;
  });
}

const near500 = (count: number) => count > 400 && count < 600;

describe('writing by bulk requests', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'ends as all changes in their order, whatever is repeated (seed %i)',
    async (seed) => {
      const below = randomBelow(seed);
      const troubles: readonly Trouble[] = ['item', 'request', 'lost'];
      const server = new FakeServer(() => (below(6) === 0 ? (troubles[below(3)] ?? 'none') : 'none'));
      const changes = Array.from(
        { length: 600 },
        (_, n) => [`k${below(30)}`, { last: n, [`f${below(4)}`]: n }] as const,
      );
      const refused = await writerOf(server).write(actionsOf(changes));
      expect(refused).toEqual([]);
      const expected = new Map<string, object>();
      for (const [key, value] of changes) expected.set(key, { ...expected.get(key), ...value });
      expect(Object.fromEntries(server.documents)).toEqual(Object.fromEntries(expected));
      expect(server.mostUnderWay).toBeLessThanOrEqual(4);
    },
  );

  it('sends several requests at a time, but never more than it may', async () => {
    const server = new FakeServer();
    await writerOf(server).write(actionsOf(Array.from({ length: 400 }, (_, n) => [`k${n}`, { n }] as const)));
    expect(server.mostUnderWay).toBe(4);
    expect(server.documents.size).toBe(400);
  });

  it('makes a request while the server has those before it, and shares a batch out among them', async () => {
    const server = new FakeServer();
    const all = actionsOf(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, { n }] as const));
    const made: number[] = [];
    for (const action of all) {
      const prepare = action.prepare.bind(action);
      action.prepare = () => {
        made.push(server.requests);
        return prepare();
      };
    }
    await writerOf(server, { 'batch.size': '2000' }).write(all);
    expect(server.requests).toBe(4);
    // The first is asked twice: once for how large they may be.
    expect([0, 1, 2, 3].map((requests) => made.filter((at) => at === requests).length)).toEqual([
      ...[expect.toSatisfy(near500), expect.toSatisfy(near500)],
      ...[expect.toSatisfy(near500), expect.toSatisfy(near500)],
    ]);
    expect(server.documents.size).toBe(2_000);
  });

  it('gives a record that can’t be written, wherever it stands, and writes all others', async () => {
    const server = new FakeServer();
    const values = Array.from({ length: 1_200 }, (_, n) => [`k${n}`, n % 500 === 7 ? 'no document' : { n }]);
    const refused = await writerOf(server).write(actionsOf(values as never));
    expect(refused.map(({ action }) => action.record.key).toSorted()).toEqual(['k1007', 'k507', 'k7']);
    expect(refused.every(({ error }) => error.class === 'poison')).toBe(true);
    expect(server.documents.size).toBe(1_197);
  });

  it('gives what is refused for itself, and writes all others', async () => {
    const server = new FakeServer();
    const refused = await writerOf(server).write(
      actionsOf([
        ['a', { n: 1 }],
        ['b', { bad: 'x' }],
        ['c', { n: 3 }],
      ]),
    );
    expect(refused.map(({ action, error }) => [action.record.key, error.details.path])).toEqual([
      ['b', '/bad'],
    ]);
    expect([...server.documents.keys()]).toEqual(['a', 'c']);
  });

  it('cuts requests that are too large, and gives a document that is too large alone', async () => {
    const server = new FakeServer();
    server.requestMaxBytes = 500;
    const refused = await writerOf(server).write(
      actionsOf([
        ...Array.from({ length: 30 }, (_, n) => [`k${n}`, { n }] as const),
        ['large', { text: 'x'.repeat(600) }],
      ]),
    );
    expect(refused.map(({ action, error }) => [action.record.key, error.code])).toEqual([
      ['large', 'ELASTICSEARCH_DOCUMENT_TOO_LARGE'],
    ]);
    expect(server.documents.size).toBe(30);
  });

  it('gives up after its tries, and has nothing under way then', async () => {
    const server = new FakeServer(() => 'request');
    const all = actionsOf(Array.from({ length: 400 }, (_, n) => [`k${n}`, { n }] as const));
    const writing = writerOf(server, { 'max.retries': '3' }).write(all);
    await expect(writing).rejects.toMatchObject({ class: 'throttled', code: 'ELASTICSEARCH_THROTTLED' });
    expect(server.underWay).toBe(0);
    const { requests } = server;
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).toBe(requests);
  });
});
