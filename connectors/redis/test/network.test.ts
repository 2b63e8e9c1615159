import type { SinkConnector, SinkRecord, SourceConnector } from '@millrace/sdk';
import {
  eventually,
  NetworkPath,
  type Options,
  SinkHarness,
  SourceHarness,
  wordsOf,
} from '@millrace/sdk/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';

const server = new RedisServer();
const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
const source = named('RedisSource') as SourceConnector;
const sink = named('RedisSink') as SinkConnector;

const HELD_MS = 1_500;
const IMPATIENT: Options = { 'request.timeout.ms': '5000' };

/** What polling fails with in the end; what comes before is kept. */
const failureOf = (task: SourceHarness) => wordsOf(task.pollUntil('a failure', () => false, 30_000));

describe.skipIf(unavailable !== undefined)('a way to Redis that breaks', () => {
  let path: NetworkPath;
  let key = '';

  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    key = server.name();
    path = await NetworkPath.to(server.port);
  });
  afterEach(() => path.close());

  const uri = () => `redis://127.0.0.1:${path.port}`;
  const add = (from: number, to: number) =>
    server.use(async (client) => {
      const pipeline = client.pipeline();
      for (let n = from; n <= to; n++) pipeline.xadd(key, '*', 'n', n);
      await pipeline.exec();
    });
  const reading = async (more: Options, before?: SourceHarness) => {
    const options = { 'connection.uri': uri(), streams: key, 'value.field': 'n', ...more };
    const task = new SourceHarness(source, options, before && { offsets: before.offsets });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const writing = async (more: Options = {}) => {
    const options = { 'connection.uri': uri(), type: 'stream', 'stream.value.field': 'v', ...more };
    const task = new SinkHarness(sink, options);
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const records = (from: number, to: number): SinkRecord[] =>
    range(from, to).map((n) => ({
      ...{ topic: key, partition: 0, offset: n, key: `k${n}`, value: `v${n}`, headers: [], timestamp: null },
    }));
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const values = (task: SourceHarness) => task.records.map(({ value }) => Number(value));
  const count = (n: number) => (all: readonly unknown[]) => all.length >= n;
  const length = () => server.use((client) => client.xlen(key));
  const transient = { class: 'transient', path: 'connection.uri', code: 'REDIS_UNREACHABLE' };
  const silent = { class: 'transient', code: 'REDIS_SILENT', message: expect.stringContaining('no answer') };

  describe.each(['group', 'position'])('read.mode=%s', (mode) => {
    const by: Options = { 'read.mode': mode };

    it('fails for now when it is cut, says so, and misses nothing afterwards', async () => {
      await add(1, 300);
      const task = await reading(by);
      await task.pollUntil('the first entries', count(300));
      await task.commit(task.records.slice(0, 120));
      path.cut();
      const failure = await failureOf(task);
      expect(failure).toMatchObject(transient);
      expect(failure.message).toMatch(/^Reading from Redis failed: /);
      await add(301, 400);
      const again = await reading(by, task);
      await again.pollUntil('the rest', count(280));
      expect(values(again)).toEqual(range(121, 400));
    });

    it('waits where nothing passes for a while, and goes on', async () => {
      const task = await reading(by);
      await task.poll(200);
      path.hold();
      await add(1, 2_000);
      expect(await task.poll(HELD_MS)).toBeNull();
      path.release();
      await task.pollUntil('all entries', count(2_000));
      expect(values(task)).toEqual(range(1, 2_000));
    });

    it('loses nothing and fails nowhere on a line that is slow', async () => {
      path.delay(5);
      await add(1, 1_000);
      const task = await reading({ ...by, 'batch.size': '100' });
      await task.pollUntil('all entries', count(1_000), 60_000);
      await task.commit();
      expect(values(task)).toEqual(range(1, 1_000));
    });
  });

  it('is given up where it falls silent, in bounded time, by all that wait for it, and misses nothing afterwards', async () => {
    await add(1, 10);
    const tasks = [
      await reading({ 'read.mode': 'group', ...IMPATIENT }),
      await reading({ 'read.mode': 'position', ...IMPATIENT }),
    ];
    for (const task of tasks) {
      await task.pollUntil('the entries', count(10));
      await task.commit();
    }
    const to = `${key}-to`;
    const writer = await writing(IMPATIENT);
    const batch = records(1, 5).map((record) => ({ ...record, topic: to }));
    await writer.write(batch.slice(0, 1));
    path.hold();
    await add(11, 12);
    const outcomes = await Promise.all([
      ...tasks.map(failureOf),
      wordsOf(writer.write(batch.slice(1))),
      wordsOf(reading({ ...IMPATIENT, 'connection.timeout.ms': '1000' })),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ class: 'transient' });
    expect(outcomes.slice(0, 3)).toMatchObject([silent, silent, silent]);
    path.release();
    await writer.write(batch.slice(1));
    expect(await server.use((client) => client.xlen(to))).toBeGreaterThanOrEqual(5);
    for (const [at, mode] of ['group', 'position'].entries()) {
      const again = await reading({ 'read.mode': mode }, tasks[at]);
      await again.pollUntil('the rest', count(2));
      expect(values(again)).toEqual([11, 12]);
    }
  }, 60_000);

  it('is made anew by a sink that is given the batch again, where a firewall has forgotten the connection', async () => {
    const writer = await writing({ ...IMPATIENT, 'delivery.guarantee': 'exactly_once' });
    await writer.write(records(0, 9));
    path.forget();
    expect(await wordsOf(writer.write(records(10, 19)))).toMatchObject(silent);
    await writer.write(records(10, 19));
    expect(await length()).toBe(20);
  }, 60_000);

  it('fails a write for now when it is cut, and each record is there once when it is repeated', async () => {
    const writer = await writing({ 'delivery.guarantee': 'exactly_once', 'batch.size': '10' });
    await writer.write(records(0, 9));
    path.delay(20);
    const attempt = wordsOf(writer.write(records(10, 209)));
    await eventually('a part of it', async () => (await length()) > 30);
    path.cut();
    expect(await attempt).toMatchObject({ class: 'transient', code: 'REDIS_UNREACHABLE' });
    path.delay(0);
    await writer.write(records(10, 209));
    expect(await length()).toBe(210);
  });

  it('stops a source whose acknowledgements have nowhere to go, which would wait for ever', async () => {
    await add(1, 20);
    const task = await reading({ 'max.pending': '10' });
    await task.pollUntil('as many as may be pending', count(10));
    await task.commit(task.records.slice(0, 5));
    await server.use(async (client) => {
      const list = String(await client.client('LIST')).split('\n');
      const [, id] =
        /^id=(\d+) .* cmd=xack /.exec(list.find((line) => line.includes(' cmd=xack ')) ?? '') ?? [];
      await client.client('KILL', 'ID', id ?? '');
    });
    const failure = await failureOf(task);
    expect(failure).toMatchObject(transient);
    const again = await reading({}, task);
    await again.pollUntil('the rest', count(15));
    expect(values(again)).toEqual(range(6, 20));
  });

  it('is told from a right that is taken away in mid-stream, after which the batch goes through', async () => {
    const user = (...rights: readonly string[]) =>
      server.use((client) => client.call('ACL', 'SETUSER', 'clerk', 'on', '>secret', ...rights));
    const login = { 'connection.user': 'clerk', 'connection.password': 'secret' };
    await user('reset', 'on', '>secret', '~*', '+@all');
    const writer = await writing({ ...login, 'delivery.guarantee': 'exactly_once' });
    await writer.write(records(0, 4));
    await user('-xadd');
    expect(await wordsOf(writer.write(records(5, 9)))).toMatchObject({
      ...{ class: 'auth', code: 'REDIS_RIGHT_MISSING', path: 'connection.password' },
      hint: expect.stringContaining('ACL SETUSER'),
    });
    await user('+xadd', 'resetkeys');
    expect(await wordsOf(writer.write(records(5, 9)))).toMatchObject({ code: 'REDIS_RIGHT_MISSING' });
    await user('~*');
    await writer.write(records(5, 9));
    expect(await length()).toBe(10);
  });
});
