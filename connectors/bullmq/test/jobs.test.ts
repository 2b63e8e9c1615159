import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { isMillraceError, requireConfig, type SourceConnector } from '@millrace/sdk';
import { eventually, MemoryOffsets, type Options, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SourceConfig } from '../src/config.ts';
import { FailedJobs } from '../src/failed-jobs.ts';
import manifest from '../src/index.ts';
import { Queues } from '../src/queues.ts';
import { useQueue, workOn } from './places.ts';

const server = new RedisServer();
const connector = manifest.plugins.find((plugin) => plugin.class === 'BullMqSource') as SourceConnector;

describe.skipIf(unavailable !== undefined)('a source of jobs', () => {
  let queue = '';

  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    queue = server.name();
  });

  const add = (count: number, from = 0) =>
    useQueue(server, queue, (jobs) =>
      jobs.addBulk(Array.from({ length: count }, (_, n) => ({ name: 'job', data: { n: from + n } }))),
    );
  const started = async (more: Options = {}, offsets = new MemoryOffsets(), name = 'acceptance') => {
    const options = { 'connection.uri': server.uri, queue, ...more };
    const task = new SourceHarness(connector, options, { offsets, name });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const read = async (task: SourceHarness, count: number) => {
    await task.pollUntil(`${count} records`, (records) => records.length >= count, 20_000);
    return task.records.map(({ value }) => (value as { n: number }).n);
  };
  const counts = () =>
    useQueue(server, queue, (jobs) => jobs.getJobCounts('wait', 'active', 'completed', 'failed'));

  it('completes jobs when they are durable, and not before', async () => {
    await add(5);
    const task = await started();
    await read(task, 5);
    expect(await counts()).toMatchObject({ active: 5, completed: 0 });
    await task.commit(task.records.slice(0, 2));
    expect(await counts()).toMatchObject({ active: 3, completed: 2 });
    await task.abort();
    await task.commit();
    expect(await counts()).toMatchObject({ active: 0, completed: 5 });
  });

  it('completes what was durable when a former task died, and gives the rest again at once', async () => {
    await add(6);
    const first = await started();
    await read(first, 6);
    // The offset is stored, and the task dies before it hears of it.
    const [, , third] = first.records;
    if (third) first.offsets.put({ partition: third.sourcePartition, offset: third.sourceOffset });
    first.abandon();
    await server.cut();
    const second = await started({}, first.offsets);
    expect(await read(second, 3)).toEqual([3, 4, 5]);
    expect(await counts()).toMatchObject({ active: 3, completed: 3 });
  });

  it('keeps the locks of what it has, however long it takes', async () => {
    await add(3);
    const options = { 'lock.duration.ms': '600', 'stalled.interval.ms': '500' };
    const task = await started(options);
    await read(task, 3);
    const others: number[] = [];
    const rival = workOn(server, queue, async (job) => void others.push(job.data.n), {
      lockDuration: 600,
      stalledInterval: 300,
    });
    onTestFinished(() => rival.close());
    const endMs = performance.now() + 3 * 600;
    await eventually('three times as long as a lock lasts', async () => {
      await task.poll(200);
      return performance.now() > endMs;
    });
    await task.commit();
    expect(others).toEqual([]);
    expect(await counts()).toMatchObject({ active: 0, completed: 3 });
  });

  it('keeps the locks of what it took up of a former task, also before it is asked for it', async () => {
    await add(3);
    const options = { 'lock.duration.ms': '600', 'stalled.interval.ms': '500' };
    const first = await started(options);
    await read(first, 3);
    first.abandon();
    await server.cut();
    const second = await started(options, first.offsets);
    const others: number[] = [];
    const rival = workOn(server, queue, async (job) => void others.push(job.data.n), {
      stalledInterval: 300,
    });
    onTestFinished(() => rival.close());
    const endMs = performance.now() + 3 * 600;
    await eventually('three times as long as a lock lasts', () => performance.now() > endMs);
    expect(await read(second, 3)).toEqual([0, 1, 2]);
    await second.commit();
    expect(others).toEqual([]);
    expect(await counts()).toMatchObject({ active: 0, completed: 3 });
  });

  it('gives jobs back to the queue when a task does not come back', async () => {
    await add(4);
    const options = { 'lock.duration.ms': '500', 'stalled.interval.ms': '500' };
    const dead = await started(options);
    await read(dead, 4);
    dead.abandon();
    await server.cut();
    const heir = await started(options, new MemoryOffsets(), 'another');
    expect((await read(heir, 4)).toSorted()).toEqual([0, 1, 2, 3]);
  });

  it('takes no more than may be in flight', async () => {
    await add(20);
    const task = await started({ 'max.in.flight': '6', 'batch.size': '4' });
    await read(task, 6);
    expect(await task.poll(300)).toBeNull();
    expect(await counts()).toMatchObject({ active: 6, wait: 14 });
    await task.commit();
    await read(task, 12);
  });

  it('takes delayed jobs when it is time, and prioritized ones in their order', async () => {
    await useQueue(server, queue, async (jobs) => {
      await jobs.add('late', { n: 3 }, { delay: 700 });
      await jobs.add('second', { n: 2 }, { priority: 2 });
      await jobs.add('first', { n: 1 }, { priority: 1 });
    });
    const task = await started();
    expect(await read(task, 3)).toEqual([1, 2, 3]);
  });

  it('shares a queue with BullMQ’s own workers', async () => {
    const others: number[] = [];
    const rival = workOn(server, queue, async (job) => void others.push(job.data.n));
    onTestFinished(() => rival.close());
    const task = await started();
    await add(200);
    await eventually('all jobs', async () => {
      await task.poll(100);
      await task.commit();
      return task.records.length + others.length >= 200;
    });
    const own = task.records.map(({ value }) => (value as { n: number }).n);
    expect([...own, ...others].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    await eventually('all are completed', async () => (await counts()).completed === 200);
  });

  it('gives numbers as they were written', async () => {
    await useQueue(server, queue, async (jobs, client) => {
      const job = await jobs.add('job', {});
      await client.hset(`bull:${queue}:${job.id}`, 'data', '{"n":9007199254740993}');
    });
    const task = await started();
    await task.pollUntil('the job', (records) => records.length === 1);
    expect(task.records[0]?.value).toEqual({ n: 9007199254740993n });
  });

  it('fails as transient when it loses its connections', async () => {
    const task = await started();
    await task.poll(100);
    await server.cut();
    const error = await eventually('a failure', () =>
      task.poll(1_000).then(
        () => null,
        (thrown: unknown) => thrown,
      ),
    );
    expect(isMillraceError(error) && error.class).toBe('transient');
  });

  it('does not remove a failed job that was tried again meanwhile', async () => {
    await add(2);
    const failing = workOn(server, queue, async () => {
      throw new Error('not yet');
    });
    await eventually('two failures', async () => (await counts()).failed === 2);
    await failing.close();
    const task = await started({ 'read.mode': 'failed', 'failed.jobs': 'remove' });
    await read(task, 2);
    await useQueue(server, queue, async (jobs) => (await jobs.getJob('1'))?.retry());
    await task.commit();
    expect(await counts()).toMatchObject({ wait: 1, failed: 0 });
    expect(await useQueue(server, queue, (jobs) => jobs.getJob('1'))).toBeDefined();
    expect(await useQueue(server, queue, (jobs) => jobs.getJob('2'))).toBeUndefined();
  });

  it('listens to its connection no more for each batch that it removes, nor for each queue', async () => {
    await add(3);
    const failing = workOn(server, queue, async () => {
      throw new Error('never');
    });
    await eventually('three failures', async () => (await counts()).failed === 3);
    await failing.close();
    await server.use(async (client) => {
      const listeners = () => client.listenerCount('close');
      const options = { 'connection.uri': server.uri, queue, 'read.mode': 'failed', 'failed.jobs': 'remove' };
      const config = requireConfig(connector.config, options) as SourceConfig;
      const before = listeners();
      const feed = new FailedJobs(client, config, AbortSignal.timeout(20_000), null);
      const removed: number[] = [];
      for (let batch = 0; batch < 3; batch++) {
        const [item] = await feed.read(1);
        await feed.durable(item?.offset ?? {});
        removed.push(listeners());
      }
      expect(new Set(removed)).toHaveLength(1);
      await feed.stop();
      expect(listeners()).toBe(before);
      const queues = new Queues(client, 'bull');
      for (let name = 0; name < 1_020; name++) await queues.of(`${queue}-${name}`).waitUntilReady();
      await eventually('the oldest to be forgotten', () => listeners() - before <= 1_000);
    });
    expect(await counts()).toMatchObject({ failed: 0 });
  });

  it('tells what happens in the queue, and what was trimmed before it could', async () => {
    await add(1);
    const task = await started({ 'read.mode': 'events' });
    const worker = workOn(server, queue, async () => ({ done: 2n.toString() }));
    onTestFinished(() => worker.close());
    const events = () => task.records.map(({ value }) => (value as { event: string }).event);
    await task.pollUntil('the completion', () => events().includes('completed'));
    expect(events()).toEqual(expect.arrayContaining(['added', 'waiting', 'active', 'completed']));
    const completed = task.records.find(({ value }) => (value as { event: string }).event === 'completed');
    expect(completed).toMatchObject({ key: '1', value: { jobId: '1', returnvalue: { done: '2' } } });
    await task.commit();
    await task.stop();
    await add(5, 1);
    await eventually('all are completed', async () => (await counts()).completed === 6);
    await useQueue(server, queue, (_jobs, client) => client.xtrim(`bull:${queue}:events`, 'MAXLEN', 2));
    const second = await started({ 'read.mode': 'events' }, task.offsets);
    await expect(second.poll()).rejects.toMatchObject({ code: 'REDIS_ENTRIES_LOST', class: 'config' });
  });
});
