import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLog } from './file-log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-log-'));
  file = join(folder, 'offsets');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function opened() {
  const read = new Map<string, string | null>();
  const log = new FileLog(file, ({ key, value }) => read.set(String(key), value?.toString() ?? null));
  await log.start();
  return { log, read };
}

test('what was written is there again after a restart, the newest of each key', async () => {
  const { log, read } = await opened();
  await Promise.all([
    log.write('a', Buffer.from('1')),
    log.write('b', Buffer.from('2')),
    log.write('a', Buffer.from('3')),
    log.write('c', Buffer.from('4')),
    log.write('c', null),
  ]);
  expect([...read]).toEqual([
    ['a', '3'],
    ['b', '2'],
    ['c', null],
  ]);
  await log.close();
  expect([...(await opened()).read]).toEqual([
    ['a', '3'],
    ['b', '2'],
  ]);
});

test('a write that fails leaves what was there, and says so until one works', async () => {
  const { log } = await opened();
  await log.write('a', Buffer.from('1'));
  rmSync(folder, { recursive: true });
  await expect(log.write('a', Buffer.from('2'))).rejects.toThrow('ENOENT');
  expect(log.failure).not.toBeNull();
});

test.each([
  ["Kafka Connect's", Buffer.from([0xac, 0xed, 0, 5]), 'PATCH'],
  ['some text', Buffer.from('hello'), 'another file'],
  ['a newer format', Buffer.from('{"format":2,"records":{}}'), 'another file'],
])('a file with %s is refused, and left as it is', async (_, bytes, hint) => {
  writeFileSync(file, bytes);
  await expect(opened()).rejects.toMatchObject({
    code: 'OFFSETS_FILE_UNREADABLE',
    details: { hint: expect.stringContaining(hint) },
  });
  expect(readFileSync(file)).toEqual(bytes);
});
