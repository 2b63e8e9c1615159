import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
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

it('a source stops at a file that it may not read and names it, and reads it when it may', async () => {
  writeFileSync(join(folder, 'a.log'), 'a\n');
  const options = { files: join(folder, '*.log'), topic: 't', 'poll.interval.ms': '20' };
  const first = new SourceHarness(fileSource, options);
  running = first;
  await first.start();
  await first.pollUntil('the first', (records) => records.length === 1);
  await first.commit();
  writeFileSync(join(folder, 'b.log'), 'b\n', { mode: 0o000 });
  await expect(first.poll()).rejects.toMatchObject({
    ...{ class: 'config', message: `${join(folder, 'b.log')} may not be used.` },
  });
  await first.stop();
  chmodSync(join(folder, 'b.log'), 0o600);
  const second = new SourceHarness(fileSource, options, { offsets: first.offsets });
  running = second;
  await second.start();
  await second.pollUntil('the second', (records) => records.length === 1);
  expect(second.records[0]?.value).toBe('b');
});
