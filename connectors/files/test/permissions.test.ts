import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileSink, fileSource } from '../src/index.ts';

const NOBODY = 65_534;
const ROOT = 0;
const isRoot = process.getuid?.() === ROOT;

let folder: string;
let running: { stop(): Promise<void> } | null = null;

// Nothing is forbidden to root: these tests are somebody else where they must.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  if (!isRoot) return;
  chownSync(folder, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
});

afterEach(async () => {
  await running?.stop();
  if (isRoot) process.seteuid?.(ROOT);
  rmSync(folder, { recursive: true });
});

const batch = (offset: number) => [
  { topic: 't', partition: 0, offset, key: null, value: offset, headers: [], timestamp: null },
];

it.each([
  ['a file that grows', { file: 'out' }, 'out'],
  [
    'files that are rotated',
    { file: `\${topic}-\${partition}-\${offset}`, 'rotate.records': '1' },
    't-0-0000000001',
  ],
])(
  'a sink of %s stops and says which right is missing, and goes on when it is given',
  async (_, options, name) => {
    const sink = new SinkHarness(fileSink, { ...options, file: join(folder, options.file) });
    running = sink;
    await sink.start();
    await sink.write(batch(0));
    // The file that is open can be written still; a new one can't be made.
    rmSync(join(folder, 'out'), { force: true });
    chmodSync(folder, 0o500);
    await expect(sink.write(batch(1))).rejects.toMatchObject({
      ...{ class: 'config', code: 'FILE_NOT_USABLE', message: expect.stringMatching(/may not be used/) },
      details: { hint: expect.stringContaining('right') },
    });
    chmodSync(folder, 0o700);
    await sink.write(batch(1));
    expect(readdirSync(folder)).toContain(name);
  },
);

it('a source names a file that it may not read, goes on with others, and reads it when it may', async () => {
  writeFileSync(join(folder, 'a.log'), 'a\n');
  const options = { topic: 't', 'poll.interval.ms': '20' };
  const many = new SourceHarness(fileSource, { ...options, files: join(folder, '*.log') });
  running = many;
  await many.start();
  await many.pollUntil('the first', (records) => records.length === 1);
  writeFileSync(join(folder, 'b.log'), 'b\n', { mode: 0o000 });
  await eventually('the fault', async () => {
    await many.poll(30);
    return many.figures.get('files_at_fault') === 1;
  });
  appendFileSync(join(folder, 'a.log'), 'more\n');
  await many.pollUntil('what comes in others', (records) => records.at(-1)?.value === 'more');
  expect([...many.notices.values()]).toEqual([expect.stringContaining('b.log may not be used. Give')]);
  chmodSync(join(folder, 'b.log'), 0o600);
  await many.pollUntil('the file that was at fault', (records) => records.at(-1)?.value === 'b');
  expect(many.records.map(({ value }) => value)).toEqual(['a', 'more', 'b']);
  expect(many.notices.size).toBe(0);
});

it('a source names a folder below its pattern that it may not read, until it may', async () => {
  mkdirSync(join(folder, 'a'));
  mkdirSync(join(folder, 'b'), { mode: 0o000 });
  writeFileSync(join(folder, 'a', 'x.log'), 'a\n');
  const options = { files: join(folder, '*', '*.log'), topic: 't', 'poll.interval.ms': '20' };
  const source = new SourceHarness(fileSource, options);
  running = source;
  await source.start();
  await source.pollUntil('what is in others', (records) => records.length === 1);
  expect([...source.notices.values()]).toEqual([expect.stringContaining(`not found: ${join(folder, 'b')}.`)]);
  chmodSync(join(folder, 'b'), 0o700);
  writeFileSync(join(folder, 'b', 'y.log'), 'b\n');
  await source.pollUntil('what is in it', (records) => records.length === 2);
  expect(source.notices.size).toBe(0);
});

it('a source of one file stops where the right to it is revoked, and says so', async () => {
  const file = join(folder, 'a.log');
  writeFileSync(file, 'a\n', { mode: 0o000 });
  const single = new SourceHarness(fileSource, { file, topic: 't', 'poll.interval.ms': '20' });
  running = single;
  // Root's own right to it counts at the start, where these tests are somebody else only in effect.
  const failed = single.start().then(() => single.poll());
  await expect(failed).rejects.toMatchObject({
    ...{ class: 'config', message: expect.stringContaining(`${file} may not be used`) },
  });
});

it('a source whose folder may not be read any more stops and says so', async () => {
  writeFileSync(join(folder, 'a.log'), 'a\n');
  const options = { files: join(folder, '*.log'), topic: 't', 'poll.interval.ms': '20' };
  const source = new SourceHarness(fileSource, options);
  running = source;
  await source.start();
  await source.pollUntil('the first', (records) => records.length === 1);
  chmodSync(folder, 0o000);
  await expect(source.pollUntil('the fault', () => false)).rejects.toMatchObject({
    ...{ class: 'config', code: 'FILE_NOT_USABLE', message: `${folder} may not be used.` },
    details: { path: 'files', hint: expect.stringContaining('right') },
  });
  chmodSync(folder, 0o700);
});
