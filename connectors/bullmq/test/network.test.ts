import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
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
import { useQueue } from './places.ts';

const server = new RedisServer();
const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
const source = named('BullMqSource') as SourceConnector;
const sink = named('BullMqSink') as SinkConnector;

const HELD_MS = 1_500;
const IMPATIENT: Options = { 'request.timeout.ms': '5000' };

/** What polling fails with in the end; what comes before is kept. */
const failureOf = (task: SourceHarness) => wordsOf(task.pollUntil('a failure', () => false, 30_000));

describe.skipIf(unavailable !== undefined)('a way to a queue that breaks', () => {
  let path: NetworkPath;
  let queue = '';

  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    queue = server.name();
    path = await NetworkPath.to(server.port);
  });
  afterEach(() => path.close());

  const uri = () => `redis://127.0.0.1:${path.port}`;
  const add = (from: number, to: number) =>
    useQueue(server, queue, (jobs) =>
      jobs.addBulk(range(from, to).map((n) => ({ name: 'job', data: { n } }))),
    );
  const reading = async (more: Options = {}, before?: SourceHarness) => {
    const options = { 'connection.uri': uri(), queue, ...more };
    const task = new SourceHarness(source, options, before && { offsets: before.offsets });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const writing = async (more: Options = {}) => {
    const task = new SinkHarness(sink, { 'connection.uri': uri(), ...more });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const records = (from: number, to: number, topic = queue): SinkRecord[] =>
    range(from, to).map((n) => ({
      ...{ topic, partition: 0, offset: n, key: `k${n}`, value: n, headers: [], timestamp: null },
    }));
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const values = (task: SourceHarness) => task.records.map(({ value }) => (value as { n: number }).n);
  const count = (n: number) => (all: readonly unknown[]) => all.length >= n;
  const counts = () => useQueue(server, queue, (jobs) => jobs.getJobCounts('wait', 'active', 'completed'));
  const waiting = (name = queue) =>
    useQueue(server, name, async (jobs) =>
      (await jobs.getJobs(['wait'], 0, -1, true)).map(({ data }) => data),
    );
  const transient = { class: 'transient', path: 'connection.uri', code: 'REDIS_UNREACHABLE' };
  const silent = { class: 'transient', code: 'REDIS_SILENT', message: expect.stringContaining('no answer') };

  it('fails a source for now when it is cut, says so, and each job comes until it was durable', async () => {
    await add(1, 60);
    const task = await reading();
    await task.pollUntil('the jobs', count(60));
    await task.commit(task.records.slice(0, 20));
    path.cut();
    const failure = await failureOf(task);
    expect(failure).toMatchObject(transient);
    expect(failure.message).toMatch(/^Reading the queue failed: /);
    await task.stop();
    await add(61, 70);
    const again = await reading({}, task);
    await again.pollUntil('the rest', count(50));
    expect(values(again)).toEqual(range(21, 70));
    await again.commit();
    expect(await counts()).toMatchObject({ wait: 0, active: 0, completed: 70 });
  });

  it('waits where nothing passes for a while, and goes on', async () => {
    const task = await reading();
    await task.poll(200);
    path.hold();
    await add(1, 200);
    expect(await task.poll(HELD_MS)).toBeNull();
    path.release();
    await task.pollUntil('all jobs', count(200));
    await task.commit();
    expect(values(task)).toEqual(range(1, 200));
  });

  it('loses nothing and fails nowhere on a line that is slow', async () => {
    path.delay(5);
    await add(1, 300);
    const task = await reading();
    await task.pollUntil('all jobs', count(300), 60_000);
    await task.commit();
    expect(values(task)).toEqual(range(1, 300));
    const target = `${queue}-to`;
    const writer = await writing();
    await writer.write(records(1, 300, target));
    expect(await waiting(target)).toEqual(range(1, 300));
  });

  it('stops a source that has all that it may have, when the way is cut', async () => {
    await add(1, 5);
    const task = await reading({ 'max.in.flight': '2' });
    await task.pollUntil('as many as may be', count(2));
    path.cut();
    expect(await failureOf(task)).toMatchObject(transient);
    await task.stop();
    const again = await reading({}, task);
    await again.pollUntil('all', count(5));
    expect(values(again)).toEqual(range(1, 5));
  });

  it('is given up where it falls silent, in bounded time, by all that wait for it, and misses nothing afterwards', async () => {
    await add(1, 4);
    const task = await reading(IMPATIENT);
    const events = await reading({ ...IMPATIENT, 'read.mode': 'events' });
    await task.pollUntil('the jobs', count(4));
    await events.pollUntil('the events', count(4));
    const target = `${queue}-to`;
    const writer = await writing({ ...IMPATIENT, 'delivery.guarantee': 'exactly_once' });
    await writer.write(records(0, 4, target));
    path.forget();
    const attempts = [failureOf(task), failureOf(events), wordsOf(writer.write(records(5, 9, target)))];
    for (const outcome of await Promise.all(attempts)) expect(outcome).toMatchObject(silent);
    await writer.write(records(5, 9, target));
    expect(await waiting(target)).toEqual(range(0, 9));
    await task.stop();
    const again = await reading({}, task);
    await again.pollUntil('the jobs again', count(4));
    expect(values(again)).toEqual(range(1, 4));
  }, 60_000);

  it.each([['at_least_once'], ['exactly_once']])(
    'adds each job once where it is cut in between (%s)',
    async (guarantee) => {
      const writer = await writing({ 'delivery.guarantee': guarantee, 'batch.size': '10' });
      await writer.write(records(0, 9));
      path.delay(20);
      const attempt = wordsOf(writer.write(records(10, 209)));
      await eventually('a part of it', async () => (await counts()).wait! > 30);
      path.cut();
      expect(await attempt).toMatchObject({
        ...transient,
        message: expect.stringMatching(/^Adding jobs failed: /),
      });
      path.delay(0);
      await writer.write(records(10, 209));
      expect(await waiting()).toEqual(range(0, 209));
    },
  );

  it('is told from rights that are taken away in mid-stream, after which all goes through', async () => {
    const user = (...rights: readonly string[]) =>
      server.use((client) => client.call('ACL', 'SETUSER', 'clerk', ...rights));
    const login = { 'connection.user': 'clerk', 'connection.password': 'secret' };
    await user('reset', 'on', '>secret', '~*', '+@all');
    const target = `${queue}-to`;
    await add(1, 3);
    const writer = await writing(login);
    const task = await reading(login);
    await task.pollUntil('the jobs', count(3));
    await task.commit();
    await writer.write(records(1, 3, target));
    await user('resetkeys', '~nothing');
    const refused = { class: 'auth', code: 'REDIS_RIGHT_MISSING', path: 'connection.password' };
    expect(await wordsOf(writer.write(records(4, 6, target)))).toMatchObject(refused);
    await add(4, 6);
    expect(await failureOf(task)).toMatchObject(refused);
    await user('~*');
    await writer.write(records(4, 6, target));
    expect(await waiting(target)).toEqual(range(1, 6));
    await task.stop();
    const again = await reading(login, task);
    await again.pollUntil('the rest', count(3));
    expect(values(again)).toEqual([4, 5, 6]);
  });
});
