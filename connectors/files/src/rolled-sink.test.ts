import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { requireConfig, type SinkRecord } from '@millrace/sdk';
import { eventually, SinkHarness } from '@millrace/sdk/testing';
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

const NAME = `\${topic}-\${partition}-\${offset}`;
const state = () => join(folder, '.millrace-acceptance');

async function sink(
  options: Record<string, string> = {},
  topicId: string | null = null,
): Promise<SinkHarness> {
  const harness = new SinkHarness(fileSink, { file: join(folder, `${NAME}.jsonl`), ...options });
  running.push(harness);
  await harness.start();
  await harness.open([{ topic: 't', partition: 0, topicId }]);
  return harness;
}

const records = (from: number, count: number, more: Partial<SinkRecord> = {}): SinkRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ topic: 't', partition: 0, offset: from + index, key: null, headers: [], timestamp: null },
    value: from + index,
    ...more,
  }));

const complete = () =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .toSorted();
const numbers = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n').map(Number);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const at = (offset: number) => String(offset).padStart(10, '0');
const parts = () => readdirSync(state()).filter((name) => name.endsWith('.part'));

describe('files that are rotated', () => {
  it('get no more in a second than is allowed', async () => {
    const task = await sink({ 'rotate.records': '1000', 'max.records.per.second': '100' });
    const fromMs = performance.now();
    await task.write(records(0, 150));
    expect(performance.now() - fromMs).toBeGreaterThan(450);
  });

  it('appear when they have their records, whatever batches these come in', async () => {
    const task = await sink({ 'rotate.records': '10' });
    await task.write(records(0, 3));
    expect(complete()).toEqual([]);
    await task.write(records(3, 20));
    expect(complete()).toEqual([`t-0-${at(0)}.jsonl`, `t-0-${at(10)}.jsonl`]);
    expect(complete().flatMap(numbers)).toEqual(range(0, 20));
    await task.write(records(23, 7));
    expect(complete().flatMap(numbers)).toEqual(range(0, 30));
    expect(parts()).toEqual([]);
  });

  it('appear when they have their bytes, or their age, also when nothing comes any more', async () => {
    const bytes = await sink({ 'rotate.bytes': '4' });
    await bytes.write(records(0, 5));
    expect(complete().map((name) => numbers(name).length)).toEqual([2, 2]);
    await bytes.stop();
    const aged = await sink({ 'rotate.interval.ms': '50' });
    await eventually('the file', () => complete().length === 3);
    await aged.write(records(5, 2));
    await eventually('the next file', () => complete().length === 4);
    expect(complete().flatMap(numbers)).toEqual(range(0, 7));
  });

  it.each([
    ['gzip', '.gz', gunzipSync],
    ['zstd', '.zst', zstdDecompressSync],
  ])('are compressed with %s, one stream a batch', async (compression, suffix, unpack) => {
    const file = join(folder, `${NAME}.jsonl${suffix}`);
    const task = await sink({ file, compression, 'rotate.records': '30' });
    for (const from of [0, 10, 20]) await task.write(records(from, 10));
    const [name = ''] = complete();
    expect(unpack(readFileSync(join(folder, name))).toString()).toBe(
      range(0, 30)
        .map((n) => `${n}\n`)
        .join(''),
    );
  });

  it('are many at a time where records choose the path, and no more than allowed', async () => {
    const file = join(folder, `\${value.kind}-${NAME}.jsonl`);
    const task = await sink({ file, 'rotate.records': '100', 'open.files.max': '2' });
    await task.write(['a', 'b', 'a', 'c'].map((kind, offset) => records(offset, 1, { value: { kind } })[0]!));
    expect(complete()).toEqual([`a-t-0-${at(0)}.jsonl`]);
    expect(readFileSync(join(folder, complete()[0] ?? ''), 'utf8')).toBe('{"kind":"a"}\n{"kind":"a"}\n');
    expect(parts()).toHaveLength(2);
  });

  it('never take the place of others', async () => {
    writeFileSync(join(folder, `t-0-${at(0)}.jsonl`), 'other\n');
    await (await sink({ 'rotate.records': '2' })).write(records(0, 2));
    expect(complete()).toEqual([`t-0-${at(0)}.1.jsonl`, `t-0-${at(0)}.jsonl`]);
    expect(readFileSync(join(folder, `t-0-${at(0)}.jsonl`), 'utf8')).toBe('other\n');
  });
});

describe('a task that takes over', () => {
  it('goes on in the same file, cuts off what did not count, and passes over what did', async () => {
    const dead = await sink({ 'rotate.records': '10' });
    await dead.write(records(0, 5));
    appendFileSync(join(state(), parts()[0] ?? ''), '5\n{"torn');
    const [journal = ''] = readdirSync(state()).filter((name) => name.endsWith('.journal'));
    appendFileSync(join(state(), journal), '12345 {"offset":99');
    writeFileSync(join(state(), 't-0.1-77.part'), 'left over');
    const next = await sink({ 'rotate.records': '10' });
    await next.write(records(2, 8));
    expect(complete().flatMap(numbers)).toEqual(range(0, 10));
    expect(readdirSync(state())).toHaveLength(1);
  });

  it('goes on after a planned end without copying', async () => {
    const first = await sink({ 'rotate.records': '10' });
    await first.write(records(0, 5));
    await first.stop();
    const second = await sink({ 'rotate.records': '10' });
    await second.write(records(5, 5));
    expect(complete().flatMap(numbers)).toEqual(range(0, 10));
  });

  it('gives a path to what was complete when the last one died before it could', async () => {
    const dead = await sink({ 'rotate.records': '5' });
    await dead.write(records(0, 2));
    const target = join(folder, `t-0-${at(0)}.jsonl`);
    const [journal = ''] = readdirSync(state()).filter((name) => name.endsWith('.journal'));
    const lines = readFileSync(join(state(), journal), 'utf8').trim().split('\n');
    const last = JSON.parse(lines.at(-1)!.slice(lines.at(-1)!.indexOf(' ') + 1));
    const { crc32 } = await import('node:zlib');
    const text = JSON.stringify({ ...last, parts: [], complete: last.parts });
    appendFileSync(join(state(), journal), `${crc32(text).toString(16)} ${text}\n`);
    await sink({ 'rotate.records': '5' });
    expect(numbers(`t-0-${at(0)}.jsonl`)).toEqual([0, 1]);
    expect(existsSync(target)).toBe(true);
  });

  it('is not disturbed by the one that had the partition, which writes on', async () => {
    const slow = await sink({ 'rotate.records': '10' });
    await slow.write(records(0, 5));
    const next = await sink({ 'rotate.records': '10' });
    await next.write(records(5, 2));
    await expect(slow.write(records(5, 5, { value: 'late' }))).rejects.toMatchObject({
      code: 'PARTITION_TAKEN',
    });
    await next.write(records(7, 3));
    expect(complete().flatMap(numbers)).toEqual(range(0, 10));
  });
});

describe('a topic that was deleted and made anew', () => {
  const name = (offset: number, more = '') => `t-0-${at(offset)}${more}.jsonl`;

  it.each([
    ['while the task was down', true],
    ['while it runs', false],
  ])('is written from its beginning, beside what was there: %s', async (_, restarts) => {
    let task = await sink({ 'rotate.records': '5' });
    await task.write(records(0, 12, { timestamp: 1_000, value: 'old' }));
    if (restarts) {
      await task.stop();
      task = await sink({ 'rotate.records': '5' });
    }
    await task.write(records(0, 10, { timestamp: 2_000, value: 'new' }));
    expect(complete()).toEqual([name(0, '.1'), name(0), name(5, '.1'), name(5), name(10)]);
    expect(readFileSync(join(folder, name(5, '.1')), 'utf8')).toBe('"new"\n'.repeat(5));
    expect(readFileSync(join(folder, name(10)), 'utf8')).toBe('"old"\n'.repeat(2));
  });

  it('is known by its id, though its records are the same, and not before something of it comes', async () => {
    const options = { 'rotate.records': '5' };
    const first = await sink(options, 'old');
    await first.write(records(0, 12));
    await first.stop();
    await (await sink(options, 'new')).stop();
    const same = await sink(options, 'old');
    await same.write(records(10, 2));
    await same.write(records(12, 3));
    await same.stop();
    expect(complete()).toEqual([name(0), name(5), name(10)]);
    const anew = await sink(options, 'new');
    await anew.write(records(0, 3));
    await anew.stop();
    const again = await sink(options, 'new');
    await again.write(records(0, 10));
    expect(complete()).toEqual([name(0, '.1'), name(0), name(5, '.1'), name(5), name(10)]);
  });

  it('is not one that is read again after a crash, in whatever batches', async () => {
    const dead = await sink({ 'rotate.records': '5' });
    await dead.write(records(0, 7, { timestamp: 1_000 }));
    const next = await sink({ 'rotate.records': '5' });
    await next.write(records(0, 3, { timestamp: 1_000 }));
    await next.write(records(3, 7, { timestamp: 1_000 }));
    expect(complete().flatMap(numbers)).toEqual(range(0, 10));
  });

  it('stops the task where nobody can know, until somebody says where to go on', async () => {
    const first = await sink({ 'rotate.records': '5' });
    await first.write(records(20, 3));
    await first.stop();
    const second = await sink({ 'rotate.records': '5' });
    await expect(second.write(records(0, 5))).rejects.toMatchObject({
      ...{ code: 'RECORDS_FROM_BEFORE', class: 'config', message: expect.stringContaining('(20)') },
    });
    await second.stop();
    const config = requireConfig(fileSink.config, {
      file: join(folder, `${NAME}.jsonl`),
      'rotate.records': '5',
    });
    const reset = { because: 'offsets reset', signal: new AbortController().signal } as const;
    await fileSink.forget?.(config, { connector: 'acceptance', ...reset });
    await (await sink({ 'rotate.records': '5' })).write(records(0, 5));
    expect(complete()).toContain(name(0));
  });
});

describe('the journal', () => {
  it('is begun anew before it grows long', async () => {
    // Many files that are begun make long lines.
    const file = join(folder, `\${value.kind}-${NAME}.jsonl`);
    const batch = (from: number) =>
      range(from, from + 50).map(
        (offset) => records(offset, 1, { value: { kind: `k${offset % 50}`, offset } })[0]!,
      );
    const task = await sink({ file, 'rotate.records': '200', flush: 'none' });
    for (let from = 0; from < 10_000; from += 50) await task.write(batch(from));
    const [journal = ''] = readdirSync(state()).filter((name) => name.endsWith('.journal'));
    expect(Number(journal.split('.')[1])).toBeGreaterThan(2);
    expect(readFileSync(join(state(), journal)).length).toBeLessThan(1_100_000);
    expect(complete()).toHaveLength(50);
    const lines = complete().flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
    const offsets = lines.map((line) => JSON.parse(line).offset as number);
    expect(offsets.toSorted((a, b) => a - b)).toEqual(range(0, 10_000));
  });
});

describe('what can’t be written', () => {
  it('fails as config where the folder may not be used any more, and is written when it may', async () => {
    const task = await sink({ 'rotate.records': '5' });
    await task.write(records(0, 2));
    rmSync(state(), { recursive: true });
    await expect(task.write(records(2, 2))).rejects.toMatchObject({ details: { hint: expect.any(String) } });
  });

  it('leaves nothing of a batch with a record that is poison', async () => {
    const task = await sink({ 'rotate.records': '10', format: 'lines', file: join(folder, `${NAME}.txt`) });
    await expect(task.write([...records(0, 1), ...records(1, 1, { value: 'a\nb' })])).rejects.toMatchObject({
      class: 'poison',
    });
    await task.write(records(0, 1));
    await task.write(records(2, 9));
    expect(complete().flatMap(numbers)).toEqual([0, ...range(2, 11)]);
  });
});

it('refuses what goes together with rotation only, or not at all', async () => {
  const problems = async (options: Record<string, string>) =>
    (
      await fileSink.validate?.(
        requireConfig(fileSink.config, { file: join(folder, 'x'), ...options }),
        new AbortController().signal,
      )
    )?.map(({ key }) => key);
  expect(await problems({ 'rotate.records': '1' })).toEqual(['file']);
  expect(await problems({ compression: 'gzip' })).toEqual(['compression']);
  expect(await problems({ 'state.folder': folder })).toEqual(['state.folder']);
  expect(await problems({ file: join(folder, `x-\${offset}`) })).toEqual(['file']);
  const rotated = { file: join(folder, NAME), 'rotate.records': '1' };
  expect(await problems({ ...rotated, 'state.folder': '/proc' })).toEqual(['state.folder']);
  expect(await problems(rotated)).toEqual([]);
});

it('plans which files it would write', async () => {
  const config = requireConfig(fileSink.config, {
    ...{ file: join(folder, `\${value.kind}-${NAME}`), 'rotate.records': '1' },
  });
  const planned = await fileSink.plan?.(
    config,
    [...records(0, 2, { value: { kind: 'a' } }), ...records(2, 1)],
    new AbortController().signal,
  );
  expect(planned?.map(({ what }) => what)).toEqual([
    `write 2 records to ${join(folder, `a-t-0-${at(0)}`)}`,
    expect.stringContaining('refuse a record'),
  ]);
  expect(readdirSync(folder)).toEqual([]);
});
