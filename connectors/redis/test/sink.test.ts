import { parseConfig, type SinkConnector, type SinkRecord } from '@millrace/sdk';
import { type Options, SinkHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';

const server = new RedisServer();
const connector = manifest.plugins.find((plugin) => plugin.class === 'RedisSink') as SinkConnector;

describe.skipIf(unavailable !== undefined)('a sink of Redis', () => {
  let topic = '';

  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    topic = server.name();
  });

  const started = async (more: Options = {}) => {
    const task = new SinkHarness(connector, { 'connection.uri': server.uri, ...more });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const record = (
    key: unknown,
    value: unknown,
    offset: number,
    more: Partial<SinkRecord> = {},
  ): SinkRecord => ({
    ...{ topic, partition: 0, offset, key, value, headers: [], timestamp: null },
    ...more,
  });
  const records = (...all: readonly (readonly [key: unknown, value: unknown])[]) =>
    all.map(([key, value], offset) => record(key, value, offset));

  it('writes texts and bytes as they are, and anything else as JSON', async () => {
    const task = await started();
    const bytes = Buffer.from([0, 200, 255]);
    await task.write(records(['a', 'text'], ['b', bytes], ['c', { n: 2n ** 60n }], ['d', 1.5], ['e', false]));
    await server.use(async (client) => {
      expect(await client.getBuffer(`${topic}:b`)).toEqual(bytes);
      expect(await client.mget(...['a', 'c', 'd', 'e'].map((key) => `${topic}:${key}`))).toEqual([
        ...['text', '{"n":1152921504606846976}', '1.5', 'false'],
      ]);
    });
  });

  it('replaces hashes, or merges fields into them', async () => {
    const replacing = await started({ type: 'hash', key: `\${topic}:\${key.id}` });
    await replacing.write(records([{ id: 7 }, { a: 'x', b: 2, c: null, d: { e: 1 } }]));
    expect(await server.use((client) => client.hgetall(`${topic}:7`))).toEqual({
      a: 'x',
      b: '2',
      d: '{"e":1}',
    });
    await replacing.write(records([{ id: 7 }, new Map([['a', 'y']])]));
    expect(await server.use((client) => client.hgetall(`${topic}:7`))).toEqual({ a: 'y' });
    const merging = await started({ type: 'hash', key: `\${topic}:\${key.id}`, 'hash.write': 'merge' });
    await merging.write(records([{ id: 7 }, { b: 3 }], [{ id: 7 }, { a: null, c: 4 }]));
    expect(await server.use((client) => client.hgetall(`${topic}:7`))).toEqual({ b: '3', c: '4' });
    await merging.write(records([{ id: 7 }, null]));
    expect(await server.use((client) => client.exists(`${topic}:7`))).toBe(0);
  });

  it('writes hashes of more fields than one command takes', async () => {
    const task = await started({ type: 'hash' });
    const wide = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`f${n}`, n]));
    await task.write(records(['wide', wide]));
    expect(await server.use((client) => client.hlen(`${topic}:wide`))).toBe(9_000);
  });

  it('adds to streams in order, and keeps them short', async () => {
    const task = await started({
      type: 'stream',
      'stream.key.field': 'k',
      'stream.value.field': 'v',
      'stream.max.length': '1000',
    });
    const all = Array.from({ length: 5_000 }, (_, n) => record(`k${n % 3}`, n, n));
    await task.write(all);
    await task.write([record('k0', null, 5_000)]);
    await server.use(async (client) => {
      const length = await client.xlen(topic);
      expect(length).toBeGreaterThanOrEqual(1_000);
      expect(length).toBeLessThan(1_200);
      const last = await client.xrevrange(topic, '+', '-', 'COUNT', 3);
      expect(last.map(([, fields]) => fields)).toEqual([
        ['k', 'k0'],
        ['k', 'k1', 'v', '4999'],
        ['k', 'k0', 'v', '4998'],
      ]);
    });
  });

  it('writes each entry once where exactly once is asked for, whatever comes again', async () => {
    const options = {
      type: 'stream',
      'stream.value.field': 'v',
      'delivery.guarantee': 'exactly_once',
      'batch.size': '3',
    };
    const all = Array.from({ length: 20 }, (_, n) => record('k', n, n));
    const first = await started(options);
    await first.write(all.slice(0, 11));
    await first.write(all.slice(4, 11));
    const second = await started(options);
    await second.write(all.slice(2));
    const entries = await server.use((client) => client.xrange(topic, '-', '+'));
    expect(entries.map(([, fields]) => Number(fields[1]))).toEqual(all.map(({ value }) => value));
  });

  it('goes on behind a culprit, and has written what stood before it', async () => {
    const options = {
      type: 'stream',
      'stream.value.field': 'v',
      'delivery.guarantee': 'exactly_once',
      key: `\${key}`,
    };
    await server.use((client) => client.set(`${topic}x`, 'no stream'));
    const task = await started(options);
    const [a, b, c] = [record(topic, 1, 0), record(`${topic}x`, 2, 1), record(topic, 3, 2)];
    await expect(task.write([a, b, c])).rejects.toMatchObject({ class: 'poison', code: 'REDIS_WRONG_TYPE' });
    await expect(task.write([b])).rejects.toMatchObject({ class: 'poison' });
    await task.write([a, c]);
    const entries = await server.use((client) => client.xrange(topic, '-', '+'));
    expect(entries.map(([, fields]) => fields[1])).toEqual(['1', '3']);
  });

  it('lets keys expire, as the record, its value or the option says', async () => {
    const task = await started({ 'ttl.ms': '100000', 'ttl.header': 'ttl', 'ttl.field': 'ttl' });
    await task.write([
      record('a', 'x', 0),
      record('b', { ttl: 200_000 }, 1),
      record('c', { ttl: 200_000 }, 2, { headers: [{ key: 'ttl', value: '300000' }] }),
    ]);
    await server.use(async (client) => {
      for (const [key, ms] of [
        ['a', 100_000],
        ['b', 200_000],
        ['c', 300_000],
      ] as const) {
        const left = await client.pttl(`${topic}:${key}`);
        expect(left).toBeLessThanOrEqual(ms);
        expect(left).toBeGreaterThan(ms - 60_000);
      }
    });
    const wrong = record('d', 'x', 3, { headers: [{ key: 'ttl', value: 'soon' }] });
    await expect(task.write([wrong])).rejects.toMatchObject({ class: 'poison', code: 'REDIS_TTL_INVALID' });
  });

  it.each([
    ['ignore', 'text'],
    ['fail', 'text'],
  ])('treats tombstones as behavior.on.null.values=%s says', async (behavior, left) => {
    const task = await started({ 'behavior.on.null.values': behavior });
    await task.write(records(['a', 'text']));
    const written = task.write(records(['a', null]));
    if (behavior === 'fail') await expect(written).rejects.toMatchObject({ code: 'REDIS_TOMBSTONE' });
    else await written;
    expect(await server.use((client) => client.get(`${topic}:a`))).toBe(left);
  });

  it('is throttled by a full server, and writes once there is room', async () => {
    const task = await started({
      type: 'stream',
      'stream.value.field': 'v',
      'delivery.guarantee': 'exactly_once',
    });
    const all = Array.from({ length: 10 }, (_, n) => record('k', `${n}${'x'.repeat(1_000)}`, n));
    await task.write(all.slice(0, 2));
    await server.use((client) => client.config('SET', 'maxmemory', '1mb'));
    try {
      await expect(task.write(all)).rejects.toMatchObject({
        class: 'throttled',
        code: 'REDIS_OUT_OF_MEMORY',
      });
    } finally {
      await server.use((client) => client.config('SET', 'maxmemory', '0'));
    }
    await task.write(all);
    expect(await server.use((client) => client.xlen(topic))).toBe(10);
  });

  it('says that too few replicas have a batch', async () => {
    const task = await started({ 'wait.replicas': '1', 'wait.timeout.ms': '10' });
    await expect(task.write(records(['a', 'x']))).rejects.toMatchObject({
      class: 'transient',
      code: 'REDIS_REPLICAS_BEHIND',
    });
  });

  it('names the rights that are missing before anything runs', async () => {
    const user = (...rights: readonly string[]) =>
      server.use((client) =>
        client.call(
          'ACL',
          'SETUSER',
          'writer',
          'reset',
          'on',
          '>secret',
          '~*',
          '+@connection',
          '+info',
          ...rights,
        ),
      );
    const options = {
      'connection.uri': server.uri,
      'connection.user': 'writer',
      'connection.password': 'secret',
    };
    const { values } = parseConfig(connector.config, options);
    const problems = () => connector.validate?.(values, AbortSignal.timeout(10_000));
    await user('+set');
    expect(await problems()).toMatchObject([
      { message: expect.stringContaining('DEL, EVALSHA, EVAL') as string },
    ]);
    await user('+set', '+del', '+eval', '+evalsha');
    expect(await problems()).toEqual([]);
    const task = await started(options);
    await user('+set', '+eval', '+evalsha');
    await expect(task.write(records(['a', null]))).rejects.toMatchObject({
      class: 'auth',
      code: 'REDIS_RIGHT_MISSING',
    });
  });

  it('plans the commands that it would run', async () => {
    const { values } = parseConfig(connector.config, {
      'connection.uri': server.uri,
      type: 'hash',
      'ttl.ms': '5',
    });
    const changes = await connector.plan?.(
      values,
      records(['a', { b: 'two words' }], [null, {}]),
      AbortSignal.timeout(1_000),
    );
    expect(changes?.map(({ what, statement }) => statement ?? what)).toEqual([
      `DEL ${topic}:a`,
      `HSET ${topic}:a b "two words"`,
      `PEXPIRE ${topic}:a 5`,
      'refuse a record: The record has no key, which "key" is made of.',
    ]);
  });
});
