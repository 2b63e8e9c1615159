import { isMillraceError, type SinkRecord } from '@millrace/sdk';
import {
  eventually,
  NetworkPath,
  type Options,
  SinkHarness,
  SourceHarness,
  wordsOf,
} from '@millrace/sdk/testing';
import type { Collection, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { mongoSink, mongoSource } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

const HELD_MS = 1_500;
const IMPATIENT: Options = { 'request.timeout.ms': '2000', 'connection.timeout.ms': '3000' };

/** What polling fails with in the end; what comes before is kept. */
const failureOf = (task: SourceHarness) => wordsOf(task.pollUntil('a failure', () => false, 60_000));

describe.skipIf(unavailable !== undefined)('a way to MongoDB that breaks', () => {
  let path: NetworkPath;
  let client: MongoClient;
  let database = '';
  let items: Collection<{ _id: number; v?: string }>;

  beforeAll(async () => {
    await service.start();
    client = await service.client();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    database = service.database();
    items = client.db(database).collection('items');
    path = await NetworkPath.to(service.port);
  });
  afterEach(() => path.close());

  // Members of a replica set tell their own addresses, which do not lead here.
  const uri = () => `mongodb://127.0.0.1:${path.port}/?directConnection=true&heartbeatFrequencyMS=1000`;
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const insert = (from: number, to: number) => items.insertMany(range(from, to).map((_id) => ({ _id })));
  const reading = async (more: Options = {}, before?: SourceHarness) => {
    const options = {
      'connection.uri': uri(),
      database,
      collection: 'items',
      'poll.await.time.ms': '200',
      ...more,
    };
    const task = new SourceHarness(mongoSource, options, before && { offsets: before.offsets });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const writing = async (more: Options = {}) => {
    const task = new SinkHarness(mongoSink, { 'connection.uri': uri(), database, ...more });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const records = (from: number, to: number): SinkRecord[] =>
    range(from, to).map((n) => ({
      ...{ topic: 'items', partition: 0, offset: n, key: null, headers: [], timestamp: null },
      value: { _id: n, v: `v${n}` },
    }));
  const ids = (task: SourceHarness) => task.records.map(({ value }) => (value as { _id: number })._id);
  const count = (n: number) => (all: readonly unknown[]) => all.length >= n;

  it.each([
    ['while it copies', 'copy_existing'],
    ['while it follows changes', 'latest'],
  ])(
    'misses nothing and repeats nothing of a source when it is cut %s',
    async (_title, mode) => {
      if (mode === 'copy_existing') await insert(1, 1_500);
      const options = { 'startup.mode': mode, 'poll.max.batch.size': '100' };
      let task = await reading(options);
      if (mode === 'latest') {
        await task.poll(500);
        await insert(1, 1_500);
      }
      const read: number[] = [];
      for (const until of [200, 700, 1_200, 1_600]) {
        if (until === 1_600) await insert(1_501, 1_600);
        await eventually(
          `${until} documents`,
          async () => {
            try {
              await task.pollUntil('some', (all) => read.length + all.length >= until);
            } catch (error) {
              // The driver goes on with changes by itself; a copy begins where its records are durable.
              if (!isMillraceError(error) || error.class !== 'transient') throw error;
              await task.commit();
              read.push(...ids(task));
              task = await reading(options, task);
              return false;
            }
            return true;
          },
          60_000,
        );
        path.cut();
      }
      expect([...read, ...ids(task)]).toEqual(range(1, 1_600));
    },
    90_000,
  );

  it('is let go of in bounded time by tasks that stop while the server can’t be reached', async () => {
    await insert(1, 10);
    const task = await reading();
    await task.pollUntil('the documents', count(10));
    const sink = await writing();
    await sink.write(records(11, 12));
    path.block();
    await task.poll(1_000).catch(() => undefined);
    const startedMs = performance.now();
    await Promise.all([task.stop(), sink.stop()]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('fails for now when it stays blocked, says so, and misses nothing afterwards', async () => {
    await insert(1, 300);
    const task = await reading(IMPATIENT);
    await task.pollUntil('the documents', count(300));
    await task.commit(task.records.slice(0, 120));
    path.block();
    const failure = await failureOf(task);
    expect(failure).toMatchObject({
      ...{ class: 'transient', code: 'MONGODB_UNREACHABLE', path: 'connection.uri' },
      message: expect.stringMatching(/^(?:Reading from MongoDB|Listing the collections of \S+) failed: /),
    });
    await insert(301, 400);
    path.unblock();
    const again = await reading({}, task);
    await again.pollUntil('the rest', count(280));
    expect(ids(again)).toEqual(range(121, 400));
  }, 90_000);

  it('waits where nothing passes for a while, and goes on', async () => {
    const task = await reading({ 'startup.mode': 'latest' });
    await task.poll(500);
    path.hold();
    await insert(1, 2_000);
    expect(await task.poll(HELD_MS)).toBeNull();
    path.release();
    await task.pollUntil('all documents', count(2_000));
    expect(ids(task)).toEqual(range(1, 2_000));
  });

  it('loses nothing and fails nowhere on a line that is slow', async () => {
    await insert(1, 1_000);
    path.delay(5);
    const task = await reading({ 'poll.max.batch.size': '100' });
    await task.pollUntil('all documents', count(1_000), 60_000);
    expect(ids(task)).toEqual(range(1, 1_000));
    const sink = await writing({ 'delivery.guarantee': 'exactly_once' });
    await sink.write(records(1, 1_000).map((record) => ({ ...record, topic: 'copy' })));
    expect(await client.db(database).collection('copy').countDocuments()).toBe(1_000);
  });

  it('is given up where it falls silent, in bounded time, by all that wait for it, and misses nothing afterwards', async () => {
    await insert(1, 10);
    const task = await reading(IMPATIENT);
    await task.pollUntil('the documents', count(10));
    await task.commit();
    const sink = await writing({ ...IMPATIENT, 'delivery.guarantee': 'exactly_once' });
    await sink.write(records(11, 12));
    path.hold();
    const attempts = [failureOf(task), wordsOf(sink.write(records(13, 15))), wordsOf(reading(IMPATIENT))];
    for (const outcome of await Promise.all(attempts))
      expect(outcome).toMatchObject({
        class: 'transient',
        hint: expect.stringMatching(/^Check that the server/),
      });
    path.release();
    await eventually(
      'a write',
      async () => {
        await sink.write(records(13, 15));
        return true;
      },
      60_000,
    );
    const again = await reading({}, task);
    await again.pollUntil('the rest', count(5));
    expect(ids(again)).toEqual(range(11, 15));
  }, 120_000);

  it.each([['at_least_once'], ['exactly_once']])(
    'is made anew where a firewall has forgotten the connections (%s)',
    async (guarantee) => {
      const task = await reading({ ...IMPATIENT, 'startup.mode': 'latest' });
      await task.poll(500);
      const sink = await writing({ ...IMPATIENT, 'delivery.guarantee': guarantee });
      await sink.write(records(1, 10));
      await task.pollUntil('the first documents', count(10));
      path.forget();
      await eventually(
        'a write',
        async () => {
          await sink.write(records(11, 20));
          return true;
        },
        60_000,
      );
      await task.pollUntil('the others', count(20), 60_000);
      expect(ids(task)).toEqual(range(1, 20));
    },
    120_000,
  );

  it('writes each record once where it is cut in between', async () => {
    const sink = await writing({
      ...{ 'delivery.guarantee': 'exactly_once', 'document.id.strategy': 'object_id' },
      ...{ 'writemodel.strategy': 'insert', 'max.batch.size': '50', 'delete.on.null.values': 'false' },
    });
    await items.insertOne({ _id: 0 });
    const batch = records(1, 500).map((record) => ({ ...record, value: { v: record.offset } }));
    path.delay(5);
    let failures = 0;
    for (const cutAfterMs of [40, 120, 260]) {
      const timer = setTimeout(() => path.cut(), cutAfterMs);
      await sink.write(batch).catch((error: unknown) => {
        if (!isMillraceError(error) || error.class !== 'transient') throw error;
        failures++;
      });
      clearTimeout(timer);
    }
    path.delay(0);
    await sink.write(batch);
    expect(failures).toBeLessThanOrEqual(3);
    const stored = await items.find({ _id: { $ne: 0 } }).toArray();
    expect(stored.map(({ v }) => Number(v)).toSorted((a, b) => a - b)).toEqual(range(1, 500));
  }, 60_000);
});
