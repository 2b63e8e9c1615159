import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PipelinesChange, PipelinesSnapshot } from '../contract/index.ts';
import { createRestApi, type RestApi } from '../rest-api.ts';
import { type FakePorts, fakePorts } from '../testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;
let address: string;

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('orders', { 'connector.class': 'a.PostgresSourceConnector' }, 2);
  ports.topicsByConnector.set('orders', ['shop.orders']);
  ports.count('orders', 0, 100);
  api = await createRestApi(ports, { sampleIntervalMs: 20, heartbeatIntervalMs: 30, maxEventStreams: 2 });
  address = await api.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => api.close());

/** Reads a stream piece by piece: an event, or the text of a comment. */
async function* read(response: Response) {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      yield { event, data: data === undefined ? null : JSON.parse(data), block };
    }
  }
}

const open = (signal?: AbortSignal) =>
  fetch(`${address}/api/v1/events`, { signal: signal ?? AbortSignal.timeout(10_000) });

async function until<T>(pieces: AsyncIterator<T>, wanted: (piece: T) => boolean): Promise<T> {
  for (;;) {
    const { value, done } = await pieces.next();
    if (done) throw new Error('the stream ended');
    if (wanted(value)) return value;
  }
}

describe('an event stream', () => {
  test('begins with everything', async () => {
    const response = await open();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const { value: first } = await read(response).next();
    expect(first!.event).toBe('snapshot');
    const { pipelines } = first!.data as PipelinesSnapshot;
    expect(pipelines).toHaveLength(1);
    expect(pipelines[0]).toMatchObject({
      name: 'orders',
      type: 'source',
      class: 'a.PostgresSourceConnector',
      state: 'RUNNING',
      sinceMs: null,
      error: null,
      tasks: { total: 2, running: 2, failed: [] },
      records: 100,
      topics: ['shop.orders'],
    });
  });

  test('says what changed: counts, rates, states with since when, and what is gone', async () => {
    const pieces = read(await open());
    const first = (piece: { data: Partial<PipelinesSnapshot & PipelinesChange> | null }) =>
      (piece.data?.pipelines ?? piece.data?.changed)?.[0];
    await until(pieces, (piece) => first(piece) !== undefined && first(piece)!.recordsPerSecond !== null);
    ports.count('orders', 0, 200);
    const counted = await until(pieces, (piece) => piece.data?.changed?.[0]?.records === 200);
    expect((counted.data as PipelinesChange).changed[0]!.recordsPerSecond).toBeGreaterThan(0);
    const error = { code: 'X', class: 'auth', message: 'no', hint: 'mend' } as const;
    ports.herder.setState('orders', { state: 'FAILED', error }, 1);
    const failed = await until(pieces, (piece) => piece.data?.changed?.[0]?.state === 'DEGRADED');
    expect((failed.data as PipelinesChange).changed[0]).toMatchObject({
      error,
      tasks: { running: 1, failed: [1] },
    });
    expect((failed.data as PipelinesChange).changed[0]!.sinceMs).toBeGreaterThan(0);
    await ports.herder.deleteConnector('orders');
    const gone = await until(pieces, (piece) => piece.data?.removed?.length === 1);
    expect((gone.data as PipelinesChange).removed).toEqual(['orders']);
  });

  test('is quiet about pipelines while nothing changes, and says again and again who answers', async () => {
    const pieces = read(await open());
    await until(pieces, (piece) => piece.block === ': still here');
    // Rates fall to zero for some ticks; after that nothing is told of pipelines.
    const events: (string | undefined)[] = [];
    while (events.length < 30) events.push((await pieces.next()).value?.event);
    expect(new Set(events.slice(-12))).toEqual(new Set(['health', undefined]));
  });

  test('tells when brokers and workers that have tasks do not answer, and when they did last', async () => {
    const pieces = read(await open());
    const wellAt = await until(pieces, (piece) => piece.data?.kafka?.asOfMs > 0);
    expect(wellAt.data).toMatchObject({
      kafka: { answers: true, brokers: { up: 1, total: 1 } },
      silentWorkers: [],
    });
    ports.kafka.away = true;
    ports.herder.setState('orders', { worker_id: '127.0.0.2:8083' }, 1);
    ports.herder.forward = () => Promise.reject(new Error('refused'));
    const ill = await until(
      pieces,
      (piece) => piece.data?.kafka?.answers === false && piece.data.silentWorkers.length > 0,
    );
    expect(ill.data).toMatchObject({
      kafka: { asOfMs: expect.any(Number), brokers: { up: 1, total: 1 } },
      silentWorkers: [{ id: '127.0.0.2:8083', asOfMs: null }],
    });
    ports.kafka.away = false;
    await until(pieces, (piece) => piece.data?.kafka?.answers === true);
  });

  test('sends a connector that nothing moves in once, however often it is looked at', async () => {
    ports.herder.add('still', { 'connector.class': 'a.FilesSinkConnector' });
    const pieces = read(await open());
    const looked: string[] = [];
    const { status } = ports.herder;
    ports.herder.status = (name) => {
      looked.push(name);
      return status.call(ports.herder, name);
    };
    for (let ticks = 0; ticks < 5; ticks++) await until(pieces, (piece) => piece.event === 'health');
    expect(looked).not.toContain('still');
    ports.herder.setState('still', { state: 'PAUSED' });
    const told = await until(pieces, (piece) => piece.event === 'pipelines' && piece.data.changed.length > 0);
    expect(told.data.changed.find(({ name }: { name: string }) => name === 'still')?.state).toBe('PAUSED');
  });

  test('is refused with 503 where there are too many', async () => {
    const first = new AbortController();
    const responses = [await open(first.signal), await open()];
    const refused = await open();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error_code: 503, code: 'TOO_MANY_STREAMS' });
    first.abort();
    await expect.poll(async () => (await open()).status).toBe(200);
    await responses[1]!.body!.cancel();
  });

  test('ends cleanly when the server closes', async () => {
    const response = await open();
    const reading = Array.fromAsync(read(response));
    await api.close();
    expect((await reading)[0]?.event).toBe('snapshot');
  });
});
