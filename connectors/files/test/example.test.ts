import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jsonText } from '@millrace/sdk';
import { eventually, SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { expect, it, onTestFinished } from 'vitest';
import { fileSink, fileSource } from '../src/index.ts';

const data = mkdtempSync(join(tmpdir(), 'millrace-files-'));

/** The configs that the README shows, without what is the runtime's. */
function examples(): readonly Record<string, string>[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const config = JSON.parse(text.replaceAll('/data/', `${data}/`)) as Record<string, string>;
    const own = Object.entries(config).filter(
      ([key]) => !/^(?:connector\.class|topics|(?:key|value)\.converter.*)$/.test(key),
    );
    return Object.fromEntries(own);
  });
}

it('the example of the README does what it says', async () => {
  const [sourceOptions = {}, sinkOptions = {}] = examples();
  for (const name of ['inbox', 'done', 'archive']) mkdirSync(join(data, name));
  const source = new SourceHarness(fileSource, sourceOptions);
  const sink = new SinkHarness(fileSink, sinkOptions);
  onTestFinished(async () => {
    await source.stop();
    await sink.stop();
    rmSync(data, { recursive: true });
  });
  await source.start();
  await sink.start();
  await sink.open([{ topic: 'orders', partition: 0 }]);
  writeFileSync(join(data, 'inbox', 'today.csv'), 'id,city\n7,Bern\n8,Bern\n');
  await source.pollUntil('the orders', (records) => records.length === 2);
  expect(source.records.map(({ key }) => key)).toEqual(['7', '8']);
  // As JsonConverter without schemas carries them.
  await sink.write(
    source.records.map((record, offset) => ({
      ...record,
      ...{ partition: 0, offset, value: JSON.parse(jsonText(record.value)) },
    })),
  );
  const written = readFileSync(join(data, 'archive', 'Bern', 'orders-0-0000000000.jsonl.gz'));
  expect(gunzipSync(written).toString()).toBe('{"id":"7","city":"Bern"}\n{"id":"8","city":"Bern"}\n');
  await source.commit();
  await eventually(
    'the move',
    async () => (await source.poll(50)) ?? existsSync(join(data, 'done', 'today.csv')),
  );
});
