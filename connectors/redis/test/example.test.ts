import { readFileSync } from 'node:fs';
import { jsonText, type SinkConnector, type SourceConnector } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';

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
    const [sourceOptions = {}, sinkOptions = {}] = examples();
    const source = new SourceHarness(named('RedisSource') as SourceConnector, sourceOptions);
    const sink = new SinkHarness(named('RedisSink') as SinkConnector, sinkOptions);
    onTestFinished(async () => {
      await source.stop();
      await sink.stop();
    });
    await source.start();
    await sink.start();
    await server.use((client) => client.xadd('shop:orders', '*', 'id', '7', 'total', '9.90'));
    await source.pollUntil('the order', (records) => records.length === 1);
    expect(source.records[0]).toMatchObject({ topic: 'orders', key: '7', value: { id: '7', total: '9.90' } });
    // As JsonConverter without schemas carries them.
    await sink.write(
      source.records.map((record, offset) => ({
        ...record,
        ...{ partition: 0, offset, value: JSON.parse(jsonText(record.value)) },
      })),
    );
    await server.use(async (client) => {
      expect(await client.hgetall('order:7')).toEqual({ id: '7', total: '9.90' });
      expect(await client.pttl('order:7')).toBeGreaterThan(86_000_000);
    });
  });
});
