import type { RedisServer } from '@millrace/connector-redis/testing';
import { eventually, type Options, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import { type Processor, Queue, QueueEventsProducer, Worker, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';

export const UNREACHABLE: Options = { 'connection.uri': 'redis://127.0.0.1:1' };

/** Work with a queue of BullMQ's own, on a connection that is gone afterwards. */
export function useQueue<T>(
  server: RedisServer,
  name: string,
  work: (queue: Queue, client: Redis) => Promise<T>,
): Promise<T> {
  return server.use(async (client) => {
    const queue = new Queue(name, { connection: client });
    queue.on('error', () => undefined);
    await queue.waitUntilReady();
    return await work(queue, client);
  });
}

/** A worker of BullMQ's own; close it in the end. */
export function workOn(
  server: RedisServer,
  name: string,
  work: Processor,
  more: Partial<WorkerOptions> = {},
): { close(): Promise<void> } {
  const client = new Redis(server.uri, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const worker = new Worker(name, work, { connection: client, ...more });
  worker.on('error', () => undefined);
  return {
    close: async () => {
      await worker.close();
      client.disconnect();
    },
  };
}

/** A queue whose jobs hold a key and a value. */
export async function openJobs(server: RedisServer, more: Options = {}): Promise<SourcePlace> {
  const name = server.name();
  const options: Options = { 'connection.uri': server.uri, queue: name, 'key.field': 'k', ...more };
  return {
    options,
    unstartable: UNREACHABLE,
    insert: (all) =>
      useQueue(server, name, async (queue) => {
        await queue.addBulk(all.map(({ key, value }) => ({ name: 'entry', data: { k: key, v: value } })));
      }),
    entryOf: ({ key, value }) => ({ key: String(key), value: (value as { v: string }).v }),
    sever: () => server.cut(),
    close: () => useQueue(server, name, (queue) => queue.obliterate({ force: true })),
  };
}

/** The same, of jobs that have failed; those of one millisecond would have no order. */
export async function openFailed(server: RedisServer, more: Options = {}): Promise<SourcePlace> {
  const place = await openJobs(server, { 'read.mode': 'failed', 'failed.settle.ms': '5', ...more });
  const name = String(place.options.queue);
  return {
    ...place,
    insert: async (all) => {
      await place.insert(all);
      await failJobs(server, name, all.length);
    },
  };
}

/** Fails the next jobs of a queue, one after the other, as a worker does. */
function failJobs(server: RedisServer, name: string, count: number): Promise<void> {
  return useQueue(server, name, async (_queue, client) => {
    const worker = new Worker(name, null, { connection: client, autorun: false });
    worker.on('error', () => undefined);
    let failedOn = 0;
    for (let failed = 0; failed < count; failed++) {
      const job = await worker.getNextJob('failing', { block: false });
      await eventually('the next millisecond', () => Date.now() > failedOn);
      await job?.moveToFailed(new Error('it had to be'), 'failing');
      failedOn = job?.finishedOn ?? 0;
    }
    await worker.close(true);
  });
}

/** A queue of which somebody tells events that hold a key and a value. */
export async function openEvents(server: RedisServer, more: Options = {}): Promise<SourcePlace> {
  const place = await openJobs(server, { 'read.mode': 'events', ...more });
  const name = String(place.options.queue);
  return {
    ...place,
    insert: (all) =>
      server.use(async (client) => {
        const producer = new QueueEventsProducer(name, { connection: client });
        await producer.waitUntilReady();
        for (const { key, value } of all)
          await producer.publishEvent({ eventName: 'entry', jobId: key, v: value ?? '' });
      }),
    entryOf: ({ key, value }) => {
      const { event, v } = value as { event: string; v?: string };
      return event === 'entry' ? { key: String(key), value: v ?? null } : null;
    },
  };
}

/** A queue of jobs whose data are records; ids that are whole numbers are refused. */
export async function openSink(server: RedisServer, more: Options = {}): Promise<SinkPlace> {
  const name = server.name();
  const record: SinkPlace['record'] = ({ key, value }, { partition, offset }) => ({
    ...{ topic: name, partition, offset, key, value, headers: [], timestamp: null },
  });
  return {
    options: {
      'connection.uri': server.uri,
      queue: name,
      'job.data': 'record',
      'job.id': `\${key}-\${partition}-\${offset}`,
      ...more,
    },
    unstartable: UNREACHABLE,
    record,
    poison: (position) => ({ ...record({ key: '', value: 'x' }, position), key: null }),
    contents: () =>
      useQueue(server, name, async (queue) => {
        const jobs = await queue.getJobs(['wait'], 0, -1, true);
        return jobs.map(({ data }) => ({ key: data.key as string, value: data.value as string }));
      }),
    close: () => useQueue(server, name, (queue) => queue.obliterate({ force: true })),
  };
}
