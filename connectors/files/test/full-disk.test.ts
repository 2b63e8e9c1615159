import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SinkRecord } from '@millrace/sdk';
import { SinkHarness } from '@millrace/sdk/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileSink } from '../src/index.ts';

const room = mkdtempSync(join(tmpdir(), 'millrace-files-'));
const disk = join(room, 'disk');
mkdirSync(disk);
const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' });

function mountRefusal(): string | null {
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk);
    return null;
  } catch (error) {
    return `no file system can be mounted here: ${String(error).split('\n', 1)[0]}`;
  }
}

const skipReason = mountRefusal();
if (skipReason !== null) console.warn(`skipped: disks that are full: ${skipReason}`);

afterAll(() => {
  if (skipReason === null) run('umount', '-l', disk);
  rmSync(room, { recursive: true });
});

const batch = (from: number, count: number): SinkRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ topic: 't', partition: 0, offset: from + index, key: null, headers: [], timestamp: null },
    value: `${from + index} ${'x'.repeat(500)}`,
  }));

function fill(): void {
  try {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(2 ** 20));
  } catch {
    // As much as fits.
  }
}

describe.skipIf(skipReason !== null)('on a disk that is full', () => {
  it.each([
    ['a file that grows', { file: join(disk, 'out-a') }],
    [
      'files that are rotated',
      { file: join(disk, `out-\${topic}-\${partition}-\${offset}`), 'rotate.records': '200' },
    ],
  ])('%s fails as transient, and has each record once when there is room again', async (_, options) => {
    const sink = new SinkHarness(fileSink, options);
    onTestFinished(() => sink.stop());
    await sink.start();
    await sink.open([{ topic: 't', partition: 0 }]);
    await sink.write(batch(0, 50));
    fill();
    await expect(sink.write(batch(50, 150))).rejects.toMatchObject({
      ...{ class: 'transient', details: { hint: expect.stringContaining('disk') } },
    });
    await expect(sink.write(batch(50, 150))).rejects.toMatchObject({ class: 'transient' });
    rmSync(join(disk, 'ballast'));
    await sink.write(batch(50, 150));
    const written = readdirSync(disk).filter((name) => name.startsWith('out-'));
    const lines = written.flatMap((name) => readFileSync(join(disk, name), 'utf8').trim().split('\n'));
    expect(lines.map((line) => Number(JSON.parse(line).split(' ')[0]))).toEqual(
      Array.from({ length: 200 }, (_each, index) => index),
    );
    for (const name of written) rmSync(join(disk, name));
  });
});
