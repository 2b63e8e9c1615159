import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { requireConfig } from '@millrace/sdk';
import { eventually, MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskOf } from './file-pattern.ts';
import { fileSource } from './index.ts';

let folder: string;
const running: SourceHarness[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
});

afterEach(async () => {
  for (const harness of running.splice(0)) await harness.stop();
  rmSync(folder, { recursive: true });
});

const at = (...names: string[]) => join(folder, ...names);

async function follow(
  options: Record<string, string>,
  { offsets = new MemoryOffsets(), share }: { offsets?: MemoryOffsets; share?: string } = {},
): Promise<SourceHarness> {
  const given = { topic: 't', 'poll.interval.ms': '20', 'finished.after.ms': '0', ...options };
  const taskConfig = share === undefined ? {} : { share };
  const harness = new SourceHarness(fileSource, given, { offsets, taskConfig });
  running.push(harness);
  await harness.start();
  return harness;
}

const values = (harness: SourceHarness) => harness.records.map(({ value }) => value);

async function expectValues(harness: SourceHarness, expected: readonly unknown[]): Promise<void> {
  await harness.pollUntil(`${expected.length} records`, (records) => records.length >= expected.length);
  expect(values(harness)).toEqual(expected);
}

const expectNothingMore = async (harness: SourceHarness) => expect(await harness.poll(150)).toBeNull();

describe('CSV', () => {
  const csv = (more: Record<string, string> = {}) => ({ file: at('in.csv'), format: 'csv', ...more });

  it('gives rows as objects of texts with their schema, and a column as the key', async () => {
    writeFileSync(at('in.csv'), '\uFEFFid,name\r\n1,"a, ""b""\nc"\r\n\r\n2,\r\n');
    const harness = await follow(csv({ 'key.field': 'id' }));
    await expectValues(harness, [
      { id: '1', name: 'a, "b"\nc' },
      { id: '2', name: '' },
    ]);
    expect(harness.records.map(({ key }) => key)).toEqual(['1', '2']);
    expect(harness.records[0]?.valueSchema).toEqual({
      type: 'struct',
      fields: [
        { field: 'id', type: 'string', optional: true },
        { field: 'name', type: 'string', optional: true },
      ],
    });
  });

  it('knows the columns of a file when it goes on in the middle of it', async () => {
    writeFileSync(at('in.csv'), 'id,name\n1,a\n2,b\n');
    const first = await follow(csv());
    await expectValues(first, [
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
    ]);
    await first.commit(first.records.slice(0, 1));
    await first.stop();
    await expectValues(await follow(csv(), { offsets: first.offsets }), [{ id: '2', name: 'b' }]);
  });

  it('takes each file’s own columns after a rotation', async () => {
    writeFileSync(at('in.csv'), 'id\n1\n');
    const harness = await follow(csv({ 'rotate.wait.ms': '0' }));
    await expectValues(harness, [{ id: '1' }]);
    renameSync(at('in.csv'), at('in.csv.1'));
    writeFileSync(at('in.csv'), 'name,id\nb,2\n');
    await expectValues(harness, [{ id: '1' }, { name: 'b', id: '2' }]);
  });

  it('takes the columns of the option, another separator, and a text for null', async () => {
    writeFileSync(at('in.csv'), "1\t'a\tb'\n\\N\tc\n");
    const options = {
      ...{ 'csv.columns': 'id,name', 'csv.separator': '\\t', 'csv.quote': "'", 'csv.null.text': '\\N' },
    };
    await expectValues(await follow(csv(options)), [
      { id: '1', name: 'a\tb' },
      { id: null, name: 'c' },
    ]);
  });

  it.each([
    ['1\n', 'a row of 1 fields where there are 2 columns'],
    ['1,2,3\n', 'a row of 3 fields'],
    ['"1"x,2\n', 'a quote is not closed'],
  ])('refuses %j as poison, or skips it', async (row, what) => {
    writeFileSync(at('in.csv'), `id,name\n1,a\n${row}2,b\n`);
    const failing = await follow(csv());
    await expectValues(failing, [{ id: '1', name: 'a' }]);
    await expect(failing.poll()).rejects.toMatchObject({
      ...{ code: 'NOT_A_ROW', class: 'poison', message: expect.stringContaining(what) },
    });
    await expectValues(await follow(csv({ 'bad.lines': 'skip' })), [
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
    ]);
  });

  it('refuses a first row that names a column twice', async () => {
    writeFileSync(at('in.csv'), 'id,id\n1,a\n');
    await expect((await follow(csv())).poll()).rejects.toMatchObject({ code: 'CSV_HEADER_NOT_USABLE' });
  });
});

describe.each([
  ['.gz', gzipSync],
  ['.zst', zstdCompressSync],
])('compressed files (%s)', (suffix, pack) => {
  it('are read, gone on with in their middle, and given as a sample', async () => {
    const file = at(`in.log${suffix}`);
    writeFileSync(file, pack(Buffer.from('a\nb\nc')));
    const first = await follow({ file });
    await expectValues(first, ['a', 'b', 'c']);
    await first.commit(first.records.slice(0, 2));
    await first.stop();
    await expectValues(await follow({ file }, { offsets: first.offsets }), ['c']);
    const config = requireConfig(fileSource.config, { file, topic: 't' });
    const sample = await fileSource.sample?.(config, { limit: 2, signal: new AbortController().signal });
    expect(sample?.map(({ value }) => value)).toEqual(['a', 'b']);
  });

  it('are waited for while they are written, and gone on with when a stream is added', async () => {
    const file = at(`in.log${suffix}`);
    const packed = pack(Buffer.from('a\nb\n'));
    writeFileSync(file, packed.subarray(0, -5));
    const harness = await follow({ file });
    await harness.poll(100);
    writeFileSync(file, packed);
    await expectValues(harness, ['a', 'b']);
    appendFileSync(file, pack(Buffer.from('c\n')));
    await expectValues(harness, ['a', 'b', 'c']);
    await expectNothingMore(harness);
  });

  it('that are broken stop the task and say which', async () => {
    const file = at(`in.log${suffix}`);
    writeFileSync(file, 'this is something else altogether');
    const harness = await follow({ file });
    await expect(harness.poll()).rejects.toMatchObject({
      class: 'poison',
      message: expect.stringContaining(file),
    });
  });

  it('are whole records where files are', async () => {
    writeFileSync(at(`a${suffix}`), pack(Buffer.from('one\ntwo')));
    await expectValues(await follow({ files: at('*'), format: 'whole-text' }), ['one\ntwo']);
  });
});

describe('whole files', () => {
  const whole = (more: Record<string, string> = {}) => ({ files: at('*'), format: 'whole-text', ...more });

  it('are one record each with their path as the key, once they are complete', async () => {
    writeFileSync(at('a'), 'x\ny');
    const harness = await follow(whole({ 'finished.after.ms': '300' }));
    expect(await harness.poll(100)).toBeNull();
    await expectValues(harness, ['x\ny']);
    expect(harness.records[0]?.key).toBe(at('a'));
    await harness.commit();
    writeFileSync(at('b'), Buffer.from([0xff, 0]));
    const bytes = await follow(whole({ format: 'whole-bytes' }), { offsets: harness.offsets });
    await expectValues(bytes, [Buffer.from([0xff, 0])]);
  });

  it('come again when they were changed, and are refused where they are too long', async () => {
    writeFileSync(at('a'), 'x');
    const harness = await follow(whole({ 'max.line.bytes': '16' }));
    await expectValues(harness, ['x']);
    await expectNothingMore(harness);
    writeFileSync(at('a'), 'yy');
    await expectValues(harness, ['x', 'yy']);
    writeFileSync(at('a'), 'z'.repeat(17));
    await eventually('the fault', async () => {
      await harness.poll(50);
      return harness.figures.get('files_at_fault') === 1;
    });
    const alone = await follow(whole({ files: '', file: at('a'), 'max.line.bytes': '16' }));
    await expect(alone.poll()).rejects.toMatchObject({ code: 'LINE_TOO_LONG' });
  });
});

describe('patterns', () => {
  it('go through folders, and find files and folders that come later', async () => {
    mkdirSync(at('a'));
    writeFileSync(at('a', 'x.log'), '1\n');
    writeFileSync(at('a', 'x.txt'), 'no\n');
    const harness = await follow({ files: `${at('*', 'x.log')},${at('**', 'deep?.log')}` });
    await expectValues(harness, ['1']);
    mkdirSync(at('b', 'c'), { recursive: true });
    writeFileSync(at('b', 'x.log'), '2\n');
    await expectValues(harness, ['1', '2']);
    writeFileSync(at('b', 'c', 'deep1.log'), '3\n');
    await expectValues(harness, ['1', '2', '3']);
  });

  it('are shared by tasks so that each file has one, and with it what was rotated from it', async () => {
    const config = requireConfig(fileSource.config, { files: at('*.log'), topic: 't' });
    const shares = await fileSource.taskConfigs(config, 3);
    expect(shares).toEqual([{ share: '0/3' }, { share: '1/3' }, { share: '2/3' }]);
    const names = Array.from({ length: 20 }, (_, index) => `f${index}x.log`);
    for (const name of names) writeFileSync(at(name), `${name}\n`);
    const tasks = await Promise.all(
      shares.map(({ share = '' }) => follow({ files: at('*.log') }, { share })),
    );
    await eventually('all files', async () => {
      for (const task of tasks) await task.poll(50);
      return tasks.flatMap(values).length >= names.length;
    });
    expect(tasks.flatMap(values).toSorted()).toEqual(names.toSorted());
    for (const task of tasks) expect(task.records.length).toBeGreaterThan(0);
    for (const name of names)
      for (const suffix of ['.1', '.2.gz', '-20260131'])
        expect(taskOf(name + suffix, 3)).toBe(taskOf(name, 3));
  });

  it('give no more files than may be followed, and the others when some are gone', async () => {
    for (const name of ['a', 'b']) writeFileSync(at(name), `${name}\n`);
    const harness = await follow({ files: at('?'), 'files.max': '1', 'finished.files': 'delete' });
    await expectValues(harness, ['a']);
    await expectNothingMore(harness);
    expect([...harness.notices.values()]).toEqual([
      expect.stringContaining('"files.max" allows, which is 1'),
    ]);
    await harness.commit();
    await expectValues(harness, ['a', 'b']);
    expect(harness.notices.size).toBe(0);
  });
});

describe('a file at fault', () => {
  const CSV = { format: 'csv', 'bad.lines': 'skip' };

  it.each([
    ['with a first row that names nothing', 'id,id\n1,2\n'],
    ['with a first row that is too long', `${'x'.repeat(40)}\n1\n`],
  ])('%s holds up no other, and is read when it is mended', async (_, text) => {
    writeFileSync(at('1.csv'), text);
    writeFileSync(at('2.csv'), 'id\n7\n');
    const harness = await follow({ files: at('*.csv'), ...CSV, 'max.line.bytes': '32' });
    await expectValues(harness, [{ id: '7' }]);
    await expectNothingMore(harness);
    expect(harness.figures.get('files_at_fault')).toBe(1);
    expect([...harness.notices.values()]).toEqual([
      expect.stringMatching(
        /^A file can’t be read on; .* The first row of .*1\.csv does not name columns\. Give/,
      ),
    ]);
    writeFileSync(at('1.csv'), 'id\n8\n');
    await expectValues(harness, [{ id: '7' }, { id: '8' }]);
    expect(harness.figures.get('files_at_fault')).toBe(0);
    expect(harness.notices.size).toBe(0);
  });

  it('is named by a notice with the others that are, until it is mended or gone', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(at(name), '{oops\n');
    const harness = await follow({ files: at('?'), format: 'jsonl' });
    const noticed = async (pattern: RegExp) => {
      await eventually(`the notice ${pattern}`, async () => {
        await harness.poll(30);
        return pattern.test([...harness.notices.values()].join('\n'));
      });
    };
    await noticed(/^3 files can’t be read on; .*a is not JSON\..* Also at fault: \S*b, \S*c\.$/);
    writeFileSync(at('a'), '1\n');
    unlinkSync(at('b'));
    await noticed(/^A file can’t be read on; .*c is not JSON\. /);
    unlinkSync(at('c'));
    await noticed(/^$/);
    expect(values(harness)).toEqual([1]);
  });

  it('is gone on with behind what it gave, and repeats nothing', async () => {
    // A file is known by its first 256 bytes.
    const first = JSON.stringify({ n: 1, text: 'x'.repeat(300) });
    writeFileSync(at('a'), `${first}\n{oops\n{"n":2}\n`);
    writeFileSync(at('b'), '{"n":3}\n');
    const harness = await follow({ files: at('?'), format: 'jsonl' });
    await expectValues(harness, [JSON.parse(first), { n: 3 }]);
    await expectNothingMore(harness);
    writeFileSync(at('a'), `${first}\n{"n":0}\n{"n":2}\n`);
    await expectValues(harness, [JSON.parse(first), { n: 3 }, { n: 0 }, { n: 2 }]);
  });

  it('is one whose compressed stream is cut off: it is named, and never ended', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index} ${index * 7919}`);
    const packed = gzipSync(`${lines.join('\n')}\n`);
    writeFileSync(at('a.gz'), packed.subarray(0, packed.length >> 1));
    const options = { file: at('a.gz'), 'finished.files': 'delete' };
    const harness = await follow(options);
    await harness.pollUntil('its first half', (records) => records.length > 1_000);
    await expect(harness.pollUntil('its end', () => false)).rejects.toMatchObject({
      ...{ code: 'FILE_CUT_OFF', message: expect.stringContaining(at('a.gz')) },
    });
    await harness.commit();
    await harness.stop();
    expect(existsSync(at('a.gz'))).toBe(true);
    writeFileSync(at('a.gz'), packed);
    const second = await follow(options, { offsets: harness.offsets });
    await eventually('the end', async () => {
      await second.poll(50);
      await second.commit();
      return !existsSync(at('a.gz'));
    });
    expect([...values(harness), ...values(second)]).toEqual(lines);
  });
});

describe('files that are gone', () => {
  it('make room for others, and come back as other files', async () => {
    for (const name of ['a', 'b']) writeFileSync(at(name), `${name}\n`);
    const harness = await follow({ files: at('?'), 'files.max': '2', 'rotate.wait.ms': '0' });
    await expectValues(harness, ['a', 'b']);
    await harness.commit();
    for (const name of ['a', 'b']) rmSync(at(name));
    await expectNothingMore(harness);
    for (const name of ['c', 'a']) writeFileSync(at(name), `${name}\n`);
    await harness.pollUntil('both', (records) => records.length >= 4);
    expect(values(harness).slice(2).toSorted()).toEqual(['a', 'c']);
  });
});

describe('finished files', () => {
  it('are deleted when their records are durable, and not before', async () => {
    writeFileSync(at('a.csv'), 'a\nb');
    const harness = await follow({ files: at('*.csv'), 'finished.files': 'delete' });
    await expectValues(harness, ['a', 'b']);
    await expectNothingMore(harness);
    await harness.commit(harness.records.slice(0, 1));
    await expectNothingMore(harness);
    expect(existsSync(at('a.csv'))).toBe(true);
    await harness.commit();
    await eventually('the end of the file', async () => (await harness.poll(50)) ?? !existsSync(at('a.csv')));
    writeFileSync(at('a.csv'), 'a\nb');
    await expectValues(harness, ['a', 'b', 'a', 'b']);
  });

  it('go to their folder, also those that were durable before a crash, and write over nothing there', async () => {
    mkdirSync(at('done'));
    writeFileSync(at('done', 'a'), 'other');
    writeFileSync(at('a'), 'x\n');
    const options = { files: at('*'), 'finished.files': 'move', 'finished.folder': at('done') };
    const first = await follow(options);
    await expectValues(first, ['x']);
    await first.commit();
    first.abandon();
    const second = await follow(options, { offsets: first.offsets });
    await eventually('the move', async () => (await second.poll(50)) ?? !existsSync(at('a')));
    expect(readdirSync(at('done')).toSorted()).toEqual(['a', 'a.1']);
    expect(readFileSync(at('done', 'a.1'), 'utf8')).toBe('x\n');
    expect(values(second)).toEqual([]);
  });

  it('are not those that still grow', async () => {
    writeFileSync(at('a'), 'x\n');
    const harness = await follow({ file: at('a'), 'finished.files': 'delete', 'finished.after.ms': '60000' });
    await expectValues(harness, ['x']);
    await harness.commit();
    await expectNothingMore(harness);
    expect(existsSync(at('a'))).toBe(true);
  });

  it('have a folder of their own on the same file system', async () => {
    const problems = async (more: Record<string, string>) =>
      (
        await fileSource.validate?.(
          requireConfig(fileSource.config, { files: at('*'), topic: 't', 'finished.files': 'move', ...more }),
          new AbortController().signal,
        )
      )?.map(({ message }) => message);
    expect(await problems({})).toEqual([expect.stringContaining('is missing')]);
    expect(await problems({ 'finished.folder': folder })).toEqual([
      expect.stringContaining('is where the files come from'),
    ]);
    expect(await problems({ 'finished.folder': '/proc' })).toEqual([
      expect.stringMatching(/may not be used|system/),
    ]);
    mkdirSync(at('done'));
    expect(await problems({ 'finished.folder': at('done') })).toEqual([]);
  });
});

it('limits what is read in a second, and names the file of a record in its headers', async () => {
  writeFileSync(at('a'), 'é\nb\n');
  const harness = await follow({ file: at('a'), 'file.headers': 'true', 'max.records.per.second': '1000' });
  await expectValues(harness, ['é', 'b']);
  expect(harness.records[1]?.headers).toEqual([
    { key: 'file.name', value: at('a') },
    { key: 'file.position', value: 3 },
  ]);
});

it('says how far behind it is', async () => {
  writeFileSync(at('a'), 'x\ny\n');
  const harness = await follow({ file: at('a'), 'batch.size': '1' });
  await harness.poll();
  expect(harness.figures.get('unread_bytes')).toBe(2);
  await expectValues(harness, ['x', 'y']);
  await expectNothingMore(harness);
  expect(Object.fromEntries(harness.figures)).toEqual({
    ...{ unread_bytes: 0, lag_seconds: 0, files_at_fault: 0 },
  });
});
