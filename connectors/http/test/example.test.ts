import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jsonText } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { expect, it, onTestFinished } from 'vitest';
import { httpSink, httpSource } from '../src/index.ts';
import { ApiServer } from './api-server.ts';

/** The configs that the README shows, without what is the runtime's, on servers of ours. */
function examples(servers: Readonly<Record<string, string>>): readonly Record<string, string>[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const filled = Object.entries(servers).reduce((all, [from, to]) => all.replaceAll(from, to), text);
    const config = JSON.parse(filled) as Record<string, string>;
    const own = Object.entries(config).filter(
      ([key]) => !/^(?:connector\.class|topics|(?:key|value)\.converter.*)$/.test(key),
    );
    return Object.fromEntries(own);
  });
}

it('the example of the README does what it says', async () => {
  const [shop, target] = [new ApiServer(), new ApiServer()];
  await shop.start();
  await target.start();
  const item = { id: 'o7', updated_at: '2026-11-21T10:00:00Z', total: 9 };
  shop.answer = ({ headers, path }) =>
    headers.authorization === 'Bearer token' && path === '/orders'
      ? { body: { data: [item], next: null } }
      : { status: 401 };
  const [sourceOptions = {}, sinkOptions = {}] = examples({
    'http://127.0.0.1:8080': shop.url,
    'http://127.0.0.1:8081': target.url,
    '${env:SHOP_TOKEN}': 'token',
    '${env:SIGNING_SECRET}': 'secret',
  });
  const source = new SourceHarness(httpSource, { ...sourceOptions, 'poll.interval.ms': '50' });
  const sink = new SinkHarness(httpSink, sinkOptions);
  onTestFinished(async () => {
    await source.stop();
    await sink.stop();
    await shop.kill();
    await target.kill();
  });
  await source.start();
  await sink.start();
  await source.pollUntil('the order', (records) => records.length === 1);
  expect(source.records[0]).toMatchObject({ key: 'o7', value: item, timestamp: Date.UTC(2026, 10, 21, 10) });
  expect(await source.poll(300)).toBeNull();
  expect(shop.received.at(-1)?.query.toString()).toBe('updated_since=2026-11-21T10%3A00%3A00Z&limit=100');
  // As JsonConverter without schemas carries them.
  await sink.write(
    source.records.map((record, offset) => ({
      ...record,
      ...{ partition: 0, offset, value: JSON.parse(jsonText(record.value)) },
    })),
  );
  const put = target.received.at(-1)!;
  expect(`${put.method} ${put.path} ${put.body}`).toBe(`PUT /orders/o7 ${JSON.stringify(item)}`);
  const [, seconds = '', digest] = /^t=(\d+),v1=(.+)$/.exec(String(put.headers['x-signature'])) ?? [];
  expect(digest).toBe(createHmac('sha256', 'secret').update(`${seconds}.${put.body}`).digest('hex'));
});
