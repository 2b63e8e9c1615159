import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { parseConfig, type SinkConnector, type SinkRecord } from '@millrace/sdk';
import { eventually, type Options, SinkHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { useQueue, workOn } from './places.ts';

const server = new RedisServer();
const connector = manifest.plugins.find((plugin) => plugin.class === 'BullMqSink') as SinkConnector;

describe.skipIf(unavailable !== undefined)('a sink of jobs', () => {
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
    headers: Readonly<Record<string, string>> = {},
  ): SinkRecord => ({
    ...{ topic, partition: 0, offset, key, value, timestamp: null },
    headers: Object.entries(headers).map(([name, text]) => ({ key: name, value: text })),
  });
  const jobs = () =>
    useQueue(server, topic, (queue) => queue.getJobs(['wait', 'prioritized', 'delayed'], 0, -1, true));
  const counts = () =>
    useQueue(server, topic, (queue) => queue.getJobCounts('wait', 'prioritized', 'delayed', 'completed'));

  it('gives jobs delay, priority, attempts and backoff, by option and by header', async () => {
    const task = await started({
      ...{ 'delay.header': 'delay', 'priority.header': 'priority', 'attempts.header': 'attempts' },
      ...{
        attempts: '3',
        'backoff.type': 'fixed',
        'backoff.delay.ms': '50',
        'remove.on.complete': '0',
        'remove.on.fail': '9',
      },
    });
    await task.write([
      record('a', 1, 0),
      record('b', 2, 1, { delay: '60000' }),
      record('c', 3, 2, { priority: '7', attempts: '1' }),
    ]);
    expect(await counts()).toMatchObject({ wait: 1, prioritized: 1, delayed: 1 });
    const byId = new Map((await jobs()).map((job) => [job.id, job]));
    expect(byId.get(`${topic}-0-0`)?.opts).toMatchObject({
      ...{ attempts: 3, backoff: { type: 'fixed', delay: 50 }, removeOnComplete: true, removeOnFail: 9 },
    });
    expect(byId.get(`${topic}-0-1`)?.opts).toMatchObject({ delay: 60_000 });
    expect(byId.get(`${topic}-0-2`)?.opts).toMatchObject({ priority: 7, attempts: 1 });
    await expect(task.write([record('d', 4, 3, { delay: 'soon' })])).rejects.toMatchObject({
      class: 'poison',
    });
  });

  it('adds no second job for a key that has one, and removes it with a tombstone', async () => {
    const task = await started({ 'job.id': `order-\${key}`, 'behavior.on.null.values': 'remove' });
    await task.write([record('a:1', 'first', 0), record('a:1', 'second', 1), record('b', 'x', 2)]);
    expect((await jobs()).map(({ id, data }) => [id, data])).toEqual([
      ['order-a%3A1', 'first'],
      ['order-b', 'x'],
    ]);
    await task.write([record('a:1', null, 3), record('a:1', 'third', 4), record('b', null, 5)]);
    expect((await jobs()).map(({ id, data }) => [id, data])).toEqual([['order-a%3A1', 'third']]);
  });

  it('chooses queues and names by the record', async () => {
    const task = await started({
      queue: `${topic}-\${value.kind}`,
      'job.name': `\${value.kind}`,
      'job.data': 'record',
    });
    await task.write([
      record('k', { kind: 'mail' }, 0),
      record('k', { kind: 'print' }, 1),
      record('k', { kind: 'mail' }, 2),
    ]);
    const mails = await useQueue(server, `${topic}-mail`, (queue) => queue.getJobs(['wait'], 0, -1, true));
    expect(mails.map(({ name, data }) => [name, data.offset, data.key])).toEqual([
      ['mail', 0, 'k'],
      ['mail', 2, 'k'],
    ]);
    await expect(task.write([record('k', {}, 3)])).rejects.toMatchObject({
      class: 'poison',
      code: 'REDIS_RECORD_INCOMPLETE',
    });
  });

  it.each([['7'], ['-3'], ['']])('refuses the id %j, which BullMQ takes for its own', async (key) => {
    const task = await started({ 'job.id': `\${key}` });
    await expect(task.write([record(key, 'x', 0)])).rejects.toMatchObject({
      code: 'BULLMQ_ID_INVALID',
      class: 'poison',
    });
  });

  it('waits while the queue is full, goes on as workers take jobs, and never fills it beyond the bound', async () => {
    const task = await started({ 'queue.max.depth': '10', 'batch.size': '500' });
    const all = Array.from({ length: 60 }, (_, n) => record('k', n, n));
    let deepest = 0;
    const writing = task.write(all);
    await eventually('a full queue', async () => (await counts()).wait === 10);
    const seen: number[] = [];
    const worker = workOn(server, topic, async (job) => {
      seen.push(job.data);
      deepest = Math.max(deepest, Number((await counts()).wait));
    });
    onTestFinished(() => worker.close());
    await writing;
    await eventually('all jobs', () => seen.length === 60);
    expect(seen).toEqual(all.map(({ value }) => value));
    expect(deepest).toBeLessThanOrEqual(10);
  });

  it('gives a batch back as throttled where a queue stays full, and adds each job once when it comes again', async () => {
    const task = await started({
      'queue.max.depth': '4',
      'queue.full.timeout.ms': '150',
      'delivery.guarantee': 'exactly_once',
    });
    const all = Array.from({ length: 6 }, (_, n) => record('k', n, n));
    await expect(task.write(all)).rejects.toMatchObject({ class: 'throttled', code: 'BULLMQ_QUEUE_FULL' });
    await useQueue(server, topic, (queue) => queue.drain());
    await task.write(all);
    expect((await jobs()).map(({ data }) => data)).toEqual([4, 5]);
  });

  it('adds a record once although its job is done and gone, where exactly once is asked for', async () => {
    const options = { 'delivery.guarantee': 'exactly_once', 'remove.on.complete': '0' };
    const all = Array.from({ length: 30 }, (_, n) => record('k', n, n));
    const seen: number[] = [];
    const worker = workOn(server, topic, async (job) => void seen.push(job.data));
    onTestFinished(() => worker.close());
    const first = await started(options);
    await first.write(all.slice(0, 20));
    await eventually('the first jobs', () => seen.length === 20);
    const second = await started(options);
    await second.write(all);
    await eventually('all jobs', () => seen.length >= 30);
    await eventually('none is left', async () => (await counts()).wait === 0);
    expect(seen).toEqual(all.map(({ value }) => value));
  });

  it.each([['at_least_once'], ['exactly_once']])(
    'adds the jobs of a topic that was made anew beside those of the old one, each once (%s)',
    async (guarantee) => {
      const options = { 'delivery.guarantee': guarantee };
      const all = Array.from({ length: 3 }, (_, n) => record('k', n, n));
      const anew = all.map((one, n) => ({ ...one, value: 10 + n }));
      const open = (task: SinkHarness, topicId: string | null) =>
        task.open([{ topic, partition: 0, topicId }]);
      const first = await started(options);
      await open(first, 'first-topic');
      await first.write(all);
      await open(first, 'second-topic');
      await first.write(anew);
      const second = await started(options);
      await open(second, 'second-topic');
      await second.write(anew);
      expect((await jobs()).map(({ id, data }) => [id, data])).toEqual([
        ...all.map(({ value, offset }) => [`${topic}-0-${offset}`, value]),
        ...anew.map(({ value, offset }) => [`${topic}-0-${offset}-second-topic`, value]),
      ]);
    },
  );

  it('keeps ids that were given before topics were told apart, and says where it can’t tell them apart', async () => {
    const before = await started();
    await before.write([record('k', 0, 0)]);
    const task = await started();
    await task.open([{ topic, partition: 0, topicId: 'a-topic' }]);
    await task.write([record('k', 0, 0), record('k', 1, 1)]);
    expect((await jobs()).map(({ id }) => id)).toEqual([`${topic}-0-0`, `${topic}-0-1`]);
    await server.use((client) =>
      client.call('ACL', 'SETUSER', 'narrow', 'on', '>p', '+@all', `~bull:${topic}:*`),
    );
    const narrow = await started({ 'connection.user': 'narrow', 'connection.password': 'p' });
    await narrow.open([{ topic, partition: 0, topicId: 'another-topic' }]);
    await narrow.write([record('k', 1, 1), record('k', 2, 2)]);
    expect((await jobs()).map(({ id }) => id)).toEqual([`${topic}-0-0`, `${topic}-0-1`, `${topic}-0-2`]);
    expect(narrow.notices.get('topic_ids')).toMatch(/^The user may not use the key bull::millrace:topics/);
  });

  it('keeps numbers beyond 2^53', async () => {
    const task = await started();
    await task.write([record('k', { n: 2n ** 60n }, 0)]);
    const data = await useQueue(server, topic, (_queue, client) =>
      client.hget(`bull:${topic}:${topic}-0-0`, 'data'),
    );
    expect(data).toBe('{"n":1152921504606846976}');
  });

  it('plans jobs and new queues', async () => {
    const { values } = parseConfig(connector.config, { 'connection.uri': server.uri });
    const changes = await connector.plan?.(values, [record('k', 1, 0)], AbortSignal.timeout(5_000));
    expect(changes?.map(({ what }) => what)).toEqual([
      `create the queue ${topic}`,
      `add the job ${topic}-0-0 (${topic}) in ${topic}`,
    ]);
  });
});
