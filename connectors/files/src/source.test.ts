import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { MemoryOffsets, SourceHarness } from '@millrace/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from './index.ts';

let folder: string;
let file: string;
const running: SourceHarness[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  file = join(folder, 'app.log');
});

afterEach(async () => {
  for (const harness of running.splice(0)) await harness.stop();
  rmSync(folder, { recursive: true });
});

async function follow(
  options: Record<string, string> = {},
  offsets = new MemoryOffsets(),
): Promise<SourceHarness> {
  const given = { file, topic: 't', 'poll.interval.ms': '20', 'rotate.wait.ms': '40', ...options };
  const harness = new SourceHarness(fileSource, given, { offsets });
  running.push(harness);
  await harness.start();
  return harness;
}

const values = (harness: SourceHarness) => harness.records.map(({ value }) => value);

async function expectValues(harness: SourceHarness, expected: readonly unknown[]): Promise<void> {
  await harness.pollUntil(
    `${expected.length} records`,
    (records) => records.length >= expected.length,
    5_000,
  );
  expect(values(harness)).toEqual(expected);
}

function writtenSecondsAgo(path: string, seconds: number): void {
  const at = Date.now() / 1000 - seconds;
  utimesSync(path, at, at);
}

/** Nothing comes for as long as several looks at the file take. */
async function expectNothingMore(harness: SourceHarness): Promise<void> {
  expect(await harness.poll(150)).toBeNull();
}

describe('growth', () => {
  it('waits for a file that is not there yet', async () => {
    const harness = await follow();
    await expectNothingMore(harness);
    writeFileSync(file, 'a\n');
    await expectValues(harness, ['a']);
  });

  it('holds a line back until its newline comes, and never cuts a character', async () => {
    const harness = await follow();
    const bytes = Buffer.from('é😀ü\n');
    writeFileSync(file, '');
    for (const byte of bytes.subarray(0, -1)) {
      appendFileSync(file, Buffer.from([byte]));
      expect(await harness.poll(30)).toBeNull();
    }
    appendFileSync(file, bytes.subarray(-1));
    await expectValues(harness, ['é😀ü']);
    expect(harness.records[0]?.sourceOffset.position).toBe(bytes.length);
  });

  it('reads lines of every length over the borders of chunks, with the byte after each', async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => `${index}:${'é'.repeat(index % 700)}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const harness = await follow();
    await expectValues(harness, lines);
    let end = 0;
    expect(harness.records.map(({ sourceOffset }) => sourceOffset.position)).toEqual(
      lines.map((line) => (end += Buffer.byteLength(line) + 1)),
    );
  });

  it('takes CRLF for a line end and keeps empty lines of text', async () => {
    writeFileSync(file, 'a\r\n\r\nb\n\n');
    await expectValues(await follow(), ['a', '', 'b', '']);
  });

  it('follows files that a pattern comes to match, each as a partition of its own', async () => {
    const harness = await follow({ file: '', files: join(folder, 'in-*.log') });
    writeFileSync(join(folder, 'in-1.log'), 'a\n');
    await expectValues(harness, ['a']);
    writeFileSync(join(folder, 'in-2.log'), 'b\n');
    writeFileSync(join(folder, 'other.log'), 'x\n');
    await expectValues(harness, ['a', 'b']);
    expect(harness.records.map(({ sourcePartition }) => sourcePartition.filename)).toEqual([
      join(folder, 'in-1.log'),
      join(folder, 'in-2.log'),
    ]);
  });
});

describe('truncation', () => {
  it('begins again when the file was emptied in place', async () => {
    writeFileSync(file, 'a\nb\n');
    const harness = await follow();
    await expectValues(harness, ['a', 'b']);
    truncateSync(file);
    await harness.poll(100);
    appendFileSync(file, 'c\n');
    await expectValues(harness, ['a', 'b', 'c']);
  });

  it('notices it by the beginning when the file is as long again', async () => {
    writeFileSync(file, '');
    const first = await follow();
    await expectNothingMore(first);
    appendFileSync(file, 'one\ntwo\n');
    await expectValues(first, ['one', 'two']);
    await first.commit();
    first.abandon();
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, 'uno\ndos\n');
    closeSync(descriptor);
    await expectValues(await follow({}, first.offsets), ['uno', 'dos']);
  });
});

describe('truncation of a small file', () => {
  it('loses no line that was written before the next look, whatever their length', async () => {
    writeFileSync(file, 'old1\nold2\n');
    const harness = await follow();
    await expectValues(harness, ['old1', 'old2']);
    truncateSync(file);
    appendFileSync(file, 'new1\nnew2\nnew3\nnew4\n');
    await expectValues(harness, ['old1', 'old2', 'new1', 'new2', 'new3', 'new4']);
    appendFileSync(file, 'new5\n');
    await expectValues(harness, ['old1', 'old2', 'new1', 'new2', 'new3', 'new4', 'new5']);
  });

  it('never gives half a line of a file that was longer', async () => {
    const lines = (what: string, count: number) =>
      Array.from({ length: count }, (_, index) => JSON.stringify({ [what]: index }));
    writeFileSync(file, `${lines('old', 40).join('\n')}\n`);
    const harness = await follow({ format: 'jsonl' });
    await harness.pollUntil('the old ones', (records) => records.length === 40);
    writeFileSync(file, `${lines('newer', 80).join('\n')}\n`);
    await harness.pollUntil('the new ones', (records) => records.length === 120);
    expect(values(harness).slice(40)).toEqual(lines('newer', 80).map((line) => JSON.parse(line)));
  });
});

describe('rotation', () => {
  it('reads the renamed file to its end, also what comes late, then the new one', async () => {
    writeFileSync(file, 'a\n');
    const harness = await follow({ 'rotate.wait.ms': '300' });
    await expectValues(harness, ['a']);
    const writer = openSync(file, 'a');
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'new\n');
    await expectNothingMore(harness);
    writeSync(writer, 'late\n');
    await expectValues(harness, ['a', 'late']);
    writeSync(writer, 'unfinished');
    closeSync(writer);
    await expectValues(harness, ['a', 'late', 'unfinished', 'new']);
  });

  it('goes on in the rotated files when they were rotated twice while it was down', async () => {
    writeFileSync(file, 'a\nb\n');
    const first = await follow();
    await expectValues(first, ['a', 'b']);
    await first.commit(first.records.slice(0, 1));
    await first.stop();
    renameSync(file, `${file}.2`);
    writeFileSync(`${file}.1`, 'c\n');
    writtenSecondsAgo(`${file}.2`, 20);
    writtenSecondsAgo(`${file}.1`, 10);
    writeFileSync(file, 'd\n');
    writeFileSync(`${file}.bak`, 'x\n');
    await expectValues(await follow({}, first.offsets), ['b', 'c', 'd']);
  });

  it('reads what came between when the file was rotated twice between two looks', async () => {
    writeFileSync(file, 'a\n');
    const harness = await follow();
    await expectValues(harness, ['a']);
    renameSync(file, `${file}.2`);
    writtenSecondsAgo(`${file}.2`, 20);
    writeFileSync(`${file}.1`, 'b\n');
    writeFileSync(file, 'c\n');
    await expectValues(harness, ['a', 'b', 'c']);
  });

  it('reads all of them when it is rotated twice within the wait, and the oldest goes', async () => {
    writeFileSync(file, 'a\n');
    const harness = await follow({ 'rotate.wait.ms': '600' });
    await expectValues(harness, ['a']);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'b\n');
    await expectNothingMore(harness);
    renameSync(`${file}.1`, `${file}.2`);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'c\n');
    unlinkSync(`${file}.2`);
    await expectNothingMore(harness);
    // Even who is not read yet may go.
    unlinkSync(`${file}.1`);
    await expectValues(harness, ['a', 'b', 'c']);
  });

  it.each([
    ['.gz', gzipSync],
    ['.zst', zstdCompressSync],
  ])(
    'goes on in files that were packed when they were rotated while it was down (%s)',
    async (suffix, pack) => {
      const packed = (number: number, text: string, secondsAgo: number) => {
        const path = `${file}.${number}${suffix}`;
        writeFileSync(path, pack(Buffer.from(text)));
        writtenSecondsAgo(path, secondsAgo);
      };
      writeFileSync(file, 'a\nb\nc\n');
      const first = await follow();
      await expectValues(first, ['a', 'b', 'c']);
      await first.commit(first.records.slice(0, 1));
      await first.stop();
      unlinkSync(file);
      packed(4, 'long ago\n', 40);
      packed(3, 'a\nb\nc\n', 30);
      packed(2, 'd\n', 20);
      writeFileSync(`${file}.1`, 'e\n');
      writtenSecondsAgo(`${file}.1`, 10);
      writeFileSync(file, 'f\n');
      const second = await follow({}, first.offsets);
      await expectValues(second, ['b', 'c', 'd', 'e', 'f']);
      await second.commit(second.records.slice(0, 1));
      await second.stop();
      await expectValues(await follow({}, first.offsets), ['c', 'd', 'e', 'f']);
    },
  );

  it('reads the file of the name from its beginning when the one it knew is gone', async () => {
    writeFileSync(file, 'a\n');
    const first = await follow();
    await expectValues(first, ['a']);
    await first.commit();
    await first.stop();
    writeFileSync(join(folder, 'next'), 'b\n');
    unlinkSync(file);
    renameSync(join(folder, 'next'), file);
    await expectValues(await follow({}, first.offsets), ['b']);
  });
});

describe('JSON lines', () => {
  it('gives values with their key, big integers exact, and passes over empty lines', async () => {
    writeFileSync(file, '{"id":7,"n":9007199254740993}\n\n{"id":"x"}\n[1]\n');
    const harness = await follow({ format: 'jsonl', 'key.field': 'id' });
    await expectValues(harness, [{ id: 7, n: 9007199254740993n }, { id: 'x' }, [1]]);
    expect(harness.records.map(({ key }) => key)).toEqual([7, 'x', null]);
  });

  it('gives what comes before a bad line, then fails as poison with its position', async () => {
    writeFileSync(file, '{"a":1}\n{oops\n{"a":2}\n');
    const harness = await follow({ format: 'jsonl' });
    await expectValues(harness, [{ a: 1 }]);
    await expect(harness.poll()).rejects.toMatchObject({
      code: 'NOT_JSON',
      class: 'poison',
      message: expect.stringContaining('byte 8'),
    });
  });

  it('goes on after bad and overlong lines where it is told to', async () => {
    writeFileSync(file, `{"a":1}\n{oops\n"${'x'.repeat(400_000)}"\n{"a":2}\n`);
    const harness = await follow({ format: 'jsonl', 'bad.lines': 'skip', 'max.line.bytes': '1000' });
    await expectValues(harness, [{ a: 1 }, { a: 2 }]);
  });

  it.each([
    [100, 'LINE_TOO_LONG'],
    [700_000, 'LINE_TOO_LONG'],
  ])('refuses a line of %i bytes where 64 are allowed', async (length, code) => {
    writeFileSync(file, `ok\n${'x'.repeat(length)}\nafter\n`);
    const harness = await follow({ 'max.line.bytes': '64' });
    await expectValues(harness, ['ok']);
    await expect(harness.poll()).rejects.toMatchObject({ code, message: expect.stringContaining('byte 3') });
  });
});
