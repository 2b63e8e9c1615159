import { readFileSync } from 'node:fs';
import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import type { SinkConnector, SinkRecord, SourceConnector } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { useQueue, workOn } from './places.ts';

const server = new RedisServer();
const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);

/** The configs that the README shows, without what is the runtime's. */
function examples(): readonly Record<string, string>[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const config = JSON.parse(text) as Record<string, string>;
    const own = Object.entries(config).filter(
      ([key]) => !/^(?:connector\.class|topics|(?:key|value)\.converter.*)$/.test(key),
    );
    return { ...Object.fromEntries(own), 'connection.uri': server.uri };
  });
}

describe.skipIf(unavailable !== undefined)('the example of the README', () => {
  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());

  it('does what it says', async () => {
    const [sinkOptions = {}, sourceOptions = {}] = examples();
    const sink = new SinkHarness(named('BullMqSink') as SinkConnector, {
      ...sinkOptions,
      'backoff.delay.ms': '1',
    });
    const source = new SourceHarness(named('BullMqSource') as SourceConnector, sourceOptions);
    onTestFinished(async () => {
      await source.stop();
      await sink.stop();
    });
    await sink.start();
    await source.start();
    const order: SinkRecord = {
      ...{
        topic: 'orders',
        partition: 0,
        offset: 0,
        key: '7',
        value: { total: 9.9 },
        headers: [],
        timestamp: null,
      },
    };
    await sink.write([order]);
    const job = await useQueue(server, 'invoices', (queue) => queue.getJob('order-7'));
    expect(job).toMatchObject({ name: 'invoice', data: { total: 9.9 }, opts: { attempts: 5 } });
    let attempts = 0;
    const worker = workOn(server, 'invoices', async () => {
      attempts++;
      throw new Error('no paper');
    });
    onTestFinished(() => worker.close());
    await source.pollUntil('the dead letter', (records) => records.length === 1);
    expect(attempts).toBe(5);
    expect(source.records[0]).toMatchObject({
      topic: 'invoices.failed',
      key: 'order-7',
      value: { total: 9.9 },
    });
    expect(source.records[0]?.headers).toContainEqual({ key: 'bullmq.failed.reason', value: 'no paper' });
    expect(await useQueue(server, 'invoices', (queue) => queue.getJobCountByTypes('failed'))).toBe(1);
    await source.commit();
    expect(await useQueue(server, 'invoices', (queue) => queue.getJob('order-7'))).toBeUndefined();
  });
});
