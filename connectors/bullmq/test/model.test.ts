import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { isMillraceError, type SinkConnector, type SinkRecord, type SourceConnector } from '@millrace/sdk';
import {
  eventually,
  MemoryOffsets,
  type Options,
  randomBelow,
  SinkHarness,
  SourceHarness,
} from '@millrace/sdk/testing';
import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { useQueue, workOn } from './places.ts';

/** `MODEL_RECORDS=50000 MODEL_SEED=7 MODEL_SERVER_KILLS=10 npx vitest run --project acceptance connectors/bullmq/test/model.test.ts` */
const RECORDS = Number(process.env.MODEL_RECORDS ?? 600);
const SEED = Number(process.env.MODEL_SEED ?? 20_261);
const SERVER_KILLS = Number(process.env.MODEL_SERVER_KILLS ?? 2);
const PARTITIONS = 3;
const BATCH = 61;
const PATIENCE_MS = RECORDS > 5_000 ? 1_800_000 : 100_000;

const server = new RedisServer();
const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
const sinkConnector = named('BullMqSink') as SinkConnector;
const sourceConnector = named('BullMqSource') as SourceConnector;

const topicOf = (topic: string): readonly SinkRecord[] =>
  Array.from({ length: RECORDS }, (_, n) => ({
    ...{
      topic,
      partition: n % PARTITIONS,
      offset: Math.floor(n / PARTITIONS),
      key: `k${n % 7}`,
      value: { n },
    },
    ...{ headers: [], timestamp: null },
  }));

const passes = (error: unknown): boolean =>
  isMillraceError(error) && ['transient', 'throttled'].includes(error.class);

/** Cuts connections at random moments while something goes on: a batch may be written and nobody hears of it. */
async function amongCuts<T>(below: (below: number) => number, work: () => Promise<T>): Promise<T> {
  let over = false;
  const cutting = (async () => {
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, 20 + below(150)));
      await server.cut().catch(() => undefined);
    }
  })();
  try {
    return await work();
  } finally {
    over = true;
    await cutting;
  }
}

/** Kills the server so many times, at equal shares of the way: `done` says how many records are through. */
async function killServer(times: number, done: () => number): Promise<void> {
  for (let kills = 0; kills < times; kills++) {
    const share = ((kills + 1) * RECORDS) / (times + 1);
    await eventually(`${Math.floor(share)} records`, () => done() >= share, PATIENCE_MS);
    await server.kill();
    await server.start();
  }
}

/** Writes a topic, with deaths after which some records come again. */
async function deliver(records: readonly SinkRecord[], options: Options): Promise<void> {
  const below = randomBelow(SEED);
  for (let at = 0; at < records.length; ) {
    const task = new SinkHarness(sinkConnector, options, { name: 'model' });
    try {
      await task.start();
      for (let batches = 1 + below(8); batches > 0 && at < records.length; batches--) {
        await task.write(records.slice(at, at + BATCH));
        at += BATCH;
      }
      // The commit of some was lost with the task.
      if (at < records.length) at = Math.max(0, at - below(2 * BATCH));
    } catch (error) {
      if (!passes(error)) throw error;
    } finally {
      await task.stop();
    }
  }
}

describe.skipIf(unavailable !== undefined)('a topic to BullMQ and back, with deaths on the way', () => {
  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());

  it(
    'adds each record’s job once, whatever workers have done with it meanwhile',
    async () => {
      const topic = server.name();
      const records = topicOf(topic);
      const options = {
        ...{ 'connection.uri': server.uri, 'delivery.guarantee': 'exactly_once', 'job.id': 'auto' },
        // Nothing is left of a job that a record could be compared with.
        ...{ 'remove.on.complete': '0', 'queue.max.depth': '150' },
      };
      // By id as BullMQ counts them: a worker that loses its connection does a job twice, which is its own matter.
      const done = new Map<string, number>();
      const worker = workOn(server, topic, async (job: Job) => void done.set(job.id ?? '', job.data.n), {
        ...{ concurrency: 50, lockDuration: 1_000, stalledInterval: 500, maxStalledCount: 1_000 },
      });
      onTestFinished(() => worker.close());
      const killing = killServer(SERVER_KILLS, () => done.size);
      await Promise.all([amongCuts(randomBelow(SEED + 1), () => deliver(records, options)), killing]);
      await eventually('all jobs', () => new Set(done.values()).size === RECORDS, 60_000);
      await eventually(
        'an empty queue',
        async () =>
          (await useQueue(server, topic, (queue) => queue.getJobCountByTypes('wait', 'active'))) === 0,
        20_000,
      );
      expect([...done.values()].toSorted((a, b) => a - b)).toEqual(
        records.map(({ value }) => (value as { n: number }).n),
      );
    },
    PATIENCE_MS,
  );

  it(
    'gives each job’s record, and completes it, although tasks and the server die',
    async () => {
      const queue = server.name();
      await useQueue(server, queue, (jobs) =>
        jobs.addBulk(Array.from({ length: RECORDS }, (_, n) => ({ name: 'job', data: { n } }))),
      );
      const below = randomBelow(SEED + 2);
      const options = {
        ...{ 'connection.uri': server.uri, queue, 'batch.size': '37', 'max.in.flight': '300' },
        ...{ 'lock.duration.ms': '2000', 'stalled.interval.ms': '500' },
      };
      const offsets = new MemoryOffsets();
      const durable = new Set<number>();
      const left = () =>
        useQueue(server, queue, (jobs) => jobs.getJobCountByTypes('wait', 'active')).catch(() => -1);
      const killing = killServer(SERVER_KILLS, () => durable.size);
      while ((await left()) !== 0) {
        const task = new SourceHarness(sourceConnector, options, { offsets });
        try {
          await task.start();
          for (let polls = 1 + below(9); polls > 0; polls--) await task.poll(500);
          const kept = task.records.slice(
            0,
            below(4) === 0 ? below(task.records.length + 1) : task.records.length,
          );
          for (const { value } of kept) durable.add((value as { n: number }).n);
          // Half of the deaths come between the offset and its completion.
          if (below(2) === 0) await task.commit(kept);
          else
            for (const { sourcePartition: partition, sourceOffset: offset } of kept)
              offsets.put({ partition, offset });
        } catch (error) {
          if (!passes(error)) throw error;
        } finally {
          task.abandon();
          await task.stop();
        }
      }
      await killing;
      expect(await useQueue(server, queue, (jobs) => jobs.getJobCountByTypes('completed'))).toBe(RECORDS);
      expect(durable.size).toBe(RECORDS);
    },
    PATIENCE_MS,
  );
});
