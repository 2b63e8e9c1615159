import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireConfig, type SinkRecord } from '@millrace/sdk';
import { SinkHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSink } from './index.ts';

let folder: string;
const running: SinkHarness[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
});

afterEach(async () => {
  for (const harness of running.splice(0)) await harness.stop();
  rmSync(folder, { recursive: true });
});

async function sink(options: Record<string, string>): Promise<SinkHarness> {
  const harness = new SinkHarness(fileSink, options);
  running.push(harness);
  await harness.start();
  return harness;
}

let offset = 0;
const record = (value: unknown, more: Partial<SinkRecord> = {}): SinkRecord => ({
  ...{ topic: 't', partition: 0, offset: offset++, key: null, headers: [], timestamp: null },
  value,
  ...more,
});
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

it('no more is written in a second than is allowed', async () => {
  const task = await sink({ file: join(folder, 'out'), 'max.records.per.second': '100' });
  const fromMs = performance.now();
  await task.write(Array.from({ length: 150 }, (_, n) => record(n)));
  expect(performance.now() - fromMs).toBeGreaterThan(450);
});

describe('lines of JSON', () => {
  it('hold bigints as numbers, bytes as base64, dates as ISO 8601', async () => {
    const task = await sink({ file: join(folder, 'out') });
    const value = { n: 2n ** 60n, b: Buffer.from('hi'), d: new Date(0), t: 'a\nb' };
    await task.write([record(value), record(null), record('text')]);
    expect(read('out')).toBe(
      '{"n":1152921504606846976,"b":"aGk=","d":"1970-01-01T00:00:00.000Z","t":"a\\nb"}\nnull\n"text"\n',
    );
  });

  it('hold the record around the value where that is asked for', async () => {
    const task = await sink({ file: join(folder, 'out'), 'include.metadata': 'true' });
    await task.write([record({ a: 1 }, { key: 'k', offset: 7, timestamp: 5 })]);
    expect(read('out')).toBe(
      '{"topic":"t","partition":0,"offset":7,"timestamp":5,"key":"k","value":{"a":1}}\n',
    );
  });
});

describe('a file that is taken away while it is written', () => {
  it('is made anew where it was renamed or removed', async () => {
    const task = await sink({ file: join(folder, 'out') });
    await task.write([record(1)]);
    renameSync(join(folder, 'out'), join(folder, 'out.1'));
    await task.write([record(2)]);
    rmSync(join(folder, 'out'));
    await task.write([record(3)]);
    expect([read('out.1'), read('out')]).toEqual(['1\n', '3\n']);
  });

  it('fails and names the path where its folder is gone', async () => {
    mkdirSync(join(folder, 'gone'));
    const file = join(folder, 'gone', 'out');
    const task = await sink({ file });
    await task.write([record(1)]);
    rmSync(join(folder, 'gone'), { recursive: true });
    await expect(task.write([record(2)])).rejects.toMatchObject({
      message: `${file} does not exist.`,
      details: { code: 'FILE_NOT_USABLE', path: 'file' },
    });
  });
});

describe('lines of text', () => {
  it('hold texts and bytes as they are, other values as JSON, and no nulls', async () => {
    const task = await sink({ file: join(folder, 'out'), format: 'lines' });
    await task.write([record('a'), record(null), record(Buffer.from('é')), record({ b: 1n })]);
    expect(read('out')).toBe('a\né\n{"b":1}\n');
  });

  it('refuse a text with a line break as poison, and write nothing of its batch', async () => {
    const task = await sink({ file: join(folder, 'out'), format: 'lines' });
    await expect(task.write([record('a'), record('b\nc', { offset: 9 })])).rejects.toMatchObject({
      class: 'poison',
      details: { record: { topic: 't', partition: 0, offset: 9 } },
    });
    expect(read('out')).toBe('');
  });
});

describe('files', () => {
  it('are one a topic where the path says so, and far more topics than stay open', async () => {
    const task = await sink({ file: join(folder, '${topic}.jsonl'), flush: 'none' });
    const topics = Array.from({ length: 130 }, (_, index) => `topic-${index}`);
    for (const value of [1, 2]) await task.write(topics.map((topic) => record(value, { topic })));
    expect(readdirSync(folder)).toHaveLength(130);
    for (const topic of topics) expect(read(`${topic}.jsonl`)).toBe('1\n2\n');
    await task.write([record(1, { topic: '../up' })]);
    expect(read('.._up.jsonl')).toBe('1\n');
  });

  it.each([
    ['whole\n{"torn', 'whole\n'],
    [`whole\n${'x'.repeat(200_000)}`, 'whole\n'],
    ['torn', ''],
    ['whole\n', 'whole\n'],
    ['', ''],
  ])('lose a torn last line on start (%#)', async (before, kept) => {
    writeFileSync(join(folder, 'out'), before);
    const task = await sink({ file: join(folder, 'out') });
    await task.write([record(1)]);
    expect(read('out')).toBe(`${kept}1\n`);
  });

  it('are appended to beside others that append', async () => {
    const task = await sink({ file: join(folder, 'out') });
    await task.write([record(1)]);
    appendFileSync(join(folder, 'out'), 'other\n');
    await task.write([record(2)]);
    expect(read('out')).toBe('1\nother\n2\n');
  });

  it('that can’t be written fail as transient with a hint', async () => {
    const task = await sink({ file: '/dev/full', flush: 'none' });
    await expect(task.write([record(1)])).rejects.toMatchObject({
      class: 'transient',
      details: { hint: expect.stringContaining('disk') },
    });
  });
});

it('runs as one task, unless each has a file of its own', async () => {
  const tasks = async (options: Record<string, string>) =>
    (await fileSink.taskConfigs?.(requireConfig(fileSink.config, options), 3))?.length;
  expect(await tasks({ file: 'x' })).toBe(1);
  expect(await tasks({ file: `x-\${task}` })).toBe(3);
  expect(await tasks({ file: `\${topic}-\${partition}-\${offset}`, 'rotate.records': '5' })).toBe(3);
});

describe('paths', () => {
  it('are filled in from records, and their folders made', async () => {
    const task = await sink({ file: join(folder, `\${time:yyyy/MM}/\${value.kind}/\${key}.jsonl`) });
    const timestamp = Date.UTC(2026, 10, 21);
    await task.write([
      record({ kind: 'a/b' }, { key: 'k', timestamp }),
      record({ kind: 'c' }, { key: 7, timestamp }),
    ]);
    expect([read('2026/11/a_b/k.jsonl'), read('2026/11/c/7.jsonl')]).toEqual([
      '{"kind":"a/b"}\n',
      '{"kind":"c"}\n',
    ]);
  });

  it.each([
    [{ value: {} }, 'there is none'],
    [{ value: { kind: '..' } }, 'is no name'],
    [{ value: { kind: 'x'.repeat(300) } }, 'too long'],
  ])('refuse a record that can’t fill them in as poison (%#)', async (more, reason) => {
    const task = await sink({ file: join(folder, `\${value.kind}.jsonl`) });
    await expect(task.write([record(null, more)])).rejects.toMatchObject({
      ...{ code: 'PATH_NOT_MADE', class: 'poison', message: expect.stringContaining(reason) },
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
