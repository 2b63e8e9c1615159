import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HighWatermarkCheckpoint } from './high-watermark-checkpoint.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-high-watermarks-'));
  path = join(folder, 'replication-offset-checkpoint');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noted = (offsets: Record<string, number>) => new Map(Object.entries(offsets));

it('is the file that Kafka keeps, replaced as a whole', async () => {
  const checkpoint = new HighWatermarkCheckpoint(folder);
  await checkpoint.note(noted({ 'a-b-0': 7, 'c-12': 0 }));
  expect(readFileSync(path, 'utf8')).toBe('0\n2\na-b 0 7\nc 12 0\n');
  expect(readdirSync(folder)).toEqual(['replication-offset-checkpoint']);
  const next = new HighWatermarkCheckpoint(folder);
  expect([next.get('a-b-0'), next.get('c-12'), next.get('d-0')]).toEqual([7, 0, null]);
});

it('goes on from what was noted, and is not written where nothing has changed', async () => {
  await new HighWatermarkCheckpoint(folder).note(noted({ 'a-0': 7, 'b-0': 1 }));
  const checkpoint = new HighWatermarkCheckpoint(folder);
  await checkpoint.note(noted({ 'a-0': 9 }));
  expect(new HighWatermarkCheckpoint(folder).get('b-0')).toBe(1);
  rmSync(path);
  await checkpoint.note(noted({ 'a-0': 9, 'b-0': 1 }));
  expect(readdirSync(folder)).toEqual([]);
});

it('is written again where it could not be', async () => {
  const checkpoint = new HighWatermarkCheckpoint(join(folder, 'missing'));
  await expect(checkpoint.note(noted({ 'a-0': 9 }))).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
  await expect(checkpoint.note(noted({ 'a-0': 9 }))).rejects.toMatchObject({ code: 'LOG_STORAGE_FAILED' });
});

it('says nothing where it cannot be read', () => {
  writeFileSync(path, '0\n2\na 0 7\nb 0');
  expect(new HighWatermarkCheckpoint(folder).get('a-0')).toBeNull();
});

it('claims no more of a log than is left when that is cut, and nothing of one that is gone', async () => {
  const checkpoint = new HighWatermarkCheckpoint(folder);
  await checkpoint.note(noted({ 'a-0': 7, 'b-0': 3, 'c-0': 4 }));
  await checkpoint.cutTo('a-0', 5);
  await checkpoint.cutTo('b-0', 5);
  await checkpoint.forget('c-0');
  const next = new HighWatermarkCheckpoint(folder);
  expect([next.get('a-0'), next.get('b-0'), next.get('c-0')]).toEqual([5, 3, null]);
});
